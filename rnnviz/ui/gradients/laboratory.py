"""The gradient laboratory: its controls, and the loop that trains, replays, compares and checks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.analysis.gradient_check import QUICK
from rnnviz.analysis.theory import Letter
from rnnviz.engine import spec_of
from rnnviz.tasks.task import Task
from rnnviz.training import RunConfig, describe
from rnnviz.training.config import CHOICE_LABELS, RECURRENT
from rnnviz.training.side_by_side import Named, other_cells, with_and_without_attention
from rnnviz.training.trainer import nothing_to_measure
from rnnviz.ui.components.plot import clicked, plots
from rnnviz.ui.gradients.look import GradientChoices, Measured, look
from rnnviz.ui.gradients.numbers import as_html
from rnnviz.ui.shell import inspection, live, session
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.shell.transport import Slots
from rnnviz.views.gradients import ALL, LAST, VIEWS, Reading, has_nothing_to_show
from rnnviz.views.panel import Panel
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Keys of the controls.
GRADIENT_VIEW = "gradient_view"
GRADIENT_BY = "gradient_by"
GRADIENT_OF = "gradient_of"
PREDICTION = "prediction"
COMPARED_UNTIL = "compared_until"
COMPARED_AT = "compared_at"
CHECK_ALL = "check_all"

LAG, _ITEMISED, _JACOBIANS, _NORM, CELLS, _CHECK, *_ = VIEWS
#: Iterations to which runs side by side can be trained, besides that of the run itself.
_UNTIL = (100, 300, 1000, 3000)


def laboratory(visit: Visit, slots: Slots) -> None:
    """Show the gradients of the run, and keep it running while it plays.

    Parameters
    ----------
    slots
        Of the transport bar, where the numbers of the run go.
    """
    places = live.Places(visit.page_runs, slots)
    with st.container(key="laboratory"):
        st.fragment(_tick, run_every=live.TICK_S if visit.busy else None)(
            places, inspection.Pace(), inspection.Stops()
        )


def without_gradients(visit: Visit, slots: Slots) -> None:
    """Say why there is no gradient, and keep going what the visitor has begun elsewhere."""
    st.header("Gradients", anchor=False)
    st.info(
        f"{nothing_to_measure(visit.trainer.task)} Give the network targets on the page Your "
        "network, or choose another task on the page Task."
    )
    live.keep_going(visit, slots)


def _tick(places: live.Places, pace: inspection.Pace[Measured], stops: inspection.Stops) -> None:
    session.refresh()
    visit = session.current()
    if places.page_run != visit.page_runs:
        return
    heading = st.container(horizontal=True, vertical_alignment="center", key="numbers")
    heading.header("Gradients", anchor=False, width="content")
    numbers = heading.container(width="content")
    words = heading.container(width="content")
    choices = _ask(visit, stops)
    live.turn(
        visit,
        places,
        lambda: look(visit, choices, pace),
        lambda measured: _draw(visit, choices, (numbers, words), *measured),
    )


def _ask(visit: Visit, stops: inspection.Stops) -> GradientChoices:
    """Draw the controls, and return what was chosen."""
    trainer = visit.trainer
    inspection.take_over(visit, GRADIENT_VIEW)
    cell = trainer.network.cell
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = inspection.choose_one(
            "View", list(VIEWS), GRADIENT_VIEW, LAG, label_visibility="collapsed"
        )
        visit.look_at(name=view)
        if has_nothing_to_show(view, cell):
            return GradientChoices(view, 0, "h")
        layer = inspection.choose_layer(trainer.network.architecture)
        visit.look_at(layer=layer)
        at = None
        if view == CELLS and _shows_preset(visit):
            at = _preset_controls(visit)
    by, of, prediction = _memory(visit), LAST, None
    if view in (LAG, _ITEMISED, _JACOBIANS):
        with st.container(horizontal=True, vertical_alignment="bottom", key="rewind"):
            by = _by(cell) if view in (LAG, _ITEMISED) else by
            of = _of() if view == LAG else LAST
            inspection.rewind(visit, stops)
            if visit.trainer.iteration == 0:
                st.caption("Iteration 0: nothing has been learned yet.")
            prediction = _prediction(visit) if view == _ITEMISED else None
    # These controls come and go; in a container of their own they do not move the charts below.
    with st.container():
        if view == CELLS and not _shows_preset(visit):
            at = _side_by_side_controls(visit)
    if view == _CHECK:
        _check_controls(visit)
    return GradientChoices(view, layer, by, of, prediction, at)


def _by(cell: str) -> Letter:
    if not spec_of(cell).has_cell_state:
        return "h"
    chosen = st.segmented_control(
        "Gradient w.r.t.",
        options=("c", "h"),
        format_func={"c": "cell state", "h": "hidden state"}.__getitem__,
        default="c",
        key=GRADIENT_BY,
        persist_state="session",
        required=True,
    )
    letter: Letter = inspection.fitting(chosen, ("c", "h"), "c")
    return letter


def _memory(visit: Visit) -> Letter:
    """Return the state that was chosen last; by default the one that carries the memory."""
    if not spec_of(visit.trainer.network.cell).has_cell_state:
        return "h"
    letter: Letter = inspection.fitting(session.value(GRADIENT_BY), ("c", "h"), "c")
    return letter


def _of() -> str:
    chosen = st.segmented_control(
        "Loss of the",
        options=(LAST, ALL),
        default=LAST,
        key=GRADIENT_OF,
        persist_state="session",
        required=True,
        help="Every scored step adds a gradient of its own, which hides what vanishes. Only the "
        "gradient of a single prediction shows it. Both are divided by the number of scored "
        "steps, so they are on one scale.",
    )
    return str(inspection.fitting(chosen, (LAST, ALL), LAST))


def _prediction(visit: Visit) -> int | None:
    """Draw the choice of the prediction whose row is shown; a click on a row does the same."""
    with TURNS.turn(visit):
        scored = visit.trainer.trace().scored.nonzero()[0].tolist()
    if len(scored) < 2:
        return None
    shown = inspection.fitting(session.value(PREDICTION), scored, scored[-1])
    session.show(PREDICTION, shown)
    key = inspection.control(PREDICTION, shown)
    st.select_slider(
        "Prediction at step",
        options=scored,
        value=shown,
        key=key,
        on_change=inspection.take,
        args=(PREDICTION, key),
        help="The row of the matrix that is shown separately. Clicking a row chooses it too.",
    )
    return int(shown)


def _shows_preset(visit: Visit) -> bool:
    """Tell whether the runs side by side are those of a preset, which says how far they train."""
    return visit.preset is not None


def _preset_controls(visit: Visit) -> int | None:
    """Draw what a preset's runs need beside the views, so that its charts stay in sight."""
    with st.container(
        horizontal=True, vertical_alignment="bottom", width="stretch", key="compared"
    ):
        if visit.comparing:
            st.button(
                "Stop", icon=":material/stop:", key="stop_side_by_side", on_click=inspection.stop
            )
            return _opens_at(visit)
        at = _compared_at(visit)
        if visit.side_by_side is not None and not visit.side_by_side.done:
            st.button("Go on", icon=":material/play_arrow:", key="go_on", on_click=_go_on)
        return at


