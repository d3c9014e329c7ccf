"""The Studio: the running network on one screen, in motion while it trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.analysis.guide import guide
from rnnviz.figures.chart import Chart
from rnnviz.figures.course_charts import course_charts
from rnnviz.figures.picture import pack
from rnnviz.recording import Trace
from rnnviz.training.trainer import nothing_to_measure
from rnnviz.ui.components.plot import plots
from rnnviz.ui.components.unrolled import provide, selected_unit, unrolled
from rnnviz.ui.shell import live, session
from rnnviz.ui.shell.transport import Slots
from rnnviz.ui.studio import pair
from rnnviz.ui.studio.place import PICTURE, Place, take_iteration, take_place
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

_CHART_HEIGHT = 210


@dataclass(frozen=True)
class _Places(live.Places):
    guide: DeltaGenerator
    picture: DeltaGenerator
    charts: DeltaGenerator


@dataclass(frozen=True)
class _View:
    picture: bytes
    charts: tuple[Chart, ...]
    revision: str
    live: bool
    guide: str
    missing: str = ""


def studio(visit: Visit, slots: Slots) -> DeltaGenerator:
    """Draw the running network, and keep it running while it plays; return the place below it.

    Parameters
    ----------
    slots
        Of the transport bar, where the numbers go.
    """
    with TURNS.turn(visit) as seconds:
        visit.catch_up(seconds)
    visit.part(Place).open(visit, visit.take_asked())
    with st.container(key="studio"):
        left, charts = st.columns([5, 2])
    # Above the picture space is scarce, beside it there is plenty.
    if visit.trainer.can_learn:
        pair.choice(charts if visit.beside is None else left)
    guide = left.container(key="above_picture")
    # A fragment may only write into a container that the page itself has written into.
    guide.empty()
    picture, below = left.container(gap=None), left.container(key="below_picture")
    with picture:
        provide(PICTURE)
    places = _Places(visit.page_runs, slots, guide, picture, charts)
    st.fragment(_tick, run_every=live.TICK_S if visit.busy else None)(places)
    return below


def _tick(places: _Places) -> None:
    session.refresh()
    visit = session.current()
    live.turn(visit, places, lambda: _look(visit), lambda view: _draw(view, places))


def _look(visit: Visit) -> _View:
    trainer = visit.trainer
    beside = visit.pair
    viewed, start = visit.part(Place).look(visit)
    return _View(
        picture=_pack(visit, _traces_to_show(visit, trainer.trace(), viewed), viewed, start)
        if beside is None
        else pair.picture(visit, beside, viewed, start),
        charts=tuple(
            course_charts(trainer, _CHART_HEIGHT)
            if beside is None
            else pair.charts(beside, _CHART_HEIGHT)
        ),
        revision=visit.name,
        live=visit.playing,
        guide=guide(trainer, visit.training) if beside is None else "",
        missing="" if trainer.can_learn else nothing_to_measure(trainer.task),
    )


def _traces_to_show(visit: Visit, newest: Trace, viewed: int | None) -> Sequence[Trace]:
    """Return the newest trace while training, and the one viewed; while paused all kept ones."""
    kept = [trace for trace in visit.trainer.recording.traces if trace is not newest]
    if visit.playing:
        kept = [trace for trace in kept if trace.iteration == viewed]
    return [*kept, newest]


def _pack(
    visit: Visit, traces: Sequence[Trace], viewed: int | None, start: Mapping[str, object]
) -> bytes:
    """Pack the traces; the one viewed is sent exactly as recorded, if it is among them."""
    is_there = any(trace.iteration == viewed for trace in traces)
    exact = viewed if is_there else None
    return pack(traces, exact=exact, run=visit.name, selected=visit.selected, start=start)


def _draw(view: _View, places: _Places) -> None:
    places.guide.html(f'<p class="guide">{view.guide}</p>')
    with places.picture:
        unrolled(
            view.picture,
            key=PICTURE,
            on_select=_select,
            on_iteration=take_iteration,
            on_place=take_place,
        )
    if view.missing:
        places.charts.info(view.missing)
        return
    with places.charts:
        plots(view.charts, key="live_charts", revision=view.revision, live=view.live)


def _select() -> None:
    visit, chosen = session.current(), selected_unit(PICTURE)
    visit.select_unit(*(None, 0) if chosen is None else (chosen["unit"], chosen["layer"]))
