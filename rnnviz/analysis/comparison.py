"""How much memory helps: three ways to predict a gym schedule, and the best accuracy of each."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from rnnviz.engine import WITHOUT_MEMORY, spec_of
from rnnviz.numbers import percent
from rnnviz.tasks import GymSchedule
from rnnviz.training import RunConfig, Score, Trainer

Way = Literal["calendar", "yesterday", "memory"]

#: The information that each way uses, as a person reads it; from least to most.
WAYS: dict[Way, str] = {
    "calendar": "calendar alone",
    "yesterday": "yesterday alone",
    "memory": "all days so far",
}

#: Best accuracies that differ by less are called equal.
_ALIKE = 0.005


@dataclass(frozen=True)
class Result:
    """The result of a run on a gym schedule, at the time it was measured.

    Parameters
    ----------
    task
    cell
        As in `RunConfig`.
    way
        Which of the three ways it used.
    iteration
    accuracy
        On the evaluation sequences, 0..1; NaN if the network's outputs are not numbers.
    days
        Number of scored days of these sequences.
    window
        Maximum number of steps that the network sees, including the current one; None if unlimited.
    """

    task: GymSchedule
    cell: str
    way: Way
    iteration: int
    accuracy: float
    days: int
    window: int | None = None

    @property
    def name(self) -> str:
        """Display name of the cell."""
        return spec_of(self.cell).label

    @property
    def sees(self) -> str:
        """Display name of what the network saw of the days."""
        if self.way == "memory" and self.window is not None and self.window < self.task.length:
            return f"the last {self.window} days"
        return "the calendar alone" if self.way == "calendar" else WAYS[self.way]


@dataclass(frozen=True)
class Comparison:
    """One way: the best that it allows, and what a run has reached with it.

    Parameters
    ----------
    way
    ceiling
        Best accuracy of any model that uses this way, 0..1, computed from the schedule.
    result
        None if no run used this way in this session.
    trains_now
        Whether that is the current run, and not an earlier one.
    """

    way: Way
    ceiling: float
    result: Result | None
    trains_now: bool


def way_of(task: GymSchedule, config: RunConfig) -> Way:
    """Return which way a run uses."""
    if task.view == "calendar":
        return "calendar"
    return "yesterday" if config.cell in WITHOUT_MEMORY and config.window == 1 else "memory"


def measure(trainer: Trainer) -> Result | None:
    """Return what a run has reached; None if it is not about a gym schedule."""
    if not isinstance(trainer.task, GymSchedule):
        return None
    return result_with(trainer, trainer.score())


def result_with(trainer: Trainer, score: Score) -> Result | None:
    """Return what a run has reached, with the score that it has; None as in `measure`."""
    task, config = trainer.task, trainer.config
    if not isinstance(task, GymSchedule):
        return None
    window = config.window if config.cell in WITHOUT_MEMORY else None
    way = way_of(task, config)
    return Result(task, config.cell, way, trainer.iteration, score.value, score.scored, window)


def compare(
    task: GymSchedule, now: Result | None, earlier: Iterable[Result]
) -> tuple[Comparison, ...]:
    """Compare the three ways.

    Parameters
    ----------
    task
        The schedule, with any view.
    now
        The current run.
    earlier
        Runs before it, the latest last; those on another schedule are ignored.
    """
    ceilings = _ceilings(task)
    found = {run.way: run for run in earlier if _same_schedule(run.task, task)}
    mine = None if now is None or not _same_schedule(now.task, task) else now
    if mine is not None:
        found[mine.way] = mine
    return tuple(
        Comparison(way, ceilings[way], found.get(way), mine is not None and mine.way == way)
        for way in WAYS
    )


def worth_of_memory(ways: tuple[Comparison, ...]) -> str:
    """Say what the best accuracies mean."""
    calendar, yesterday, memory = (way.ceiling for way in ways)
    by_calendar = f"Calendar alone: at best {percent(calendar)}"
    if memory - calendar <= _ALIKE:
        return f"{by_calendar}, so no memory of earlier days is needed."
    if memory - yesterday > _ALIKE:
        return (
            f"{by_calendar}. Yesterday alone: {percent(yesterday)}. "
            f"All days so far: {percent(memory)}. The difference to yesterday alone is what a "
            "longer memory adds."
        )
    most = "as much" if memory - yesterday < 1e-9 else "nearly as much"
    rest = "" if yesterday == 1 else f", {most} as all days so far"
    alone = f"Yesterday alone: {percent(yesterday)}{rest}"
    return f"{by_calendar}. {alone}, so no longer memory is needed."


def in_words(comparison: Comparison) -> str:
    """Say what a run has reached; "" if there is none, or its outputs are not numbers."""
    result = comparison.result
    if result is None or math.isnan(result.accuracy):
        return ""
    verb = "reaches" if comparison.trains_now else "reached"
    sentence = (
        f"From {result.sees} the {result.name} {verb} {percent(result.accuracy)} at iteration "
        f"{result.iteration:,}"
    )
    if result.accuracy <= comparison.ceiling + 1e-9:
        return f"{sentence}."
    luck = f"chance: {result.days:,} days were measured"
    if result.way == "calendar" and result.window != 1:
        return (
            f"{sentence}, above the best from one day's calendar. It sees the calendar of earlier "
            f"days too; some of it may be {luck}."
        )
    return f"{sentence}, above what it can reach on average, by {luck}."


@lru_cache(maxsize=16)
def _ceilings(task: GymSchedule) -> dict[Way, float]:
    """Return the best accuracy of each way; cached, as a long schedule takes up to a second."""
    return {
        "calendar": replace(task, view="calendar").best_accuracy,
        "yesterday": replace(task, view="yesterday").memoryless,
        "memory": task.best_with_memory,
    }


def _same_schedule(one: GymSchedule, other: GymSchedule) -> bool:
    return replace(one, view=other.view) == other
