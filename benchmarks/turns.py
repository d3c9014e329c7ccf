"""Measure the longest turns that the limits allow: no visitor may keep all others waiting.

For each cell, and for each kind of attention with an RNN and an LSTM, the settings with the longest
turn as estimated, among those that are not refused:
one iteration, and the look at what it led to. Prints the estimate beside what is measured: the
median and the longest by the clock, and the median of the processor's time, which tells less of
what else the machine does::

    python -m benchmarks.turns [--turns 15]
"""

from __future__ import annotations

import argparse
import time
from bisect import bisect_left
from dataclasses import replace

import numpy as np

from rnnviz import RunConfig, Trainer
from rnnviz.engine import CELLS
from rnnviz.engine.attention import ATTENTION
from rnnviz.tasks import make_task
from rnnviz.tasks.task import Task
from rnnviz.training import pace
from rnnviz.training.limits import Planned, fits, turn_ms

#: Longest turn that is wanted, in milliseconds.
WANTED_MS = 150


#: Cells and attention that are measured.
MEASURED = [
    *((cell, "none") for cell in CELLS),
    *((cell, kind) for cell in ("rnn", "lstm") for kind in ATTENTION if kind != "none"),
]


def heaviest(cell: str, attention: str = "none") -> Planned:
    """Return the settings of the longest turn that is allowed with a cell."""
    allowed: list[Planned] = []
    for length in (14, 100, 500):
        task: Task = make_task("gym", length=length)
        for hidden_size in (8, 32, 128):
            for layers in (1, 4):
                shape = RunConfig(
                    cell=cell, attention=attention, hidden_size=hidden_size, layers=layers
                )
                most = _most_in_a_batch(shape, task)
                if most:
                    allowed.append((replace(shape, batch_size=most), task))
    return max(allowed, key=lambda run: turn_ms(*run))


def _most_in_a_batch(shape: RunConfig, task: Task) -> int:
    """Return the largest batch that is not refused; 0 if none is taken."""

    def is_refused(size: int) -> bool:
        return not fits((replace(shape, batch_size=size), task))

    return bisect_left(range(1, 257), True, key=is_refused)


def measured_ms(config: RunConfig, task: Task, turns: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of so many turns, by the clock and of the processor."""
    trainer = Trainer(config, task)
    taken, worked = [], []
    for _ in range(turns + 2):
        begun, working = time.perf_counter(), time.thread_time()
        trainer.advance(iterations=1)
        trainer.trace()
        trainer.score()
        taken.append(1e3 * (time.perf_counter() - begun))
        worked.append(1e3 * (time.thread_time() - working))
    return taken[2:], worked[2:]  # the first ones make buffers


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=15)
    turns = parser.parse_args().turns
    pace.keep(pace.measured())
    print(f"this machine takes {pace.pace():.2f} times as long as estimated")
    print(
        "| cell, attention | units, layers, batch, T | estimated | median | longest | processor |"
    )
    print("|---|---|---|---|---|---|")
    medians = {}
    for cell, attention in MEASURED:
        config, task = heaviest(cell, attention)
        taken, worked = measured_ms(config, task, turns)
        name = f"{cell}, {attention}"
        medians[name] = float(np.median(taken))
        print(
            f"| {name} | {config.hidden_size}, {config.layers}, {config.batch_size}, {task.length} "
            f"| {turn_ms(config, task):.0f} ms | {medians[name]:.0f} ms | {max(taken):.0f} ms "
            f"| {np.median(worked):.0f} ms |"
        )
    worst = max(medians, key=lambda name: medians[name])
    print(f"worst: {worst}, {medians[worst]:.0f} ms in the median (wanted: at most {WANTED_MS})")


if __name__ == "__main__":
    main()
