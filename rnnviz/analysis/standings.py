"""How the lanes of a race stand where they are compared: what is counted before it is said.

All lanes are cut where the one that is furthest behind is, so that none is ahead because it was
trained for longer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.tasks.task import Measure
from rnnviz.training.race import By, Lane, Race, task_of
from rnnviz.training.solved import IN_A_ROW, can_be_solved

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Table:
    """The raw numbers of one lane.

    Parameters
    ----------
    name
    marks : array of int, (I,)
        Iterations at which it was measured, from 0 on.
    scores : array, (S, I)
        A row for each seed; NaN where there is none.
    seconds : array, (I,)
        Processor seconds of the lane at each mark.
    diverged : tuple of bool, length S
        Which runs have diverged by now, at whichever iteration.
    memoryless
        Best score of a model that sees the current input alone; NaN if unknown.
    refused
        Why it can't run; "" if it can.
    elsewhere
        Whether it is scored on other sequences than the lanes that see the race's task as it is.
    """

    name: str
    marks: NDArray[np.int64]
    scores: Array
    seconds: Array
    diverged: tuple[bool, ...]
    memoryless: float = math.nan
    refused: str = ""
    elsewhere: bool = False


@dataclass(frozen=True)
class Terms:
    """What holds for all lanes.

    Parameters
    ----------
    measure
        `"accuracy"`: more is better; `"error"`: less is.
    solved
        Score from which on the task counts as solved; None if nobody can say that.
    by
        Whether the lanes are compared at the same iteration, or after the same seconds.
    """

    measure: Measure
    solved: float | None
    by: By

    def is_good(self, score: float) -> bool:
        """Tell whether a score is at least as good as `solved`; never if it is no number."""
        if self.solved is None:
            return False
        return score >= self.solved if self.measure == "accuracy" else score <= self.solved


@dataclass(frozen=True)
class Standing:
    """How one lane stands where the lanes are compared.

    Parameters
    ----------
    name
    iteration
        The mark at which it is compared.
    seconds
        Processor seconds of the lane at that mark.
    scores : tuple of float, length S
        At that mark; NaN for a run that has diverged.
    solved_at : tuple of int or None, length S
        The first of five good marks in a row. A run that has diverged counts as not solved.
    solved_after : tuple of float or None, length S
        The seconds of the lane at that mark.
    diverged
        How many runs have diverged.
    elsewhere
        As in `Table`.
    """

    name: str
    iteration: int
    seconds: float
    scores: tuple[float, ...]
    solved_at: tuple[int | None, ...]
    solved_after: tuple[float | None, ...]
    diverged: int
    elsewhere: bool = False

    @property
    def called(self) -> str:
        """Its name, as it stands in a sentence."""
        return called(self.name)

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self.scores)

    @property
    def solved(self) -> int:
        """Number of runs that have solved the task."""
        return sum(at is not None for at in self.solved_at)


def called(name: str) -> str:
    """Return the name of a lane as it stands in a sentence: in quotes if it is not one word."""
    return name if name.isalnum() else f"“{name}”"


def tables_of(race: Race) -> tuple[list[Table], Terms]:
    """Return the raw numbers of a race so far."""
    solved = race.task.solved if can_be_solved(race.task) else None
    tables = [_table(race, lane) for lane in race.lanes]
    return tables, Terms(race.task.measure, solved, race.by)


def _table(race: Race, lane: Lane) -> Table:
    marks, scores = race.curves(lane, "score")
    refused = race.refused.get(lane, "")
    runs = () if refused else race.groups[lane].trainers
    return Table(
        name=lane.name,
        marks=marks,
        scores=scores,
        seconds=race.spent(lane),
        diverged=tuple(run.diverged is not None for run in runs),
        memoryless=math.nan if refused else task_of(lane, race.task).memoryless,
        refused=refused,
        elsewhere=not refused and task_of(lane, race.task) != race.task,
    )


def standings_of(tables: Sequence[Table], terms: Terms) -> list[Standing]:
    """Cut all lanes where the one that is furthest behind is; those that stopped do not count."""
    going = [table for table in tables if not all(table.diverged)] or tables
    ends = [float(_clock(table, terms)[-1]) for table in going if table.marks.size]
    if not ends or len(ends) < len(going):  # one is still to be measured for the first time
        return []
    return [_standing(table, min(ends), terms) for table in tables]


def _clock(table: Table, terms: Terms) -> Array:
    return table.seconds if terms.by == "seconds" else table.marks.astype(float)


def _standing(table: Table, end: float, terms: Terms) -> Standing:
    here = int(np.count_nonzero(_clock(table, terms) <= end))
    first = [_first_solved(row[:here], terms) for row in table.scores]
    solved = [None if stopped else at for at, stopped in zip(first, table.diverged, strict=True)]
    last = table.scores[:, here - 1] if here else np.full(len(table.diverged), math.nan)
    # A lane that has stopped is compared where the others are.
    stopped = all(table.diverged) and terms.by == "iterations"
    return Standing(
        name=table.name,
        iteration=int(end) if stopped else int(table.marks[here - 1]) if here else 0,
        seconds=float(table.seconds[here - 1]) if here else 0.0,
        scores=tuple(
            math.nan if lost else float(score)
            for score, lost in zip(last, table.diverged, strict=True)
        ),
        solved_at=tuple(None if at is None else int(table.marks[at]) for at in solved),
        solved_after=tuple(None if at is None else float(table.seconds[at]) for at in solved),
        diverged=sum(table.diverged),
        elsewhere=table.elsewhere,
    )


def _first_solved(scores: Array, terms: Terms) -> int | None:
    """Return the place of the first of five good scores in a row; None if there are none."""
    good = [terms.is_good(score) for score in scores]
    places = range(len(good) - IN_A_ROW + 1)
    return next((place for place in places if all(good[place : place + IN_A_ROW])), None)
