"""How much faster several runs of one shape are in one stacked pass than one after the other.

Run by hand, on one thread; every ratio is of one run, in turn, processor time::

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.replicas [--quick]

* The engine alone: forward, backward and Adam of R networks, LSTM, float64.
* Whole runs: `Group(stacked=True)` over `Group(stacked=False)`, with drawing batches, accuracy and
  history, on a gym schedule of 14 days; traces are as rare as in a race.
* Ten seeds of two lanes, LSTM and RNN with 16 units, as a race trains them: iterations per second.
  At least 4 are wanted.
"""

from __future__ import annotations

import argparse
import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from benchmarks.rounds import Iteration, in_turn, median_us, ratio
from rnnviz.engine import Network, make_optimizer
from rnnviz.engine.optim import StackedOptimizer
from rnnviz.engine.stacked import StackedNetworks
from rnnviz.recording import Recording
from rnnviz.tasks import GymSchedule
from rnnviz.training import RunConfig, Trainer
from rnnviz.training.group import Group
from rnnviz.training.race import Lane, Race

SIZES = [(1, 10, 3, 8), (16, 10, 8, 16), (32, 30, 8, 32)]
REPLICAS = (1, 2, 4, 8, 16)
K, DAYS = 4, 14
#: Iterations between two calls, as in a race.
AT_ONCE = 10


def engine(size: tuple[int, int, int, int], replicas: int) -> list[Iteration]:
    """Return an iteration of all networks in one pass, and one after the other."""
    B, T, D, H = size
    generator = np.random.default_rng(0)
    sizes = {"input_size": D, "hidden_size": H, "output_size": K}
    networks = [Network(cell="lstm", seed=seed, **sizes) for seed in range(replicas)]
    optimizers = [make_optimizer("adam", net.flat.size) for net in networks]
    x, y = generator.normal(size=(T, replicas * B, D)), generator.integers(0, K, (T, replicas * B))
    own = [(x[:, n * B :][:, :B].copy(), y[:, n * B :][:, :B].copy()) for n in range(replicas)]
    stacked, together = StackedNetworks(networks), StackedOptimizer(optimizers)
    rates = [1e-3] * replicas

    def in_one_pass() -> None:
        stacked.learn(x, y)
        together.step(stacked.flat, stacked.flat_gradients, rates)

    def one_by_one() -> None:
        for net, optimizer, batch in zip(networks, optimizers, own, strict=True):
            net.learn(*batch)
            optimizer.step(net.flat, net.flat_gradients, 1e-3)

    return [in_one_pass, one_by_one]


def runs(config: RunConfig, replicas: int) -> list[Iteration]:
    """Return ten iterations of all runs of a group in one pass, and one after the other."""
    task, found = GymSchedule(length=DAYS), []
    for stacked in (True, False):
        seeds = range(replicas)
        trainers = [Trainer(RunConfig(**{**vars(config), "seed": seed}), task) for seed in seeds]
        for trainer in trainers:
            trainer.recording = Recording(max_traces=2)
            trainer.recording.thin_to(1024)
        group = Group(trainers, stacked)
        found.append(lambda group=group: group.advance(iterations=AT_ONCE))
    return found


def table(title: str, rows: dict[str, list[list[Iteration]]], seconds: float, each: int) -> None:
    """Print how many times as long one after the other takes; a call does `each` iterations."""
    print(f"\n| {title} | one, us | " + " | ".join(f"R = {n}" for n in REPLICAS) + " |")
    print("|---|---|" + "---|" * len(REPLICAS))
    for name, contenders in rows.items():
        rounds = [in_turn(pair, seconds) for pair in contenders]
        alone = median_us([times[::-1] for times in rounds[0]]) / each
        ratios = " | ".join(f"{ratio(of_pair, 1):.2f}" for of_pair in rounds)
        print(f"| {name} | {alone:.0f} | {ratios} |", flush=True)


def race(seconds: float) -> None:
    """Print how many iterations of all its runs a race does in a second."""
    lanes = [Lane(RunConfig(cell=cell, hidden_size=16), cell) for cell in ("lstm", "rnn")]
    raced = Race(GymSchedule(length=DAYS), lanes, range(10))
    raced.advance(seconds=0.5)
    begun, done = time.perf_counter(), raced.level
    raced.advance(seconds=seconds)
    speed = (raced.level - done) / (time.perf_counter() - begun)
    print(f"\nrace of ten seeds of LSTM and RNN, H=16, T=14, B=32: {speed:.1f} iterations/s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the time")
    long = 0.15 if parser.parse_args().quick else 1.5
    table(
        "LSTM B,T,D,H, engine",
        {",".join(map(str, size)): [engine(size, R) for R in REPLICAS] for size in SIZES},
        long,
        1,
    )
    shapes = [("lstm", 8, 1), ("lstm", 16, 8), ("lstm", 16, 16), ("lstm", 16, 32), ("lstm", 32, 32)]
    shapes += [("gru", 16, 16), ("rnn", 16, 16), ("rnn", 16, 32)]
    whole = {}
    for cell, H, B in shapes:
        config = RunConfig(cell=cell, hidden_size=H, batch_size=B)
        whole[f"{cell} {H} x {B}"] = [runs(config, R) for R in REPLICAS]
    table("cell H x B, runs", whole, long, AT_ONCE)
    race(10 * long)
