"""What the Hopfield page keeps for a visitor: for each size of grid what is stored and drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnnviz.hopfield import LETTERS, Hopfield, Recall, covered, flipped, letter, random_patterns
from rnnviz.hopfield.patterns import LARGEST_SIDE, SMALLEST_SIDE
from rnnviz.hopfield.validation import Array

SIDES = range(SMALLEST_SIDE, LARGEST_SIDE + 1)
#: Most patterns on a board: far more than the largest grid can hold.
MOST_STORED = 100
#: The letters that a board opens with: on every grid each is recalled with a fifth of it flipped.
FIRST_LETTERS = "ASY"
#: What it opens with in the grid: this letter with this share of the units flipped.
FIRST, FIRST_FLIPPED = "S", 0.2


@dataclass(frozen=True)
class Stored:
    """A stored pattern.

    Parameters
    ----------
    number
        The same as long as it is there.
    name
    signs : array, (N,)
        +1 or -1.
    drawn_by : (seed, number), optional
        Of a random pattern: which one, from 0, of those that this seed gives.
    """

    number: int
    name: str
    signs: Array
    drawn_by: tuple[int, int] | None = None


@dataclass
class Board:
    """The patterns of one size of grid, and what is drawn on it.

    Parameters
    ----------
    side
        Units in a row and in a column.
    stored
        In the order in which they came.
    whole
        What was drawn or loaded last, before it was spoiled.
    start
        What is in the grid: where a recall starts.
    recall
        From that start, if it was asked for.
    version
        Counts what the server changed: only then does the browser give up what it shows.
    refused
        Why the last wish was refused; "" if it was not.
    """

    side: int
    stored: tuple[Stored, ...] = ()
    whole: Array = field(default_factory=lambda: np.empty(0))
    start: Array = field(default_factory=lambda: np.empty(0))
    recall: Recall | None = None
    together: bool = False
    version: int = 0
    refused: str = ""
    _numbers: int = 0
    _seed: int = 0
    _names: Counter[str] = field(default_factory=Counter)
    _network: Hopfield | None = None

    @property
    def units(self) -> int:
        """Number of units."""
        return self.side * self.side

    @property
    def contents(self) -> tuple[int, ...]:
        """The side and the numbers of the stored patterns: the same as long as they are."""
        return (self.side, *(pattern.number for pattern in self.stored))

    @property
    def network(self) -> Hopfield | None:
        """The network that holds the patterns; None while there is none."""
        if self._network is None and self.stored:
            self._network = Hopfield(np.array([pattern.signs for pattern in self.stored]))
        return self._network

    def store(self, name: str, signs: Array, drawn_by: tuple[int, int] | None = None) -> bool:
        """Store a pattern; tell whether it was taken, else `refused` says why not."""
        if len(self.stored) >= MOST_STORED:
            return self._refuse(f"At most {MOST_STORED} patterns can be stored. Forget some first.")
        if abs(signs.sum()) == self.units:
            return self._refuse("All units of the grid are equal. Draw something first.")
        for pattern in self.stored:
            if (pattern.signs == signs).all():
                return self._refuse(f"This pattern is stored already, as {pattern.name}.")
        self._numbers += 1
        self._keep((*self.stored, Stored(self._numbers, name, signs, drawn_by)))
        return True

    def store_drawing(self) -> bool:
        """Store what is in the grid."""
        taken = self.store_own(self.seen())
        if taken:
            self.show(self.seen())
        return taken

    def store_own(self, signs: Array) -> bool:
        """Store a pattern that was drawn."""
        return self._store_next("drawing", signs)

    def store_letters(self, text: str) -> bool:
        """Store each letter of a text that is not there yet."""
        wanted = [sign for sign in dict.fromkeys(text.upper()) if not sign.isspace()]
        unknown = [sign for sign in wanted if sign not in LETTERS]
        if unknown or not wanted:
            return self._refuse("Type letters from A to Z, such as HOP.")
        there = {pattern.name for pattern in self.stored}
        new = [sign for sign in wanted if sign not in there]
        if not new:
            return self._refuse("These letters are stored already.")
        taken = [self.store(sign, letter(sign, self.side)) for sign in new]
        return all(taken)

    def store_random(self, count: int) -> bool:
        """Store random patterns."""
        count = min(count, max(MOST_STORED - len(self.stored), 1))
        self._seed += 1
        return self.store_drawn(self._seed, range(count))

    def store_drawn(self, seed: int, numbers: Sequence[int]) -> bool:
        """Store the random patterns of these numbers, from 0, that a seed gives."""
        self._seed = max(self._seed, seed)
        drawn = random_patterns(max(numbers) + 1, self.units, seed)
        return all(self._store_next("random", drawn[k], (seed, k)) for k in numbers)

    def forget(self, number: object) -> None:
        """Forget the pattern of this number; what is none changes nothing."""
        left = tuple(pattern for pattern in self.stored if pattern.number != number)
        if len(left) < len(self.stored):
            self._keep(left)

    def forget_all(self) -> None:
        """Forget all patterns; what is in the grid stays."""
        self._keep(())
        self._names.clear()

    def load(self, number: object) -> None:
        """Put the pattern of this number into the grid; what is none changes nothing."""
        for pattern in self.stored:
            if pattern.number == number:
                self.show(pattern.signs)

    def clear(self) -> None:
        """Empty the grid."""
        self.show(np.full(self.units, -1.0))

    def show(self, signs: Array) -> None:
        """Put something whole into the grid."""
        self.whole = self.start = signs
        self._changed()

    def draw(self, signs: Array) -> None:
        """Take what was drawn in the browser, which shows it already."""
        self.whole = self.start = signs
        self.recall, self.refused = None, ""

    def flip(self, share: float) -> None:
        """Flip a share of the units of what was whole last; others at each time."""
        self._seed += 1
        self.start = flipped(self.whole, share, self._seed)
        self._changed()

    def cover(self) -> None:
        """Cover the lower half of what was whole last."""
        self.start = covered(self.whole)
        self._changed()

    def run(self) -> bool:
        """Let the network recall from what is in the grid."""
        if self.network is None:
            return self._refuse("Nothing is stored yet. Draw a pattern and store it first.")
        self._seed += 1
        # A copy each time: the browser plays it anew.
        found = self.network.recall(self.start, synchronous=self.together, seed=self._seed)
        self._changed()
        self.recall = found
        return True

    def seen(self) -> Array:
        """Return what the grid shows when a recall has come to its end, or else what is in it."""
        return self.start if self.recall is None else self.recall.end

    def message(self) -> dict[str, Any]:
        """Return what the browser is told."""
        return {
            "side": self.side,
            "version": self.version,
            "cells": _cells(self.start),
            "stored": [
                {"id": one.number, "name": one.name, "cells": _cells(one.signs)}
                for one in self.stored
            ],
            "recall": None if self.recall is None else self._packed(self.recall),
        }

    def _store_next(self, kind: str, signs: Array, drawn_by: tuple[int, int] | None = None) -> bool:
        """Store a pattern under the next name of its kind."""
        taken = self.store(f"{kind} {self._names[kind] + 1}", signs, drawn_by)
        self._names[kind] += taken
        return taken

    def _packed(self, recall: Recall) -> dict[str, Any]:
        return {
            "id": self.version,
            "start": _cells(recall.start),
            "unit": recall.unit,
            "field": recall.field.astype(np.float32),
            "step": recall.step,
            "asked": recall.asked,
            "energy": recall.energy.astype(np.float32),
            "overlaps": recall.overlaps.astype(np.float32).ravel(),
            "together": self.together,
            "cycles": recall.cycles,
        }

    def _keep(self, stored: tuple[Stored, ...]) -> None:
        self.start = self.seen()
        self.stored, self._network = stored, None
        self._changed()

    def _changed(self) -> None:
        self.recall, self.refused = None, ""
        self.version += 1

    def _refuse(self, why: str) -> bool:
        self.refused = why
        return False


@dataclass
class Desk:
    """What lies on the desk of one visitor: a board for each side, so that no change loses one."""

    side: int = SMALLEST_SIDE
    boards: dict[int, Board] = field(default_factory=dict)

    @property
    def board(self) -> Board:
        """The board of the side that is shown."""
        if self.side not in self.boards:
            self.boards[self.side] = opening_board(self.side)
        return self.boards[self.side]


def drawn_in(message: object, side: int) -> Array | None:
    """Return the signs of a stroke as the browser tells it; None where it is not of this grid."""
    if not isinstance(message, Mapping) or message.get("side") != side:
        return None
    digits, count = message.get("cells"), side * side
    if not isinstance(digits, str):
        return None
    return signs_of(digits, count)


def signs_of(digits: str, count: int) -> Array | None:
    """Return so many signs from hexadecimal digits, four to a digit; None if they are not that."""
    if len(digits) != -(-count // 4) or set(digits) - set("0123456789abcdef"):
        return None
    bits = f"{int(digits, 16):0{4 * len(digits)}b}"[:count]
    return np.array([1.0 if bit == "1" else -1.0 for bit in bits])


def digits_of(signs: Array) -> str:
    """Write signs as hexadecimal digits; see `signs_of`."""
    bits = "".join("1" if sign > 0 else "0" for sign in signs)
    filled = bits.ljust(-(-len(bits) // 4) * 4, "0")
    return f"{int(filled, 2):0{len(filled) // 4}x}"


def _cells(signs: Array) -> Array:
    cells: Array = (signs > 0).astype(np.uint8)
    return cells


def opening_board(side: int) -> Board:
    """Return the board that a grid of this size opens with."""
    board = Board(side)
    board.clear()
    board.store_letters(FIRST_LETTERS)
    board.show(letter(FIRST, side))
    board.flip(FIRST_FLIPPED)
    return board
