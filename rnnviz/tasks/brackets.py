"""Balanced brackets: output which bracket must be closed next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import Field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch

_SEQUENCES = 4096
_POOL_SEED = 10_000
_OPENING, _CLOSING = "([{", ")]}"


@dataclass(frozen=True)
class Brackets(Generated):
    """Given correctly nested brackets, output at each step which one must be closed next.

    The Dyck language, as a task for recurrent networks in Suzgun et al. (2019), "Memory-augmented
    recurrent neural networks can learn generalized Dyck languages". There the target is the set of
    symbols that may follow. An opening bracket always may, so asking for the closing bracket that
    may follow, if any, is equivalent. Sequences need not be closed at the end. They are drawn from
    4096 prepared ones: each step opens or closes a bracket with probability 1/2, but closes one at
    the greatest depth.

    Parameters
    ----------
    kinds
        Kinds of brackets, 1..3. With one kind, counting is enough; with more, the network must
        remember their order.
    depth
        How many may be open at once, 1..10.
    length
        Number of brackets T, 2..200.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    kinds: int = 2
    depth: int = 3
    length: int = 16

    key: ClassVar[str] = "brackets"
    title: ClassVar[str] = "Balanced brackets"
    teaches: ClassVar[str] = (
        "The hidden state must work like a stack: the bracket opened last is closed first, and "
        "what lies below it must be kept."
    )
    signals: ClassVar[tuple[str, ...]] = ("none",)
    fields: ClassVar[tuple[Field, ...]] = (
        Field("kinds", "Kinds of brackets", int, kinds,
              "With one kind, counting is enough; with more, their order must be remembered.",
              low=1, high=3, short="kinds"),
        Field("depth", "Greatest depth", int, depth, "How many brackets may be open at once.",
              low=1, high=10, short="depth"),
        length_field(length, 2, 200, "Number of brackets in one sequence."),
    )  # fmt: skip

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """Opening ones, then closing ones."""
        return (*_OPENING[: self.kinds], *_CLOSING[: self.kinds])

    @cached_property
    def output_labels(self) -> tuple[str, ...]:
        """The closing brackets, and an output for "none is open"."""
        return (*_CLOSING[: self.kinds], "none")

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        kinds = "One kind" if self.kinds == 1 else f"{self.kinds} kinds"
        return (
            f"{kinds} of brackets open and close in the correct order, up to {self.depth} deep. At "
            "each step the network must output which bracket has to be closed next, or that none "
            "is open. It must remember the open brackets, in order."
        )

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw from the prepared sequences."""
        which = generator.integers(_SEQUENCES, size=batch_size)
        seen, due = self._pool
        return Batch(self._one_hot(seen.take(which, axis=1)), due.take(which, axis=1), None)

    @cached_property
    def _pool(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(T, 4096) each: the brackets, and the one that must be closed next after each."""
        generator = np.random.default_rng(_POOL_SEED)
        shape = (self.length, _SEQUENCES)
        wants_to_open, kind = (
            generator.random(shape) < 0.5,
            generator.integers(self.kinds, size=shape),
        )
        seen, due = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
        stack = np.full((self.depth + 1, _SEQUENCES), self.kinds)  # at 0: nothing is open
        height, columns = np.zeros(_SEQUENCES, dtype=np.int64), np.arange(_SEQUENCES)
        for step in range(self.length):
            opens = (wants_to_open[step] | (height == 0)) & (height < self.depth)
            seen[step] = np.where(opens, kind[step], self.kinds + stack[height, columns])
            height += np.where(opens, 1, -1)
            stack[height[opens], columns[opens]] = kind[step, opens]
            due[step] = stack[height, columns]
        return seen, due
