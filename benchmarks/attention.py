"""What attention costs, and what it brings.

Run by hand, on one thread::

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.attention [--quick]

* The time of an iteration with attention over that without it: the same cell, batch and sizes, in
  turn, medians of the ratios of the rounds, processor time. At most 1.35 is wanted of an LSTM at
  (16,10,8,16) and (32,30,8,32).
* Beside PyTorch, where it is installed (requirements-bench.txt): an LSTM in a Python loop that
  keeps every gate and gradient, with the same readout. At least 5 times its speed is wanted at the
  first three sizes.
* The gradient w.r.t. the first hidden state at the start, with attention and without, from the same
  seed: delayed recall over 100 steps, of which the last one alone is trained.
* How soon that is learned, on seeds that nothing else here uses: right on 99 % three looks in a
  row, one every 10 iterations. Less than 5 s is wanted.
"""

from __future__ import annotations

import argparse
import os
import time
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from benchmarks.rounds import Iteration, in_turn, median_us, ratio
from rnnviz.engine import Network, make_optimizer, norm
from rnnviz.tasks import DelayedRecall
from rnnviz.training import RunConfig, Trainer
from rnnviz.training.config import RECURRENT

SIZES = [(1, 10, 3, 8), (16, 10, 8, 16), (32, 30, 8, 32)]
KINDS = ("dot", "general", "additive")
SEEDS = range(901, 906)
K, STEPS, LOOKS = 4, 100, 3
Size = tuple[int, int, int, int]


def data(size: Size, dtype: str) -> tuple[Any, Any]:
    """Return a batch."""
    B, T, D, _ = size
    generator = np.random.default_rng(0)
    return generator.normal(size=(T, B, D)).astype(dtype), generator.integers(0, K, (T, B))


def ours(cell: str, size: Size, attention: str, dtype: str = "float64") -> Iteration:
    """Return one iteration of the engine."""
    _, _, D, H = size
    net = Network(
        cell=cell, input_size=D, hidden_size=H, output_size=K, attention=attention, dtype=dtype
    )
    optimizer = make_optimizer("adam", net.flat.size, dtype)
    x, y = data(size, dtype)

    def iteration() -> None:
        net.learn(x, y)
        net.gradient_norms()
        optimizer.step(net.flat, net.flat_gradients, 1e-3)

    return iteration


def cost_table(seconds: float) -> None:
    """Print what attention adds to an iteration."""
    print("\n| cell | B,T,D,H | without, us | " + " | ".join(KINDS) + " |")
    print("|---|---|---|" + "---|" * len(KINDS))
    for size in SIZES[1:]:
        for cell in RECURRENT:
            contenders = [ours(cell, size, kind) for kind in ("none", *KINDS)]
            rounds = in_turn(contenders, seconds)
            ratios = (f"{ratio(rounds, place + 1):.2f}" for place in range(len(KINDS)))
            where = ",".join(map(str, size))
            print(
                f"| {cell} | {where} | {median_us(rounds):.0f} | {' | '.join(ratios)} |", flush=True
            )


def torch_table(seconds: float) -> None:
    """Print how many times as long a loop in PyTorch takes."""
    from benchmarks.attention_in_torch import loop

    print("\n| LSTM B,T,D,H | " + " | ".join(KINDS) + " | wanted |")
    print("|---|" + "---|" * len(KINDS) + "---|")
    for size in SIZES:
        ratios = []
        for kind in KINDS:
            contenders = [ours("lstm", size, kind, "float32"), loop(size, K, kind)]
            ratios.append(f"{ratio(in_turn(contenders, seconds), 1):.1f}")
        print(f"| {','.join(map(str, size))} | {' | '.join(ratios)} | 5 |", flush=True)


def trainer_of(cell: str, kind: str, seed: int) -> Trainer:
    """Return a run that recalls a symbol after 100 steps."""
    config = RunConfig(
        task="recall", cell=cell, attention=kind, hidden_size=16, clip_norm=1.0, seed=seed
    )
    return Trainer(config, DelayedRecall(length=STEPS, asked="last step"))


def gradient_table() -> None:
    """Print the gradient that arrives at the first hidden state of untrained networks."""
    print(f"\n| dL/dh_0 at the start, T={STEPS} | none | " + " | ".join(KINDS) + " |")
    print("|---|---|" + "---|" * len(KINDS))
    for cell in ("rnn", "gru"):
        found = []
        for kind in ("none", *KINDS):
            sizes = [norm(trainer_of(cell, kind, seed).trace().d_h[0]) for seed in SEEDS]
            found.append(f"{np.median(sizes):.1e}")
        print(f"| {cell} | {' | '.join(found)} |", flush=True)


def learned(trainer: Trainer, most: int = 600) -> tuple[int, float] | None:
    """Train until the task is learned; return iterations and seconds of the clock, or None."""
    right, begun = 0, time.perf_counter()
    while trainer.iteration < most and right < LOOKS:
        trainer.advance(iterations=10)
        right = right + 1 if trainer.score().accuracy >= 0.99 else 0
    return (trainer.iteration, time.perf_counter() - begun) if right == LOOKS else None


def learning_table(cells: tuple[str, ...]) -> None:
    """Print how soon recall over 100 steps is learned."""
    print(f"\n| recall, T={STEPS} | seed: iterations, seconds of the clock (wanted: under 5 s) |")
    print("|---|---|")
    for cell in cells:
        for kind in ("dot", "additive"):
            told = []
            for seed in SEEDS:
                found = learned(trainer_of(cell, kind, seed))
                told.append(f"{seed}: {found[0]}, {found[1]:.1f} s" if found else f"{seed}: never")
            print(f"| {cell}, {kind} | {'; '.join(told)} |", flush=True)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    seconds = 1.0 if quick else 6.0
    cost_table(seconds)
    try:
        torch_table(seconds)
    except ModuleNotFoundError as error:
        print(f"\nNot compared with PyTorch: {error}")
    gradient_table()
    learning_table(("rnn",) if quick else ("rnn", "gru", "lstm"))


if __name__ == "__main__":
    main()
