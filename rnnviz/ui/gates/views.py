"""The Gates page: its views, its controls, and the loop that keeps them up to date."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.engine import CELLS, spec_of
from rnnviz.figures.gate_maps import drawn_as_maps
from rnnviz.recording import Trace
from rnnviz.training.config import CHOICE_LABELS
from rnnviz.ui.components.plot import plots
from rnnviz.ui.gates.controls import (
    FOLLOWING_QUANTITY,
    GATE_QUANTITY,
    GATE_VIEW,
    SATURATED_GATE,
    WEIGHED_GATE,
    GateChoices,
    choose_order,
    choose_quantities,
    choose_quantity,
    click,
)
from rnnviz.ui.shell import inspection, live, session
from rnnviz.ui.shell.downloads import csv_button
from rnnviz.ui.shell.transport import Slots
from rnnviz.views import gates
from rnnviz.views.gates import BY_NUMBER, GateScene
from rnnviz.views.panel import Panel
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS


def _maps(cell: str) -> list[str]:
    return list(drawn_as_maps(cell))


@dataclass(frozen=True)
class View:
    """One view: what it shows, and which controls it has.

    Parameters
    ----------
    look
        Measures what is shown.
    key
        Key of the choice of quantities.
    letters
        Returns the quantities that can be chosen for a cell.
    all_at_once
        Whether all of them can be shown together.
    order, step
        Whether the user can choose the order of the units, and a time step.
    no_unit
        Name of the choice of no unit; "" if no unit can be chosen.
    interval_s
        Minimum seconds between two updates while the network trains.
    """

    look: Callable[[GateScene], Panel]
    key: str = GATE_QUANTITY
    letters: Callable[[str], Sequence[str]] = _maps
    all_at_once: bool = True
    order: bool = False
    step: bool = False
    no_unit: str = "none"
    interval_s: float = 0.0


#: For views with a table, which people read rather than watch.
_WITH_TABLE_S = 1.0

#: Of maps whose numbers grow with the square of the steps.
_ATTENTION_S = 0.3

_SATURATION, _ATTENTION = "Saturation", "Attention"

#: The views by their titles, in the order of the menu.
VIEWS: dict[str, View] = {
    "Time steps": View(gates.time_steps, order=True),
    "Training, one step": View(gates.training_of_one_step, order=True, step=True),
    "Training, one unit": View(gates.training_of_one_unit, no_unit="mean of all"),
    _ATTENTION: View(
        gates.attention,
        letters=gates.hides_attention,
        step=True,
        no_unit="mean of all",
        interval_s=_ATTENTION_S,
    ),
    _SATURATION: View(gates.saturation, SATURATED_GATE, gates.gates_of, interval_s=_WITH_TABLE_S),
    "Distribution": View(gates.distribution, no_unit=""),
    "Weights": View(gates.weights, WEIGHED_GATE, gates.weighed_in, order=True),
    "What units follow": View(
        gates.follows,
        FOLLOWING_QUANTITY,
        lambda cell: _maps(cell)[::-1],
        all_at_once=False,
        order=True,
        interval_s=_WITH_TABLE_S,
    ),
}


def show(visit: Visit, slots: Slots) -> None:
    """Show the inside of the network, and keep it training while it plays.

    Parameters
    ----------
    slots
        Of the transport bar, where the numbers of the run go.
    """
    places = live.Places(visit.page_runs, slots)
    with st.container(key="inspected"):
        st.fragment(_tick, run_every=live.TICK_S if visit.busy else None)(
            places, inspection.Stops(), inspection.Pace()
        )


def _tick(places: live.Places, stops: inspection.Stops, pace: inspection.Pace[Panel]) -> None:
    session.refresh()
    visit = session.current()
    if places.page_run != visit.page_runs:
        return
    heading = st.container(horizontal=True, vertical_alignment="center", gap="medium")
    heading.header("Gates", anchor=False, width="content")
    which = heading.container(width="content")
    choices = _ask(visit, stops)
    if choices.view == _SATURATION:
        _count_ahead(visit, choices)
    live.turn(
        visit,
        places,
        lambda: _look(visit, choices, pace),
        lambda found: _draw(visit, choices, which, *found),
    )


def _look(visit: Visit, choices: GateChoices, pace: inspection.Pace[Panel]) -> tuple[str, Panel]:
    trace, view = visit.shown_trace(), VIEWS[choices.view]
    asked = (choices, visit.name)
    panel = pace.look(
        asked,
        visit.busy,
        lambda: view.look(_scene(visit, trace, choices)),
        interval_s=view.interval_s,
    )
    return inspection.measured_on(visit, trace), panel


def _scene(visit: Visit, trace: Trace, choices: GateChoices) -> GateScene:
    return GateScene(
        visit.trainer,
        trace,
        choices.layer,
        letters=choices.letters,
        unit=choices.unit,
        order=choices.order,
        step=choices.step,
        counted=visit.saturation_of(choices.layer) if choices.view == _SATURATION else None,
    )


def _count_ahead(visit: Visit, choices: GateChoices) -> None:
    """Count saturation at the kept iterations: at all of them while paused, else at some.

    This is done in slices, each within a turn. While the network trains, only the chart of one
    unit over training needs the counts.
    """
    if not choices.letters or (visit.busy and choices.unit is None):
        return
    while True:
        with TURNS.turn(visit) as seconds:
            until = time.monotonic() + seconds
            history = visit.saturation_of(choices.layer)
            missing = history.missing((*visit.trainer.recording.traces, visit.trainer.trace()))
            while missing and time.monotonic() < until:
                history.of(missing.pop())
        if visit.busy or not missing:
            return


def _ask(visit: Visit, stops: inspection.Stops) -> GateChoices:
    """Draw the controls, and return what was chosen."""
    network = visit.trainer.network
    titles = list(VIEWS)
    inspection.take_over(visit, GATE_VIEW)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title = inspection.choose_one(
            "View", titles, GATE_VIEW, titles[0], label_visibility="collapsed"
        )
        layer = inspection.choose_layer(network.architecture)
    view, cell = VIEWS[title], network.cell
    attends = title == _ATTENTION and network.architecture.attends
    if not gates.gates_of(cell) and not attends:
        st.info(_without_gates(cell))
    letters = view.letters(cell)
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        choose = choose_quantities if view.all_at_once else choose_quantity
        quantities = choose(cell, letters, view.key)
        order = choose_order(cell, visit.trainer.can_learn) if view.order else BY_NUMBER
        unit = (
            inspection.choose_unit(visit, layer, view.no_unit) if view.no_unit and letters else None
        )
        step = inspection.choose_step(visit) if view.step else 0
        inspection.rewind(visit, stops)
    visit.look_at(name=title, layer=layer, time_step=step if view.step else None)
    return GateChoices(title, layer, quantities, order, unit, step, visit.looked_at.shown_iteration)


def _without_gates(cell: str) -> str:
    only = "" if spec_of(cell).gates else ": there is only the hidden state"
    with_gates = [f"the {CHOICE_LABELS[other]}" for other in CELLS if gates.gates_of(other)]
    return f"This cell has no gates{only}. Try {' or '.join(with_gates)}."


def _draw(
    visit: Visit, choices: GateChoices, which: DeltaGenerator, measured: str, panel: Panel
) -> None:
    which.caption(measured, help=f"{inspection.PROBE} {panel.note}".strip())
    if panel.sentence:
        st.info(panel.sentence)
    if panel.charts:
        traces = ",".join(str(len(each.figure["data"])) for each in panel.charts)
        key, axis = f"gates:{choices.view}:{traces}", panel.unit_axis
        architecture = visit.trainer.network.architecture
        sides = (visit.name, architecture.cell, choices.layer, architecture.hidden_size)
        plots(
            panel.charts,
            key=key,
            revision=":".join(map(str, sides)),
            on_click=partial(click, key, axis, choices.layer) if axis else None,
            live=visit.busy,
        )
    if panel.note:
        st.caption(panel.note)
    if panel.table is not None:
        with st.expander(panel.table.title):
            places = panel.table.places or {}
            columns = {
                name: st.column_config.NumberColumn(format=f"%.{count}f")
                for name, count in places.items()
            }
            st.dataframe(panel.table.rows, hide_index=True, column_config=columns)
    if panel.file is not None:
        csv_button(*panel.file, waits=visit.busy)
