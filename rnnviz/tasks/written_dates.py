"""Dates as people write them, to be translated into ISO dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import Field
from rnnviz.tasks.answered import LAST, SIGN, Pair, start_field
from rnnviz.tasks.generated import length_field
from rnnviz.tasks.translation import Translation, split
from rnnviz.tasks.vocabulary import SPACE

#: A year of two digits is one of these hundred, so every way of writing names one day.
FIRST, LAST_DAY = date(1950, 1, 1), date(2049, 12, 31)
HELD_OUT = 0.1

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December")  # fmt: skip

#: The ways to write a date, in the order in which the setting adds them.
WAYS: tuple[Callable[[date], str], ...] = (
    lambda day: f"{day.day:02d}.{day.month:02d}.{day.year}",
    lambda day: f"{day.day} {_MONTHS[day.month - 1]} {day.year}",
    lambda day: f"{_MONTHS[day.month - 1]} {day.day}, {day.year}",
    lambda day: f"{_MONTHS[day.month - 1][:3]} {day.day}, {day.year % 100:02d}",
    lambda day: f"{day.day}.{day.month}.{day.year % 100:02d}",
)


@dataclass(frozen=True)
class WrittenDates(Translation):
    """Given a date as people write it, symbol by symbol, answer the ISO date.

    All days from 1950-01-01 to 2049-12-31; a tenth of the days, drawn once, is held out in every
    way of writing.

    Parameters
    ----------
    ways
        How many ways of writing occur, 1..5: `WAYS`.
    start
        State with which the answering part starts: `last state` or `zero state`.
    length
        Number of time steps, 28..60; more than 28 have no input in front of the source.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    ways: int = 4
    start: str = LAST
    length: int = 28

    key: ClassVar[str] = "dates"
    title: ClassVar[str] = "Dates to ISO"
    teaches: ClassVar[str] = (
        "To translate is to look up: the year stands last in the source and first in the answer. "
        "With general attention a tanh RNN of 48 units has 98 % of the whole dates held out right "
        "after 400 to 600 iterations; without attention, a third of them after 1,500."
    )
    difficulty: ClassVar[str] = "ways"
    suggested: ClassVar[Mapping[str, Any]] = {
        "cell": "rnn", "attention": "general", "hidden_size": 48, "learning_rate": 0.005,
        "batch_size": 64, "clip_norm": 1.0,
    }  # fmt: skip
    fields: ClassVar[tuple[Field, ...]] = (
        Field("ways", "Ways of writing", int, ways,
              "How many ways of writing a date occur: 03.03.1987, then 3 March 1987, March 3, "
              "1987, Mar 3, 87, and 3.3.87.",
              low=1, high=len(WAYS), short="ways"),
        start_field(start),
        length_field(
            length, 28, 60,
            "Time steps in total: 18 places for the date and 10 for the answer; more are steps "
            "without an input in front.",
        ),
    )  # fmt: skip

    @property
    def longest_source(self) -> int:
        """As many as “September 30, 1987” has."""
        return 18

    @property
    def longest_answer(self) -> int:
        """An ISO date has four digits, two and two, with dashes."""
        return 10

    @property
    def ends(self) -> bool:
        """All answers are as long, so nothing need end them."""
        return False

    @property
    def source_symbols(self) -> tuple[str, ...]:
        """All characters of all ways of writing, also of those that do not occur."""
        return _source_symbols()

    @property
    def answer_symbols(self) -> tuple[str, ...]:
        """Digits and the dash."""
        return (*"0123456789", "-")

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        examples = ", ".join(f"“{way(date(1987, 3, 3))}”" for way in WAYS[: self.ways])
        return (
            f"The input is a date between 1950 and 2049 as people write it ({examples}), symbol by "
            f"symbol, then a sign ({SIGN}). The network must answer the ISO date, such as "
            f"1987-03-03. A tenth of the days is held out: it is never trained in any way of "
            f"writing. {self._how}"
        )

    def pairs(self, generator: np.random.Generator, count: int) -> list[Pair]:
        """Draw days that are trained, each in one of the ways of writing."""
        return self._written(generator, count, _days()[0])

    def held_out_pairs(self, generator: np.random.Generator, count: int) -> list[Pair]:
        """Draw days that are held out."""
        return self._written(generator, count, _days()[1])

    def _written(
        self, generator: np.random.Generator, count: int, days: NDArray[np.int64]
    ) -> list[Pair]:
        chosen = days.take(generator.integers(len(days), size=count)).tolist()
        ways = generator.integers(self.ways, size=count).tolist()
        drawn = zip(map(date.fromordinal, chosen), ways, strict=True)
        return [(WAYS[way](day).replace(" ", SPACE), day.isoformat()) for day, way in drawn]

    def _split(self, text: str) -> tuple[str, ...]:
        return tuple(SPACE.join(text.split()))


@lru_cache(maxsize=1)
def _days() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the ordinals of the days that are trained, and of those held out."""
    count = LAST_DAY.toordinal() - FIRST.toordinal() + 1
    trained, held_out = split(count, HELD_OUT)
    return trained + FIRST.toordinal(), held_out + FIRST.toordinal()


@lru_cache(maxsize=1)
def _source_symbols() -> tuple[str, ...]:
    letters = sorted({letter for month in _MONTHS for letter in month})
    return (*"0123456789", *letters, SPACE, ".", ",")
