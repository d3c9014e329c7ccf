"""Output the symbol that was seen a few steps ago."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import Field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch


@dataclass(frozen=True)
class Echo(Generated):
    """Given random symbols, output at each step the one that was seen `lag` steps ago.

    The first `lag` steps are not scored. This is a delay line: the task with which Jaeger (2001),
    "Short term memory in echo state networks", measures how much a network remembers.

    Parameters
    ----------
    lag
        How many steps ago, 0..100; must be below the length.
    kinds
        Number of different symbols, 2..10.
    length
        Number of time steps T, 2..200.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    lag: int = 3
    kinds: int = 2
    length: int = 20

    key: ClassVar[str] = "echo"
    title: ClassVar[str] = "Echo"
    teaches: ClassVar[str] = (
        "The hidden state can store several past inputs at once: each step of lag needs one more."
    )
    difficulty: ClassVar[str] = "lag"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "lag", "Lag", int, lag,
            "How many steps ago the symbol was seen that the network must output. It must "
            "remember all the symbols since then at the same time.",
            low=0, high=100, short="lag",
        ),
        Field("kinds", "Symbols", int, kinds, "How many different symbols there are.",
              low=2, high=10, short="kinds"),
        length_field(length, 2, 200, "Number of symbols in one sequence; more than the lag."),
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.lag >= self.length:
            raise ValueError(f"lag must be below the length of {self.length}, got {self.lag}")

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """Letters."""
        return tuple("abcdefghij"[: self.kinds])

    @property
    def output_labels(self) -> tuple[str, ...]:
        """The same letters."""
        return self.input_names

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        steps = "step" if self.lag == 1 else "steps"
        return (
            f"Random symbols of {self.kinds} kinds come in. At each step the network must output "
            f"the one that came {self.lag} {steps} ago. It must remember the last {self.lag + 1} "
            "in order."
        )

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw independent symbols."""
        seen = generator.integers(self.kinds, size=(self.length, batch_size))
        y = np.zeros_like(seen)
        y[self.lag :] = seen[: self.length - self.lag]
        return Batch(self._one_hot(seen), y, self._mask(batch_size))

    def _mask(self, batch_size: int) -> NDArray[np.bool_] | None:
        if not self.lag:
            return None
        mask = np.ones((self.length, batch_size), dtype=bool)
        mask[: self.lag] = False
        return mask
