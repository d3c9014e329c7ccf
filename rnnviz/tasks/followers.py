"""What follows each distinct window of a long text, and so how predictable the text is."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np
from numpy.typing import NDArray

_MOST = 2**62
#: About this many windows are sorted at a time: some milliseconds.
_SORTED = 50_000

Counted = tuple[int, int]
Numbers = NDArray[np.int64]


def followers(codes: NDArray[np.integer], length: int) -> tuple[int, int]:
    """Count over all windows of a text that are followed by a symbol.

    Parameters
    ----------
    codes : array, (N,)
        The integers of the symbols, 0 or more.
    length
        Symbols in a window, 1..N-1.

    Returns
    -------
    ambiguous
        Windows that occur in several places and are followed by different symbols.
    known
        Windows predicted correctly by always guessing the most frequent follower.
    """
    steps = counting(codes, length)
    try:
        while True:
            next(steps)
    except StopIteration as end:
        counted: Counted = end.value
    return counted


def counting(codes: NDArray[np.integer], length: int) -> Generator[None, None, Counted]:
    """Count as `followers` does, in small steps, because millions of windows take long."""
    kinds = int(codes.max()) + 1
    windows, different = yield from _numbered(codes[:-1].astype(np.int64), length, kinds)
    if different * kinds > _MOST:
        windows, _ = yield from _renumbered(windows)
    following, ambiguous, known = codes[length:], 0, 0
    for part in _parts(windows):
        yield
        pairs, counts = np.unique(windows[part] * kinds + following[part], return_counts=True)
        # Once sorted, the pairs of one window are adjacent.
        starts = np.flatnonzero(np.diff(pairs // kinds, prepend=-1))
        many = np.diff(starts, append=len(pairs)) > 1
        ambiguous += int(np.add.reduceat(counts, starts)[many].sum())
        known += int(np.maximum.reduceat(counts, starts).sum())
    return ambiguous, known


def _parts(numbers: Numbers) -> Iterator[NDArray[np.intp]]:
    """Yield the indices of the numbers part by part; equal numbers are in the same part."""
    parts = len(numbers) // _SORTED | 1  # odd, for numbers are often multiples of 2
    which = (numbers % parts).astype(np.uint16)
    for part in range(parts):
        places = np.flatnonzero(which == part)
        if len(places):
            yield places


def _numbered(
    codes: Numbers, length: int, kinds: int
) -> Generator[None, None, tuple[Numbers, int]]:
    """Return a number for each window, the same for equal ones, and an upper bound of them.

    Two windows that overlap make a longer one, whose number is made from theirs.
    """
    windows, below, width = codes, kinds, 1
    while width < length:
        yield
        step = min(width, length - width)
        if below > _MOST // below:
            windows, below = yield from _renumbered(windows)
        windows = windows[:-step] * below + windows[step:]
        below, width = below * below, width + step
    return windows, below


def _renumbered(windows: Numbers) -> Generator[None, None, tuple[Numbers, int]]:
    """Return the same classes as small numbers, and an upper bound of them."""
    numbers, below = np.empty_like(windows), 0
    for part in _parts(windows):
        yield
        different, own = np.unique(windows[part], return_inverse=True)
        numbers[part] = own + below
        below += len(different)
    return numbers, below
