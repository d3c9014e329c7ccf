"""The language a^n b^n: count the a's, and recognise when as many b's have come."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import Field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch

_A, _B, _END = 0, 1, 2
_PAD = 3


@dataclass(frozen=True)
class Counting(Generated):
    """Given S, then a's, then as many b's, predict the next symbol; after the last b it is T.

    Gers and Schmidhuber (2001), "LSTM recurrent networks learn simple context-free and
    context-sensitive languages": S a^n b^n T, with random n. There the target is the set of
    possible symbols. Here it is the symbol that comes next, so during the a's it is uncertain.
    Every step is trained; the steps whose next symbol can be known count in the evaluation.

    Parameters
    ----------
    length
        Number of steps of the longest sequence T, 3..101: n is at most (T - 1) / 2. Shorter
        sequences are padded, and the padding is not scored.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    length: int = 17

    key: ClassVar[str] = "count"
    title: ClassVar[str] = "Counting: aⁿbⁿ"
    teaches: ClassVar[str] = (
        "A state can count: up with each a, down with each b. Trained with up to 8 a's, an LSTM of "
        "12 units usually gets a few more right, often about 10 in all; a GRU or an RNN hardly any."
    )
    signals: ClassVar[tuple[str, ...]] = ("S", "T")
    fields: ClassVar[tuple[Field, ...]] = (
        length_field(length, 3, 101, "Time steps of the longest sequence: 17 means up to 8 a's."),
    )

    @property
    def most(self) -> int:
        """Largest n."""
        return (self.length - 1) // 2

    @property
    def input_names(self) -> tuple[str, ...]:
        """Letters, and the start."""
        return ("a", "b", "S")

    @property
    def output_labels(self) -> tuple[str, ...]:
        """Letters, and the end."""
        return ("a", "b", "T")

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        return (
            f"S, then 1 to {self.most} a's, then just as many b's come in. At each step the "
            "network predicts the next symbol; after the last b it is T, the end. From the first b "
            "on, a network that has counted the a's can know it. Those steps, and the first one, "
            "count in the "
            "evaluation."
        )

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw n from 1 to the largest, all equally likely."""
        return self._batch(generator.integers(self.most, size=batch_size))

    @cached_property
    def probe_names(self) -> tuple[str, ...]:
        """One for each n, the largest first."""
        return tuple(f"{n} a's and {n} b's" if n > 1 else "1 a and 1 b" for n in self._numbers)

    @property
    def _numbers(self) -> range:
        return range(self.most, 0, -1)

    def _probe_batch(self, index: int) -> Batch:
        return self._batch(np.array([self._numbers[index] - 1]))

    def _batch(self, which: NDArray[np.int64]) -> Batch:
        seen, y, mask = self._tables
        x = self._inputs.take(seen.take(which, axis=1), axis=0)
        return Batch(x, y.take(which, axis=1), mask.take(which, axis=1))

    def knowable(self, batch: Batch) -> NDArray[np.bool_]:
        """Count S and the b's; during the a's, either letter may follow."""
        assert batch.mask is not None
        known: NDArray[np.bool_] = batch.mask & (batch.x[:, :, _A] == 0)
        return known

    @cached_property
    def _inputs(self) -> NDArray[np.float64]:
        return np.vstack([np.eye(3), np.zeros(3)])

    @cached_property
    def _tables(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
        """(T, most) each: what is seen, what is next, what is scored, for n = 1, 2, ..."""
        seen = np.full((self.length, self.most), _PAD)
        y = np.zeros((self.length, self.most), dtype=np.int64)
        for n in range(1, self.most + 1):
            seen[: 2 * n + 1, n - 1] = [2, *[_A] * n, *[_B] * n]
            y[: 2 * n + 1, n - 1] = [*[_A] * n, *[_B] * n, _END]
        return seen, y, seen != _PAD
