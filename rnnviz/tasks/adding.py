"""The adding problem: the sum of the two numbers that are marked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch, Loss, only_last


@dataclass(frozen=True)
class Adding(Generated):
    """Given random numbers, two of them marked, output the sum of these two at the end.

    As in Le et al. (2015) and Arjovsky et al. (2016): the numbers are uniform in 0..1, one mark is
    in the first half, one in the second, and the target is the sum. Always answering 1 has the
    error 1/6. The original (Hochreiter and Schmidhuber 1997, task 4) has numbers in -1..1 and
    scales the sum.

    Parameters
    ----------
    length
        Number of numbers T, 2..400.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    length: int = 20

    key: ClassVar[str] = "adding"
    title: ClassVar[str] = "Adding problem"
    teaches: ClassVar[str] = (
        "A hidden state can store a number, not only a symbol, and gates can choose what is added "
        "to it."
    )
    without_memory: ClassVar[str] = "the mean for what the last step does not show gives"
    fields: ClassVar[tuple[Field, ...]] = (
        length_field(
            length, 2, 400,
            "How many numbers the sequence has. The two marked ones are at least 1 step apart and "
            "at most one less than the length; on average half of it.",
        ),
    )  # fmt: skip

    @property
    def loss(self) -> Loss:
        """The target is a number."""
        return "squared_error"

    @property
    def solved(self) -> float:
        """Mean squared error of 0.01: the root mean squared error is then a tenth."""
        return 0.01

    @property
    def input_names(self) -> tuple[str, ...]:
        """The two inputs of each step."""
        return ("number", "mark")

    @property
    def output_labels(self) -> tuple[str, ...]:
        """One number."""
        return ("sum",)

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        return (
            f"The input is {self.length} random numbers between 0 and 1, each with a mark of 0 or "
            "1. Two are marked, one in each half. At the end the network must output their sum."
        )

    @cached_property
    def memoryless(self) -> float:
        """Error of using the last number if it is marked, and the mean for what is not known.

        On average 1/6 - 1/(12 n), where n is the number of places for the second mark.
        """
        batch = self._evaluation
        number, mark = batch.x[-1].T
        wrong = batch.y[-1, :, 0] - (1.0 + mark * (number - 0.5))
        return float((wrong**2).mean())

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw the numbers and the places of the two marks."""
        T = self.length
        x = np.zeros((T, batch_size, 2))
        x[:, :, 0] = generator.random((T, batch_size))
        place = generator.integers([[0], [T // 2]], [[T // 2], [T]], size=(2, batch_size))
        columns = np.arange(batch_size)
        x[place, columns, 1] = 1.0
        y = np.zeros((T, batch_size, 1))
        y[-1, :, 0] = x[place, columns, 0].sum(axis=0)
        return Batch(x, y, only_last(T, batch_size))

    def symbols(self) -> pd.DataFrame:
        """Return an empty table: the inputs are numbers, not symbols."""
        return super().symbols().iloc[:0]

    def _name(self, batch: Batch) -> str:
        marked = [name for name in self._read_inputs(batch)[0] if name.endswith("*")]
        return " + ".join(name.removesuffix("*") for name in marked)

    def _read_inputs(self, batch: Batch) -> list[tuple[str, ...]]:
        return [
            tuple(f"{number:.2f}" + "*" * bool(mark) for number, mark in sequence)
            for sequence in batch.x.transpose(1, 0, 2)
        ]

    def _read_targets(self, batch: Batch) -> list[tuple[str, ...]]:
        numbers: NDArray[np.float64] = batch.y[-1, :, 0].astype(np.float64)
        return [(*[""] * (self.length - 1), f"{number:.2f}") for number in numbers]
