"""Make tests/weights/torch/: files that PyTorch wrote, and what it computed with their weights.

Run by hand with PyTorch installed (requirements-bench.txt)::

    python -m tests.weights.make_torch_files

Each `<case>.safetensors` is the `state_dict` of a module as people write one. `expected.npz` has
for each case the inputs (T, B, D), or (T, B) of int for an embedding, and PyTorch's outputs, in its
precision: those of the readout, or h of the topmost layer where there is none. Of the last case
there is also an `.npz`, and what `torch.save` makes, which is to be refused; that the code with
which it is refused works is asserted here.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from rnnviz.weights.pickles import pickle_refusal

FOLDER = Path(__file__).parent / "torch"
T, B, D, H, K, V = 5, 2, 3, 4, 2, 6

#: case -> kind of layer, precision, number of layers, and what else.
CASES = {
    "rnn_32": ("RNN", "float32", 1, {}),
    "rnn_64": ("RNN", "float64", 2, {}),
    "relu_32": ("RNN", "float32", 2, {"nonlinearity": "relu"}),
    "relu_64": ("RNN", "float64", 1, {"nonlinearity": "relu"}),
    "gru_32": ("GRU", "float32", 2, {}),
    "gru_64": ("GRU", "float64", 1, {}),
    "lstm_32": ("LSTM", "float32", 1, {}),
    "gru_without_bias_64": ("GRU", "float64", 1, {"bias": False}),
    "lstm_with_embedding_32": ("LSTM", "float32", 1, {"embedding": True}),
    "gru_with_embedding_64": ("GRU", "float64", 2, {"embedding": True}),
    "lstm_states_64": ("LSTM", "float64", 2, {"readout": False}),
    "gru_states_32": ("GRU", "float32", 1, {"readout": False}),
    "lstm_cells_64": ("LSTMCell", "float64", 2, {}),
    "rnn_both_ways_64": ("RNN", "float64", 1, {"bidirectional": True}),
    "lstm_both_ways_32": ("LSTM", "float32", 2, {"bidirectional": True}),
    "lstm_both_ways_64": ("LSTM", "float64", 2, {"bidirectional": True}),
    "gru_both_ways_with_embedding_64": (
        "GRU", "float64", 1, {"bidirectional": True, "embedding": True},
    ),
    "gru_both_ways_states_64": ("GRU", "float64", 2, {"bidirectional": True, "readout": False}),
    "lstm_64": ("LSTM", "float64", 3, {}),
}  # fmt: skip


def module(kind, layers, embedding=False, readout=True, **settings):
    """Return a model as people write one: a function of the inputs, and the module to be saved."""
    import torch
    from torch import nn

    parts = nn.Module()
    if kind == "LSTMCell":
        sizes = [D, *[H] * (layers - 1)]
        parts.cells = nn.ModuleList(nn.LSTMCell(size, H) for size in sizes)
    else:
        own = getattr(nn, kind)(D, H, layers, **settings)
        parts.rnn = own
    if embedding:
        parts.embed = nn.Embedding(V, D)
    if readout:
        parts.fc = nn.Linear(H * (1 + settings.get("bidirectional", False)), K)

    def run(x):
        seen = parts.embed(x) if embedding else x
        h = by_cells(parts.cells, seen) if kind == "LSTMCell" else parts.rnn(seen)[0]
        return parts.fc(h) if readout else h

    with torch.no_grad():
        for parameter in parts.parameters():
            parameter.mul_(1.5)
    return run, parts if readout or embedding else own


def by_cells(cells, below):
    """Run nn.LSTMCell step by step, layer after layer."""
    import torch

    for cell in cells:
        state, above = None, []
        for x in below:
            state = cell(x, state)
            above.append(state[0])
        below = torch.stack(above)
    return below


def main():
    """Write all files."""
    import torch
    from safetensors.torch import save_file

    FOLDER.mkdir(exist_ok=True)
    expected = {}
    for seed, (case, (kind, precision, layers, settings)) in enumerate(CASES.items()):
        torch.manual_seed(seed)
        run, saved = module(kind, layers, **settings)
        dtype = getattr(torch, precision)
        saved.to(dtype)
        x = (
            torch.randint(V, (T, B))
            if settings.get("embedding")
            else torch.randn(T, B, D).to(dtype)
        )
        save_file(saved.state_dict(), FOLDER / f"{case}.safetensors")
        with torch.no_grad():
            expected |= {f"{case}/x": x.numpy(), f"{case}/outputs": run(x).numpy()}
    weights = {name: each.numpy() for name, each in saved.state_dict().items()}
    np.savez_compressed(FOLDER / "weights.npz", **weights)
    torch.save(saved.state_dict(), FOLDER / "model.pt")
    np.savez_compressed(FOLDER / "expected.npz", **expected)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "model.pt").write_bytes((FOLDER / "model.pt").read_bytes())
        code = pickle_refusal("model.pt").code
        subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
        made = Path(folder, "model.safetensors").read_bytes()
    for path in FOLDER.iterdir():
        path.chmod(0o644)
    assert made == (FOLDER / f"{case}.safetensors").read_bytes()


if __name__ == "__main__":
    main()
