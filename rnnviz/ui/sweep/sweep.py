"""A sweep under way: a job of the live loop, done in its slices or by worker processes."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from rnnviz.analysis.sweep_cells import Combination
from rnnviz.sweeps import Draw, Grid, Plan, Range, Row, Sweeping, SweepStopped, plan
from rnnviz.tasks.task import Task
from rnnviz.training import FIELD, RunConfig
from rnnviz.training.config import CHOICE_LABELS
from rnnviz.views.sweep import Axis
from rnnviz.visit.turns import LONGEST_SLICE_S
from rnnviz.visit.workers import Share

_LOG = logging.getLogger("rnnviz")

#: Longest text of one's own, in characters: each run of a sweep has a link, which holds it.
MOST_TEXT = 100_000
#: Seconds between two slices after which the time between them was not spent on the sweep.
_PAUSE_S = 2.0
#: Seconds from which on the pace so far tells more than the estimate.
_TELLS_S = 3.0


@dataclass(frozen=True)
class Wanted:
    """What is to be swept, around a run.

    Parameters
    ----------
    config, task
        Of the run.
    axes : tuple of Axis
    seeds
        How many, from the run's own on.
    iterations
        For how many each run trains.
    draws
        How many combinations are drawn at random; None: all of them are done.
    """

    config: RunConfig
    task: Task
    axes: tuple[Axis, ...]
    seeds: int
    iterations: int
    draws: int | None = None

    @property
    def combinations(self) -> int:
        """How many there are."""
        if self.draws is not None:
            return self.draws
        count = 1
        for axis in self.axes:
            count *= len(axis.values)
        return count

    def plan(self, most: int) -> Plan:
        """Return the runs, all seeds of a combination one after the other.

        Parameters
        ----------
        most
            Maximum number of runs.

        Raises
        ------
        ValueError
            If there are too many, or one is not possible: a sentence says why.
        """
        count = self.combinations * self.seeds
        if count > most:
            raise ValueError(
                f"{self.combinations:,} combinations with {self.seeds} seeds each are {count:,} "
                f"runs, and this server allows {most:,}: use fewer values or fewer seeds"
            )
        texts = [getattr(self.task, field.name) for field in self.task.fields if field.kind is str]
        if sum(map(len, texts)) > MOST_TEXT:
            raise ValueError(
                "The data of this task is too long for a link, which each run of a sweep has: "
                "sweep in a notebook instead, with rnnviz.sweep"
            )
        first = self.config.seed
        seeds = [(first + number) % 2**32 for number in range(self.seeds)]
        return plan(self._around(), seeds, iterations=self.iterations, most=most)

    def _around(self) -> list[tuple[RunConfig, Task]]:
        """Return settings and task of each combination; a task is made once."""
        tasks: dict[Combination, Task] = {}
        made = []
        for point in self._points():
            of_task = {name: value for name, value in point.items() if name not in FIELD}
            of_run = {name: value for name, value in point.items() if name in FIELD}
            key = tuple(of_task.values())
            if key not in tasks:
                tasks[key] = replace(self.task, **of_task) if of_task else self.task  # type: ignore[type-var]
            made.append((replace(self.config, **of_run), tasks[key]))
        return made

    def _points(self) -> list[dict[str, Any]]:
        named: dict[str, Any] = {"task": self.task.key}
        if self.draws is None:
            points = Grid(named | {axis.name: list(axis.values) for axis in self.axes}).points()
        else:
            settings = named | {axis.name: _drawn_from(axis) for axis in self.axes}
            points = Draw(settings, self.draws, seed=self.config.seed).points()
        return [{name: point[name] for name in point if name != "task"} for point in points]


def drawn_in(wanted: Wanted, planned: Plan) -> tuple[Combination, ...] | None:
    """Return the combinations of a plan that were drawn at random; None for a grid."""
    if wanted.draws is None:
        return None
    names = [axis.name for axis in wanted.axes]
    made = (tuple(run.settings[name] for name in names) for run in planned.runs)
    return tuple(dict.fromkeys(made))


def _drawn_from(axis: Axis) -> Range | list[Any]:
    """Return between which numbers is drawn, or among which values."""
    if not axis.is_numeric or len(axis.values) == 1:
        return list(axis.values)
    low, high = min(axis.values), max(axis.values)
    return Range(low, high, axis.logarithmic and low > 0)


def idle_settings(wanted: Wanted | None) -> list[str]:
    """Say with which values of others a swept setting does nothing."""
    axes = {} if wanted is None else {axis.name: axis for axis in wanted.axes}
    said = []
    for axis in axes.values():
        for other, working in FIELD[axis.name].applies if axis.name in FIELD else ():
            assert wanted is not None
            there = axes[other].values if other in axes else (getattr(wanted.config, other),)
            idle = [CHOICE_LABELS.get(value, value) for value in there if value not in working]
            if idle:
                said.append(f"{axis.label} has no effect with {' and '.join(idle)}.")
    return said


class Sweep:
    """A sweep: a `Job` of the live loop.

    Parameters
    ----------
    wanted : Wanted
    planned : Plan
        Its runs.
    known : mapping of key to row
        Runs that have finished before, and need not be done again.
    share
        The worker processes of this visitor; None: the runs are done in the slices.
    workers
        How many runs the workers do at once.
    """

    def __init__(
        self,
        wanted: Wanted,
        planned: Plan,
        known: Mapping[str, Row],
        share: Share | None = None,
        workers: int = 0,
    ) -> None:
        self.wanted, self.plan = wanted, planned
        self._share, self._workers = share, workers
        self.rows: dict[str, Row] = {
            run.key: known[run.key] for run in planned.runs if run.key in known
        }
        self._sweeping: Sweeping | None = None
        self._already_s = self._done_s
        self._spent_s, self._seen_at = 0.0, -1e9

    @property
    def done(self) -> bool:
        """Whether all runs have finished."""
        return len(self.rows) == len(self.plan.runs)

    @property
    def needs_mb(self) -> float:
        """Estimated megabytes that it takes in this process."""
        return 0.0 if self.done or self._share is not None else self.plan.memory

    @property
    def in_processes(self) -> bool:
        """Whether worker processes do the runs."""
        return self._share is not None

    @property
    def progress(self) -> float:
        """Share of the work that has been done, 0..1, by its estimated cost."""
        return 1.0 if self.done else min(self._done_s / self.plan.cost_s, 1.0)

    @property
    def _done_s(self) -> float:
        """Seconds of one core that what has been done was estimated to take."""
        if self._sweeping is None:
            return sum(run.cost_s for run in self.plan.runs if run.key in self.rows)
        rest = self._sweeping.plan.cost_s
        return self.plan.cost_s - rest + self._sweeping.progress * rest

    def advance(self, seconds: float) -> None:
        """Do a slice, or see what the workers have done."""
        begun = time.monotonic()
        if begun - self._seen_at < _PAUSE_S:
            self._spent_s += begun - self._seen_at
        self._seen_at = begun
        if self._sweeping is None:
            self._sweeping = self._rest()
        try:
            self._sweeping.advance(seconds)
        except SweepStopped as stopped:
            self._keep(self._sweeping)
            # No process can be started: the rest is done here.
            _LOG.warning("A sweep goes on without processes: %s", stopped)
            self.stop()
            self._share, self._workers = None, 0
            return
        self._keep(self._sweeping)

    def _keep(self, sweeping: Sweeping) -> None:
        self.rows |= {row["run"]: row for row in sweeping.rows}

    def seconds_left(self) -> float:
        """Return about how many seconds are left, at the pace so far, or at first as estimated."""
        left, done = self.plan.cost_s - self._done_s, self._done_s - self._already_s
        if self._spent_s > _TELLS_S and done > 0:
            return self._spent_s / done * left
        return wall_s(left, self._workers)

    def stop(self) -> None:
        """End what the workers do; what has finished is kept, and `advance` goes on with it."""
        if self._share is None:
            return
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
        self._share.cancel()

    def _rest(self) -> Sweeping:
        runs = tuple(run for run in self.plan.runs if run.key not in self.rows)
        rest = replace(self.plan, runs=runs)
        return Sweeping(rest, self._share, workers=max(self._workers, 1))


def wall_s(cost_s: float, workers: int) -> float:
    """Estimate the seconds until work has been done, if nobody else computes.

    In the slices of the live loop, which leave a part of the time to the drawing.

    Parameters
    ----------
    cost_s
        Seconds of one core.
    workers
        Processes that share it; 0: the slices.
    """
    return cost_s / workers if workers else cost_s / _SHARE_OF_SLICES


#: Share of the time that the slices take if the visitor is alone: one of 0.08 s in each 0.18 s.
_SHARE_OF_SLICES = LONGEST_SLICE_S / 0.18
