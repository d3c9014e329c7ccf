"""What a preset is: an experiment at one click that shows one thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rnnviz.tasks.task import Task
from rnnviz.training.config import RunConfig
from rnnviz.training.trainer import Trainer

Named = tuple[str, RunConfig, Task]
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Preset:
    """An experiment: runs that differ in one respect.

    Parameters
    ----------
    key
        In the table of claims.
    name
        Text on its button.
    title
        What it shows, in a few words.
    runs : tuple of (name, config, task)
        The first is the one to watch; the others are for comparison.
    iterations
        Iterations of each run after which the effect can be seen.
    look_at
        What to look at, and what can be seen there.
    not_to_conclude
        What it does not show.
    opens_at
        Iteration at which its runs are shown first; None is the last one.
    view
        Title of the view of its page that is opened; "" where the page decides it.
    choices : tuple of (word, text)
        What is chosen on its page, in the words of a link.
    """

    key: str
    name: str
    title: str
    runs: tuple[Named, ...]
    iterations: int
    look_at: str
    not_to_conclude: str
    opens_at: int | None = None
    view: str = ""
    choices: tuple[tuple[str, str], ...] = ()

    def seeded(self, seed: int) -> Preset:
        """Return the same experiment with another seed."""
        runs = ((name, replace(config, seed=seed), task) for name, config, task in self.runs)
        return replace(self, runs=tuple(runs))

    def trainers(self) -> tuple[Trainer, ...]:
        """Return a new trainer for each run."""
        return tuple(Trainer(config, task) for _, config, task in self.runs)


def runs_of(task: Task, common: Settings, named: Mapping[str, Settings]) -> tuple[Named, ...]:
    """Make runs on one task that share some settings."""
    return tuple(
        (name, RunConfig(**{"task": task.key, **common, **own}), task)
        for name, own in named.items()
    )
