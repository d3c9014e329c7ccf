"""A board in the words of a link: what is stored and drawn on it, and what a link has no room for.

Letters are told by name, random patterns by their seed, other patterns by four units to a digit.
"""

from __future__ import annotations

import re
from itertools import groupby

from rnnviz.hopfield import LETTERS, letter
from rnnviz.hopfield.validation import Array
from rnnviz.ui.hopfield.desk import (
    FIRST_LETTERS,
    MOST_STORED,
    Board,
    Stored,
    digits_of,
    opening_board,
    signs_of,
)

#: Most patterns of a link that are neither letters nor random.
MOST_OWN = 8
#: Most random patterns that are told, in groups, so that their text stays short.
_MOST_GROUPS = 16
#: Stands for no letters at all.
_NONE = "none"
#: Random patterns of one seed, such as `3.0-4`.
_GROUP = re.compile(r"(\d{1,5})\.(\d{1,2})(?:-(\d{1,2}))?", re.ASCII)


def letters_in(board: Board) -> str:
    """Return the letters that are stored; "" for those of the opening."""
    stored = "".join(pattern.name for pattern in board.stored if _is_letter(pattern, board))
    return "" if stored == FIRST_LETTERS else stored or _NONE


def store_letters(board: Board, text: str) -> None:
    """Store these letters instead of what is there."""
    if text != _NONE and set(text) - set(LETTERS):
        return
    board.forget_all()
    if text != _NONE:
        board.store_letters(text)


def random_in(board: Board) -> str:
    """Return the random patterns that are stored, such as `1.0-4~3.2`."""
    return "~".join(_written(group) for group in _groups(board)[:_MOST_GROUPS])


def store_random(board: Board, text: str) -> None:
    """Store random patterns; what is no such text is left out."""
    for part in text.split("~")[:_MOST_GROUPS]:
        found = _GROUP.fullmatch(part)
        if found is not None:
            seed, first, last = int(found[1]), int(found[2]), int(found[3] or found[2])
            if first <= last < MOST_STORED:
                board.store_drawn(seed, range(first, last + 1))


def own_in(board: Board, number: int) -> str:
    """Return one of the patterns that were drawn; "" if there are fewer."""
    own = _own(board)
    return digits_of(own[number].signs) if number < len(own) else ""


def store_own(board: Board, text: str) -> None:
    """Store a pattern that was drawn."""
    signs = signs_of(text, board.units)
    if signs is not None:
        board.store_own(signs)


def grid_in(board: Board) -> str:
    """Return what is in the grid; "" if it is as in the opening."""
    first = opening_board(board.side).start
    return "" if (board.start == first).all() else digits_of(board.start)


def show_grid(board: Board, text: str) -> None:
    """Put into the grid what a link says."""
    signs = signs_of(text, board.units)
    if signs is not None:
        board.show(signs)


def whole_in(board: Board) -> str:
    """Return what the grid showed before it was spoiled; "" if it was not, or in the opening."""
    spoiled = grid_in(board) and (board.start != board.whole).any()
    return digits_of(board.whole) if spoiled else ""


def take_whole(board: Board, text: str) -> None:
    """Note what the grid showed before it was spoiled."""
    signs = signs_of(text, board.units)
    if signs is not None:
        board.whole = signs


def left_out(board: Board) -> str:
    """Say which patterns a link leaves out; "" if it holds all of them."""
    own = len(_own(board))
    groups = _groups(board)
    untold = sum(len(group) for group in groups[_MOST_GROUPS:])
    said = []
    if own > MOST_OWN:
        said.append(f"{own - MOST_OWN} of your {own} drawings, as it has room for {MOST_OWN}")
    if untold:
        said.append(f"{untold} of your {sum(map(len, groups))} random patterns")
    if not said:
        return ""
    return f"A link to this board leaves out {', and '.join(said)}: the ones stored last."


def _groups(board: Board) -> list[list[tuple[int, int]]]:
    """Return the random patterns in groups that follow on each other in what one seed gives."""
    drawn = [pattern.drawn_by for pattern in board.stored if pattern.drawn_by is not None]
    places = enumerate(drawn)
    together = groupby(places, key=lambda one: (one[1][0], one[1][1] - one[0]))
    return [[drawn_by for _, drawn_by in group] for _, group in together]


def _written(group: list[tuple[int, int]]) -> str:
    (seed, first), (_, last) = group[0], group[-1]
    return f"{seed}.{first}-{last}" if last > first else f"{seed}.{first}"


def _own(board: Board) -> list[Stored]:
    return [
        pattern
        for pattern in board.stored
        if pattern.drawn_by is None and not _is_letter(pattern, board)
    ]


def _is_letter(pattern: Stored, board: Board) -> bool:
    return pattern.name in LETTERS and _same(pattern.signs, letter(pattern.name, board.side))


def _same(one: Array, other: Array) -> bool:
    return bool((one == other).all())
