"""Output whether the number of ones is odd."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnnviz.fields import Field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch, only_last


@dataclass(frozen=True)
class Parity(Generated):
    """Given random bits, output whether the number of ones so far is odd.

    Minsky and Papert (1969), "Perceptrons": no part of the input is informative by itself. With a
    single target at the last step, it is the task of Hochreiter and Schmidhuber (1997), section 1:
    guessing weights at random solves it sooner than gradient descent does.

    Parameters
    ----------
    asked
        `every step`, or `last step`: far harder, because no intermediate step has a target.
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
        "The network must remember one bit, which any input may flip, and must never be wrong "
        "once. So the state is sharp, and the task is learned suddenly."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "asked", "Targets at", str, asked,
            "With a target at every step, the flip is usually learned in some hundred iterations. "
            "With one at the last step alone, nothing guides the steps between: 4 bits are "
            "learned, 6 hardly ever.",
            choices=("every step", "last step"), short="ask",
        ),
        length_field(length, 2, 200, "Number of bits in one sequence."),
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
        """The input, the required output, and what must be remembered."""
        when = "at each step" if self.asked == "every step" else "after the last one"
        return (
            f"{self.length} random bits come in; {when} the network must output whether the number "
            "of ones so far is even or odd. It must remember one bit, which each 1 flips."
        )

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw independent bits."""
        bits = generator.integers(2, size=(self.length, batch_size))
        mask = None if self.asked == "every step" else only_last(self.length, batch_size)
        return Batch(self._one_hot(bits), np.bitwise_xor.accumulate(bits, axis=0), mask)
