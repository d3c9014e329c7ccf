"""Hochreiter and Schmidhuber's task 6a: which of two rare symbols came first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from rnnviz.fields import Field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch, only_last

_DISTRACTORS, _X, _START, _END = 4, 4, 6, 7


@dataclass(frozen=True)
class TemporalOrder(Generated):
    """Given X or Y twice among distractors, output at the end in which order they came.

    Hochreiter and Schmidhuber (1997), task 6a: E, then random symbols out of a, b, c, d, among them
    two that are X or Y, then B; the class is Q (X, X), R (X, Y), S (Y, X) or U (Y, Y). There the
    length is 100..110 and the two are at random positions in 10..20 and 50..60. Here the length is
    fixed, and the positions are the same tenths of it.

    Parameters
    ----------
    length
        Number of symbols T, 10..200.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    length: int = 20

    key: ClassVar[str] = "order"
    title: ClassVar[str] = "Temporal order"
    teaches: ClassVar[str] = (
        "The network must remember two symbols, in their order, to the end, among many that mean "
        "nothing. Over 50 symbols, with gradients clipped at 1, a GRU, an LSTM or a ReLU network "
        "usually learns it in some hundred iterations, a tanh RNN rarely in 1,500."
    )
    signals: ClassVar[tuple[str, ...]] = ("E", "B")
    fields: ClassVar[tuple[Field, ...]] = (
        length_field(
            length, 10, 200,
            "Number of symbols; the two that matter are about 30 to 50 % of it apart.",
        ),
    )  # fmt: skip

    @property
    def input_names(self) -> tuple[str, ...]:
        """Distractors, the two that matter, start and end."""
        return ("a", "b", "c", "d", "X", "Y", "E", "B")

    @property
    def output_labels(self) -> tuple[str, ...]:
        """The classes of the paper, with what they stand for."""
        return ("Q: X, X", "R: X, Y", "S: Y, X", "U: Y, Y")

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        return (
            f"{self.length} symbols come in, most of them meaningless (a, b, c, d). Early on and "
            "half-way there is an X or a Y. After the last symbol, B, the network must output "
            "which two came, in which order: four classes."
        )

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw distractors, the two places, and the two symbols."""
        T = self.length
        symbols = generator.integers(_DISTRACTORS, size=(T, batch_size))
        symbols[0], symbols[-1] = _START, _END
        place = generator.integers(
            [[T // 10], [T // 2]], [[T // 5 + 1], [3 * T // 5 + 1]], size=(2, batch_size)
        )
        which = generator.integers(2, size=(2, batch_size))
        symbols[place, np.arange(batch_size)] = _X + which
        y = np.zeros((T, batch_size), dtype=np.int64)
        y[-1] = 2 * which[0] + which[1]
        return Batch(self._one_hot(symbols), y, only_last(T, batch_size))

    def _name(self, batch: Batch) -> str:
        inputs = self._read_inputs(batch)[0]
        found = [f"{name} at {step}" for step, name in enumerate(inputs) if name in ("X", "Y")]
        return ", ".join(found)
