"""An LSTM in PyTorch as one writes it to see all of it: a Python loop over the time steps."""

from __future__ import annotations

from typing import Any

import torch


def steps_of(cell: torch.nn.LSTMCell, x: Any) -> list[tuple[Any, ...]]:
    """Return i, f, g, o, c and h of every step, (B, H) each; the gradients of c and h are kept.

    As PyTorch's documentation of `nn.LSTMCell` writes its loop, `x[t]` for each step, with the
    gates that it does not return.

    Parameters
    ----------
    x : tensor, (T, B, D)
    """
    linear = torch.nn.functional.linear
    h = c = x.new_zeros(x.shape[1], cell.hidden_size)
    shown = []
    for t in range(len(x)):
        a = linear(x[t], cell.weight_ih, cell.bias_ih) + linear(h, cell.weight_hh, cell.bias_hh)
        i, f, g, o = a.chunk(4, 1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * c + i * g
        h = o * c.tanh()
        h.retain_grad()
        c.retain_grad()
        shown.append((i, f, g, o, c, h))
    return shown


def recorded(shown: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    """Return all of it as (T, B, H), dL/dc_t, dL/dh_t and the norm of the latter at each step."""
    with torch.no_grad():
        record = [torch.stack(values) for values in zip(*shown, strict=True)]
        d_c, d_h = (torch.stack([step[k].grad for step in shown]) for k in (-2, -1))
        return record, d_c, d_h, d_h.flatten(1).norm(dim=1)
