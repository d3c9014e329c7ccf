"""Patterns to store: random ones and letters. And what spoils them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import shown
from rnnviz.hopfield import validation
from rnnviz.hopfield.validation import Array

#: Letters in five columns of seven, drawn for this.
_DRAWN = {
    "A": "..#.. .#.#. #...# #...# ##### #...# #...#",
    "B": "####. #...# #...# ####. #...# #...# ####.",
    "C": ".###. #...# #.... #.... #.... #...# .###.",
    "D": "####. #...# #...# #...# #...# #...# ####.",
    "E": "##### #.... #.... ###.. #.... #.... #####",
    "F": "##### #.... #.... ###.. #.... #.... #....",
    "G": ".###. #...# #.... #.### #...# #...# .###.",
    "H": "#...# #...# #...# ##### #...# #...# #...#",
    "I": "##### ..#.. ..#.. ..#.. ..#.. ..#.. #####",
    "J": "..### ...#. ...#. ...#. ...#. #..#. .##..",
    "K": "#...# #..#. #.#.. ##... #.#.. #..#. #...#",
    "L": "#.... #.... #.... #.... #.... #.... #####",
    "M": "#...# ##.## #.#.# #.#.# #...# #...# #...#",
    "N": "#...# ##..# ##..# #.#.# #..## #..## #...#",
    "O": ".###. #...# #...# #...# #...# #...# .###.",
    "P": "####. #...# #...# ####. #.... #.... #....",
    "Q": ".###. #...# #...# #...# #.#.# #..#. .##.#",
    "R": "####. #...# #...# ####. #.#.. #..#. #...#",
    "S": ".#### #.... #.... .###. ....# ....# ####.",
    "T": "##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..",
    "U": "#...# #...# #...# #...# #...# #...# .###.",
    "V": "#...# #...# #...# #...# #...# .#.#. ..#..",
    "W": "#...# #...# #...# #.#.# #.#.# ##.## #...#",
    "X": "#...# #...# .#.#. ..#.. .#.#. #...# #...#",
    "Y": "#...# #...# .#.#. ..#.. ..#.. ..#.. ..#..",
    "Z": "##### ....# ...#. ..#.. .#... #.... #####",
}
#: The letters that there are.
LETTERS = "".join(_DRAWN)
#: Sides of a grid.
SMALLEST_SIDE, LARGEST_SIDE = 10, 20


def letter(name: str, side: int = 10) -> Array:
    """Return a letter as a pattern on a grid, row by row: +1 is ink.

    Parameters
    ----------
    name
        One of `LETTERS`.
    side
        Units in a row and in a column, 10..20.

    Raises
    ------
    ValueError
        If there is no such letter, or the side is out of range.
    """
    if name not in _DRAWN:
        raise ValueError(f"a letter must be one of {LETTERS}, got {shown(name)}")
    side = validation.whole("side", side, SMALLEST_SIDE, LARGEST_SIDE)
    small = np.array([[sign == "#" for sign in row] for row in _DRAWN[name].split()])
    # A margin of one unit; what does not fill the rest evenly is filled by the nearest dot.
    inner = (np.arange(side - 2) + 0.5) / (side - 2)
    rows, columns = (inner * 7).astype(int), (inner * 5).astype(int)
    grid = np.full((side, side), -1.0)
    grid[1:-1, 1:-1] = np.where(small[np.ix_(rows, columns)], 1.0, -1.0)
    return grid.ravel()


def random_patterns(count: int, units: int, seed: int = 0) -> Array:
    """Return patterns (count, units), each number +1 or -1 with equal chance.

    With the same units and seed, fewer patterns are the first of more.
    """
    count = validation.whole("count", count, 1, validation.MOST_NUMBERS)
    units = validation.whole("units", units, 1, validation.MOST_NUMBERS // count)
    return np.random.default_rng(seed).choice([-1.0, 1.0], size=(count, units))


def flipped(pattern: Any, share: float, seed: int = 0) -> Array:
    """Return a pattern (N,), or many (..., N), with a share (0..1) of its units turned over.

    Which units, is drawn for each pattern by itself.
    """
    whole = np.asarray(pattern, dtype=np.float64)
    return np.where(_chosen(whole, share, seed), -whole, whole)


def _chosen(whole: Array, share: float, seed: int) -> NDArray[np.bool_]:
    share = validation.number("share", share, 0.0, 1.0)
    ranks = np.random.default_rng(seed).random(whole.shape).argsort(axis=-1).argsort(axis=-1)
    chosen: NDArray[np.bool_] = ranks < round(share * whole.shape[-1])
    return chosen


def covered(pattern: Any, share: float = 0.5) -> Array:
    """Return a pattern (N,), or many (..., N), whose last share (0..1) of units is -1: no ink."""
    whole = np.array(pattern, dtype=np.float64)
    share = validation.number("share", share, 0.0, 1.0)
    hidden = round(share * whole.shape[-1])
    whole[..., whole.shape[-1] - hidden :] = -1.0
    return whole
