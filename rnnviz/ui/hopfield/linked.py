"""What a link tells of the Hopfield page: its view, the size of the grid, what is stored and drawn.

Letters are told by name, other patterns by four units to a digit: up to `MOST_OWN` of them, as a
link has no room for more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rnnviz.hopfield import LETTERS, letter
from rnnviz.ui.hopfield.desk import (
    FIRST_LETTERS,
    SIDES,
    Board,
    Desk,
    Stored,
    digits_of,
    opening_board,
    signs_of,
)
from rnnviz.ui.hopfield.page import VIEWS
from rnnviz.ui.shell.address import Linked, Titles
from rnnviz.visit import Visit

#: Most patterns of a link that are no letters.
MOST_OWN = 8
#: Stands for no letters at all.
_NONE = "none"


@dataclass(frozen=True)
class _OnDesk:
    """Something on the desk that a link tells."""

    word: str
    text: Callable[[Desk], str]
    take: Callable[[Desk, str], None]

    def write(self, visit: Visit) -> str:
        return self.text(visit.part(Desk))

    def read(self, text: str, visit: Visit) -> None:
        if text:
            self.take(visit.part(Desk), text)


def _is_letter(pattern: Stored, board: Board) -> bool:
    return pattern.name in LETTERS and bool(
        (pattern.signs == letter(pattern.name, board.side)).all()
    )


def _own(board: Board) -> list[Stored]:
    own = [pattern for pattern in board.stored if not _is_letter(pattern, board)]
    return own if len(own) <= MOST_OWN else []


def _side(desk: Desk) -> str:
    return "" if desk.side == SIDES[0] else str(desk.side)


def _take_side(desk: Desk, text: str) -> None:
    sides = {str(side): side for side in SIDES}
    desk.side = sides.get(text, desk.side)


def _letters(desk: Desk) -> str:
    board = desk.board
    stored = "".join(pattern.name for pattern in board.stored if _is_letter(pattern, board))
    return "" if stored == FIRST_LETTERS else stored or _NONE


def _take_letters(desk: Desk, text: str) -> None:
    board = desk.board
    if text != _NONE and set(text) - set(LETTERS):
        return
    board.forget_all()
    if text != _NONE:
        board.store_letters(text)


def _nth_own(number: int) -> _OnDesk:
    def text(desk: Desk) -> str:
        own = _own(desk.board)
        return digits_of(own[number].signs) if number < len(own) else ""

    def take(desk: Desk, text: str) -> None:
        signs = signs_of(text, desk.board.units)
        if signs is not None:
            desk.board.store(f"drawing {number + 1}", signs)

    return _OnDesk(f"own{number + 1}", text, take)


def _grid(desk: Desk) -> str:
    board = desk.board
    is_first = (board.start == opening_board(board.side).start).all()
    return "" if is_first else digits_of(board.start)


def _take_grid(desk: Desk, text: str) -> None:
    signs = signs_of(text, desk.board.units)
    if signs is not None:
        desk.board.show(signs)


LINKED = Linked(
    "hopfield",
    Titles(tuple(VIEWS)),
    (
        _OnDesk("side", _side, _take_side),
        _OnDesk("letters", _letters, _take_letters),
        *map(_nth_own, range(MOST_OWN)),
        _OnDesk("grid", _grid, _take_grid),
    ),
)
