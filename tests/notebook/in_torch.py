"""What PyTorch computes of a watched model: every state and its total derivative, by autograd.

Only for make_watched.py and for the tests that run where PyTorch is installed. Its own layers show
neither gates nor the states of a lower layer, so they are written as equations, whose outputs
make_watched.py compares with those of the model; all gradients are autograd's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.functional import linear


class Net(nn.Module):
    """A user's model: maybe an embedding, a recurrent module, maybe a readout."""

    def __init__(self, recurrent: nn.Module, outputs: int = 0, ids: int = 0) -> None:
        super().__init__()
        if ids:
            self.embed = nn.Embedding(ids, recurrent.input_size)
        self.core = recurrent
        if outputs:
            seen = recurrent.hidden_size * (2 if recurrent.bidirectional else 1)
            self.head = nn.Linear(seen, outputs, bias=recurrent.bias)

    def forward(self, x: Any) -> Any:
        h = self.core(self.embed(x) if hasattr(self, "embed") else x)[0]
        return self.head(h) if hasattr(self, "head") else h


def step(mode: str, a_x: Any, a_h: Any, h: Any, c: Any) -> dict[str, Any]:
    """Return gates and states after a time step, given what comes from the input and from h."""
    if mode == "LSTM":
        i, f, g, o = (a_x + a_h).chunk(4, dim=1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * c + i * g
        c.retain_grad()
        return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": o * c.tanh()}
    if mode == "GRU":
        (r_x, z_x, n_x), (r_h, z_h, n_h) = a_x.chunk(3, dim=1), a_h.chunk(3, dim=1)
        r, z = (r_x + r_h).sigmoid(), (z_x + z_h).sigmoid()
        n = (n_x + r * n_h).tanh()
        return {"r": r, "z": z, "n": n, "h": (1 - z) * n + z * h}
    return {"h": (a_x + a_h).tanh() if mode == "RNN_TANH" else (a_x + a_h).relu()}


def layer(recurrent: nn.Module, end: str, x: Any) -> dict[str, list[Any]]:
    """Return every gate and state of one layer in one direction, by letter, of each step."""
    found: dict[str, list[Any]] = {}
    h = c = torch.zeros(x.shape[1], recurrent.hidden_size, dtype=x.dtype)
    bias = [getattr(recurrent, f"bias_{name}{end}", None) for name in ("ih_l", "hh_l")]
    for x_t in x:
        a_x = linear(x_t, getattr(recurrent, f"weight_ih_l{end}"), bias[0])
        a_h = linear(h, getattr(recurrent, f"weight_hh_l{end}"), bias[1])
        new = step(recurrent.mode, a_x, a_h, h, c)
        h, c = new["h"], new.get("c", c)
        h.retain_grad()
        for letter, values in new.items():
            found.setdefault(letter, []).append(values)
    return found


def watched(model: Net, x: Any, loss: Callable[[Any], Any] | None) -> dict[str, Any]:
    """Return outputs, loss, and of each layer its gates, `h`, `c`, `d_h`, `d_c`, in its own time.

    Parameters
    ----------
    model
        In evaluation.
    x : tensor, (T, 1, D), or (T, 1) of ids
    loss
        Of the outputs (T, 1, K); None for none.
    """
    values = model.embed(x) if hasattr(model, "embed") else x
    values = values.detach().requires_grad_()
    states: list[dict[str, list[Any]]] = []
    given = values
    for number in range(model.core.num_layers):
        ends = [f"{number}", f"{number}_reverse"][: 2 if model.core.bidirectional else 1]
        of_layer = [layer(model.core, end, given.flip(0) if "_" in end else given) for end in ends]
        states += of_layer
        forward, *backward = [torch.stack(found["h"]) for found in of_layer]
        given = torch.cat([forward, *(h.flip(0) for h in backward)], dim=2)
    outputs = model.head(given) if hasattr(model, "head") else given
    result: dict[str, Any] = {"outputs": outputs.detach().numpy()[:, 0]}
    if loss is not None:
        value = loss(outputs)
        value.backward()
        result |= {"loss": value.item(), "d_x": values.grad.numpy()[:, 0]}
    for number, own in enumerate(states):
        for letter, parts in own.items():
            result[f"{number}.{letter}"] = np.array([part.detach().numpy()[0] for part in parts])
            if loss is not None and letter in "hc":
                slopes = [torch.zeros_like(p) if p.grad is None else p.grad for p in parts]
                result[f"{number}.d_{letter}"] = np.array([slope.numpy()[0] for slope in slopes])
    return result
