"""Runs that kill their worker or raise in it, and small ones that do not."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rnnviz import sweeps
from rnnviz.tasks import Task, make_task
from rnnviz.training import RunConfig

SMALL = {"task": "echo", "lag": [1, 2], "length": 6, "cell": "rnn", "hidden_size": 4}
PLAN = sweeps.plan(SMALL, [0, 1], iterations=12)


@dataclass(frozen=True)
class Deadly(sweeps.Run):
    """A run that kills each other process that it comes to, as often as there are lives."""

    folder: Path = Path()
    lives: int = 1
    home: int = 0

    def __reduce__(self) -> tuple[Any, ...]:
        return _arrive, (self.config, self.task, self.folder, self.lives, self.home)


def _arrive(config: RunConfig, task: Task, folder: Path, lives: int, home: int) -> sweeps.Run:
    """Come to a process: to that of the test itself, where a cluster’s scheduler is, unharmed."""
    if os.getpid() == home:
        return Deadly(config, task, 12, folder=folder, lives=lives, home=home)
    for life in range(lives):
        if not (folder / f"died {life}").exists():
            (folder / f"died {life}").touch()
            os._exit(1)
    return sweeps.Run(config, task, 12)


def too_large() -> sweeps.Run:
    """Return a run that a trainer refuses; a plan would have refused it before."""
    config = RunConfig(task="echo", hidden_size=128, layers=4, batch_size=256)
    return sweeps.Run(config, make_task("echo", length=200), 5)


def deadly(folder: Path, lives: int) -> sweeps.Run:
    """Return a run like those of `PLAN`, with a seed of its own."""
    first = PLAN.runs[0]
    config = replace(first.config, seed=99 + min(lives, 2) - 1)
    return Deadly(config, first.task, 12, folder=folder, lives=lives, home=os.getpid())


def plan_of(*first: sweeps.Run) -> sweeps.Plan:
    """Return a plan that begins with these runs, and goes on with three small ones."""
    return sweeps.Plan((*first, *PLAN.runs[1:]), ("lag",), 1.0)


def results(rows: list[sweeps.Row]) -> list[sweeps.Row]:
    """Return rows without the time that they took."""
    return [{**row, "seconds": 0} for row in rows]


def done(sweeping: sweeps.Sweeping) -> list[sweeps.Row]:
    """Do a sweep to its end, and return its rows without their times."""
    while not sweeping.done:
        sweeping.poll()
        sweeping.wait(1.0)
    return results(sweeping.rows)
