"""A gym schedule that repeats, and the exercise that is due next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field, check_settings, shown
from rnnviz.tasks import memoryless
from rnnviz.tasks.task import Baseline, Batch, Measure, Probe, check_index, read_only
from rnnviz.tasks.vocabulary import Vocabulary, check_label

REST = "rest"

_EVALUATION_SEED = 20_000
_EVALUATION_SEQUENCES = 64
_PROBE_SEED = 30_000


@dataclass(frozen=True)
class GymSchedule:
    """A list of exercises that repeats, one a day; after each day, say which one is due next.

    Every sequence starts at a random place of the list, on a day that is not missed. A missed day
    is seen as "rest", and the schedule waits: what was due stays due. So the answer always follows
    from what was seen, but across a gap it must be remembered.

    Parameters
    ----------
    exercises : tuple of str
        2..50 names, different from each other even when case is ignored. "rest" is free to use as
        long as no day is missed.
    length
        Number of days T, 2..500.
    missed
        Probability that a day is missed, 0..0.9. Above 0 there is one more input, "rest".

    Raises
    ------
    ValueError
        If a setting is not allowed; the sentence says what is, and what came.
    """

    exercises: tuple[str, ...] = ("shoulder", "biceps", "cardio")
    length: int = 14
    missed: float = 0.0

    key: ClassVar[str] = "gym"
    title: ClassVar[str] = "Gym schedule"
    teaches: ClassVar[str] = (
        "What is due next follows from what was done before, not from the calendar: that takes a "
        "memory."
    )
    difficulty: ClassVar[str] = "length"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "exercises",
            "Exercises",
            tuple,
            ("shoulder", "biceps", "cardio"),
            "What the schedule repeats, one exercise a day, in this order.",
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
            "Probability that a day is missed. The network then sees “rest”, and the exercise that "
            "was due stays due, so it must be remembered across the gap.",
            low=0.0,
            high=0.9,
            short="miss",
        ),
    )

    def __post_init__(self) -> None:
        check_settings(self, self.fields)
        names = tuple(check_label(name, "each exercise") for name in self.exercises)
        object.__setattr__(self, "exercises", names)
        seen: dict[str, str] = {}
        for name in names:
            if name.casefold() in seen:
                earlier = shown(seen[name.casefold()])
                raise ValueError(
                    f"exercises must all be different, got {earlier} and {shown(name)}"
                )
            seen[name.casefold()] = name
        if self.missed and REST in seen:
            raise ValueError(
                "no exercise may be called 'rest' while days can be missed, because a missed day "
                f"is shown as 'rest'; got {shown(seen[REST])} with missed = {self.missed:g}"
            )

    @property
    def loss(self) -> Literal["cross_entropy"]:
        """The targets are classes."""
        return "cross_entropy"

    @property
    def measure(self) -> Measure:
        """How a score is to be read."""
        return "accuracy"

    @property
    def solved(self) -> float:
        """Nearly every day right."""
        return 0.99

    @cached_property
    def memoryless(self) -> float:
        """Best score on the evaluation batch of any model that sees the present input alone."""
        return memoryless.best_accuracy(self._evaluation)

    @property
    def input_size(self) -> int:
        """One input for each exercise, and one for "rest" if days are missed."""
        return len(self.vocabulary)

    @property
    def output_labels(self) -> tuple[str, ...]:
        """The exercises; "rest" is never due."""
        return self.exercises

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The input symbols."""
        return Vocabulary((*self.exercises, REST) if self.missed else self.exercises)

    @property
    def description(self) -> str:
        """What comes in, what is to be said, what must be remembered."""
        count = len(self.exercises)
        names = " → ".join(self.exercises[:4]) + (" → …" if count > 4 else "")
        sentence = (
            f"A schedule of {count} exercises repeats ({names}); after each of {self.length} days "
            "the network says which one is due next."
        )
        if not self.missed:
            return sentence
        return (
            f"{sentence} A day is missed with a probability of {100 * self.missed:g} %: the "
            "network sees “rest”, the schedule waits, and what was due must be remembered."
        )

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw sequences that start at random places of the schedule."""
        start = generator.integers(len(self.exercises), size=batch_size)
        if not self.missed:
            return self._unbroken(start)
        return self._broken(start, generator.random((self.length, batch_size)) >= self.missed)

    @property
    def probe_names(self) -> tuple[str, ...]:
        """One for each start; with missed days also a long gap and an unbroken schedule."""
        return tuple(self._probe_patterns)

    def probe(self, index: int) -> Probe:
        """Return one of the probes named in `probe_names`."""
        check_index("probe", index, len(self.probe_names))
        name = self.probe_names[index]
        start, done = self._probe_patterns[name]
        batch = self._broken(np.array([start]), done[:, None].copy())
        return Probe(name, batch, self._read_inputs(batch)[0], self._read_targets(batch)[0])

    def evaluation(self) -> Batch:
        """Return the fixed sequences: each start once, or 64 with missed days; read-only."""
        return self._evaluation

    def held_out(self) -> None:
        """Return None: new sequences are drawn without end."""

    def baseline(self) -> Baseline:
        """Return the score of always naming the exercise that is due most often."""
        return Baseline.commonest(self._evaluation, self.output_labels)

    def symbols(self) -> pd.DataFrame:
        """Return `symbol`, `integer`, and `count` in the inputs of the evaluation sequences."""
        counts = self._evaluation.x.sum(axis=(0, 1)).astype(np.int64)
        return pd.DataFrame(
            {
                "symbol": self.vocabulary.labels,
                "integer": np.arange(len(self.vocabulary)),
                "count": counts,
            }
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

    @cached_property
    def _rotations(self) -> NDArray[np.int64]:
        """(T+1, exercises): the place in the schedule on each day, by the place on the first."""
        places = np.arange(self.length + 1)[:, None] + np.arange(len(self.exercises))
        return places % len(self.exercises)

    def _unbroken(self, start: NDArray[np.int64]) -> Batch:
        due = self._rotations.take(start, axis=1)
        return Batch(self.vocabulary.one_hot(due[:-1]), due[1:], None)

    def _broken(self, start: NDArray[np.int64], done: NDArray[np.bool_]) -> Batch:
        """Let the schedule wait on the days that were not done; `done` (T, B) is changed."""
        done[0] = True
        due = done.cumsum(axis=0)
        due += start
        due %= len(self.exercises)
        before = due - 1
        before[before < 0] = len(self.exercises) - 1
        before[~done] = len(self.exercises)
        return Batch(self.vocabulary.one_hot(before), due, None)

    @cached_property
    def _evaluation(self) -> Batch:
        count = len(self.exercises)
        if not self.missed:
            return read_only(self._unbroken(np.arange(count)))
        generator = np.random.default_rng(_EVALUATION_SEED)
        start = np.arange(_EVALUATION_SEQUENCES) % count
        done = generator.random((self.length, _EVALUATION_SEQUENCES)) >= self.missed
        return read_only(self._broken(start, done))

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

    def _probe_name(self, start: int, done: NDArray[np.bool_]) -> str:
        name = f"starts with {self.exercises[start]}"
        if not self.missed:
            return name
        days = int((~done).sum())
        places = np.flatnonzero(~done)
        in_a_row = days > 1 and int(places[-1] - places[0]) == days - 1
        count = {0: "no day", 1: "1 day"}.get(days, f"{days} days")
        return f"{name}, misses {count}" + (" in a row" if in_a_row else "")

    def _read_inputs(self, batch: Batch) -> list[tuple[str, ...]]:
        return [self.vocabulary.decode(row) for row in batch.x.argmax(axis=2).T]

    def _read_targets(self, batch: Batch) -> list[tuple[str, ...]]:
        targets: NDArray[Any] = batch.y
        return [self.vocabulary.decode(row) for row in targets.T]
