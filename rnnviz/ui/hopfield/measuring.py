"""Measurements of the page, which the live loop does in slices, and what they found."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rnnviz.hopfield import Hopfield, random_patterns
from rnnviz.hopfield.capacity import CUTS, LOADS, alike, capacity, robustness
from rnnviz.hopfield.false_memories import search
from rnnviz.hopfield.patterns import LETTERS
from rnnviz.hopfield.validation import Array

#: Units of the networks of random patterns: a grid of 20 by 20.
UNITS = 400
DRAWS = 4
STARTS = 400
#: How many random patterns are stored where connections are cut.
FEW, MANY = 20, 40


class Measurement:
    """A measurement under way, or done: a `Job` of the live loop.

    Parameters
    ----------
    steps
        Yields a result, or None where it may be interrupted.
    expected
        How many results it will yield.
    of
        `Board.contents` of the board that is measured; None where it is of no board.
    """

    def __init__(
        self, steps: Iterator[Any], expected: int, of: tuple[int, ...] | None = None
    ) -> None:
        self._steps, self._expected, self.of = steps, expected, of
        self.results: list[Any] = []
        self.done = False

    @property
    def progress(self) -> float:
        """Share of the results, 0..1."""
        return min(len(self.results) / self._expected, 1.0)

    def advance(self, seconds: float) -> None:
        """Measure for this long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                result = next(self._steps)
            except StopIteration:
                self.done = True
                return
            if result is not None:
                self.results.append(result)


@dataclass
class Measured:
    """What a visitor has measured: each the last of its kind.

    Parameters
    ----------
    fitting, false, cut
        How many patterns fit; where random starts end; recall with connections cut.
    names
        Of the patterns among which was searched, and in `side` their grid.
    wanted
        Key of the measurement that an opened link wants; "" if it wants none.
    """

    fitting: Measurement | None = None
    false: Measurement | None = None
    cut: Measurement | None = None
    names: tuple[str, ...] = ()
    side: int = 0
    wanted: str = ""


def fitting() -> Measurement:
    """Begin to measure how many patterns fit, random ones and letters."""
    steps = itertools.chain(capacity(UNITS, draws=DRAWS), alike())
    return Measurement(steps, DRAWS * len(LOADS) + len(LETTERS) - 1)


def searching(network: Hopfield, of: tuple[int, ...]) -> Measurement:
    """Begin to search from random starts."""
    return Measurement(search(network, STARTS), STARTS, of)


def cutting(own: Array | None, of: tuple[int, ...]) -> Measurement:
    """Begin to cut connections: of few random patterns, of many, and of the visitor's own."""
    stored = [random_patterns(count, UNITS, seed=count) for count in (FEW, MANY)]
    if own is not None:
        stored.append(own)
    steps = itertools.chain.from_iterable(robustness(patterns) for patterns in stored)
    return Measurement(steps, len(stored) * len(CUTS), of)
