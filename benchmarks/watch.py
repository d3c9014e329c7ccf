"""What `rnnviz.watch` costs a user's own training: their loop with it, and without.

    pip install -r requirements-bench.txt
    python -m benchmarks.watch --seconds 12    # for each size

A block is 10 iterations of a PyTorch loop (forward, cross-entropy of every step, backward, Adam),
at the last of which a trace of one sequence of the batch is kept. Blocks with and without take
turns. Compared are the first quartiles of their times, since what else the machine does only makes
blocks slower. On a busy machine this still varies by some percent; less does the time of the calls
of watch over the rest of their own block, of which the median is written. Wanted: at most 5 %.
Time is that of the processor, on one thread.
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
EVERY = 10
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


def seconds(iterate: Callable[[], None], watch: Callable[[], None] | None) -> tuple[float, float]:
    """Return how long a block takes, and how much of it the calls of watch."""
    begun, watching = time.process_time(), 0.0
    for _ in range(EVERY):
        iterate()
        if watch is not None:
            before = time.process_time()
            watch()
            watching += time.process_time() - before
    return time.process_time() - begun, watching


def measured(cell: str, sizes: tuple[int, int, int, int], dtype: str, limit: float) -> Any:
    """Return the seconds of a block with watch, in watch, and of one without, (pairs, 3)."""
    model, x, y, iterate = loop(cell, sizes, dtype)
    watch = rnnviz.watch(model, x, y, every=EVERY)
    seconds(iterate, watch)
    pairs: list[tuple[float, float, float]] = []
    end = time.monotonic() + limit
    # Up to where the recording is thinned: from then on watching costs half.
    while len(pairs) < 4 or (time.monotonic() < end and len(pairs) < 120):
        if len(pairs) % 2:
            (without, _), watched = seconds(iterate, None), seconds(iterate, watch)
        else:
            watched, (without, _) = seconds(iterate, watch), seconds(iterate, None)
        pairs.append((*watched, without))
    assert watch.recording.stride == EVERY, watch
    return np.array(pairs)


def main() -> None:
    """Measure and print every size."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=12)
    given = parser.parse_args()
    print(f"PyTorch {torch.__version__}, up to {given.seconds:.0f} s each")
    for cell, dtype in (("LSTM", "float32"), ("GRU", "float32"), ("LSTM", "float64")):
        for sizes in SIZES:
            pairs = measured(cell, sizes, dtype, given.seconds)
            watched, alone = np.percentile(pairs[:, [0, 2]], 25, axis=0)
            more = watched / alone
            share = np.median(pairs[:, 1] / (pairs[:, 0] - pairs[:, 1]))
            size = ",".join(map(str, sizes))
            print(
                f"{cell:4} {dtype} B,T,D,H={size:14} {100 * alone:7.2f} ms an iteration, "
                f"with watch × {more:.3f}, its calls {share:.1%} ({len(pairs)} pairs)"
                f"{'' if share <= WANTED - 1 else '  MISSED'}",
                flush=True,
            )


if __name__ == "__main__":
    main()
