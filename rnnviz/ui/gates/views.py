"""The Gates page: its views, its controls, and the loop that keeps them up to date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.figures.gate_maps import drawn_as_maps
from rnnviz.figures.palette import QUANTITIES
from rnnviz.ui.components.plot import plots
from rnnviz.ui.gates import scenes, unit_views
from rnnviz.ui.gates.controls import (
    BY_NUMBER,
    Wanted,
    choose_order,
    choose_quantities,
    choose_quantity,
    choose_step,
    choose_unit,
    click,
)
from rnnviz.ui.gates.scenes import Seen, Shown
from rnnviz.ui.shell import inspection, live, session
from rnnviz.ui.shell.downloads import csv_button
from rnnviz.ui.shell.session import Visit


def _maps(cell: str) -> list[str]:
    return list(drawn_as_maps(cell))


def _gates(cell: str) -> list[str]:
    return [letter for letter, q in QUANTITIES[cell].items() if q.scale == "gate"]


def _weighed(cell: str) -> list[str]:
    """Return what has weights of its own: the gates and the candidate, or the one state."""
    return [letter for letter in drawn_as_maps(cell) if letter not in ("c", "h")] or ["h"]


@dataclass(frozen=True)
class View:
    """One view: what it shows, and which controls it has.

    Parameters
    ----------
    look
        Measures what is shown.
    key
        Of the choice of quantities.
    letters
        Which quantities of a cell there are to choose from.
    all_at_once
        Whether all of them can be shown together.
    order, step
        Whether the order of the units, and a time step, can be chosen.
    no_unit
        What the choice of no unit is called; "" where no unit can be chosen.
    rest_s
        Least seconds between two pictures while the network trains.
    """

    look: Callable[[Shown], Seen]
    key: str = session.GATE_QUANTITY
    letters: Callable[[str], Sequence[str]] = _maps
    all_at_once: bool = True
    order: bool = False
    step: bool = False
    no_unit: str = "none"
    rest_s: float = 0.0


#: Those with a table: it is read, not watched.
_WITH_TABLE_S = 1.0

#: The views by their titles, in the order of the menu.
VIEWS: dict[str, View] = {
    "Time steps": View(scenes.time_steps, order=True),
    "Training, one step": View(scenes.training_of_one_step, order=True, step=True),
    "Training, one unit": View(scenes.training_of_one_unit, no_unit="mean of all"),
    "Saturation": View(unit_views.saturation, session.SATURATED_GATE, _gates, rest_s=_WITH_TABLE_S),
    "Distribution": View(scenes.distribution, no_unit=""),
    "Weights": View(unit_views.weights, session.WEIGHED_GATE, _weighed, order=True),
    "What units follow": View(
        unit_views.follows,
        session.FOLLOWING_QUANTITY,
        lambda cell: _maps(cell)[::-1],
        all_at_once=False,
        order=True,
        rest_s=_WITH_TABLE_S,
    ),
}


def show(visit: Visit, readings: DeltaGenerator) -> None:
    """Show the inside of the run, and keep it running while it plays.

    Parameters
    ----------
    readings
        Where the numbers of the run go: a place in the transport bar.
    """
    places = live.Places(visit.page_runs, readings)
    with st.container(key="inspected"):
        st.fragment(_tick, run_every=live.TICK_S if visit.busy else None)(
            places, inspection.Stops(), inspection.Pace()
        )


def _tick(places: live.Places, stops: inspection.Stops, pace: inspection.Pace[Seen]) -> None:
    session.refresh()
    visit = session.current()
    if places.page_run != visit.page_runs:
        return
    heading = st.container(horizontal=True, vertical_alignment="center", gap="medium")
    heading.header("Gates", anchor=False, width="content")
    which = heading.container(width="content")
    wanted = _ask(visit, stops)
    if wanted.view == "Saturation":
        unit_views.count_ahead(visit, wanted)
    live.turn(
        visit,
        places,
        lambda: _look(visit, wanted, pace),
        lambda seen: _draw(visit, wanted, which, *seen),
    )


def _look(visit: Visit, wanted: Wanted, pace: inspection.Pace[Seen]) -> tuple[str, Seen]:
    trace, view = inspection.shown_trace(visit), VIEWS[wanted.view]
    asked = (wanted, visit.name)
    seen = pace.look(
        asked, visit.busy, lambda: view.look(Shown(visit, trace, wanted)), rest_s=view.rest_s
    )
    return inspection.says_which(visit, trace), seen


def _ask(visit: Visit, stops: inspection.Stops) -> Wanted:
    """Draw the controls, and return what they ask for."""
    network = visit.trainer.network
    titles = list(VIEWS)
    shown = inspection.fitting(session.value(session.GATE_VIEW), titles, titles[0])
    inspection.keep(session.GATE_VIEW, shown)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            "View",
            titles,
            key=session.GATE_VIEW,
            persist_state="session",
            required=True,
            label_visibility="collapsed",
        )
        layer = inspection.choose_layer(network.layers)
    title = inspection.fitting(chosen, titles, titles[0])
    view, cell = VIEWS[title], network.cell
    if not _gates(cell):
        st.info("This cell has no gates: there is only the hidden state. Try the GRU or the LSTM.")
    letters = view.letters(cell)
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        choose = choose_quantities if view.all_at_once else choose_quantity
        quantities = choose(cell, letters, view.key)
        order = choose_order(cell) if view.order else BY_NUMBER
        unit = choose_unit(visit, layer, view.no_unit) if view.no_unit and letters else None
        step = choose_step(visit) if view.step else 0
        inspection.rewind(visit, stops)
    return Wanted(title, layer, quantities, order, unit, step, visit.shown_iteration)


def _draw(visit: Visit, wanted: Wanted, which: DeltaGenerator, says: str, seen: Seen) -> None:
    which.caption(says, help=inspection.PROBE)
    if seen.charts:
        key = (
            f"gates:{wanted.view}:{','.join(str(len(each.figure['data'])) for each in seen.charts)}"
        )
        architecture = visit.trainer.network.architecture
        sides = (visit.name, architecture.cell, wanted.layer, architecture.hidden_size)
        plots(
            seen.charts,
            key=key,
            revision=":".join(map(str, sides)),
            on_click=partial(click, key, seen.unit_axis, wanted.layer) if seen.unit_axis else None,
            live=visit.busy,
        )
    if seen.note:
        st.caption(seen.note)
    if seen.table is not None:
        with st.expander(seen.table.title):
            places = seen.table.places or {}
            columns = {
                name: st.column_config.NumberColumn(format=f"%.{count}f")
                for name, count in places.items()
            }
            st.dataframe(seen.table.rows, hide_index=True, column_config=columns)
    if seen.file is not None:
        csv_button(*seen.file, waits=visit.busy)
