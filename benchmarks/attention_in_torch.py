"""An LSTM with attention as one writes it in PyTorch to see all of it: a loop over the steps."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from benchmarks.rounds import Iteration
from benchmarks.torch_loop import recorded, steps_of

Size = tuple[int, int, int, int]


def loop(size: Size, K: int, kind: str) -> Iteration:
    """Return one iteration: every gate, state, weight and score kept, with its gradient."""
    B, T, D, H = size
    generator = np.random.default_rng(0)
    x = torch.tensor(generator.normal(size=(T, B, D)), dtype=torch.float32)
    y = torch.tensor(generator.integers(0, K, (T, B)))
    cell, readout = torch.nn.LSTMCell(D, H), torch.nn.Linear(2 * H, K)
    attention = _Scores(kind, H)
    parameters = [*cell.parameters(), *readout.parameters(), *attention.parameters()]
    optimizer = torch.optim.Adam(parameters, 1e-3)
    may = torch.ones(T, T).tril().bool()

    def iteration() -> Any:
        optimizer.zero_grad()
        shown = steps_of(cell, x)
        states = torch.stack([step[-1] for step in shown], dim=1)
        scores = attention(states).masked_fill(~may, -torch.inf)
        weights = torch.softmax(scores, dim=2)
        sums = weights @ states
        for kept in (scores, weights, sums):
            kept.retain_grad()
        outputs = readout(torch.cat([states, sums], dim=2))
        targets = y.T.reshape(-1)
        torch.nn.functional.cross_entropy(outputs.reshape(-1, K), targets).backward()
        optimizer.step()
        return *recorded(shown), scores.grad, weights.grad, sums.grad

    return iteration


class _Scores(torch.nn.Module):
    """The three scores, over (B, T, H)."""

    def __init__(self, kind: str, H: int) -> None:
        super().__init__()
        self.kind, self.scale = kind, 1 / math.sqrt(H)
        if kind == "general":
            self.weight = torch.nn.Linear(H, H, bias=False)
        if kind == "additive":
            self.query, self.key = (torch.nn.Linear(H, H, bias=False) for _ in range(2))
            self.v = torch.nn.Linear(H, 1, bias=False)

    def forward(self, h: Any) -> Any:
        if self.kind == "additive":
            return self.v(torch.tanh(self.query(h)[:, :, None] + self.key(h)[:, None]))[..., 0]
        asking = h * self.scale if self.kind == "dot" else self.weight(h)
        return asking @ h.transpose(1, 2)
