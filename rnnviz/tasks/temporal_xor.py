"""Elman's temporal XOR: every third bit follows from the two before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import Field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch


@dataclass(frozen=True)
class TemporalXor(Generated):
    """Given bits in threes, two random ones and then their XOR, predict the next bit.

    Elman (1990), "Finding structure in time". There it is one stream of 3000 bits; here each
    sequence starts with the first bit of a triple. Every step is trained, as there. In the
    evaluation only those steps count whose next bit is an XOR: the others cannot be known.

    Parameters
    ----------
    length
        Number of bits T, 2..300.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    length: int = 30

    key: ClassVar[str] = "xor"
    title: ClassVar[str] = "Temporal XOR"
    teaches: ClassVar[str] = (
        "The error over time shows structure: it dips at every third bit, the only one that can be "
        "known."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        length_field(length, 2, 300, "Number of bits in one sequence."),
    )

    @property
    def input_names(self) -> tuple[str, ...]:
        """Bits."""
        return ("0", "1")

    @property
    def output_labels(self) -> tuple[str, ...]:
        """Bits."""
        return ("0", "1")

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        return (
            "Bits come in threes: two random ones, then their XOR (1 if they differ). At each step "
            "the network predicts the next bit. Only every third bit can be known, from the two "
            "before it and from its position in the triple; only those count in the evaluation."
        )

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw triples."""
        bits = generator.integers(2, size=(self.length + 3, batch_size))
        count = len(bits) // 3 * 3
        bits[2:count:3] = bits[0:count:3] ^ bits[1:count:3]
        return Batch(self._one_hot(bits[: self.length]), bits[1 : self.length + 1], None)

    def knowable(self, batch: Batch) -> NDArray[np.bool_]:
        """Count the steps before the third bit of each triple; the other targets are random."""
        mask = np.zeros(batch.y.shape, dtype=bool)
        mask[1::3] = True
        return mask
