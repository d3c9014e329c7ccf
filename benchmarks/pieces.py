"""Measure the pieces around an iteration: what each costs beside the iteration that it belongs to.

Ratios within one run; processor time, the least of many rounds::

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.pieces
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.history import thin
from rnnviz.analysis.triangle import triangle
from rnnviz.figures.course_charts import course_charts
from rnnviz.figures.payload import to_bytes
from rnnviz.figures.picture import pack
from rnnviz.tasks import TASKS, GymSchedule, NextValue, make_task
from rnnviz.training.evaluate import evaluate
from rnnviz.training.tracing import make_trace

ROUNDS = 40


def least_us(*works: Callable[[], Any]) -> list[float]:
    """Return the least time of each piece of work, in microseconds; they take turns."""
    took: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, times in zip(works, took, strict=True):
            start = time.process_time()
            work()
            times.append(1e6 * (time.process_time() - start))
    return [min(times) for times in took]


def print_batches() -> None:
    """Print what drawing a batch costs beside the training on it."""
    print("\nbatch of 32   | µs to draw | share of an iteration, LSTM of 16 units")
    for key in TASKS:
        trainer = Trainer(RunConfig(task=key), make_task(key))
        generator = np.random.default_rng(0)
        drawn, trained = least_us(
            lambda task=trainer.task, g=generator: task.sample(g, 32),
            lambda trainer=trainer: trainer.advance(iterations=1),
        )
        print(f"{key:13} | {drawn:10.0f} | {drawn / trained:6.1%}")


def print_tick() -> None:
    """Print what a tick of the Studio takes beside an iteration of the run that the app opens with.

    What Streamlit takes to send and to draw it comes on top.
    """
    trainer = Trainer(RunConfig())
    trainer.advance(iterations=30)
    config, task, probe = trainer.config, trainer.task, trainer.probe
    trace = trainer.trace()

    def charts() -> bytes:
        return to_bytes({"charts": [chart.figure for chart in course_charts(trainer)]})

    iteration, traced, scored, packed, drawn = least_us(
        lambda: trainer.advance(iterations=1),
        lambda: make_trace(trainer.network, task, probe, config, trainer.iteration),
        lambda: evaluate(trainer.network, task),
        lambda: pack([trace]),
        charts,
    )
    print("\npart of a tick  | µs | share of an iteration of the opening run")
    for name, part in (
        ("iteration", iteration),
        ("trace", traced),
        ("evaluation", scored),
        ("picture", packed),
        ("charts", drawn),
    ):
        print(f"{name:15} | {part:7.0f} | {part / iteration:6.0%}")


def print_itemised() -> None:
    """Print what the itemised matrix costs beside one pass, T = 50, H = 32."""
    trainer = Trainer(RunConfig(hidden_size=32), GymSchedule(length=50))
    trace, batch = trainer.trace(), trainer.probe.batch
    network = trainer.network_of(trace)
    matrix, one = least_us(
        lambda: triangle(trace, network),
        lambda: network.record(batch.x, batch.y, batch.mask),
    )
    print(f"\nitemised matrix, T=50, H=32: {matrix / 1000:.1f} ms (wanted 15),")
    print(f"as long as {matrix / one:.1f} passes over the sequence")


def print_norms() -> None:
    """Print what the per-step norms cost beside an iteration, at the Studio's first settings."""
    for hidden, length in ((16, 12), (32, 50)):
        trainer = Trainer(RunConfig(hidden_size=hidden), GymSchedule(length=length))
        trainer.advance(iterations=1)
        norms, iteration = least_us(
            trainer.network.gradient_norms, lambda trainer=trainer: trainer.advance(iterations=1)
        )
        share = norms / iteration
        print(f"norms of dL/dh_t, T={length}, H={hidden}: {share:.1%} of an iteration")


def print_once() -> None:
    """Print what is done once, or once a tick."""
    values, iterations = np.random.default_rng(0).random(100_000), np.arange(100_000)
    text = "value\n" + "\n".join(map(str, range(400_000)))
    (thinned,) = least_us(lambda: thin(iterations, values))
    start = time.process_time()
    NextValue(text)
    first = time.process_time() - start
    print(f"\nthinning a curve of 100 000 iterations: {thinned / 1000:.1f} ms")
    print(f"a task from a CSV of {len(text) / 1e6:.1f} MB: {first:.1f} s")


def main() -> None:
    """Measure and print."""
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()}")
    print_batches()
    print_tick()
    print_itemised()
    print_norms()
    print_once()


if __name__ == "__main__":
    main()
