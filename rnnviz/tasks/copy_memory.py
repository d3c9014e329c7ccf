"""The copy memory problem: reproduce a few symbols after a long delay."""

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
class CopyMemory(Generated):
    """Given a few symbols, then blanks, then a signal: output the symbols again, in order.

    Arjovsky, Shah and Bengio (2016), "Unitary evolution recurrent neural networks": K symbols out
    of 8, T - 1 blanks, the signal, K blanks; the answer is T + K blanks and then the K symbols.
    K is `copied` here, their T is `delay`, and `length` = delay + 2 K. All steps are trained;
    without memory the loss stays at K ln 8 / (delay + 2 K). The last K steps count in the
    evaluation.

    Parameters
    ----------
    copied
        Number of symbols to copy, 1..20.
    kinds
        Number of different symbols, 2..8.
    length
        Number of time steps, 3..400: the delay is what remains, at least 1.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    copied: int = 2
    kinds: int = 8
    length: int = 10

    key: ClassVar[str] = "copy"
    title: ClassVar[str] = "Copy memory"
    teaches: ClassVar[str] = (
        "Blanks are learned first. Then the loss stays on a plateau of known height, the loss of "
        "guessing the symbols, until some are remembered."
    )
    signals: ClassVar[tuple[str, ...]] = ("·", "!")
    fields: ClassVar[tuple[Field, ...]] = (
        Field("copied", "Symbols to copy", int, copied, "How many symbols must be remembered.",
              low=1, high=20, short="copied"),
        Field("kinds", "Different symbols", int, kinds, "How many different symbols there are.",
              low=2, high=8, short="kinds"),
        length_field(
            length, 3, 400,
            "Time steps in total: the symbols, the blanks, and the answer. Longer means more "
            "blanks.",
        ),
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.delay < 1:
            raise ValueError(
                f"length must be at least {2 * self.copied + 1}, twice the {self.copied} symbols "
                f"to copy and one step for the signal, got {self.length}"
            )

    @property
    def delay(self) -> int:
        """Blanks between the symbols and the answer, the signal counted as one; T in the paper."""
        return self.length - 2 * self.copied

    @property
    def held(self) -> int:
        """Steps from each symbol to its place in the answer."""
        return self.length - self.copied

    @property
    def plateau(self) -> float:
        """Loss without memory, in nats per step: blanks are known, symbols are guessed."""
        return float(self.copied * np.log(self.kinds) / self.length)

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """Symbols, blank, and the signal."""
        return (*"ABCDEFGH"[: self.kinds], "·", "!")

    @property
    def output_labels(self) -> tuple[str, ...]:
        """Symbols, and blank."""
        return self.input_names[:-1]

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        return (
            f"The input is {self.copied} random symbols out of {self.kinds}, then blanks (·), then "
            "a signal (!). After the signal the network must output the symbols in the same order; "
            f"before it, blanks. Each symbol must be remembered for {self.held} steps: the delay "
            f"of {self.delay} and the {self.copied} steps of the symbols. Only the copy counts in "
            f"the evaluation.  Without memory the loss stays at {self.plateau:.3f}."
        )

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw the symbols to copy."""
        symbols = generator.integers(self.kinds, size=(self.copied, batch_size))
        seen = np.full((self.length, batch_size), self.kinds)
        y = seen.copy()
        seen[: self.copied] = symbols
        seen[-self.copied - 1] = self.kinds + 1
        y[-self.copied :] = symbols
        return Batch(self._one_hot(seen), y, None)

    def knowable(self, batch: Batch) -> NDArray[np.bool_]:
        """Count the copied symbols; before them the target is a blank."""
        mask = np.zeros(batch.y.shape, dtype=bool)
        mask[-self.copied :] = True
        return mask

    def _name(self, batch: Batch) -> str:
        return "".join(self._read_inputs(batch)[0][: self.copied])
