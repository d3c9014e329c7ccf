"""A repeating schedule, day by day: what is due, what is done, and how much can be known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnviz.tasks import calendar
from rnnviz.tasks.start_filter import best_answers

WEEK = len(calendar.WEEKDAYS)


class Days(NamedTuple):
    """Some days of several people, as integers: days first, then people.

    `seen` (T, B) is what was done, `due` (T+1, B) what the schedule said; `first` (B,) is the
    calendar's number of the first day.
    """

    seen: NDArray[np.int64]
    due: NDArray[np.int64]
    first: NDArray[np.int64]


@dataclass(frozen=True)
class Schedule:
    """Exercises that repeat, one a day, with rest days and missed days.

    The integers above those of the exercises are `off`, the weekly rest day, if there is one, and
    `rest`, a missed day. If there is a rest day, the first day is the one after it.

    Parameters
    ----------
    cycle : tuple of int
        The exercise at each place, numbered 0, 1, ... in the order of their first appearance.
    length
        Number of days T that are seen.
    missed
        Probability that a day, but not the first, is missed.
    waits
        Whether what was due on a missed day stays due; else it is skipped.
    rest_day
        Number of the weekday, Monday 0, on which the schedule waits; None without a rest day.
    noise
        Probability that another exercise is done than the one due, never on the first day.
    """

    cycle: tuple[int, ...]
    length: int
    missed: float
    waits: bool
    rest_day: int | None
    noise: float

    @cached_property
    def kinds(self) -> int:
        """Number of different exercises."""
        return len(set(self.cycle))

    @property
    def off(self) -> int:
        """The integer of the weekly rest day."""
        return self.kinds

    @property
    def rest(self) -> int:
        """The integer of a day that is missed."""
        return self.kinds + (self.rest_day is not None)

    @property
    def regular(self) -> bool:
        """Whether the first day determines all others."""
        return not (self.missed or self.noise) and self.rest_day is None

    @property
    def drifts(self) -> bool:
        """Whether the schedule gets out of step with the calendar."""
        return self.missed > 0 and self.waits

    @cached_property
    def memory_days(self) -> int:
        """Smallest m such that the last m exercises determine the next one."""
        twice = self.cycle * 2
        count = len(self.cycle)
        for days in range(1, count):
            following: dict[tuple[int, ...], int] = {}
            if all(
                following.setdefault(twice[place : place + days], twice[(place + days) % count])
                == twice[(place + days) % count]
                for place in range(count)
            ):
                return days
        return count

    def unbroken(self, start: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what is due (T+1, B) in a `regular` schedule, by the starting place (B,)."""
        return self._rotations.take(start, axis=1)

    def draw(self, generator: np.random.Generator, people: int, dated: bool) -> Days:
        """Draw days that start at random places.

        Parameters
        ----------
        dated
            Whether the schedule follows the calendar from a first day on, unless it drifts.
        """
        count, shape = len(self.cycle), (self.length, people)
        start = generator.integers(count, size=people)
        first = np.zeros(people, dtype=np.int64)
        if dated or self.rest_day is not None:
            place, first = self.starts(generator.integers(calendar.PERIOD * count, size=people))
            if dated and not self.drifts:
                start = place
        done = generator.random(shape) >= self.missed if self.missed else np.ones(shape, dtype=bool)
        return self.live(generator, start, first, done)

    def starts(self, number: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return place in the schedule and day in the calendar of the n-th possible first day."""
        count = len(self.cycle)
        if self.rest_day is None:
            return number % count, number
        return (WEEK - 1) * number % count, WEEK * number + (self.rest_day + 1) % WEEK

    def live(
        self,
        generator: np.random.Generator,
        start: NDArray[np.int64],
        first: NDArray[np.int64],
        done: NDArray[np.bool_],
    ) -> Days:
        """Go through the days; where `done` (T, B) is false, the schedule waits or runs on."""
        done[0] = True
        due, off = self._due(start, done), self._off[:-1]
        seen = due[:-1].copy()
        if self.noise:
            self._disturb(generator, seen)
        seen[~done] = self.rest
        seen[off] = due[:-1][off]
        return Days(seen, due, first)

    def likeliest(self, days: Days) -> NDArray[np.int64]:
        """Return the best answer (T, B) after each day if all but the starting place is known."""
        done = days.seen < self.rest
        due = self._due(np.arange(len(self.cycle))[:, None, None], done)
        informative = done & ~self._off[:-1, None]
        return best_answers(due, days.seen, informative, self.noise, self.kinds)

    def best_from_calendar(self) -> float:
        """Return the best accuracy of a model that sees weekday and month alone.

        Counted over all days until the calendar and the schedule are in step again.
        """
        count = len(self.cycle)
        of_exercise = np.bincount(self.cycle)
        if self.drifts:
            share = float(of_exercise.max() / count)
            return share if self.rest_day is None else (1 + (WEEK - 1) * share) / WEEK
        day = np.arange(calendar.PERIOD * count)
        place, off = day, np.zeros(len(day), dtype=bool)
        if self.rest_day is not None:
            since = day - (self.rest_day + 1)
            place, off = since // WEEK * (WEEK - 1) + since % WEEK, since % WEEK == WEEK - 1
        due = np.where(off, self.off, np.take(self.cycle, place % count))
        known = day % WEEK * len(calendar.MONTHS) + calendar.MONTH.take(day % calendar.PERIOD)
        outputs = self.kinds + 1
        counts = np.bincount(known * outputs + due, minlength=known.max() * outputs + outputs)
        return float(counts.reshape(-1, outputs).max(axis=1).sum() / len(day))

    @cached_property
    def _rotations(self) -> NDArray[np.int64]:
        """(T+1, places): the exercise on each day, by the starting place."""
        count = len(self.cycle)
        places = np.arange(self.length + 1)[:, None] + np.arange(count)
        return np.take(self.cycle, places % count)

    @cached_property
    def _off(self) -> NDArray[np.bool_]:
        """(T+1,): which days are rest days."""
        days = np.arange(self.length + 1)
        off: NDArray[np.bool_] = (days % WEEK == WEEK - 1) & (self.rest_day is not None)
        return off

    def _due(self, start: NDArray[np.int64], done: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return what is due (..., T+1, B) by the starting place, (B,) or (S, 1, 1)."""
        moves = np.zeros((self.length + 1, done.shape[1]), dtype=np.int64)
        moves[1:] = done if self.waits else 1
        moves[1:][self._off[:-1]] = 0
        due = np.take(self.cycle, (moves.cumsum(axis=0) + start) % len(self.cycle))
        due[..., self._off, :] = self.off
        return due

    def _disturb(self, generator: np.random.Generator, seen: NDArray[np.int64]) -> None:
        """Replace some exercises by different ones, never on the first day."""
        strikes = generator.random(seen.shape) < self.noise
        strikes[0] = False
        seen += strikes * generator.integers(1, self.kinds, size=seen.shape)
        seen %= self.kinds
