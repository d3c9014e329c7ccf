"""What a link tells of the Hopfield page: its view and settings, what is stored and drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rnnviz.ui.hopfield import bridge, memory, telling
from rnnviz.ui.hopfield.desk import SIDES, Board, Desk
from rnnviz.ui.hopfield.limits import LIMITS
from rnnviz.ui.hopfield.measuring import Measured
from rnnviz.ui.hopfield.page import VIEWS
from rnnviz.ui.shell import session
from rnnviz.ui.shell.address import Choice, Linked, Titles
from rnnviz.visit import Visit


@dataclass(frozen=True)
class _OnBoard:
    """Something on the board that is shown."""

    word: str
    text: Callable[[Board], str]
    take: Callable[[Board, str], None]

    def write(self, visit: Visit) -> str:
        return self.text(visit.part(Desk).board)

    def read(self, text: str, visit: Visit) -> None:
        if text:
            self.take(visit.part(Desk).board, text)


@dataclass(frozen=True)
class _Number:
    """A number chosen among some, kept in the session under a name; `first` is not written."""

    word: str
    name: str
    options: Sequence[float]
    first: float

    def write(self, visit: Visit) -> str:  # noqa: ARG002
        chosen = session.value(self.name)
        return f"{chosen:g}" if chosen in self.options and chosen != self.first else ""

    def read(self, text: str, visit: Visit) -> None:  # noqa: ARG002
        for option in self.options:
            if f"{option:g}" == text:
                session.show(self.name, option)


@dataclass(frozen=True)
class _Side:
    """The size of the grid, which comes before all that is on it."""

    word: str = "side"

    def write(self, visit: Visit) -> str:
        side = visit.part(Desk).side
        return "" if side == SIDES[0] else str(side)

    def read(self, text: str, visit: Visit) -> None:
        desk = visit.part(Desk)
        desk.side = {str(side): side for side in SIDES}.get(text, desk.side)


@dataclass(frozen=True)
class _Measured:
    """Whether the view measures, or has measured: a link begins the same measurement."""

    word: str = "measured"

    def write(self, visit: Visit) -> str:
        limit = LIMITS.get(visit.looked_at.name)
        return "yes" if limit is not None and limit.is_of_now(visit) else ""

    def read(self, text: str, visit: Visit) -> None:
        limit = LIMITS.get(visit.looked_at.name)
        visit.part(Measured).wanted = limit.key if limit is not None and text == "yes" else ""


def _own(number: int) -> _OnBoard:
    return _OnBoard(
        f"own{number + 1}", lambda board: telling.own_in(board, number), telling.store_own
    )


def _left_out(visit: Visit) -> str:
    return telling.left_out(visit.part(Desk).board)


LINKED = Linked(
    "hopfield",
    Titles(tuple(VIEWS)),
    (
        _Side(),
        _OnBoard("letters", telling.letters_in, telling.store_letters),
        _OnBoard("random", telling.random_in, telling.store_random),
        *map(_own, range(telling.MOST_OWN)),
        _OnBoard("grid", telling.grid_in, telling.show_grid),
        _OnBoard("whole", telling.whole_in, telling.take_whole),
        Choice("updates", memory.UPDATES, lambda _: (memory.ONE_AT_A_TIME, memory.ALL_AT_ONCE)),
        _Number("flip", memory.FLIPPED, memory.SHARES, memory.FIRST_SHARE),
        _Number("beta", bridge.BETA, bridge.FACTORS, bridge.OWN_FACTOR),
        _Number("statebeta", bridge.STATE_BETA, bridge.FACTORS, bridge.OWN_FACTOR),
        Choice("recalled", bridge.RECALLED, lambda _: (bridge.ALL_STEPS, bridge.STEPS_SO_FAR)),
        _Measured(),
    ),
    _left_out,
)
