"""Several runs side by side, brought to the same iteration in short slices."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from rnnviz.tasks.task import Task
from rnnviz.training.config import RECURRENT, RunConfig
from rnnviz.training.limits import check_runs
from rnnviz.training.trainer import Trainer

#: The name of a run on the page, its config and its task.
Named = tuple[str, RunConfig, Task]
#: Maximum iterations of one run before the next one gets its turn.
AT_ONCE = 10


class SideBySide:
    """Runs that are trained to the same iteration, side by side.

    Parameters
    ----------
    runs : sequence of (name, config, task)
        Names must all be different.
    iterations
        The number of iterations to which each is trained.
    probe
        Index of the probe of each run, if its task has that probe.

    Attributes
    ----------
    trainers : dict of Trainer
        By name.

    Raises
    ------
    ValueError
        If the runs together would need too much memory or time, or one of them can't be made.
    """

    def __init__(self, runs: Sequence[Named], iterations: int, probe: int = 0) -> None:
        check_runs(*((config, task) for _, config, task in runs))
        self.iterations = iterations
        self.trainers = {name: Trainer(config, task, probe) for name, config, task in runs}

    @property
    def done(self) -> bool:
        """Whether every run has finished or diverged."""
        return all(self._is_done(trainer) for trainer in self.trainers.values())

    @property
    def progress(self) -> float:
        """Share of the iterations done, 0..1."""
        shares = [
            1.0 if self._is_done(trainer) else trainer.iteration / self.iterations
            for trainer in self.trainers.values()
        ]
        return sum(shares) / len(shares)

    @property
    def slowest(self) -> int:
        """Iteration that every run has reached, except those that have diverged."""
        return min(trainer.iteration for trainer in self._going)

    @property
    def are_level(self) -> bool:
        """Whether all runs are at the same iteration, except those that have diverged."""
        return len({trainer.iteration for trainer in self._going}) == 1

    def common_iterations(self) -> list[int]:
        """Return the iterations at which all runs can be shown together, ascending.

        Runs that have diverged are left out, unless all have. Empty if no iteration was kept by
        all.
        """
        kept = ({*who.recording.iterations, who.iteration} for who in self._going)
        return sorted(set.intersection(*kept))

    @property
    def _going(self) -> list[Trainer]:
        trainers = list(self.trainers.values())
        return [who for who in trainers if who.diverged is None] or trainers

    def advance(self, seconds: float) -> None:
        """Train for this many seconds; the run that is furthest behind goes first."""
        end = time.perf_counter() + seconds
        while not self.done and time.perf_counter() < end:
            waiting = [who for who in self.trainers.values() if not self._is_done(who)]
            behind = min(waiting, key=lambda trainer: trainer.iteration)
            left = min(AT_ONCE, self.iterations - behind.iteration)
            behind.advance(left, seconds=max(end - time.perf_counter(), 0.0))

    def _is_done(self, trainer: Trainer) -> bool:
        return trainer.diverged is not None or trainer.iteration >= self.iterations


def with_and_without_attention(
    config: RunConfig, task: Task, labels: dict[str, str]
) -> list[Named]:
    """Return the same run with attention, dot where it has none, and without."""
    kind = "dot" if config.attention == "none" else config.attention
    label = labels[config.cell]
    return [
        (f"{label} with {kind} attention", replace(config, attention=kind), task),
        (f"{label} without", replace(config, attention="none"), task),
    ]


def other_cells(config: RunConfig, task: Task, labels: dict[str, str]) -> list[Named]:
    """Return the same run with each recurrent cell, under the names of `labels`."""
    return [(labels[cell], replace(config, cell=cell), task) for cell in RECURRENT]
