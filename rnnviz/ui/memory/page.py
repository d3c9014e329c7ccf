"""The Memory page: its views, and the loop that trains the network and measures beside it."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.training import Trainer
from rnnviz.ui.components.plot import plots
from rnnviz.ui.memory.controls import MemoryChoices, ask
from rnnviz.ui.memory.desk import Desk
from rnnviz.ui.shell import inspection, live, session
from rnnviz.ui.shell.downloads import csv_button
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.shell.transport import Slots
from rnnviz.views.memory import MemoryScene, without_state
from rnnviz.views.panel import Panel
from rnnviz.visit import Visit

#: Name of the work of a view.
_VIEW = "view"


def show(visit: Visit, slots: Slots) -> None:
    """Show what the network remembers, and keep it training while it plays.

    Parameters
    ----------
    slots
        Of the transport bar, where the numbers of the run go.
    """
    missing = without_state(visit.trainer.config)
    if missing:
        st.header("Memory", anchor=False)
        st.info(missing)
        live.keep_going(visit, slots)
        return
    places = live.Places(visit.page_runs, slots)
    ticks = visit.busy or visit.part(Desk).working
    with st.container(key="inspected"):
        st.fragment(_tick, run_every=live.TICK_S if ticks else None)(
            places, inspection.Stops(), inspection.Pace(), ticks
        )


def _tick(
    places: live.Places, stops: inspection.Stops, pace: inspection.Pace[Panel], ticks: bool
) -> None:
    session.refresh()
    visit = session.current()
    if places.page_run != visit.page_runs:
        return
    heading = st.container(horizontal=True, vertical_alignment="center", gap="medium")
    heading.header("Memory", anchor=False, width="content")
    which = heading.container(width="content")
    choices = ask(visit, stops)
    live.turn(
        visit,
        places,
        lambda: _look(visit, choices, pace),
        lambda found: _draw(visit, choices, which, *found),
        beside=visit.part(Desk).advance if visit.part(Desk).working else None,
    )
    # Paused, the ticks go on for as long as something is measured, and then end.
    if not visit.busy and visit.part(Desk).working != ticks:
        visit.outdate_page()
        session.refresh()


def _look(visit: Visit, choices: MemoryChoices, pace: inspection.Pace[Panel]) -> tuple[str, Panel]:
    scene = _scene(visit, choices)
    _measure(visit.part(Desk), choices, scene)
    busy = visit.busy or visit.part(Desk).working
    panel = pace.look(
        (choices, visit.name),
        busy,
        lambda: choices.shown.look(scene),
        interval_s=choices.shown.interval_s,
    )
    return inspection.measured_on(visit, scene.trace), panel


def _measure(desk: Desk, choices: MemoryChoices, scene: MemoryScene) -> None:
    """Have measured in the next slices what the view shows."""
    work = choices.shown.work
    if work is None:
        desk.want_only()
        return
    at = scene.trace.iteration, scene.trace.interventions, scene.trainer.iteration
    stretch = scene.stretch, scene.units, scene.text
    of = (choices.view, scene.layer, scene.letter, choices.step, scene.unit, *stretch)
    desk.want(_VIEW, of, at, lambda: work(scene))


def _scene(visit: Visit, choices: MemoryChoices) -> MemoryScene:
    """Return what the views show; the turn must be held."""
    desk, trace = visit.part(Desk), visit.shown_trace()
    desk.open(visit.name)
    return MemoryScene(
        visit.trainer,
        trace,
        choices.layer,
        letter=choices.letter,
        step=trace.steps - 1 if choices.step is None else choices.step,
        unit=visit.looked_at.unit if visit.looked_at.unit_layer == choices.layer else None,
        stretch=choices.stretch,
        units=choices.units,
        text=choices.text,
        runs=_runs(visit),
        store=desk.store,
    )


def _runs(visit: Visit) -> Mapping[str, Trainer]:
    """Return the runs of the preset that was started, if the one that is shown is among them."""
    runs = {} if visit.side_by_side is None else visit.side_by_side.trainers
    return runs if visit.trainer in runs.values() else {}


def _draw(
    visit: Visit, choices: MemoryChoices, which: DeltaGenerator, measured: str, panel: Panel
) -> None:
    which.caption(measured, help=inspection.PROBE)
    st.write(choices.shown.says)
    with st.container():
        if panel.progress is not None:
            st.progress(panel.progress, text=f"{int(100 * panel.progress)} %{panel.done}")
    if panel.sentence:
        st.info(escaped(panel.sentence))
    key = f"memory:{choices.view}"
    live_charts = visit.busy or visit.part(Desk).working
    left, right = st.columns([3, 2], gap="medium") if panel.beside else (st.container(), None)
    if panel.charts:
        with left:
            plots(panel.charts, key=f"{key}:left", revision=visit.name, live=live_charts)
    if right is not None:
        with right:
            plots(panel.beside, key=f"{key}:right", revision=visit.name, live=live_charts)
    if panel.note:
        st.caption(panel.note)
    _draw_table(panel)
    if panel.file is not None:
        csv_button(*panel.file, waits=visit.busy)


def _draw_table(panel: Panel) -> None:
    table = panel.table
    if table is None or table.rows.empty:
        return
    with st.expander(table.title) if table.title else st.container():
        columns = {
            name: st.column_config.NumberColumn(format=f"%.{count}f")
            for name, count in (table.places or {}).items()
        }
        st.dataframe(table.rows, hide_index=True, column_config=columns)
