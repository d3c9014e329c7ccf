"""How many patterns fit: measured on random patterns and on letters, and the theory beside it.

What measures takes long is a generator: it yields often, None or one more result, so that others
can work in between. Patterns count as kept, or recalled, where the overlap at the end is at least
`KEPT`.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from rnnviz.hopfield import validation
from rnnviz.hopfield.classic import KEPT, Hopfield
from rnnviz.hopfield.patterns import LETTERS, flipped, letter, random_patterns
from rnnviz.hopfield.validation import Array

#: Patterns for each unit at which the capacity is measured.
LOADS = (0.05, 0.08, 0.1, 0.12, 0.138, 0.15, 0.165, 0.18, 0.2, 0.25)
#: Shares of the connections that are cut.
CUTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)

Result = TypeVar("Result")
#: A measurement: yields None where it may be interrupted.
Measuring = Generator[Result | None, None, None]


@dataclass(frozen=True)
class Kept:
    """What became of random patterns from which recall was started.

    Parameters
    ----------
    load
        Patterns for each unit, as measured.
    patterns
        How many.
    kept
        Share (0..1) of the patterns that were kept.
    overlap
        Mean overlap of the ends with their patterns.
    flips
        Share (0..1) of all units of all patterns that disagree with their local field at once.
    """

    load: float
    patterns: int
    kept: float
    overlap: float
    flips: float


@dataclass(frozen=True)
class Alike:
    """Letters beside as many random patterns.

    Parameters
    ----------
    patterns
        How many of each.
    letters, random
        Share (0..1) that is kept.
    overlap, random_overlap
        Mean size of the overlap between two different patterns of them.
    """

    patterns: int
    letters: float
    random: float
    overlap: float
    random_overlap: float


@dataclass(frozen=True)
class Recalled:
    """Recall with a share of the connections cut.

    Parameters
    ----------
    cut
        Share (0..1) of the connections.
    patterns
        How many are stored.
    recalled
        Share (0..1) of the spoiled starts from which their pattern was recalled.
    starts
        How many there were.
    """

    cut: float
    patterns: int
    recalled: float
    starts: int


def capacity(
    units: int = 400, loads: Sequence[float] = LOADS, draws: int = 4, seed: int = 0
) -> Measuring[Kept]:
    """Measure how many of random patterns are kept, at each load, several times in turn."""
    for draw in range(draws):
        for number, load in enumerate(loads):
            patterns = random_patterns(round(load * units), units, seed + 1000 * draw + number)
            network = Hopfield(patterns)
            ends = yield from network.settling(patterns, seed + draw)
            overlaps = (ends * patterns).mean(axis=1)
            yield Kept(
                len(patterns) / units,
                len(patterns),
                float((overlaps >= KEPT).mean()),
                float(overlaps.mean()),
                float((network.fields(patterns) * patterns < 0).mean()),
            )


def alike(side: int = 20, seed: int = 0) -> Measuring[Alike]:
    """Measure how many of the first letters are kept, and of as many random patterns."""
    letters = np.array([letter(name, side) for name in LETTERS])
    others = random_patterns(len(letters), side * side, seed)
    for count in range(2, len(letters) + 1):
        kept = []
        for patterns in (letters[:count], others[:count]):
            ends = yield from Hopfield(patterns).settling(patterns, seed)
            kept.append(float(((ends * patterns).mean(axis=1) >= KEPT).mean()))
        yield Alike(
            count, kept[0], kept[1], mean_overlap(letters[:count]), mean_overlap(others[:count])
        )


def robustness(
    stored: Array,
    cuts: Sequence[float] = CUTS,
    spoiled: float = 0.1,
    starts: int = 40,
    seed: int = 0,
) -> Measuring[Recalled]:
    """Measure recall of patterns (P, N) while connections are cut.

    Parameters
    ----------
    spoiled
        Share (0..1) of the units of each start that is flipped.
    starts
        At least so many at each share that is cut, all patterns equally often.
    """
    network = Hopfield(stored)
    times = -(-starts // len(stored))
    wanted = np.tile(network.patterns, (times, 1))
    begun = flipped(wanted, spoiled, seed)
    for number, share in enumerate(cuts):
        ends = yield from network.cut(share, seed + number).settling(begun, seed + number)
        recalled = ((ends * wanted).mean(axis=1) >= KEPT).mean()
        yield Recalled(share, len(stored), float(recalled), len(wanted))


def results(measuring: Iterator[Result | None]) -> list[Result]:
    """Return all results of a measurement, without a pause."""
    return [result for result in measuring if result is not None]


def mean_overlap(patterns: Array) -> float:
    """Return the mean size of the overlap of two different patterns; NaN where there is one."""
    count, units = patterns.shape
    if count < 2:
        return math.nan
    between = np.abs(patterns @ patterns.T) / units
    return float((between.sum() - np.trace(between)) / (count * (count - 1)))


def first_flips(load: float) -> float:
    """Return the share of units of a stored pattern that its crosstalk turns over at once.

    The crosstalk of p random patterns in N units is close to normal with the variance p/N, so the
    share is erfc(sqrt(N / 2p)) / 2; Hertz, Krogh and Palmer (1991), eq. 2.14.
    """
    load = validation.positive("load", load)
    return math.erfc(math.sqrt(1 / (2 * load))) / 2


def retrieval_line(points: int = 400) -> tuple[Array, Array]:
    """Return the loads (n,) at which a pattern is kept in a very large network, and its overlap.

    Where units and patterns grow together without end, an overlap m solves, with y = erf^-1(m),

        sqrt(2 load) = erf(y) / y - 2 exp(-y^2) / sqrt(pi)

    The branch returned is the stable one: from load 0 and m = 1 to the largest load that has a
    solution, where m falls to 0 at once. Amit, Gutfreund and Sompolinsky (1985), at temperature 0.
    """
    y = np.linspace(4.0, 0.5, points)
    m = np.array([math.erf(value) for value in y])
    loads = (m / y - 2 * np.exp(-(y**2)) / math.sqrt(math.pi)) ** 2 / 2
    stable = slice(0, int(loads.argmax()) + 1)
    return loads[stable], m[stable]


def critical_load() -> float:
    """Return the largest load at which a very large network keeps patterns: 0.138."""
    return float(retrieval_line(4000)[0][-1])
