"""Symbols to be answered in reverse, in the same order, or sorted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from rnnviz.fields import Field
from rnnviz.tasks.answered import LAST, SIGN, Answered, Pair, start_field
from rnnviz.tasks.generated import length_field

_HOW = {"reversed": "in reverse order", "copied": "in the same order", "sorted": "sorted"}


@dataclass(frozen=True)
class Reorder(Answered):
    """Given random symbols and a sign, answer the same symbols reversed, copied or sorted.

    Unlike in "Copy memory" (Arjovsky et al. 2016), there are no blanks to wait through: the sign
    comes at once, each answer is the input of the next step, and answers begin from a state of
    choice.

    Parameters
    ----------
    order
        `reversed`, `copied` or `sorted`.
    kinds
        Number of different symbols, 2..10.
    start
        State with which the answering part starts: `last state` or `zero state`.
    length
        Number of time steps, 8..40: half of them read symbols, half answer. With an odd number the
        first step has no input.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    order: str = "reversed"
    kinds: int = 8
    start: str = LAST
    length: int = 16

    key: ClassVar[str] = "reorder"
    title: ClassVar[str] = "Reverse, copy, sort"
    teaches: ClassVar[str] = (
        "All symbols must fit into one state, unless attention can look back at where each was "
        "read: then a GRU of 32 units learns to reverse, copy or sort 8 of them within 1,000 "
        "iterations. Unlike in “Copy memory” there is no delay, and each answer is the next input."
    )
    suggested: ClassVar[Mapping[str, Any]] = {
        "cell": "gru", "attention": "general", "hidden_size": 32,
    }  # fmt: skip
    fields: ClassVar[tuple[Field, ...]] = (
        Field("order", "Answers are", str, order,
              "In which order the symbols must be answered.",
              choices=tuple(_HOW), short="order"),
        Field("kinds", "Different symbols", int, kinds, "How many different symbols there are.",
              low=2, high=10, short="kinds"),
        start_field(start),
        length_field(
            length, 8, 40,
            "Time steps in total: one for each symbol, 4 to 20 of them, and as many for the "
            "answer.",
        ),
    )  # fmt: skip

    @property
    def count(self) -> int:
        """Number of symbols to answer."""
        return self.length // 2

    @property
    def longest_source(self) -> int:
        """All sources are as long."""
        return self.count

    @property
    def longest_answer(self) -> int:
        """As long as the sources."""
        return self.count

    @property
    def ends(self) -> bool:
        """All answers are as long, so nothing need end them."""
        return False

    @cached_property
    def source_symbols(self) -> tuple[str, ...]:
        """The first letters."""
        return tuple("ABCDEFGHIJ"[: self.kinds])

    @property
    def answer_symbols(self) -> tuple[str, ...]:
        """The same letters."""
        return self.source_symbols

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        return (
            f"The input is {self.count} random symbols out of {self.kinds}, then a sign ({SIGN}). "
            f"From the sign on the network must answer the symbols {_HOW[self.order]}. {self._how}"
        )

    def pairs(self, generator: np.random.Generator, count: int) -> list[Pair]:
        """Draw symbols, and answer them."""
        drawn = generator.integers(self.kinds, size=(count, self.count)).tolist()
        sources = ["".join(map(self.source_symbols.__getitem__, row)) for row in drawn]
        return [(source, self.answer(source)) for source in sources]

    def answer(self, source: str) -> str:
        """Return the answer to a source."""
        if self.order == "sorted":
            return "".join(sorted(source))
        return source[::-1] if self.order == "reversed" else source
