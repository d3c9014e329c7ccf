"""A gym schedule that repeats, and the exercise that is due next."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field, check_settings, shown
from rnnviz.tasks import calendar, memoryless
from rnnviz.tasks.start_filter import best_answers
from rnnviz.tasks.task import Baseline, Batch, Loss, Measure, Probe, check_index, read_only
from rnnviz.tasks.vocabulary import Vocabulary, check_label

REST = "rest"
REST_DAY = "rest day"
FEELINGS = ("tired", "fine", "strong")

_EVALUATION_SEED = 20_000
_EVALUATION_SEQUENCES = 64
_PROBE_SEED = 30_000
_WEEK = 7


class _Days(NamedTuple):
    """A number of days in the lives of some people, as integers: days first, then people.

    `seen` (T, B) is what was done, `due` (T+1, B) what the schedule said, both with their integers
    in `_names`; `feeling` (T+1, B), and `first` (B,), the calendar's number of the first day.
    """

    seen: NDArray[np.int64]
    due: NDArray[np.int64]
    feeling: NDArray[np.int64] | None
    first: NDArray[np.int64]


@dataclass(frozen=True)
class GymSchedule:
    """A list of exercises that repeats, one a day; after each day, say which one is due next.

    Every sequence starts at some place of the list, on a day on which what was due was done. A
    missed day is seen as "rest". On a day with noise another exercise is seen than was due; the
    schedule goes on as if it had been done. On the weekly rest day, seen as "rest day", the
    schedule waits; it is itself due. Sequences of a schedule with a rest day start the day after.

    Parameters
    ----------
    exercises : tuple of str
        2..50 names, at least 2 of them different. Names that differ in case alone are the same
        exercise, spelt as at first. "rest" is free to use as long as no day is missed, and
        "rest day" as long as there is none.
    length
        Number of days T, 2..500.
    missed
        Probability that a day is missed, 0..0.9. Above 0 there is one more input, "rest".
    when_missed
        `waits`: what was due stays due. `runs on`: it is skipped.
    rest_day
        `none`, or a day of the week.
    noise
        Probability that something else is done than is due, 0..0.5.
    view
        `yesterday`: the network sees what was done the day before. `calendar`: it sees weekday,
        month and how you feel on the day for which the answer is. The schedule then follows the
        calendar from a first day on, unless it waits on missed days. How you feel is pure chance.

    Raises
    ------
    ValueError
        If a setting is not allowed; the sentence says what is, and what came.
    """

    exercises: tuple[str, ...] = ("shoulder", "biceps", "cardio")
    length: int = 14
    missed: float = 0.0
    when_missed: str = "waits"
    rest_day: str = "none"
    noise: float = 0.0
    view: str = "yesterday"

    key: ClassVar[str] = "gym"
    title: ClassVar[str] = "Gym schedule"
    teaches: ClassVar[str] = (
        "What is due next follows from what was done before, not from the calendar. Where the last "
        "day does not tell, because days were missed or an exercise repeats, it takes a memory."
    )
    difficulty: ClassVar[str] = "length"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "exercises",
            "Exercises",
            tuple,
            ("shoulder", "biceps", "cardio"),
            "What the schedule repeats, one exercise a day, in this order. A name may occur twice: "
            "then one day of memory may not be enough.",
            low=2,
            high=50,
            short="ex",
        ),
        Field(
            "length",
            "Sequence length",
            int,
            14,
            "Number of days that the network sees in one sequence.",
            low=2,
            high=500,
            short="len",
        ),
        Field(
            "missed",
            "Missed days",
            float,
            0.0,
            "Probability that a day is missed. The network then sees “rest”.",
            low=0.0,
            high=0.9,
            short="miss",
        ),
        Field(
            "when_missed",
            "On missed days the schedule",
            str,
            "waits",
            "Waits: the exercise that was due stays due, so it must be remembered across the gap. "
            "Runs on: it is skipped, so the days of the gap must be counted.",
            choices=("waits", "runs on"),
            short="wait",
        ),
        Field(
            "rest_day",
            "Weekly rest day",
            str,
            "none",
            "A day of the week on which nothing is done and the schedule waits. To foresee it, the "
            "network must count days.",
            choices=("none", *calendar.WEEKDAYS),
            short="off",
        ),
        Field(
            "noise",
            "Something else",
            float,
            0.0,
            "Share of days on which another exercise is done than was due. The schedule goes on "
            "as if nothing had happened.",
            low=0.0,
            high=0.5,
            short="noise",
        ),
        Field(
            "view",
            "The network sees",
            str,
            "yesterday",
            "Yesterday: the exercise done the day before. Calendar: weekday, month and how you "
            "feel on the day itself, the feed-forward way, which can't know a cycle of 3.",
            choices=("yesterday", "calendar"),
            short="view",
        ),
    )

    def __post_init__(self) -> None:
        check_settings(self, self.fields)
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
    def loss(self) -> Loss:
        """The targets are classes."""
        return "cross_entropy"

    @property
    def measure(self) -> Measure:
        """How a score is to be read."""
        return "accuracy"

    @property
    def solved(self) -> float:
        """Nearly all that can be known; with noise the first days may mislead."""
        if self.view == "calendar":
            return 0.98 * self.best_accuracy
        return 0.95 if self.noise else 0.99

    @cached_property
    def memoryless(self) -> float:
        """Best accuracy of any model that sees the present input alone.

        Yesterday: counted on the evaluation sequences. Calendar: counted over all days until the
        calendar and the schedule are in step again; how you feel says nothing.
        """
        if self.view == "yesterday":
            return memoryless.best_accuracy(self._evaluation)
        return self._best_from_calendar()

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
        batch, days = self._evaluation, self._evaluation_days()
        done = days.seen < len(self.output_labels)
        starts = np.arange(len(self.exercises))[:, None, None]
        due = self._due(starts, done)
        answers = best_answers(
            due, days.seen, done & ~self._off[:-1, None], self.noise, len(set(self.exercises))
        )
        right = answers == batch.y
        return float((right if batch.mask is None else right[batch.mask]).mean())

    @cached_property
    def memory_days(self) -> int:
        """Smallest m such that the last m exercises determine the next one."""
        twice = self.exercises * 2
        count = len(self.exercises)
        for days in range(1, count):
            following: dict[tuple[str, ...], str] = {}
            if all(
                following.setdefault(twice[place : place + days], twice[(place + days) % count])
                == twice[(place + days) % count]
                for place in range(count)
            ):
                return days
        return count

    @property
    def input_size(self) -> int:
        """One input for each symbol that can be seen, or for each weekday, month and feeling."""
        return len(self.input_names)

    @property
    def scale(self) -> tuple[float, float]:
        """Nothing is scaled."""
        return 0.0, 1.0

    @property
    def embedding_size(self) -> None:
        """None: inputs are not looked up."""
        return None

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs."""
        if self.view == "yesterday":
            return self.vocabulary.labels
        return (*calendar.WEEKDAYS, *calendar.MONTHS, *FEELINGS)

    @cached_property
    def output_labels(self) -> tuple[str, ...]:
        """The different exercises, and the weekly rest day; "rest" is never due."""
        names = tuple(dict.fromkeys(self.exercises))
        return names if self.rest_day == "none" else (*names, REST_DAY)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What a day can be seen as: the output labels, and "rest" if days are missed."""
        return Vocabulary((*self.output_labels, REST) if self.missed else self.output_labels)

    @property
    def description(self) -> str:
        """What comes in, what is to be said, what must be remembered."""
        count = len(self.exercises)
        names = " → ".join(self.exercises[:4]) + (" → …" if count > 4 else "")
        sentences = [
            f"A schedule of {count} exercises repeats ({names}); after each of {self.length} days "
            "the network says which one is due next."
        ]
        if self.missed:
            sentences.append(
                f"A day is missed with a probability of {100 * self.missed:g} %: {self._missing}."
            )
        if self.rest_day != "none":
            sentences.append(f"Every {self.rest_day} is a rest day, on which the schedule waits.")
        if self.noise:
            sentences.append(
                f"On {100 * self.noise:g} % of the days something else is done than was due."
            )
        if self.view == "calendar":
            sentences.append(
                "It does not see what was done, only weekday, month and how you feel: by these no "
                f"model without memory can be right on more than {100 * self.memoryless:.0f} % of "
                "the days."
            )
        elif self.memory_days > 1:
            sentences.append(
                f"An exercise occurs more than once, so yesterday's is not enough: the last "
                f"{self.memory_days} exercises determine the next."
            )
        return " ".join(sentences)

    @property
    def _missing(self) -> str:
        waits = self.when_missed == "waits"
        if self.view == "calendar":
            return "the schedule waits" if waits else "the schedule runs on"
        if waits:
            return (
                "the network sees “rest”, the schedule waits, and what was due must be remembered"
            )
        return "the network sees “rest”, the schedule runs on, and the days must be counted"

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw sequences that start at random places of the schedule."""
        if self._plain:
            start = generator.integers(len(self.exercises), size=batch_size)
            return self._unbroken(start)
        return self._batch(self._draw(generator, batch_size))

    @property
    def probe_names(self) -> tuple[str, ...]:
        """One for each start; with missed days also a long gap and an unbroken schedule."""
        return tuple(self._probe_patterns)

    def probe(self, index: int) -> Probe:
        """Return one of the probes named in `probe_names`."""
        check_index("probe", index, len(self.probe_names))
        name = self.probe_names[index]
        number, done = self._probe_patterns[name]
        batch = self._batch(self._probe_days(number, done))
        return Probe(name, batch, self._read_inputs(batch)[0], self._read_targets(batch)[0])

    def evaluation(self) -> Batch:
        """Return fixed sequences, read-only: each start once, or 64 if chance plays a part.

        Where one day of memory is not enough, the first days, which can't be known, do not count.
        """
        return self._evaluation

    def knowable(self, batch: Batch) -> NDArray[np.bool_] | None:
        """Leave out the days before enough exercises were seen to know the next."""
        if self.view == "calendar" or self.memory_days == 1:
            return None
        exercise = batch.x[:, :, : len(dict.fromkeys(self.exercises))].any(axis=2)
        known: NDArray[np.bool_] = exercise.cumsum(axis=0) >= self.memory_days
        return known if known.any() else None

    def held_out(self) -> None:
        """Return None: new sequences are drawn without end."""

    def baseline(self) -> Baseline:
        """Return the score of always naming what is due most often."""
        return Baseline.commonest(self._evaluation, self.output_labels)

    def symbols(self) -> pd.DataFrame:
        """Return `symbol`, `integer`, and `count` in the inputs of the evaluation sequences."""
        counts = self._evaluation.x.sum(axis=(0, 1)).astype(np.int64)
        return pd.DataFrame(
            {"symbol": self.input_names, "integer": np.arange(len(counts)), "count": counts}
        )

    def examples(self, generator: np.random.Generator, count: int) -> pd.DataFrame:
        """Return sequences to read: a column for each day, and what is due after the last."""
        batch = self.sample(generator, count)
        rows = [
            (*inputs, targets[-1])
            for inputs, targets in zip(
                self._read_inputs(batch), self._read_targets(batch), strict=True
            )
        ]
        days = [f"day {day}" for day in range(1, self.length + 1)]
        return pd.DataFrame(rows, columns=[*days, "due next"])

    def weeks(self, generator: np.random.Generator, count: int = 3) -> tuple[pd.DataFrame, Batch]:
        """Draw some weeks for a calendar, whatever the length of the sequences.

        Returns
        -------
        table : pandas.DataFrame
            A row for each day: `weekday`, `due` (what the schedule says), `done` (what is seen:
            an exercise, "rest" or "rest day"), `missed` and `other` (bool).
        batch : Batch
            One sequence of as many steps. The network's output at step t is about day t + 1 of the
            table; about day 0 it says nothing.
        """
        task = replace(self, length=count * _WEEK)
        days = task._draw(generator, 1)
        names = (*self.output_labels, REST)
        due, seen = days.due[:-1, 0], days.seen[:, 0]
        weekday = (int(days.first[0]) + np.arange(task.length)) % _WEEK
        missed = seen == len(self.output_labels)
        table = pd.DataFrame(
            {
                "weekday": [calendar.WEEKDAYS[day] for day in weekday],
                "due": [names[name] for name in due],
                "done": [names[name] for name in seen],
                "missed": missed,
                "other": ~missed & (seen != due),
            }
        )
        return table, task._batch(days)

    @property
    def _plain(self) -> bool:
        """Whether sequences follow from their start alone."""
        return not (self.missed or self.noise) and (self.rest_day, self.view) == (
            "none",
            "yesterday",
        )

    @property
    def _drifts(self) -> bool:
        """Whether the schedule gets out of step with the calendar."""
        return self.missed > 0 and self.when_missed == "waits"

    @cached_property
    def _cycle(self) -> NDArray[np.int64]:
        """(exercises,): the integer of the exercise at each place of the schedule."""
        return np.array([self.output_labels.index(name) for name in self.exercises])

    @cached_property
    def _rotations(self) -> NDArray[np.int64]:
        """(T+1, exercises): the exercise on each day, by the place on the first."""
        places = np.arange(self.length + 1)[:, None] + np.arange(len(self.exercises))
        return self._cycle.take(places % len(self.exercises))

    @cached_property
    def _off(self) -> NDArray[np.bool_]:
        """(T+1,): which days are rest days, in a sequence that starts the day after one."""
        days = np.arange(self.length + 1)
        off: NDArray[np.bool_] = (days % _WEEK == _WEEK - 1) & (self.rest_day != "none")
        return off

    def _unbroken(self, start: NDArray[np.int64]) -> Batch:
        due = self._rotations.take(start, axis=1)
        return Batch(self.vocabulary.one_hot(due[:-1]), due[1:], None)

    def _anchored(self, number: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return place in the schedule and day in the calendar of the n-th possible first day."""
        count = len(self.exercises)
        if self.rest_day == "none":
            return number % count, number
        after_rest = (calendar.WEEKDAYS.index(self.rest_day) + 1) % _WEEK
        return (_WEEK - 1) * number % count, _WEEK * number + after_rest

    def _draw(self, generator: np.random.Generator, batch_size: int) -> _Days:
        count, shape = len(self.exercises), (self.length, batch_size)
        start = generator.integers(count, size=batch_size)
        first = np.zeros(batch_size, dtype=np.int64)
        if self.view == "calendar" or self.rest_day != "none":
            numbers = generator.integers(calendar.PERIOD * count, size=batch_size)
            place, first = self._anchored(numbers)
            if self.view == "calendar" and not self._drifts:
                start = place
        done = generator.random(shape) >= self.missed if self.missed else np.ones(shape, dtype=bool)
        return self._live(generator, start, first, done)

    def _live(
        self,
        generator: np.random.Generator,
        start: NDArray[np.int64],
        first: NDArray[np.int64],
        done: NDArray[np.bool_],
    ) -> _Days:
        """Go through the days; where not `done` (T, B), the schedule waits or runs on."""
        done[0] = True
        due, off = self._due(start, done), self._off[:-1]
        seen = due[:-1].copy()
        if self.noise:
            self._disturb(generator, seen)
        seen[~done] = len(self.output_labels)
        seen[off] = due[:-1][off]
        feeling = None
        if self.view == "calendar":
            feeling = generator.integers(len(FEELINGS), size=due.shape)
        return _Days(seen, due, feeling, first)

    def _due(self, start: NDArray[np.int64], done: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return what is due (..., T+1, B) by the place of the first day, (B,) or (S, 1, 1)."""
        moves = np.zeros((self.length + 1, done.shape[1]), dtype=np.int64)
        moves[1:] = done if self.when_missed == "waits" else 1
        moves[1:][self._off[:-1]] = 0
        due = self._cycle.take((moves.cumsum(axis=0) + start) % len(self.exercises))
        if self.rest_day != "none":
            due[..., self._off, :] = len(self.output_labels) - 1
        return due

    def _disturb(self, generator: np.random.Generator, seen: NDArray[np.int64]) -> None:
        """Replace some exercises, though none of the first day, by different ones."""
        different = len(dict.fromkeys(self.exercises))
        strikes = generator.random(seen.shape) < self.noise
        strikes[0] = False
        seen += strikes * generator.integers(1, different, size=seen.shape)
        seen %= different

    def _batch(self, days: _Days) -> Batch:
        if days.feeling is None:
            return Batch(self.vocabulary.one_hot(days.seen), days.due[1:], None)
        day = days.first + np.arange(1, self.length + 1)[:, None]
        x = np.zeros((*day.shape, self.input_size))
        weekdays, months = len(calendar.WEEKDAYS), len(calendar.MONTHS)
        x[:, :, :weekdays] = _EYE[weekdays].take(day % _WEEK, axis=0)
        month = calendar.MONTH.take(day % calendar.PERIOD)
        x[:, :, weekdays : weekdays + months] = _EYE[months].take(month, axis=0)
        x[:, :, weekdays + months :] = _EYE[len(FEELINGS)].take(days.feeling[1:], axis=0)
        return Batch(x, days.due[1:], None)

    @cached_property
    def _evaluation(self) -> Batch:
        batch = self._batch(self._evaluation_days())
        return read_only(Batch(batch.x, batch.y, self.knowable(batch)))

    def _evaluation_days(self) -> _Days:
        generator = np.random.default_rng(_EVALUATION_SEED)
        numbers = np.arange(len(self.exercises) if self._plain else _EVALUATION_SEQUENCES)
        if self.view == "calendar":
            # Over all days evenly: weekdays and exercises meet as often as in the long run.
            period = calendar.PERIOD * len(self.exercises)
            numbers = np.arange(4 * _EVALUATION_SEQUENCES) * _step_through(period) % period
        done = generator.random((self.length, len(numbers))) >= self.missed
        place, first = self._anchored(numbers)
        if self.view == "yesterday" or self._drifts:
            place = np.arange(len(numbers)) % len(self.exercises)
        return self._live(generator, place, first, done)

    def _best_from_calendar(self) -> float:
        count = len(self.exercises)
        of_exercise = np.bincount(self._cycle)
        if self._drifts:
            share = float(of_exercise.max() / count)
            return share if self.rest_day == "none" else (1 + (_WEEK - 1) * share) / _WEEK
        day = np.arange(calendar.PERIOD * count)
        place, off = day, np.zeros(len(day), dtype=bool)
        if self.rest_day != "none":
            since = day - (calendar.WEEKDAYS.index(self.rest_day) + 1)
            place, off = since // _WEEK * (_WEEK - 1) + since % _WEEK, since % _WEEK == _WEEK - 1
        due = np.where(off, len(of_exercise), self._cycle.take(place % count))
        known = day % _WEEK * len(calendar.MONTHS) + calendar.MONTH.take(day % calendar.PERIOD)
        outputs = len(of_exercise) + 1
        counts = np.bincount(known * outputs + due, minlength=known.max() * outputs + outputs)
        return float(counts.reshape(-1, outputs).max(axis=1).sum() / len(day))

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

    def _probe_days(self, number: int, done: NDArray[np.bool_]) -> _Days:
        generator = np.random.default_rng(_PROBE_SEED + number)
        place, first = self._anchored(np.array([number]))
        if self.view == "yesterday" or self._drifts:
            place = np.array([number])
        return self._live(generator, place, first, done[:, None].copy())

    def _probe_name(self, number: int, done: NDArray[np.bool_]) -> str:
        days = self._probe_days(number, done)
        name = f"starts with {self.output_labels[int(days.seen[0, 0])]}"
        if len(dict.fromkeys(self.exercises)) < len(self.exercises):
            name += f", day {number + 1} of the schedule"
        if self.view == "calendar":
            name += f", on a {calendar.WEEKDAYS[int(days.first[0]) % _WEEK]}"
        if not self.missed:
            return name
        places = np.flatnonzero(days.seen[:, 0] == len(self.output_labels))
        missed = len(places)
        in_a_row = missed > 1 and int(places[-1] - places[0]) == missed - 1
        count = {0: "no day", 1: "1 day"}.get(missed, f"{missed} days")
        return f"{name}, misses {count}" + (" in a row" if in_a_row else "")

    def _read_inputs(self, batch: Batch) -> list[tuple[str, ...]]:
        if self.view == "yesterday":
            return [self.vocabulary.decode(row) for row in batch.x.argmax(axis=2).T]
        weekdays, months = len(calendar.WEEKDAYS), len(calendar.MONTHS)
        parts = np.split(batch.x, [weekdays, weekdays + months], axis=2)
        names = (calendar.WEEKDAYS, calendar.MONTHS, FEELINGS)
        labels = [
            np.array(some, dtype=object)[part.argmax(axis=2)]
            for some, part in zip(names, parts, strict=True)
        ]
        return [
            tuple(
                f"{day[:3]}, {month[:3]}, {feeling}"
                for day, month, feeling in zip(*rows, strict=True)
            )
            for rows in zip(*(label.T for label in labels), strict=True)
        ]

    def _read_targets(self, batch: Batch) -> list[tuple[str, ...]]:
        targets: NDArray[Any] = batch.y
        return [self.vocabulary.decode(row) for row in targets.T]


def _step_through(period: int) -> int:
    """Return a step, about 256 to a period, that meets every day of it before one again."""
    step = period // (4 * _EVALUATION_SEQUENCES)
    while math.gcd(step, period) > 1:
        step += 1
    return step


_EYE = {size: np.eye(size) for size in (3, 7, 12)}
