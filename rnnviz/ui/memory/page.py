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
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.shell.transport import Slots
from rnnviz.views.memory import MemoryScene, without_state
from rnnviz.views.panel import Panel
from rnnviz.visit import Visit


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
    desk = visit.part(Desk)
    places = live.Places(visit.page_runs, slots)
    with st.container(key="inspected"):
        st.fragment(_tick, run_every=live.TICK_S if visit.busy or desk.working else None)(
            places, inspection.Stops(), inspection.Pace()
        )


def _tick(places: live.Places, stops: inspection.Stops, pace: inspection.Pace[Panel]) -> None:
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
    )


def _look(visit: Visit, choices: MemoryChoices, pace: inspection.Pace[Panel]) -> tuple[str, Panel]:
    scene = _scene(visit, choices)
    panel = pace.look(
        (choices, visit.name),
        visit.busy,
        lambda: choices.shown.look(scene),
        interval_s=choices.shown.interval_s,
    )
    return inspection.measured_on(visit, scene.trace), panel


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
    if panel.sentence:
        st.info(escaped(panel.sentence))
    if panel.charts:
        plots(panel.charts, key=f"memory:{choices.view}", revision=visit.name, live=visit.busy)
    if panel.note:
        st.caption(panel.note)
    if panel.table is not None:
        st.dataframe(panel.table.rows, hide_index=True)
