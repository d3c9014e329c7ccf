"""Make data/*.npz: models of PyTorch with what PyTorch computes of them.

pip install -r requirements-bench.txt
python -m tests.notebook.make_watched
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tests.notebook.in_torch import Net, watched

DATA = Path(__file__).parent / "data"
STEPS, COUNT, OUTPUTS = 7, 3, 4


def models() -> dict[str, tuple[Net, str]]:
    """Return each model, and how it is scored."""
    small: dict[str, Any] = {"input_size": 3, "hidden_size": 4}
    return {
        "lstm_of_ids": (Net(nn.LSTM(**small, num_layers=2, batch_first=True), 4, 6), "classes"),
        "gru_last_step": (Net(nn.GRU(**small, num_layers=2), 4), "last class"),
        "rnn_without_bias": (Net(nn.RNN(**small, bias=False, batch_first=True), 4), "numbers"),
        "relu": (Net(nn.RNN(**small, nonlinearity="relu"), 4), "last numbers"),
        "both_directions": (Net(nn.LSTM(**small, num_layers=2, bidirectional=True), 4), "classes"),
        "gru_both": (Net(nn.GRU(**small, bidirectional=True, batch_first=True), 4), "numbers"),
        "without_readout": (Net(nn.GRU(**small)), "nothing"),
    }


def targets(kind: str) -> tuple[Any, Any]:
    """Return targets, time first, and the loss of the outputs (T, 1, K) of the first sequence."""
    classes = torch.randint(0, OUTPUTS, (STEPS, COUNT))
    numbers = torch.randn(STEPS, COUNT, OUTPUTS)
    if kind == "classes":
        classes[1, 0] = -100
        return classes, lambda out: functional.cross_entropy(out[:, 0], classes[:, 0])
    if kind == "last class":
        return classes[-1], lambda out: functional.cross_entropy(out[-1], classes[-1, :1])
    if kind == "numbers":
        return numbers, lambda out: functional.mse_loss(out, numbers[:, :1].to(out.dtype))
    if kind == "last numbers":
        return numbers[-1], lambda out: functional.mse_loss(out[-1], numbers[-1, :1].to(out.dtype))
    return None, None


def main() -> None:
    """Write the files."""
    DATA.mkdir(exist_ok=True)
    for number, dtype in enumerate((torch.float64, torch.float32)):
        for name, (model, kind) in models().items():
            torch.manual_seed(number)
            for each in model.parameters():
                each.data.uniform_(-0.8, 0.8)
            model.to(dtype).eval()
            core, ids = model.core, hasattr(model, "embed")
            x = (
                torch.randint(0, 6, (STEPS, COUNT))
                if ids
                else torch.randn(STEPS, COUNT, 3).to(dtype)
            )
            y, loss = targets(kind)
            oracle = watched(model, x[:, :1], loss)
            whole = model(x.transpose(0, 1)).transpose(0, 1) if core.batch_first else model(x)
            assert np.allclose(whole[:, 0].detach(), oracle["outputs"], atol=1e-6)
            theirs = {"x": x} if y is None else {"x": x, "y": y}
            if core.batch_first:
                scored_last = kind.startswith("last")
                theirs = {
                    key: value if key == "y" and scored_last else value.transpose(0, 1)
                    for key, value in theirs.items()
                }
            names = ("mode", "num_layers", "input_size", "hidden_size", "bidirectional")
            names += ("batch_first", "proj_size", "dropout")
            about = {key: getattr(core, key) for key in names}
            np.savez_compressed(
                DATA / f"{name}_{str(dtype).removeprefix('torch.')}.npz",
                about=np.array(json.dumps(about)),
                **{f"state.{key}": value.numpy() for key, value in model.state_dict().items()},
                **{key: value.numpy() for key, value in theirs.items()},
                **{f"own.{key}": value for key, value in oracle.items()},
            )


if __name__ == "__main__":
    main()
