"""What `rnnviz.watch` costs a user's own training: their loop with it, and without.

    pip install -r requirements-bench.txt
    python -m benchmarks.watch             # all sizes; 30 pairs of blocks each
    python -m benchmarks.watch --pairs 10

A block is 20 iterations of a PyTorch loop (forward, cross-entropy of every step, backward, Adam),
with a trace of one sequence of the batch at every tenth. Blocks with and without take turns; each
pair gives a ratio, of which the median and the middle half are written. Wanted: at most 5 % more.
Time is that of the processor, on one thread, so that what else the machine does counts little.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

import rnnviz

SIZES = ((16, 10, 8, 16), (32, 30, 8, 32), (32, 100, 16, 64), (64, 200, 32, 128))
OUTPUTS = 5
ITERATIONS, EVERY = 20, 10
WANTED = 1.05


def loop(cell: str, sizes: tuple[int, int, int, int], dtype: str) -> tuple[Any, Any, Any, Any]:
    """Return a model, its batch, and a function that does one iteration of its training."""
    import torch
    from torch import nn
    from torch.nn.functional import cross_entropy

    class Net(nn.Module):
        def __init__(self, features: int, units: int) -> None:
            super().__init__()
            self.core = getattr(nn, cell)(features, units, batch_first=True)
            self.head = nn.Linear(units, OUTPUTS)

        def forward(self, x: Any) -> Any:
            return self.head(self.core(x)[0])

    torch.manual_seed(0)
    B, T, D, H = sizes
    model = Net(D, H).to(getattr(torch, dtype))
    x = torch.randn(B, T, D, dtype=getattr(torch, dtype))
    y = torch.randint(0, OUTPUTS, (B, T))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)

    def iterate() -> None:
        optimizer.zero_grad()
        cross_entropy(model(x).flatten(0, 1), y.flatten()).backward()
        optimizer.step()

    return model, x, y, iterate


def seconds(iterate: Callable[[], None], watch: Callable[[], None] | None) -> float:
    """Return how long a block takes."""
    begun = time.process_time()
    for _ in range(ITERATIONS):
        iterate()
        if watch is not None:
            watch()
    return time.process_time() - begun


def ratios(cell: str, sizes: tuple[int, int, int, int], dtype: str, pairs: int) -> Any:
    """Return the time with watch over that without, of each pair, and ms per iteration alone."""
    model, x, y, iterate = loop(cell, sizes, dtype)
    watch = rnnviz.watch(model, x, y, every=EVERY)
    seconds(iterate, watch)
    found, alone = [], []
    for place in range(pairs):
        order = [None, watch] if place % 2 else [watch, None]
        took = {each is None: seconds(iterate, each) for each in order}
        found.append(took[False] / took[True])
        alone.append(took[True] / ITERATIONS * 1000)
    # Each watched block had its two traces: the recording was not thinned on the way.
    assert watch.recording.stride == EVERY, watch
    return np.array(found), float(np.median(alone))


def main() -> None:
    """Measure and print every size."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=30)
    given = parser.parse_args()
    print(f"PyTorch {torch.__version__}, {given.pairs} pairs")
    for cell, dtype in (("LSTM", "float32"), ("GRU", "float32"), ("LSTM", "float64")):
        for sizes in SIZES:
            found, alone = ratios(cell, sizes, dtype, given.pairs)
            low, middle, high = np.percentile(found, [25, 50, 75])
            size = ",".join(map(str, sizes))
            print(
                f"{cell:4} {dtype} B,T,D,H={size:14} {alone:8.2f} ms an iteration   with watch "
                f"× {middle:.3f} ({low:.3f} to {high:.3f}){'' if middle <= WANTED else '  MISSED'}",
                flush=True,
            )


if __name__ == "__main__":
    main()
