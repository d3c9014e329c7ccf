"""The Memory page: its views, and the loop that trains the network and measures beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import streamlit as st

from rnnviz.figures.state_space import StateSpace
from rnnviz.training import Trainer
from rnnviz.training.memory_presets import MEMORY_PRESETS
from rnnviz.ui.components.plot import plots
from rnnviz.ui.memory import picture
from rnnviz.ui.memory.controls import MemoryChoices, ask
from rnnviz.ui.memory.desk import Desk
from rnnviz.ui.memory.picture import Looking
from rnnviz.ui.shell import inspection, live, session
from rnnviz.ui.shell.downloads import csv_button
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.shell.transport import Slots
from rnnviz.views.memory import MemoryScene, space, without_state
from rnnviz.views.panel import Panel
from rnnviz.visit import Visit

#: Name of the work of a view.
_VIEW = "view"
#: At most this share of the time goes into the state space, which is what the page is for.
_IN_SPACE = 0.4

#: The state space, and the same as bytes for the canvas.
_Packed = tuple[StateSpace, bytes]
_Paces = tuple[inspection.Pace[Panel], inspection.Pace[_Packed]]


@dataclass(frozen=True)
class _Seen:
    """What a tick shows.

    Parameters
    ----------
    measured
        On which probe, at which iteration.
    panel
    packed
        The state space, for the canvas; None where the view has none.
    working
        Whether something is still being measured.
    """

    measured: str
    panel: Panel
    packed: _Packed | None
    working: bool


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
    picture.provide(visit)
    places = live.Places(visit.page_runs, slots)
    ticks = visit.busy or visit.part(Desk).working
    with st.container(key="inspected"), st.container(key="memory"):
        st.fragment(_tick, run_every=live.TICK_S if ticks else None)(
            places, inspection.Stops(), (inspection.Pace(), inspection.Pace(_IN_SPACE)), ticks
        )


def _tick(places: live.Places, stops: inspection.Stops, paces: _Paces, ticks: bool) -> None:
    session.refresh()
    visit = session.current()
    if places.page_run != visit.page_runs:
        return
    choices = ask(visit, stops)
    lacks = picture.lacks(visit)
    live.turn(
        visit,
        places,
        lambda: _look(visit, choices, paces, lacks),
        lambda seen: _draw(visit, choices, seen),
        beside=visit.part(Desk).advance if visit.part(Desk).working else None,
    )
    # Paused, the ticks go on for as long as something is measured, and then end.
    if not visit.busy and visit.part(Desk).working != ticks:
        visit.outdate_page()
        session.refresh()


def _look(visit: Visit, choices: MemoryChoices, paces: _Paces, lacks: Collection[int]) -> _Seen:
    scene, desk = _scene(visit, choices), visit.part(Desk)
    _measure(desk, choices, scene)
    asked, busy = (choices, visit.name), visit.busy or desk.working
    of_panel, of_space = paces
    packed = None
    if choices.shown.in_space:
        packed = of_space.look(
            (asked, tuple(lacks)),
            busy,
            lambda: _pack(visit, scene, choices, lacks),
        )
    panel = of_panel.look(
        asked, busy, lambda: choices.shown.look(scene), interval_s=choices.shown.interval_s
    )
    return _Seen(inspection.measured_on(visit, scene.trace), panel, packed, desk.working)


def _pack(
    visit: Visit, scene: MemoryScene, choices: MemoryChoices, lacks: Collection[int]
) -> _Packed:
    drawn = space.space(scene, visit.name)
    return drawn, visit.part(Looking).packed(visit, drawn, lacks, choices.shown.of_machine)


def _measure(desk: Desk, choices: MemoryChoices, scene: MemoryScene) -> None:
    """Have measured in the next slices what the view shows."""
    work = choices.shown.work
    if work is None:
        desk.want_only()
        return
    at = scene.trace.iteration, scene.trace.interventions, scene.trainer.iteration
    of = (
        *(choices.view, scene.layer, scene.letter, choices.step, scene.unit, scene.stretch),
        *(scene.units, scene.text, scene.held, scene.with_machine, scene.everywhere),
    )
    desk.want(_VIEW, of, at, lambda: work(scene), patient=not scene.everywhere)


def _scene(visit: Visit, choices: MemoryChoices) -> MemoryScene:
    """Return what the views show; the turn must be held."""
    desk, trace = visit.part(Desk), visit.shown_trace()
    desk.open(visit.name)
    in_space = choices.shown.in_space
    drawn = desk.space_of(visit.trainer, choices.layer, choices.letter) if in_space else None
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
        held=choices.held,
        with_machine=choices.machine,
        everywhere=not visit.training,
        drawn=drawn,
        runs=_runs(visit),
        store=desk.store,
    )


def _runs(visit: Visit) -> Mapping[str, Trainer]:
    """Return the runs of the preset that was started, if the one that is shown is among them."""
    runs = {} if visit.side_by_side is None else visit.side_by_side.trainers
    return runs if visit.trainer in runs.values() else {}


def _draw(visit: Visit, choices: MemoryChoices, seen: _Seen) -> None:
    panel, view = seen.panel, choices.shown
    with st.container():
        # The text of a preset says what to look at, and the state space tells its iteration itself.
        if visit.preset not in MEMORY_PRESETS or not view.in_space:
            told = view.says if view.in_space else f"{view.says} {seen.measured}"
            st.caption(told, help=view.help)
    # Each in a container of its own, so that what follows does not move to another place.
    with st.container():
        if seen.packed is not None:
            picture.draw(seen.packed[1])
    with st.container():
        _draw_progress(panel, seen.working)
    with st.container():
        if panel.sentence:
            st.info(escaped(panel.sentence))
    key = f"memory:{choices.view}"
    live_charts = visit.busy or seen.working
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
    if seen.packed is not None:
        picture.offer(visit, seen.packed[0], waits=live_charts)


def _draw_progress(panel: Panel, working: bool) -> None:
    if panel.progress is not None:
        st.progress(panel.progress, text=f"{int(100 * panel.progress)} %{panel.done}")
    elif working:
        st.caption("Measuring …")


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
