"""The flip-flop: output the last non-zero value of each input."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch, Loss

_SIGNS = {-1: "−", 0: "0", 1: "+"}


@dataclass(frozen=True)
class FlipFlop(Generated):
    """Given inputs that are −1, 0 or +1, output the last non-zero value of each.

    Sussillo and Barak (2013), "Opening the black box", section 4.1, with three inputs: a network
    that has learned it has one stable fixed point for each of the 2^bits memories. The first step
    sets every bit, so that each step has a target which can be known.

    Parameters
    ----------
    bits
        Number of inputs, and of values to keep, 1..4.
    rate
        Probability that a step after the first sets a bit, of each bit by itself, 0.01..1.
    length
        Number of time steps T, 2..400.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    bits: int = 3
    rate: float = 0.25
    length: int = 25

    key: ClassVar[str] = "flipflop"
    title: ClassVar[str] = "Flip-flop"
    teaches: ClassVar[str] = (
        "A memory is a place where the state stays when nothing comes in. Each combination of "
        "bits gets such a place, and an input moves the state from one to another."
    )
    difficulty: ClassVar[str] = "bits"
    without_memory: ClassVar[str] = "the best answer to each input gives"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "bits", "Bits to keep", int, bits,
            "Each has an input of its own, which is 0 when it is to be kept. With n bits there "
            "are 2 to the power of n memories.",
            low=1, high=4, short="bits",
        ),
        Field(
            "rate", "How often a bit is set", float, rate,
            "Probability that a step sets a bit, to −1 or +1 with equal chance. The smaller it "
            "is, the longer each bit must be kept: on average for 1/rate steps.",
            low=0.01, high=1.0, short="rate",
        ),
        length_field(length, 2, 400, "Number of time steps in one sequence."),
    )  # fmt: skip

    @property
    def loss(self) -> Loss:
        """The targets are numbers."""
        return "squared_error"

    @property
    def solved(self) -> float:
        """Mean squared error of 0.01: a tenth of the way from 0 to a target of −1 or +1."""
        return 0.01

    @property
    def input_names(self) -> tuple[str, ...]:
        """One input for each bit."""
        return tuple(f"set {bit + 1}" for bit in range(self.bits))

    @property
    def output_labels(self) -> tuple[str, ...]:
        """One number for each bit."""
        return tuple(f"bit {bit + 1}" for bit in range(self.bits))

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        if self.bits == 1:
            what = "The input is −1, 0 or +1; at each step the network must output the last one"
            return f"{what} that was not 0. It must remember one bit."
        return (
            f"Each of {self.bits} inputs is −1, 0 or +1; at each step the network must output, for "
            f"each, the last value that was not 0. It must remember {self.bits} bits at once."
        )

    @cached_property
    def memoryless(self) -> float:
        """Least error of any function of the current input: the mean target of each input."""
        batch = self._evaluation
        inputs = batch.x.reshape(-1, self.bits)
        targets = np.asarray(batch.y, np.float64).reshape(-1, self.bits)
        _, which = np.unique(inputs, axis=0, return_inverse=True)
        sums = np.zeros((which.max() + 1, self.bits))
        np.add.at(sums, which, targets)
        means = sums / np.bincount(which)[:, None]
        return float(((targets - means[which]) ** 2).mean())

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw when bits are set, and to what."""
        shape = (self.length, batch_size, self.bits)
        is_set = generator.random(shape) < self.rate
        is_set[0] = True
        x = np.where(is_set, generator.choice([-1.0, 1.0], shape), 0.0)
        steps = np.arange(self.length)[:, None, None]
        last = np.maximum.accumulate(np.where(is_set, steps, 0), axis=0)
        return Batch(x, np.take_along_axis(x, last, axis=0), None)

    def symbols(self) -> pd.DataFrame:
        """Return an empty table: the inputs are numbers, not symbols."""
        return super().symbols().iloc[:0]

    def _name(self, batch: Batch) -> str:
        inputs = " ".join(self._read_inputs(batch)[0][: 24 // (self.bits + 1)])
        return f"{inputs} …" if self.length > 24 // (self.bits + 1) else inputs

    def _read_inputs(self, batch: Batch) -> list[tuple[str, ...]]:
        return _read(batch.x)

    def _read_targets(self, batch: Batch) -> list[tuple[str, ...]]:
        return _read(batch.y)


def _read(values: NDArray[np.generic]) -> list[tuple[str, ...]]:
    """Write the bits of each step side by side, such as `+0−`."""
    whole = values.transpose(1, 0, 2).astype(np.int64)
    return [
        tuple("".join(_SIGNS[bit] for bit in step) for step in sequence)
        for sequence in whole.tolist()
    ]
