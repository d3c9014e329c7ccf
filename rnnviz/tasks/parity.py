"""Say whether the number of ones is odd."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnnviz.fields import Field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch, only_last


@dataclass(frozen=True)
class Parity(Generated):
    """See random bits, say whether the number of ones so far is odd.

    Minsky and Papert (1969), "Perceptrons": no part of the input says anything about the answer.
    With the answer asked for at the last step alone, it is the task of Hochreiter and Schmidhuber
    (1997), section 1: guessing weights at random finds it sooner than a gradient does.

    Parameters
    ----------
    asked
        `every step`, or `last step`: far harder, because nothing tells about the steps between.
    length
        Number of bits T, 2..200.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    asked: str = "every step"
    length: int = 12

    key: ClassVar[str] = "parity"
    title: ClassVar[str] = "Parity"
    teaches: ClassVar[str] = (
        "A state of one bit that every input may flip must never be wrong once, so it is sharp, "
        "and learned all of a sudden."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "asked", "Asked at", str, "every step",
            "At every step, the flip is usually learned in some hundred iterations. At the last "
            "step alone, nothing tells about the steps between: 4 bits are learned, 6 hardly ever.",
            choices=("every step", "last step"), short="ask",
        ),
        length_field(12, 2, 200, "Number of bits in one sequence."),
    )  # fmt: skip

    @property
    def input_names(self) -> tuple[str, ...]:
        """Bits."""
        return ("0", "1")

    @property
    def output_labels(self) -> tuple[str, ...]:
        """Class 1 is odd."""
        return ("even", "odd")

    @property
    def description(self) -> str:
        """What comes in, what is to be said, what must be remembered."""
        when = "at each step" if self.asked == "every step" else "after the last one"
        return (
            f"{self.length} random bits come in; {when} the network says whether the number of "
            "ones so far is even or odd. One bit is to be remembered, and flipped by each one."
        )

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw independent bits."""
        bits = generator.integers(2, size=(self.length, batch_size))
        mask = None if self.asked == "every step" else only_last(self.length, batch_size)
        return Batch(self._one_hot(bits), np.bitwise_xor.accumulate(bits, axis=0), mask)
