"""The page Sweep: what to sweep, how far it is, the map, and the runs of a cell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz import link
from rnnviz.analysis.history import score_text
from rnnviz.link.experiment import View
from rnnviz.numbers import number
from rnnviz.sweeps import Plan, Run
from rnnviz.sweeps.files import columns, frame
from rnnviz.training.solved import can_be_solved
from rnnviz.ui.components.plot import clicked, plots
from rnnviz.ui.shell import inspection, live, session
from rnnviz.ui.shell.downloads import csv_button
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.shell.transport import Slots
from rnnviz.ui.sweep import controls
from rnnviz.ui.sweep.desk import Desk, Planned
from rnnviz.ui.sweep.sweep import Sweep, Wanted, drawn_in, idle_settings, wall_s
from rnnviz.views.panel import Panel
from rnnviz.views.sweep import MEASURES, SweepScene, combination_at, panel
from rnnviz.visit import Visit
from rnnviz.visit.opening import Opened
from rnnviz.visit.turns import TURNS
from rnnviz.visit.workers import WORKERS

#: Key of the choice of what is shown.
SWEEP_SHOWS = "sweep_shows"
_CHARTS = "sweep:charts"
#: Seconds between two looks at the results while they come in.
_LOOK_S = 0.5
#: Most failed runs that are told one by one.
_MOST_FAILED = 5

#: Maps side by side where there is room, and a list of runs that does not move the page.
_CSS = """
<style>
.st-key-sweep_maps :has(> .rnnviz-plot-host) { display: flex; flex-wrap: wrap; gap: 0 1rem; }
.st-key-sweep_maps .rnnviz-plot-host { flex: 1 1 300px; margin-top: 0; min-width: 0; }
.st-key-sweep_runs button { min-height: 1.9rem; padding-block: 0.1rem; justify-content: start; }
.st-key-sweep_runs [data-testid="stVerticalBlock"] { gap: 0.25rem; }
</style>
"""

#: An example with a story of its own; it is opened like any other link.
EXAMPLE = "v=1&task=recall&h=16&page=sweep&p.sweep1=len~5~10~20&p.sweep2=fb~0~1~3"


@dataclass(frozen=True)
class _Seen:
    """What a tick shows."""

    planned: Planned
    panel: Panel | None
    scene: SweepScene | None
    failed: tuple[tuple[str, str], ...] = ()


def show(visit: Visit, slots: Slots) -> None:
    """Show the page, and keep the sweep going, or the run.

    Parameters
    ----------
    slots
        Of the transport bar, where the numbers of the run go.
    """
    st.html(_CSS)
    inspection.take_over(visit, SWEEP_SHOWS)
    places = live.Places(visit.page_runs, slots)
    with st.container(key="inspected"):
        st.fragment(_tick, run_every=live.TICK_S if visit.busy else None)(places, inspection.Pace())


def _tick(places: live.Places, pace: inspection.Pace[_Seen]) -> None:
    session.refresh()
    visit = session.current()
    if places.page_run != visit.page_runs:
        return
    desk, shows = visit.part(Desk), next(iter(MEASURES))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Sweep", anchor=False, width="content")
        if desk.sweep is None:
            st.caption(
                "One run may be luck. A sweep trains your run again, with other settings and other "
                "seeds, and shows which of them solve the task."
            )
        else:
            shows = _shows(visit, desk.sweep)
    if desk.sweep is None:
        with st.container(border=True):
            controls.choose(visit)
    else:
        with st.expander("What is swept", key="sweep_form"):
            controls.choose(visit)
    buttons = st.container(horizontal=True, vertical_alignment="center", key="sweep_buttons")
    live.turn(
        visit,
        places,
        lambda: _look(visit, shows, pace),
        lambda seen: _draw(visit, buttons, seen),
    )


def _shows(visit: Visit, sweep: Sweep) -> str:
    titles = list(MEASURES)
    tells = titles[0] if can_be_solved(sweep.wanted.task) else titles[-1]
    shown = inspection.choose_one("Show", titles, SWEEP_SHOWS, tells, label_visibility="collapsed")
    visit.look_at(name=shown)
    return shown


def _look(visit: Visit, shows: str, pace: inspection.Pace[_Seen]) -> _Seen:
    desk = visit.part(Desk)
    asked = (shows, desk.chosen, desk.choices, id(desk.sweep), visit.name)
    return pace.look(asked, visit.busy, lambda: _seen(visit, shows), interval_s=_LOOK_S)


def _seen(visit: Visit, shows: str) -> _Seen:
    desk = visit.part(Desk)
    planned = desk.planned(visit)
    if desk.sweep is not None:
        scene = scene_of(desk.sweep, desk)
    elif planned.wanted is not None and planned.plan is not None:
        scene = _scene(planned.wanted, planned.plan)
    else:
        return _Seen(planned, None, None)
    failed = tuple(
        (scene.says(tuple(row[axis.name] for axis in scene.axes)), str(row["error"]))
        for row in scene.rows
        if row["error"]
    )
    return _Seen(planned, panel(scene, shows), scene, failed)


def scene_of(sweep: Sweep, desk: Desk) -> SweepScene:
    """Return what is known of a sweep so far."""
    rows = tuple(sweep.rows[run.key] for run in sweep.plan.runs if run.key in sweep.rows)
    return replace(_scene(sweep.wanted, sweep.plan), rows=rows, chosen=desk.chosen)


def _scene(wanted: Wanted, planned: Plan) -> SweepScene:
    """Return what is known of a sweep that has not begun."""
    return SweepScene(
        axes=wanted.axes,
        rows=(),
        seeds=wanted.seeds,
        iterations=wanted.iterations,
        measure=wanted.task.measure,
        can_be_solved=can_be_solved(wanted.task),
        drawn=drawn_in(wanted, planned),
    )


def _draw(visit: Visit, buttons: DeltaGenerator, seen: _Seen) -> None:
    desk = visit.part(Desk)
    with buttons:
        _buttons(visit, desk, seen.planned)
    if desk.refused:
        st.error(f"{escaped(desk.refused)}.", icon=":material/block:")
    sweep = desk.sweep
    if seen.panel is None or seen.scene is None:
        return
    if sweep is None:
        _draw_empty(visit, seen)
        return
    if seen.panel.sentence:
        st.write(escaped(seen.panel.sentence))
    left, right = st.columns([3, 1], gap="medium")
    with left, st.container(key="sweep_maps"):
        plots(seen.panel.charts, key=_CHARTS, on_click=_clicked, live=visit.job is sweep)
        st.caption(seen.panel.note)
    with right, st.container(key="sweep_runs"):
        _runs(desk, seen.scene)
    _failed(seen.failed)
    _results(visit, sweep, seen.panel)


def _draw_empty(visit: Visit, seen: _Seen) -> None:
    """Draw the map that is to be filled, so that one sees what is meant by it."""
    assert seen.panel is not None
    assert seen.scene is not None
    each = "point" if seen.scene.drawn is not None else "cell"
    st.caption(
        f"This will fill: each {each} says how many of its {seen.scene.seeds} runs solved the task."
    )
    with st.container(key="sweep_maps"):
        plots(seen.panel.charts, key=f"{_CHARTS}:empty", live=visit.busy)


def _buttons(visit: Visit, desk: Desk, planned: Planned) -> None:
    """Draw what starts and stops the sweep, with what it would cost."""
    if desk.sweep is not None and visit.job is desk.sweep:
        st.button("Stop", icon=":material/stop:", key="sweep_stop", on_click=_stop)
        _progress(desk.sweep)
        return
    left = desk.left_of(planned)
    st.button(
        "Sweep" if desk.sweep is None else "Sweep again",
        icon=":material/grid_view:",
        type="primary",
        key="sweep_begin",
        on_click=_begin,
        disabled=not left,
    )
    if desk.sweep is not None and not desk.sweep.done:
        st.button("Go on", icon=":material/play_arrow:", key="sweep_go_on", on_click=_go_on)
    if desk.sweep is None:
        st.button(
            "Example: how far back, with which forget bias?",
            icon=":material/lightbulb:",
            key="sweep_example",
            help="Delayed recall with an LSTM: the lag across, the initial bias of the forget gate "
            "upwards. It becomes your run; Undo brings yours back.",
            on_click=_example,
        )
    if desk.sweep is not None and not desk.sweep.done:
        done, there = len(desk.sweep.rows), len(desk.sweep.plan.runs)
        st.caption(f"Stopped at {done:,} of {there:,} runs: what has finished is kept.")
    if planned.refused:
        st.caption(f":material/block: {escaped(planned.refused)}.")
    else:
        st.caption(escaped(" ".join((costs(planned, left), *idle_settings(planned.wanted)))))


def costs(planned: Planned, left: Sequence[Run]) -> str:
    """Say what a sweep would take, before it begins.

    Parameters
    ----------
    left
        Those of its runs that have not finished before.
    """
    assert planned.plan is not None
    assert planned.wanted is not None
    runs = len(planned.plan.runs)
    said = f"{runs:,} run{'s' * (runs > 1)} of “{planned.wanted.task.title}”"
    if not left:
        return f"{said}: all of them have finished. Change something to sweep again."
    if len(left) < runs:
        said += f", of which {len(left):,} {'is' if len(left) == 1 else 'are'} still to be done"
    seconds = wall_s(sum(run.cost_s for run in left), WORKERS.most)
    where = "in the live loop, a slice at a time"
    if WORKERS.most:
        where = f"in up to {WORKERS.most} process{'es' * (WORKERS.most > 1)}"
    each = " each" if WORKERS.most > 1 else ""
    return (
        f"{said}: about {duration(seconds)} {where}, and longer when others compute on this "
        f"server; at most {number(planned.plan.memory, 2)} MB of memory{each}."
    )


def duration(seconds: float) -> str:
    """Write about how long something takes: `12 s`, `3 minutes`, `2.5 hours`."""
    if seconds < 90:
        return f"{max(math.ceil(seconds), 1)} s"
    if seconds < 90 * 60:
        return f"{math.ceil(seconds / 60)} minutes"
    return f"{number(seconds / 3600, 2)} hours"


def _progress(sweep: Sweep) -> None:
    left = duration(sweep.seconds_left())
    st.progress(
        sweep.progress, f"{len(sweep.rows):,} of {len(sweep.plan.runs):,} runs, about {left} left"
    )


def _runs(desk: Desk, scene: SweepScene) -> None:
    """List the runs of the combination that was clicked; a click opens one."""
    if desk.chosen is None:
        st.caption("Click a cell, or a point, to see its runs, and a run to open it in the Studio.")
        return
    rows = scene.runs_of.get(desk.chosen, [])
    st.markdown(f"**{escaped(scene.says(desk.chosen))}**")
    if not rows:
        st.caption("None of its runs has finished yet.")
    with st.container(height=min(24 + 40 * len(rows), 380), border=False):
        for row in rows:
            st.button(
                _run_text(row, scene),
                key=f"sweep_open:{row['run']}",
                icon=":material/open_in_new:",
                width="stretch",
                disabled=bool(row["error"]),
                help=escaped(str(row["error"]))
                or "Opens this very run in the Studio: it is trained again, number by number. "
                "Undo brings your run back.",
                on_click=_open,
                args=(row["run"],),
            )


def _run_text(row: Mapping[str, Any], scene: SweepScene) -> str:
    if row["error"]:
        return f"Seed {row['seed']}: failed"
    if row["diverged"]:
        return f"Seed {row['seed']}: diverged at {row['iterations'] + 1:,}"
    if row["solved"]:
        return f"Seed {row['seed']}: solved at {row['solved_at']:,}"
    score = score_text(row["score"], "accuracy" if scene.measure == "accuracy" else "error")
    return f"Seed {row['seed']}: {escaped(score)}"


def _failed(failed: tuple[tuple[str, str], ...]) -> None:
    """Name the runs that failed, with the reason."""
    if not failed:
        return
    with st.container(border=True):
        count = len(failed)
        st.warning(
            f"{count:,} run{'s' * (count > 1)} failed and {'are' if count > 1 else 'is'} left out.",
            icon=":material/warning:",
        )
        for says, why in failed[:_MOST_FAILED]:
            st.write(escaped(f"{says}: {why}"))


def _results(visit: Visit, sweep: Sweep, shown: Panel) -> None:
    if not sweep.rows:
        return
    if shown.table is not None:
        with st.expander(shown.table.title, key="sweep_table"):
            st.dataframe(shown.table.rows, hide_index=True)
    rows = list(sweep.rows.values())
    csv_button("sweep", lambda: frame(rows, columns(sweep.plan)), waits=visit.job is sweep)


def _clicked() -> None:
    """Choose the combination whose cell was clicked."""
    place, visit = clicked(_CHARTS), session.current()
    desk = visit.part(Desk)
    if place is None or desk.sweep is None:
        return
    found = combination_at(scene_of(desk.sweep, desk), place["chart"], place["x"], place["y"])
    if found is not None:
        desk.chosen = found


def _begin() -> None:
    visit = session.current()
    visit.part(Desk).begin(visit)
    session.outdate_page()


def _go_on() -> None:
    visit = session.current()
    visit.part(Desk).go_on(visit)


def _stop() -> None:
    visit = session.current()
    visit.part(Desk).stop(visit)


def _example() -> None:
    visit = session.current()
    visit.part(Opened).open(visit, link.read(EXAMPLE))


def _open(key: str) -> None:
    """Open a run in the Studio by its link, if it is still one of the sweep."""
    visit = session.current()
    sweep = visit.part(Desk).sweep
    row = None if sweep is None else sweep.rows.get(key)
    if row is None or row["error"]:
        return
    opened = TURNS.in_slices(visit, link.reading(row["link"]))
    in_studio = replace(opened.experiment, view=View(page="studio"))
    visit.part(Opened).open(visit, link.Opened(in_studio, opened.problems))
