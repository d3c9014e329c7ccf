"""Numbers in words, to be translated into digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import Field
from rnnviz.tasks.answered import LAST, SIGN, Pair, start_field
from rnnviz.tasks.generated import length_field
from rnnviz.tasks.translation import Translation, split
from rnnviz.tasks.vocabulary import SPACE

HELD_OUT = 0.1

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
    "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


@dataclass(frozen=True)
class WrittenNumbers(Translation):
    """Given a number in English words, letter by letter, answer its digits.

    A tenth of the numbers, drawn once, is held out.

    Parameters
    ----------
    digits
        Most digits of a number, 1..4.
    start
        State with which the answering part starts: `last state` or `zero state`.
    length
        Number of time steps, 6..80, at least as many as the longest number takes; more have no
        input in front of the source.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    digits: int = 3
    start: str = LAST
    length: int = 31

    key: ClassVar[str] = "words"
    title: ClassVar[str] = "Numbers in words"
    teaches: ClassVar[str] = (
        "Answers have other lengths than sources, and a 0 may stand for a word that is missing: "
        "“seven hundred seven” is 707."
    )
    difficulty: ClassVar[str] = "digits"
    suggested: ClassVar[Mapping[str, Any]] = {
        "cell": "rnn", "attention": "general", "hidden_size": 48, "learning_rate": 0.005,
        "batch_size": 64, "clip_norm": 1.0,
    }  # fmt: skip
    fields: ClassVar[tuple[Field, ...]] = (
        Field("digits", "Most digits", int, digits,
              "How many digits the largest numbers have: with 3, numbers go from 0 to 999.",
              low=1, high=4, short="digits"),
        start_field(start),
        length_field(
            length, 6, 80,
            "Time steps in total, at least as many as the longest number and its answer take; "
            "more are steps without an input in front.",
        ),
    )  # fmt: skip

    @property
    def longest_source(self) -> int:
        """As many as the longest number has letters, blanks and hyphens."""
        return {1: 5, 2: 13, 3: 27, 4: 42}[self.digits]

    @property
    def longest_answer(self) -> int:
        """The digits of the largest number."""
        return self.digits

    @property
    def ends(self) -> bool:
        """Answers differ in length."""
        return True

    @cached_property
    def source_symbols(self) -> tuple[str, ...]:
        """The letters of all words, blank and hyphen."""
        words = (*_SMALL, *_TENS, "hundred", "thousand")
        return (*sorted({letter for word in words for letter in word}), SPACE, "-")

    @property
    def answer_symbols(self) -> tuple[str, ...]:
        """The digits."""
        return tuple("0123456789")

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        return (
            f"The input is a number from 0 to {10**self.digits - 1:,} in words, letter by letter, "
            f"then a sign ({SIGN}). The network must answer its digits, then end the answer. "
            f"A tenth of the numbers is held out and never trained. {self._how}"
        )

    def pairs(self, generator: np.random.Generator, count: int) -> list[Pair]:
        """Draw numbers that are trained."""
        return self._written(generator, count, self._numbers[0])

    def held_out_pairs(self, generator: np.random.Generator, count: int) -> list[Pair]:
        """Draw numbers that are held out."""
        return self._written(generator, count, self._numbers[1])

    @cached_property
    def _numbers(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return split(10**self.digits, HELD_OUT)

    def _written(
        self, generator: np.random.Generator, count: int, numbers: NDArray[np.int64]
    ) -> list[Pair]:
        drawn = numbers.take(generator.integers(len(numbers), size=count)).tolist()
        return [(in_words(number).replace(" ", SPACE), str(number)) for number in drawn]

    def _split(self, text: str) -> tuple[str, ...]:
        return tuple(SPACE.join(text.lower().split()))


def in_words(number: int) -> str:
    """Write a whole number 0..9999 in English words, without “and”."""
    words = []
    if number >= 1000:
        words += [_SMALL[number // 1000], "thousand"]
    if number % 1000 >= 100:
        words += [_SMALL[number % 1000 // 100], "hundred"]
    rest = number % 100
    if rest >= 20:
        words.append(_TENS[rest // 10] + (f"-{_SMALL[rest % 10]}" if rest % 10 else ""))
    elif rest or not words:
        words.append(_SMALL[rest])
    return " ".join(words)