def _side_by_side_controls(visit: Visit) -> int | None:
    """Draw what trains runs side by side; return the iteration to look at, None for the latest."""
    now, labels = visit.trainer.iteration, [CHOICE_LABELS[cell] for cell in RECURRENT]
    stops = sorted({*_UNTIL, now} - {0})
    session.seed(COMPARED_UNTIL, now or 300)
    if session.value(COMPARED_UNTIL) not in stops:
        session.show(COMPARED_UNTIL, now or 300)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.select_slider(
            "Train each to iteration",
            options=stops,
            format_func=lambda iteration: f"{iteration:,}",
            key=COMPARED_UNTIL,
            persist_state="session",
            width=320,
        )
        if visit.comparing:
            st.button(
                "Stop", icon=":material/stop:", key="stop_side_by_side", on_click=inspection.stop
            )
            return _opens_at(visit)
        st.button(
            f"Compare {', '.join(labels[:-1])} and {labels[-1]}",
            icon=":material/compare_arrows:",
            type="primary",
            key="compare",
            help="With the same seed, on the same task, with the current settings.",
            on_click=_compare_with,
            args=(other_cells,),
        )
        if visit.trainer.config.cell in RECURRENT and not visit.trainer.config.two_ways:
            st.button(
                "With and without attention",
                icon=":material/compare_arrows:",
                key="compare_attention",
                help="The present cell, twice, with the same seed, on the same task, with the "
                "current settings: how much of the gradient arrives over the lag?",
                on_click=_compare_with,
                args=(with_and_without_attention,),
            )
        if visit.side_by_side is not None and not visit.side_by_side.done:
            st.button("Go on", icon=":material/play_arrow:", key="go_on", on_click=_go_on)
    left_out = visit.trainer.network.interventions
    if left_out:
        names = ", ".join(describe(item, visit.trainer.config.two_ways) for item in left_out)
        st.caption(f"Left out, because not every network has it: {escaped(names)}.")
    if visit.trainer.given_weights is not None:
        st.caption("They begin from initial weights of the seed, not from the given ones.")
    return _compared_at(visit)


