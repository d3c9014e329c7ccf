"""A gym schedule that repeats, and the exercise that is due next.

The file is long because the task has the most settings of all: a third of it is what they are and
the sentences that describe them. How days follow each other is in `schedule`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field, shown
from rnnviz.tasks import calendar, memoryless
from rnnviz.tasks.generated import Generated
from rnnviz.tasks.schedule import WEEK, Days, Schedule
from rnnviz.tasks.task import Batch, read_only
from rnnviz.tasks.vocabulary import Vocabulary, check_label

REST = "rest"
REST_DAY = "rest day"

#: A working week whose first day alternates: on Friday the network must still know which it was.
TWO_WEEKS = (
    "legs", "core", "cardio", "cardio", "cardio",
    "arms", "core", "cardio", "cardio", "cardio",
)  # fmt: skip
#: The simplest schedule: yesterday alone determines what is due.
THREE_DAYS = ("shoulder", "biceps", "cardio")

_EVALUATION_SEED = 20_000
_EVALUATION_SEQUENCES = 64
_PROBE_SEED = 30_000


@dataclass(frozen=True)
class GymSchedule(Generated):
    """A list of exercises that repeats, one a day; after each day, predict which one is due next.

    Every sequence starts at some place of the list, on a day on which the exercise that was due was
    done. A missed day is seen as "rest". On a day with noise another exercise is seen than was due;
    the schedule goes on as if the right one had been done. On the weekly rest day, seen as "rest
    day", the schedule waits; a rest day can itself be due. Sequences of a schedule with a rest day
    start the day after.

    Parameters
    ----------
    exercises : tuple of str
        2..50 names, at least 2 of them different. Names that differ only in case are the same
        exercise, spelt as at first. "rest" may be used as a name unless days can be missed, and
        "rest day" unless there is one.
    length
        Number of days T, 2..500.
    missed
        Probability that a day is missed, 0..0.9. Above 0 there is one more input, "rest".
    when_missed
        `waits`: the exercise that was due stays due. `runs on`: it is skipped.
    rest_day
        `none`, or a day of the week.
    noise
        Probability that another exercise is done than the one that is due, 0..0.5.
    view
        `yesterday`: the network sees what was done the day before. `calendar`: it sees the weekday,
        the month and how you feel on the day to predict. The schedule then follows the calendar
        from a first day on, unless it waits on missed days. How you feel is pure chance.

    Raises
    ------
    ValueError
        If a setting is not allowed; the sentence says what is, and what came.
    """

    exercises: tuple[str, ...] = TWO_WEEKS
    length: int = 20
    missed: float = 0.0
    when_missed: str = "waits"
    rest_day: str = "none"
    noise: float = 0.0
    view: str = "yesterday"

    key: ClassVar[str] = "gym"
    title: ClassVar[str] = "Gym schedule"
    teaches: ClassVar[str] = (
        "What is due next depends on what was done before. It depends on the calendar only where "
        "the schedule keeps in step with the week. Where yesterday does not determine it, because "
        "days were missed or an exercise repeats, the network needs a memory."
    )
    difficulty: ClassVar[str] = "missed"
    signals: ClassVar[tuple[str, ...]] = (REST,)
    simplest: ClassVar[Mapping[str, Any]] = {"exercises": THREE_DAYS, "length": 14}
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "exercises",
            "Exercises",
            tuple,
            exercises,
            "The exercises of the schedule, one a day, in this order. A name may occur twice: "
            "then one day of memory may not be enough.",
            low=2,
            high=50,
            short="ex",
        ),
        Field(
            "length",
            "Sequence length",
            int,
            length,
            "Number of days that the network sees in one sequence.",
            low=2,
            high=500,
            short="len",
        ),
        Field(
            "missed",
            "Missed days",
            float,
            missed,
            "Probability that a day is missed (never the first day or a rest day). The network "
            "then sees “rest”.",
            low=0.0,
            high=0.9,
            short="miss",
        ),
        Field(
            "when_missed",
            "On missed days the schedule",
            str,
            when_missed,
            "Waits: the exercise that was due stays due, so it must be remembered across the gap. "
            "Runs on: it is skipped, so the missed days must be counted.",
            choices=("waits", "runs on"),
            short="wait",
        ),
        Field(
            "rest_day",
            "Weekly rest day",
            str,
            rest_day,
            "A weekday on which nothing is done and the schedule waits. Yesterday's exercise does "
            "not tell when it comes; the calendar does.",
            choices=("none", *calendar.WEEKDAYS),
            short="off",
        ),
        Field(
            "noise",
            "Days with a different exercise",
            float,
            noise,
            "Share of the days with an exercise, the first day excepted, on which another one is "
            "done than was due. The schedule goes on as if the right one had been done.",
            low=0.0,
            high=0.5,
            short="noise",
        ),
        Field(
            "view",
            "The network sees",
            str,
            view,
            "Yesterday: the exercise done the day before. Calendar: weekday, month and how you "
            "feel on the day itself. This is the feed-forward approach; it is enough only where "
            "the schedule keeps in step with the week.",
            choices=("yesterday", "calendar"),
            short="sees",
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        names = tuple(check_label(name, "each exercise") for name in self.exercises)
        spelling: dict[str, str] = {}
        for name in names:
            spelling.setdefault(name.casefold(), name)
        if len(spelling) < 2:
            raise ValueError(
                "exercises must be at least 2 different names, "
                f"got {shown(names[0])} {len(names)} times"
            )
        object.__setattr__(self, "exercises", tuple(spelling[name.casefold()] for name in names))
        if self.missed and REST in spelling:
            raise ValueError(
                "no exercise may be called 'rest' while days can be missed, because a missed day "
                f"is shown as 'rest'; got {shown(spelling[REST])} with missed = {self.missed:g}"
            )
        if self.rest_day != "none" and REST_DAY in spelling:
            raise ValueError(
                "no exercise may be called 'rest day' while there is a weekly rest day, "
                f"got {shown(spelling[REST_DAY])}"
            )

    @property
    def solved(self) -> float:
        """Nearly all that can be known; with noise the first days may be misleading."""
        if self.view == "calendar":
            return 0.98 * self.best_accuracy
        return 0.95 if self.noise else 0.99

    @cached_property
    def memoryless(self) -> float:
        """Best accuracy of any model that sees the current input alone.

        Yesterday: counted on the evaluation sequences. Calendar: counted over all days until the
        calendar and the schedule are in step again; how you feel carries no information.
        """
        if self.view == "yesterday":
            return memoryless.best_accuracy(self._evaluation)
        return self._schedule.best_from_calendar()

    @property
    def best_accuracy(self) -> float:
        """The same as `memoryless`: what any model without memory can reach on this view."""
        return self.memoryless

    @cached_property
    def best_with_memory(self) -> float:
        """Best accuracy of a model that remembers all exercises so far, on the evaluation days.

        It knows the schedule, but not where in it a sequence begins. 1 unless noise misleads it.
        """
        if self.view == "calendar":
            return replace(self, view="yesterday").best_with_memory
        batch = self._evaluation
        days = self._evaluation_days(np.random.default_rng(_EVALUATION_SEED))
        right = self._schedule.likeliest(days) == batch.y
        return float((right if batch.mask is None else right[batch.mask]).mean())

    @property
    def memory_days(self) -> int:
        """Smallest m such that the last m exercises determine the next one."""
        return self._schedule.memory_days

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        if self.view == "yesterday":
            return self.vocabulary.labels
        return calendar.INPUTS

    @cached_property
    def output_labels(self) -> tuple[str, ...]:
        """The different exercises, and the weekly rest day; "rest" is never due."""
        names = tuple(dict.fromkeys(self.exercises))
        return names if self.rest_day == "none" else (*names, REST_DAY)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What can be seen on a day: the output labels, and "rest" if days can be missed."""
        return Vocabulary((*self.output_labels, REST) if self.missed else self.output_labels)

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        count = len(self.exercises)
        names = " → ".join(self.exercises[:4]) + (" → …" if count > 4 else "")
        sentences = [
            f"A schedule of {count} exercises repeats ({names}). After each of {self.length} days "
            "the network predicts which one is due next."
        ]
        if self.missed:
            sentences.append(
                f"A day is missed with a probability of {100 * self.missed:g} %: {self._missing}."
            )
        if self.rest_day != "none":
            sentences.append(f"Every {self.rest_day} is a rest day, on which the schedule waits.")
        if self.noise:
            sentences.append(
                f"On {100 * self.noise:g} % of the days with an exercise, it is not the one that "
                "was due."
            )
        if self.view == "calendar":
            sentences.append(
                "It sees only weekday, month and how you feel, not what was done. From these, no "
                f"model without memory can be right on more than {100 * self.memoryless:.0f} % of "
                "the days."
            )
        elif self.memory_days > 1:
            exercises_tell = (
                self.rest_day == "none"
                and not self.noise
                and not (self.missed and self.when_missed == "runs on")
            )
            enough = f": the last {self.memory_days} exercises determine the next" * exercises_tell
            sentences.append(
                f"An exercise occurs more than once, so yesterday's is not enough{enough}."
            )
        elif self._plain:
            sentences.append(
                "This is the simplest kind: yesterday's exercise alone determines the next."
            )
        return " ".join(sentences)

    @property
    def _missing(self) -> str:
        waits = self.when_missed == "waits"
        if self.view == "calendar":
            return "the schedule waits" if waits else "the schedule runs on"
        if waits:
            return (
                "the network sees “rest”, the schedule waits, and the network must remember what "
                "was due"
            )
        return "the network sees “rest”, the schedule runs on, and the network must count the days"

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw sequences that start at random places of the schedule."""
        if self._plain:
            due = self._schedule.unbroken(generator.integers(len(self.exercises), size=batch_size))
            return Batch(self.vocabulary.one_hot(due[:-1]), due[1:], None)
        return self._batch(self._draw(generator, batch_size), generator)

    @property
    def probe_names(self) -> tuple[str, ...]:
        """One for each start; if days can be missed, also a long gap and an unbroken schedule."""
        return tuple(self._probe_patterns)

    def knowable(self, batch: Batch) -> NDArray[np.bool_] | None:
        """Leave out the first days, on which too few exercises were seen to know the next."""
        if self.view == "calendar" or self.memory_days == 1:
            return None
        exercise = batch.x[:, :, : len(dict.fromkeys(self.exercises))].any(axis=2)
        known: NDArray[np.bool_] = exercise.cumsum(axis=0) >= self.memory_days
        return known if known.any() else None

    def weeks(self, generator: np.random.Generator, count: int = 3) -> tuple[pd.DataFrame, Batch]:
        """Draw some weeks for a calendar, whatever the length of the sequences.

        Returns
        -------
        table : pandas.DataFrame
            A row for each day: `weekday`, `due` (what the schedule says), `done` (what is seen:
            an exercise, "rest" or "rest day"), `missed` and `other` (bool).
        batch : Batch
            One sequence of as many steps. The network's output at step t is about day t + 1 of the
            table; it has no output for day 0.
        """
        task = replace(self, length=count * WEEK)
        days = task._draw(generator, 1)
        names = (*self.output_labels, REST)
        due, seen = days.due[:-1, 0], days.seen[:, 0]
        weekday = (int(days.first[0]) + np.arange(task.length)) % WEEK
        missed = seen == self._schedule.rest
        table = pd.DataFrame(
            {
                "weekday": [calendar.WEEKDAYS[day] for day in weekday],
                "due": [names[name] for name in due],
                "done": [names[name] for name in seen],
                "missed": missed,
                "other": ~missed & (seen != due),
            }
        )
        return table, task._batch(days, generator)

    @cached_property
    def _schedule(self) -> Schedule:
        names = list(dict.fromkeys(self.exercises))
        return Schedule(
            cycle=tuple(names.index(name) for name in self.exercises),
            length=self.length,
            missed=self.missed,
            waits=self.when_missed == "waits",
            rest_day=(None, *range(WEEK))[("none", *calendar.WEEKDAYS).index(self.rest_day)],
            noise=self.noise,
        )

    @property
    def _plain(self) -> bool:
        """Whether sequences follow from their start alone."""
        return self._schedule.regular and self.view == "yesterday"

    def _draw(self, generator: np.random.Generator, people: int) -> Days:
        return self._schedule.draw(generator, people, dated=self.view == "calendar")

    def _batch(self, days: Days, generator: np.random.Generator) -> Batch:
        """Return what the network sees of the days, in the calendar with a feeling for each."""
        if self.view == "yesterday":
            return Batch(self.vocabulary.one_hot(days.seen), days.due[1:], None)
        feeling = generator.integers(len(calendar.FEELINGS), size=days.due.shape)
        day = days.first + np.arange(1, self.length + 1)[:, None]
        return Batch(calendar.one_hot(day, feeling[1:]), days.due[1:], None)

    @cached_property
    def _evaluation(self) -> Batch:
        """Each start once, or 64 sequences if chance plays a part.

        Where one day of memory is not enough, the first days, which can't be known, do not count.
        """
        generator = np.random.default_rng(_EVALUATION_SEED)
        batch = self._batch(self._evaluation_days(generator), generator)
        return read_only(Batch(batch.x, batch.y, self.knowable(batch)))

    def _evaluation_days(self, generator: np.random.Generator) -> Days:
        numbers = np.arange(len(self.exercises) if self._plain else _EVALUATION_SEQUENCES)
        if self.view == "calendar":
            # Over all days evenly: weekdays and exercises meet as often as in the long run.
            period = calendar.PERIOD * len(self.exercises)
            numbers = np.arange(4 * _EVALUATION_SEQUENCES) * _step_through(period) % period
        done = generator.random((self.length, len(numbers))) >= self.missed
        return self._schedule.live(generator, *self._starts(numbers), done)

    def _starts(self, number: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return place in the schedule and day in the calendar of some first days."""
        place, first = self._schedule.starts(number)
        if self.view == "yesterday" or self._schedule.drifts:
            place = number % len(self.exercises)
        return place, first

    @cached_property
    def _probe_patterns(self) -> dict[str, tuple[int, NDArray[np.bool_]]]:
        return {self._probe_name(start, done): (start, done) for start, done in self._patterns()}

    def _patterns(self) -> Iterator[tuple[int, NDArray[np.bool_]]]:
        """Yield where a probe starts, and on which days (T,) something is done."""
        every_day = np.ones(self.length, dtype=bool)
        generator = np.random.default_rng(_PROBE_SEED)
        for start in range(len(self.exercises)):
            done = every_day.copy()
            if self.missed:
                done[1:] = generator.random(self.length - 1) >= self.missed
                done[self.length // 2] &= not done.all()  # a probe of missed days has one
            yield start, done
        if self.missed:
            gap = every_day.copy()
            gap[max(1, self.length // 3) : 1 + 2 * self.length // 3] = False
            yield 0, gap
            yield 0, every_day

    def _probe_batch(self, index: int) -> Batch:
        number, done = self._probe_patterns[self.probe_names[index]]
        generator = np.random.default_rng(_PROBE_SEED + number)
        return self._batch(self._probe_days(number, done, generator), generator)

    def _probe_days(
        self, number: int, done: NDArray[np.bool_], generator: np.random.Generator
    ) -> Days:
        start, first = self._starts(np.array([number]))
        return self._schedule.live(generator, start, first, done[:, None].copy())

    def _probe_name(self, number: int, done: NDArray[np.bool_]) -> str:
        days = self._probe_days(number, done, np.random.default_rng(_PROBE_SEED + number))
        name = f"starts with {self.output_labels[int(days.seen[0, 0])]}"
        if len(dict.fromkeys(self.exercises)) < len(self.exercises):
            name += f", day {number + 1} of the schedule"
        if self.view == "calendar":
            name += f", on a {calendar.WEEKDAYS[int(days.first[0]) % WEEK]}"
        if not self.missed:
            return name
        places = np.flatnonzero(days.seen[:, 0] == self._schedule.rest)
        missed = len(places)
        in_a_row = missed > 1 and int(places[-1] - places[0]) == missed - 1
        count = {0: "no day", 1: "1 day"}.get(missed, f"{missed} days")
        return f"{name}, misses {count}" + (" in a row" if in_a_row else "")

    def _read_inputs(self, batch: Batch) -> list[tuple[str, ...]]:
        if self.view == "yesterday":
            return super()._read_inputs(batch)
        return calendar.read(batch.x)


def _step_through(period: int) -> int:
    """Return a step, about 256 to a period, that meets every day of it before one again."""
    step = period // (4 * _EVALUATION_SEQUENCES)
    while math.gcd(step, period) > 1:
        step += 1
    return step
