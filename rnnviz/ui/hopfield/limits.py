"""What a Hopfield network can't hold, and what it withstands: each measured by a click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st

from rnnviz.hopfield.capacity import CUTS, Alike, Kept
from rnnviz.ui.components.plot import plots
from rnnviz.ui.hopfield import measuring
from rnnviz.ui.hopfield.desk import Board, Desk
from rnnviz.ui.hopfield.measuring import Measured, Measurement
from rnnviz.ui.shell import inspection, live, session
from rnnviz.ui.shell.transport import Slots
from rnnviz.views import hopfield as views
from rnnviz.views.panel import Panel
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS


@dataclass(frozen=True)
class _Limit:
    """A view of one measurement.

    Parameters
    ----------
    key
        Of its button and its charts.
    intro
        What it is about.
    button
        What begins it.
    of
        The measurement that was begun last, if any.
    begin
        Begins it on a board; None where the board has nothing to measure.
    panel
        Shows what was measured so far.
    """

    key: str
    intro: str
    button: str
    of: Callable[[Measured], Measurement | None]
    begin: Callable[[Measured, Board], Measurement | None]
    panel: Callable[[Measured], Panel]

    def is_of_now(self, visit: Visit) -> bool:
        """Whether it was measured, or is being so, with the patterns that are stored now."""
        measurement = self.of(visit.part(Measured))
        contents = visit.part(Desk).board.contents
        return measurement is not None and measurement.of in (None, contents)


def _show_fitting(measured: Measured) -> Panel:
    rows = _results(measured.fitting)
    return views.fitting(
        [row for row in rows if isinstance(row, Kept)],
        [row for row in rows if isinstance(row, Alike)],
    )


def _show_false(measured: Measured) -> Panel:
    return views.false_memories(_results(measured.false), measured.names, measured.side)


def _show_cut(measured: Measured) -> Panel:
    rows = _results(measured.cut)
    names = [
        f"{measuring.FEW} random patterns",
        f"{measuring.MANY} random patterns",
        "Your patterns",
    ]
    each = len(CUTS)
    parts = {name: rows[k * each : (k + 1) * each] for k, name in enumerate(names)}
    return views.robustness({name: part for name, part in parts.items() if part})


def _results(measurement: Measurement | None) -> list:  # type: ignore[type-arg]
    return [] if measurement is None else measurement.results


def _begin_fitting(measured: Measured, _: Board) -> Measurement:
    measured.fitting = measuring.fitting()
    return measured.fitting


def _begin_false(measured: Measured, board: Board) -> Measurement | None:
    if board.network is None:
        return None
    measured.false = measuring.searching(board.network, board.contents)
    measured.names = tuple(pattern.name for pattern in board.stored)
    measured.side = board.side
    return measured.false


def _begin_cut(measured: Measured, board: Board) -> Measurement:
    own = np.array([pattern.signs for pattern in board.stored]) if board.stored else None
    measured.cut = measuring.cutting(own, board.contents)
    return measured.cut


FITTING = _Limit(
    "hopfield_fitting",
    "How many patterns can a network of 400 units keep? Random patterns first, then letters, which "
    "are alike.",
    "Measure",
    lambda measured: measured.fitting,
    _begin_fitting,
    _show_fitting,
)
FALSE = _Limit(
    "hopfield_false",
    "A network also holds states that nobody stored. The search lets random starts settle in "
    "yours, one unit at a time, and names where they end.",
    f"Search from {measuring.STARTS} random starts",
    lambda measured: measured.false,
    _begin_false,
    _show_false,
)
CUT = _Limit(
    "hopfield_cut",
    "A pattern is stored in all connections together. How many can be cut before recall fails? "
    "Measured in 400 units with random patterns, and in your own network.",
    "Cut and measure",
    lambda measured: measured.cut,
    _begin_cut,
    _show_cut,
)


#: By the titles of their views.
LIMITS = {"How many fit": FITTING, "False memories": FALSE, "Cut connections": CUT}


def view_of(limit: _Limit) -> Callable[[Visit, Slots], None]:
    """Return what shows one of them, as the page's table of views wants it."""

    def show(visit: Visit, slots: Slots) -> None:
        measured = visit.part(Measured)
        if measured.wanted and not visit.busy:
            wanted, measured.wanted = measured.wanted, ""
            if wanted == limit.key:
                _begin(limit)
        places = live.Places(visit.page_runs, slots)
        with st.container(key="inspected"):
            st.fragment(_tick, run_every=live.TICK_S if visit.busy else None)(places, limit)

    return show


def _tick(places: live.Places, limit: _Limit) -> None:
    session.refresh()
    visit = session.current()
    if places.page_run != visit.page_runs:
        return
    st.write(limit.intro)
    _button(visit, limit)
    live.turn(
        visit,
        places,
        lambda: limit.panel(visit.part(Measured)),
        lambda panel: _draw(visit, limit, panel),
    )


def _button(visit: Visit, limit: _Limit) -> None:
    measurement = limit.of(visit.part(Measured))
    with st.container(horizontal=True, vertical_alignment="center"):
        if measurement is not None and visit.job is measurement:
            st.button("Stop", icon=":material/stop:", key="stop", on_click=inspection.stop)
            return
        st.button(
            limit.button,
            icon=":material/science:",
            type="primary",
            key=limit.key,
            on_click=_begin,
            args=(limit,),
        )
        if measurement is not None and not measurement.done:
            st.button(
                "Go on", icon=":material/play_arrow:", key="go_on", on_click=_go_on, args=(limit,)
            )
        if not visit.part(Desk).board.stored and limit is FALSE:
            st.caption("Nothing is stored: store patterns in the view “Recall” first.")
        if measurement is not None and not limit.is_of_now(visit):
            st.caption("This was measured before you changed what is stored.")


def _draw(visit: Visit, limit: _Limit, panel: Panel) -> None:
    measurement = limit.of(visit.part(Measured))
    with st.container():
        if measurement is not None and not measurement.done:
            share = measurement.progress
            st.progress(share, text=f"{int(100 * share)} % measured")
    if panel.sentence:
        st.write(panel.sentence)
    left, right = st.columns([3, 2], gap="medium") if panel.beside else (st.container(), None)
    with left:
        plots(panel.charts, key=f"{limit.key}:left", live=visit.busy)
    if right is not None:
        with right:
            plots(panel.beside, key=f"{limit.key}:right", live=visit.busy)
    if panel.table is not None and not panel.table.rows.empty:
        st.dataframe(panel.table.rows, hide_index=True, width="content")
    if panel.note:
        st.caption(panel.note)


def _begin(limit: _Limit) -> None:
    visit = session.current()
    with TURNS.turn(visit):
        begun = limit.begin(visit.part(Measured), visit.part(Desk).board)
    if begun is not None:
        visit.start_job(begun)


def _go_on(limit: _Limit) -> None:
    visit = session.current()
    measurement = limit.of(visit.part(Measured))
    if measurement is not None and not measurement.done:
        visit.start_job(measurement)