def _compared_at(visit: Visit) -> int | None:
    if visit.side_by_side is None:
        return None
    with TURNS.turn(visit):
        kept = visit.side_by_side.common_iterations()
    if len(kept) < 2:
        return None
    newest = kept[-1]
    opens_at = _opens_at(visit)
    # A value that is set through the key alone is sent once, and lost when the page is redrawn.
    chosen = st.select_slider(
        "Shown at iteration",
        options=kept,
        value=opens_at if opens_at in kept else newest,
        format_func=lambda iteration: f"{iteration:,}",
        key=f"{COMPARED_AT}@{newest}",
        help="Rewinds all runs together. What differs at the start may not differ at the end.",
    )
    return None if chosen == newest else int(chosen)


def _opens_at(visit: Visit) -> int | None:
    """Return the iteration that the text of the preset describes; None is the latest."""
    return None if visit.preset is None else visit.preset.opens_at


def _check_controls(visit: Visit) -> None:
    under_way = visit.gradient_check is not None and visit.job is visit.gradient_check
    with st.container(horizontal=True, vertical_alignment="center"):
        if under_way:
            st.button("Stop", icon=":material/stop:", key="stop_check", on_click=inspection.stop)
            return
        st.button(
            "Check the gradient",
            icon=":material/fact_check:",
            type="primary",
            key="check",
            help="On the probe, with the weights of the iteration shown.",
            on_click=_check,
        )
        st.toggle(
            "every entry",
            key=CHECK_ALL,
            persist_state="session",
            help=f"Otherwise {QUICK} entries of each array, evenly spaced.",
        )


def _draw(
    visit: Visit,
    choices: GradientChoices,
    beside: tuple[DeltaGenerator, DeltaGenerator],
    readings: Sequence[Reading],
    panel: Panel,
) -> None:
    """Draw what was measured; beside the heading its numbers, and what the words mean."""
    numbers, words = beside
    numbers.html(as_html(readings))
    if panel.note:
        words.caption("What the words mean", help=panel.note)
    with st.container():
        if panel.progress is not None:
            st.progress(panel.progress, text=f"{int(100 * panel.progress)} %{panel.done}")
    if panel.sentence:
        st.write(escaped(panel.sentence))
    if panel.charts:
        key = f"gradients:{choices.view}"
        # Charts that are compared with each other and with a table are drawn all at once.
        live_charts = visit.busy and choices.view != CELLS
        left, right = st.columns([3, 2], gap="medium")
        with left:
            plots(
                panel.charts,
                key=f"{key}:left",
                revision=visit.name,
                on_click=_clicked_left,
                live=live_charts,
            )
        with right:
            plots(panel.beside, key=f"{key}:right", revision=visit.name, live=live_charts)
    if panel.table is not None and not panel.table.rows.empty:
        st.dataframe(panel.table.rows, hide_index=True, width="content")
    if panel.note:
        st.caption(panel.note)


def _clicked_left() -> None:
    """Choose the prediction whose row was clicked."""
    place = clicked(f"gradients:{_ITEMISED}:left")
    if place is not None and isinstance(place["y"], int | float) and math.isfinite(place["y"]):
        session.show(PREDICTION, int(place["y"]))


def _compare_with(runs_of: Callable[[RunConfig, Task, dict[str, str]], list[Named]]) -> None:
    visit, until = session.current(), session.value(COMPARED_UNTIL)
    if not isinstance(until, int):
        return
    if visit.compare(runs_of(visit.trainer.config, visit.trainer.task, CHOICE_LABELS), until):
        session.show(GRADIENT_VIEW, CELLS)


def _go_on() -> None:
    session.current().go_on_comparing()


def _check() -> None:
    session.current().check_gradient(None if session.value(CHECK_ALL) else QUICK)
