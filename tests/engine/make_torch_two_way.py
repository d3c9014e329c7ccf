"""Make tests/engine/data/two_way_*.npz: bidirectional networks, as PyTorch's float64 computes them.

Run by hand with PyTorch installed (requirements-bench.txt)::

    python -m tests.engine.make_torch_two_way

`two_way_<cell>.npz`: two layers of both directions, a mask, an initial state; the weights, the
batch, PyTorch's outputs, loss, final state and all gradients. What each direction computes at each
step needs a loop over single steps; that the loop is PyTorch's fused layer is asserted here.
"""

from __future__ import annotations

import numpy as np

from tests.engine.make_torch_values import CELLS, DATA, as_array, mean_loss

T, B, D, H, K, LAYERS = 5, 2, 3, 3, 4, 2
KINDS = {"rnn": "RNN", "relu": "RNN", "gru": "GRU", "lstm": "LSTM"}


def both_ways(cell, recurrent, x, initial):
    """Run the layers step by step; return what the topmost gives, and all states in own time."""
    import torch

    kind = getattr(torch.nn, f"{KINDS[cell]}Cell")
    settings = {"nonlinearity": "relu"} if cell == "relu" else {}
    below, states = list(x), []
    for layer in range(LAYERS):
        given = []
        for way in ("", "_reverse"):
            single = kind(below[0].shape[1], H, **settings).to(x.dtype)
            weights = {
                name: getattr(recurrent, f"{name}_l{layer}{way}")
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            }
            h, c = initial["h"][len(states)], initial["c"][len(states)]
            hs, cs = [], []
            for x_t in below[::-1] if way else below:
                before = (h, c) if cell == "lstm" else h
                after = torch.func.functional_call(single, weights, (x_t, before))
                h, c = after if cell == "lstm" else (after, c)
                h.retain_grad()
                hs.append(h)
                if cell == "lstm":
                    c.retain_grad()
                    cs.append(c)
            states.append({"h": hs, "c": cs})
            given.append(hs[::-1] if way else hs)
        below = [torch.cat(pair, dim=1) for pair in zip(*given, strict=True)]
    return torch.stack(below), states


def values(cell, seed):
    """Return everything that is compared for one network and batch, as named arrays."""
    import torch

    torch.manual_seed(seed)
    settings = {"nonlinearity": "relu"} if cell == "relu" else {}
    recurrent = getattr(torch.nn, KINDS[cell])(
        D, H, LAYERS, bidirectional=True, dtype=torch.float64, **settings
    )
    readout = torch.nn.Linear(2 * H, K, dtype=torch.float64)
    named = dict(recurrent.named_parameters())
    named |= {f"readout.{name}": values for name, values in readout.named_parameters()}
    with torch.no_grad():
        for parameter in named.values():
            parameter.mul_(1.5)
    generator = np.random.default_rng(seed)
    x, y = generator.normal(size=(T, B, D)), generator.integers(0, K, (T, B))
    mask = generator.random((T, B)) < 0.6
    mask[0, 0] = True
    x_in = torch.tensor(x, requires_grad=True)
    names = "hc" if cell == "lstm" else "h"
    start = {
        name: torch.tensor(generator.normal(size=(2 * LAYERS, B, H)), requires_grad=True)
        for name in "hc"
    }
    h, states = both_ways(cell, recurrent, x_in, start)
    given = (start["h"], start["c"]) if cell == "lstm" else start["h"]
    fused, final = recurrent(x_in, given)
    assert torch.allclose(h, fused, rtol=1e-12, atol=1e-14)
    outputs = readout(h)
    loss = mean_loss(outputs, y, mask)
    loss.backward()
    saved = {"x": x, "y": y, "mask": mask, "outputs": outputs, "loss": loss, "d_x": x_in.grad}
    for name, of in zip(names, final if cell == "lstm" else (final,), strict=True):
        saved |= {f"final:{name}": of, f"initial:{name}": start[name]}
        saved[f"d_initial:{name}"] = start[name].grad
        for number, state in enumerate(states):
            saved[f"{name}{number}"] = torch.stack(state[name])
            saved[f"d_{name}{number}"] = torch.stack([each.grad for each in state[name]])
    for name, parameter in named.items():
        saved[f"weight:{name}"] = parameter
        saved[f"gradient:{name}"] = parameter.grad
    return {name: as_array(value) for name, value in saved.items()}


def main():
    """Write all files."""
    import torch

    torch.set_num_threads(1)
    for place, cell in enumerate(CELLS):
        np.savez_compressed(DATA / f"two_way_{cell}.npz", **values(cell, 50 + place))


if __name__ == "__main__":
    main()
