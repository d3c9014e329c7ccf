"""The embedded Reber grammar: the last symbol but one repeats the second, whatever came between."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import Field
from rnnviz.tasks.generated import Generated, length_field
from rnnviz.tasks.task import Batch

_SYMBOLS = "BTPSXVE"
#: For each node of the inner grammar, its two transitions: symbol, next node. E leaves node 5.
WAYS = (
    (("T", 1), ("P", 2)),
    (("S", 1), ("X", 3)),
    (("T", 2), ("V", 4)),
    (("X", 2), ("S", 5)),
    (("P", 3), ("V", 5)),
)
#: Where the inner grammar is left.
EXIT = 5
_POOL = 4096
_POOL_SEED = 10_000
_PAD = len(_SYMBOLS)


@dataclass(frozen=True)
class Reber(Generated):
    """Given the symbols of a grammar, predict the next one at each step.

    A sequence is B, then T or P, then a word of the Reber grammar (B ... E), then T or P as before,
    then E. Cleeremans, Servan-Schreiber and McClelland (1989); Hochreiter and Schmidhuber (1997),
    task 1. Where two symbols are possible, each has probability 1/2, and the target is the one that
    comes. Every step is trained; the steps whose next symbol can be known count in the evaluation:
    four in each sequence, one of them where T or P must be repeated. Sequences are drawn from up to
    4096 prepared ones; those that are too long are left out.

    Parameters
    ----------
    length
        Number of steps of the longest sequence T, 8..60; the shortest have 8.

    Raises
    ------
    ValueError
        If a setting is not allowed.
    """

    length: int = 20

    key: ClassVar[str] = "reber"
    title: ClassVar[str] = "Embedded Reber grammar"
    teaches: ClassVar[str] = (
        "The grammar in the middle is learned first, from nearby symbols. The distant symbol, "
        "which must be repeated at the end, comes last."
    )
    fields: ClassVar[tuple[Field, ...]] = (
        length_field(
            length, 8, 60, "Time steps of the longest sequence; longer means a longer lag."
        ),
    )

    @property
    def input_names(self) -> tuple[str, ...]:
        """The symbols of the grammar."""
        return tuple(_SYMBOLS)

    @property
    def output_labels(self) -> tuple[str, ...]:
        """The same symbols."""
        return tuple(_SYMBOLS)

    @property
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""
        return (
            "B, then T or P, then a word of a grammar (itself B … E, of random length), then the "
            "same T or P, then E. At each step the network predicts the next symbol. It must "
            "remember the second symbol across the word, in which T and P also occur. Only the "
            "steps with a single possible next symbol count in the evaluation. Up to "
            f"{self.length} "
            "steps."
        )

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw from the prepared sequences."""
        symbols = self._pool.take(generator.integers(self._pool.shape[1], size=batch_size), axis=1)
        mask = symbols[1:] != _PAD
        # The final E is a target only.
        seen, y = np.where(mask, symbols[:-1], _PAD), np.where(mask, symbols[1:], 0)
        return Batch(self._inputs.take(seen, axis=0), y, mask)

    def knowable(self, batch: Batch) -> NDArray[np.bool_]:
        """Count the steps with a single possible next symbol."""
        steps = np.arange(self.length)[:, None]
        last = batch.x.any(axis=2).sum(axis=0) - 1
        # After the outer T or P: B. After the word without its E: E. Then T or P again, then E.
        certain: NDArray[np.bool_] = (steps == 1) | ((steps >= last - 2) & (steps <= last))
        return certain

    def _name(self, batch: Batch) -> str:
        return "".join(self._read_inputs(batch)[0]) + "E"

    @cached_property
    def _inputs(self) -> NDArray[np.float64]:
        return np.vstack([np.eye(_PAD), np.zeros(_PAD)])

    @cached_property
    def _pool(self) -> NDArray[np.int64]:
        """(T+1, up to 4096): whole sequences that are short enough, padded."""
        generator = np.random.default_rng(_POOL_SEED)
        symbols = np.full((self.length + 1, 4 * _POOL), _PAD)
        columns = np.arange(symbols.shape[1])
        outer = np.array([_SYMBOLS.index(symbol) for symbol in "TP"]).take(columns % 2)
        symbols[0], symbols[1], symbols[2] = _SYMBOLS.index("B"), outer, _SYMBOLS.index("B")
        ways = np.array([[_SYMBOLS.index(symbol) for symbol, _ in two] for two in WAYS])
        leads = np.array([[node for _, node in two] for two in WAYS])
        node = np.zeros(len(columns), dtype=np.int64)
        ends = np.full(len(columns), self.length + 1)
        for step in range(3, self.length - 1):
            within = node != EXIT
            way = generator.integers(2, size=len(columns))
            symbols[step, within] = ways[node[within], way[within]]
            node[within] = leads[node[within], way[within]]
            ends[within & (node == EXIT)] = step
        finished = np.flatnonzero(ends + 3 <= self.length)[:_POOL]
        symbols, ends = symbols[:, finished], ends[finished]
        columns = np.arange(len(finished))
        symbols[ends + 1, columns] = symbols[ends + 3, columns] = _SYMBOLS.index("E")
        symbols[ends + 2, columns] = outer[finished]
        return symbols
