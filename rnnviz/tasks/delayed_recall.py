"""Hochreiter and Schmidhuber's task 2a: the last target is the first symbol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import Field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch, only_last


@dataclass(frozen=True)
class DelayedRecall(Generated):
    """Given x or y, then a1, a2, ..., predict the next symbol: at the end x or y again.

    Hochreiter and Schmidhuber (1997), task 2a, "noise-free sequences with long time lags": the two
    sequences are (y, a1, ..., a(p-1), y) and (x, a1, ..., a(p-1), x), equally often. All steps are
    trained, as there, or only the last one, which needs the first; only that one counts in the
    evaluation.

    Parameters
    ----------
    length
        Number of symbols that the network sees, 2..200; p in the paper. It is also the time lag.
    asked
        Which steps are trained: `every step` or `last step`.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    length: int = 10
    asked: str = "every step"

    key: ClassVar[str] = "recall"
    title: ClassVar[str] = "Delayed recall"
    teaches: ClassVar[str] = (
        "The network first learns every step but the one that needs the distant past. A memory "
        "cell carries the symbol across if its forget gate starts open: over 10 steps, an LSTM of "
        "32 units with forget bias 3 knows it after 100 iterations, when most of those with 16 "
        "units and bias 1 still guess. Longer sequences are harder for both."
    )
    suggested: ClassVar[Mapping[str, Any]] = {"cell": "lstm", "hidden_size": 32, "forget_bias": 3.0}
    fields: ClassVar[tuple[Field, ...]] = (
        length_field(length, 2, 200, "Time steps from the first symbol to the question about it."),
        Field(
            "asked", "Trained at", str, asked,
            "Which predictions are trained: all of them, or the last one alone. Then no other "
            "prediction has a gradient, and that of the last has to come all the way.",
            choices=("every step", "last step"), short="asked",
        ),
    )  # fmt: skip

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """All p + 1 symbols."""
        return ("x", "y", *(f"a{number}" for number in range(1, self.length)))

    @property
    def output_labels(self) -> tuple[str, ...]:
        """The same symbols."""
        return self.input_names

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        fillers = {2: "a1", 3: "a1, a2"}.get(self.length, f"a1, a2, … a{self.length - 1}")
        return (
            f"First x or y, then {fillers}, which never changes. At each step the network predicts "
            f"the next symbol. After the last one it is the first symbol again, seen {self.length} "
            f"steps before. {self._says_asked}"
        )

    @property
    def _says_asked(self) -> str:
        if self.asked == "every step":
            return "Only that prediction counts in the evaluation."
        return "Only that prediction is trained, and counts."

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw one of the two sequences, each with probability 1/2."""
        which = generator.integers(2, size=batch_size)
        symbols = self._both.take(which, axis=1)
        return Batch(self._one_hot(symbols[:-1]), symbols[1:], self._scored(batch_size))

    def _scored(self, batch_size: int) -> NDArray[np.bool_] | None:
        return None if self.asked == "every step" else only_last(self.length, batch_size)

    @property
    def probe_names(self) -> tuple[str, ...]:
        """The two sequences."""
        return ("starts with x", "starts with y")

    def _probe_batch(self, index: int) -> Batch:
        symbols = self._both[:, [index]].copy()
        return Batch(self._one_hot(symbols[:-1]), symbols[1:], self._scored(1))

    def knowable(self, batch: Batch) -> NDArray[np.bool_]:
        """Count the last step: the symbol to recall."""
        return only_last(*batch.y.shape)

    @cached_property
    def _both(self) -> NDArray[np.int64]:
        """(T+1, 2): the two sequences."""
        between = np.arange(2, self.length + 1)
        return np.array([[first, *between, first] for first in (0, 1)]).T
