"""What follows each different window of a long text: how much of it can be known at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_MOST = 2**62


def followers(codes: NDArray[np.integer], length: int) -> tuple[int, int]:
    """Count over all windows of a text that have a symbol behind them.

    Parameters
    ----------
    codes : array, (N,)
        The integers of the symbols, 0 or more.
    length
        Symbols in a window, 1..N-1.

    Returns
    -------
    ambiguous
        Windows that, in different places, are followed by different symbols.
    known
        Windows that are right where each is followed by what follows it most often.
    """
    kinds = int(codes.max()) + 1
    windows, different = _numbered(codes[:-1].astype(np.int64), length, kinds)
    if different * kinds > _MOST:
        windows, _ = _renumbered(windows)
    pairs, counts = np.unique(windows * kinds + codes[length:], return_counts=True)
    # Sorted, the pairs of one window stand beside each other.
    starts = np.flatnonzero(np.diff(pairs // kinds, prepend=-1))
    many = np.diff(starts, append=len(pairs)) > 1
    ambiguous = np.add.reduceat(counts, starts)[many].sum()
    return int(ambiguous), int(np.maximum.reduceat(counts, starts).sum())


def _numbered(codes: NDArray[np.int64], length: int, kinds: int) -> tuple[NDArray[np.int64], int]:
    """Return a number for each window, the same for equal ones, and what all are below.

    Two windows, one some steps behind the other, make a longer one: its number is made of theirs.
    """
    windows, below, width = codes, kinds, 1
    while width < length:
        step = min(width, length - width)
        if below > _MOST // below:
            windows, below = _renumbered(windows)
        windows = windows[:-step] * below + windows[step:]
        below, width = below * below, width + step
    return windows, below


def _renumbered(windows: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Return small numbers, and what all are below."""
    different, numbers = np.unique(windows, return_inverse=True)
    return numbers, len(different)
