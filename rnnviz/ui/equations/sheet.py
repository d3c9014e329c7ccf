"""The cell's equations with the numbers of one unit at one time step, forward and backward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from rnnviz.analysis.equations import Direction, Stage, Where, opening_step, stages
from rnnviz.engine import spec_of
from rnnviz.engine.interventions import of_layer
from rnnviz.figures.formulas import DIGITS_IN, equation_html, key_html, latex, stage_head
from rnnviz.recording import Trace
from rnnviz.ui.shell import inspection, live, session
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.shell.transport import Slots
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Keys of the controls.
EQUATION_UNIT = "equation_unit"
EQUATION_DIRECTION = "equation_direction"

#: Seconds between two drawings while it trains. Nobody reads numbers faster, and a whole page of
#: formulas with every tick would take the browser the time that it needs for everything else.
_DRAWN_S = 0.45

#: Significant digits of results: what each precision leaves for certain after a long sum.
_DIGITS = {"float64": 6, "float32": 4}

_FORWARD: Direction = "forward"
DIRECTIONS: dict[Direction, str] = {
    _FORWARD: "Forward: the states",
    "backward": "Backward: the gradients",
}

_CSS = """
<style>
/* Heights that do not depend on the numbers: nothing jumps when one steps through time. */
.stage-title { font-size: 1.15rem; font-weight: 600; padding: 0; margin: 0 0 0.2rem; }
.stage-sentence { min-height: 3em; line-height: 1.5; margin: 0; }
.key { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; font-size: 0.875rem; }
.equation { font-variant-numeric: tabular-nums; }
.equation p { margin: 0.3rem 0 0; }
.equation .filled { line-height: 2; }
.equation .filled > span { white-space: nowrap; }
.equation .long { min-height: 4em; }
.equation .recorded { font-size: 0.875rem; opacity: 0.8; }
.equation [title].number { display: inline-block; min-width: 4.2em; text-align: center; }
:is(.equation, .key) :is(.number[title], .letter) {
  border-radius: 0.25rem; padding: 0 0.3em; line-height: 1.5;
}
.equation .terms { border-collapse: collapse; font-size: 0.8rem; table-layout: fixed; width: 100%; }
.equation .terms :is(th, td) {
  background: center / 100% 78% no-repeat; border: 0; font-weight: 400; height: 1.6rem;
  overflow: hidden; padding: 0 0.25rem; text-align: right; text-overflow: ellipsis;
  white-space: nowrap;
}
.equation .terms tr :is(th, td):first-child { text-align: left; padding-left: 0; width: 37%; }
.equation .terms :is(th, td):last-child { width: 25%; }
.equation .terms thead th { opacity: 0.8; }
.equation .terms .sum :is(th, td) { border-top: 1px solid currentColor; font-weight: 600; }
/* A formula too long for its card scrolls within it. */
.st-key-equations .katex { font-size: 1.1em; }
.st-key-equations .stMarkdown > div { align-items: stretch; margin: 0; width: 100%; }
.st-key-equations .katex-display {
  margin: 0.3rem 0; overflow: auto hidden; padding: 2px 0; text-align: left;
}
.st-key-equations .katex-display > .katex { text-align: left; }
/* What one steps with stays in sight: the controls at the top, on a phone the buttons below. */
.st-key-equation_controls {
  background: Canvas; border: 1px solid rgba(128, 128, 128, 0.25); border-radius: 0.5rem;
  padding: 0.25rem 0.75rem 0.5rem;
}
@media (min-width: 641px) and (min-height: 700px) {
  :has(> .st-key-equation_controls) { position: sticky; top: 3.75rem; z-index: 9; }
}
@media (max-width: 640px) {
  .stage-sentence { min-height: 4.5em; }
  .equation .long { min-height: 6em; }
  .st-key-equation_buttons {
    background: Canvas; bottom: 0; justify-content: center; left: 0; padding: 0.4rem;
    position: fixed; width: 100vw; z-index: 9;
  }
  :has(> .st-key-equation_buttons) { display: contents; }
  /* The two sliders stand below each other: no gap between columns is wanted. */
  .st-key-equation_controls [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"]) {
    row-gap: 0;
  }
  .st-key-equations { padding-bottom: 3rem; }
}
</style>
"""


@dataclass(frozen=True)
class _Choices:
    """What the controls of the page ask for: which unit, when, and in which direction."""

    where: Where
    direction: Direction
    iteration: int | None


@dataclass(frozen=True)
class _Measured:
    """What is drawn: the stages, their place, or why there are none."""

    cell: str
    which: str
    place: str = ""
    digits: int = 6
    stages: tuple[Stage, ...] = ()
    intervened: bool = False
    refused: str = ""


def show(visit: Visit, slots: Slots) -> None:
    """Show the equations of a unit at a time step, and keep the run going while it plays.

    Parameters
    ----------
    slots
        Of the transport bar, where the numbers of the run go.
    """
    st.html(_CSS)
    live.keep_going(visit, slots)
    with st.container(key="inspected"):
        st.fragment(_sheet, run_every=_DRAWN_S if visit.busy else None)(
            visit.page_runs, inspection.Stops()
        )


def _sheet(page_run: int, stops: inspection.Stops) -> None:
    session.refresh()
    visit = session.current()
    if page_run != visit.page_runs:
        return
    choices = _ask(visit, stops)
    with TURNS.turn(visit):
        measured = _look(visit, choices)
        # Another page may have been opened meanwhile: then there is no place for it any more.
        if page_run == visit.page_runs:
            _draw(measured)


def _ask(visit: Visit, stops: inspection.Stops) -> _Choices:
    """Draw the controls, and return what the user has chosen."""
    network = visit.trainer.network
    inspection.take_over(visit, EQUATION_DIRECTION)
    with st.container(horizontal=True, vertical_alignment="bottom", key="choices"):
        st.header("Equations", anchor=False, width="content")
        direction = inspection.choose_one(
            "Direction",
            list(DIRECTIONS),
            EQUATION_DIRECTION,
            _FORWARD,
            format_func=DIRECTIONS.__getitem__,
            label_visibility="collapsed",
        )
        layer = inspection.choose_layer(network.architecture)
        inspection.rewind(visit, stops)
    with st.container(key="equation_controls"):
        steps, units = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
        with steps:
            step = _choose_step(visit)
        with units:
            unit = _choose_unit(visit, layer, network.hidden_size)
    visit.look_at(name=direction, layer=layer, time_step=step)
    return _Choices(
        Where(layer, unit, step),
        direction,
        visit.looked_at.shown_iteration,
    )


def _look(visit: Visit, choices: _Choices) -> _Measured:
    trace, trainer = visit.shown_trace(), visit.trainer
    measured = _Measured(
        cell=trace.cell,
        which=inspection.measured_on(visit, trace),
        place=_place_of(trace, choices.where.layer, choices.where.step),
        digits=_DIGITS[trace.h.dtype.name],
        intervened=bool(of_layer(trace.interventions, choices.where.layer)),
    )
    try:
        found = stages(
            trace,
            trainer.network.architecture,
            choices.where,
            choices.direction,
            trainer.task.input_names,
        )
    except ValueError as refused:
        return replace(measured, refused=str(refused))
    return replace(measured, stages=found)


def _draw(measured: _Measured) -> None:
    if not spec_of(measured.cell).is_recurrent:
        st.info(
            "This baseline has no recurrence: nothing is carried from one time step to the next. "
            "So there is only one formula, without memory."
        )
    if measured.intervened:
        st.info("An intervention acts on this layer; the equations say where.")
    st.caption(f"{measured.place} {measured.which}", help=inspection.PROBE)
    st.html(key_html(measured.cell))
    if measured.refused:
        st.info(f"{escaped(measured.refused)}.")
    with st.container(key="equations"):
        number = 0
        for row in _rows(measured.stages):
            columns = st.columns([_width(stage) for stage in row])
            for column, stage in zip(columns, row, strict=True):
                number += 1
                with column.container(border=True, height="stretch"):
                    _stage(number, stage, measured.cell, measured.digits)


def _rows(stages_: Sequence[Stage]) -> list[list[Stage]]:
    """Put two stages beside each other, three where there are no more, as far as they fit."""
    most = 3 if len(stages_) == 3 else 2
    rows: list[list[Stage]] = []
    for stage in stages_:
        row = [*(rows[-1] if rows else ()), stage]
        if 1 < len(row) <= most and sum(map(_width, row)) <= 3 and not any(map(_is_wide, row)):
            rows[-1].append(stage)
        else:
            rows.append([stage])
    return rows


def _is_wide(stage: Stage) -> bool:
    """Whether a stage has so many lists that they would be cut beside another one."""
    return sum(equation.weighted is not None for equation in stage.equations) > 2


def _stage(number: int, stage: Stage, cell: str, digits: int) -> None:
    """Draw one stage: words first, then formulas and numbers."""
    st.html(stage_head(number, stage))
    columns, count = st.columns(_width(stage)), len(stage.equations)
    # The first ones left and the last ones right, so that a phone shows them in their order.
    for place, equation in enumerate(stage.equations):
        with columns[0] if place < count // 2 else columns[-1]:
            st.latex(latex(equation.symbols, cell))
            st.html(equation_html(equation, cell, digits, stage.sentence))


def _width(stage: Stage) -> int:
    """Return how many equations of a stage stand beside each other: two where they are large."""
    count = len(stage.equations)
    large = count > 2 or any(equation.weighted for equation in stage.equations)
    return 2 if count > 1 and large else 1


def _choose_step(visit: Visit) -> int:
    """Draw the choice of the time step; what has only one needs none."""
    steps = len(visit.trainer.probe.input_labels)
    last = steps - 1
    if last == 0:
        st.caption("Time step 0, the only one.")
        return 0
    chosen = session.value(inspection.TIME_STEP)
    if inspection.fitting(chosen, range(steps), None) is None:
        chosen = last if _is_beyond(chosen, last) else _opening_step(visit)
    step = int(chosen)
    session.show(inspection.TIME_STEP, step)
    key = inspection.control(inspection.TIME_STEP, step)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(horizontal=True, key="equation_buttons", width="content"):
            st.button(
                "Step back",
                icon=":material/arrow_back:",
                key="step_back",
                shortcut="Left",
                on_click=_go,
                args=(step - 1,),
                disabled=step == 0,
            )
            st.button(
                "Next step",
                icon=":material/arrow_forward:",
                key="step_on",
                shortcut="Right",
                on_click=_go,
                args=(step + 1,),
                disabled=step == last,
            )
        st.slider(
            "Time step",
            0,
            last,
            step,
            key=key,
            help="Position in the example sequence; the first is 0.",
            on_change=inspection.take,
            args=(inspection.TIME_STEP, key),
        )
    return step


def _opening_step(visit: Visit) -> int:
    with TURNS.turn(visit):
        return opening_step(visit.shown_trace())


def _is_beyond(chosen: object, last: int) -> bool:
    return type(chosen) is int and chosen > last


def _go(step: int) -> None:
    session.show(inspection.TIME_STEP, step)


def _choose_unit(visit: Visit, layer: int, units: int) -> int:
    """Draw the choice of the unit, which is outlined in the other pictures, too."""
    if units == 1:
        st.caption("Unit 0, the only one.")
        return 0
    looked_at = visit.looked_at
    chosen = looked_at.unit if looked_at.unit_layer == layer else None
    if chosen is None:
        chosen = session.value(EQUATION_UNIT)
    beyond = units - 1 if _is_beyond(chosen, units) else 0
    unit = int(inspection.fitting(chosen, range(units), beyond))
    session.show(EQUATION_UNIT, unit)
    key = inspection.control(EQUATION_UNIT, unit)
    st.slider(
        "Unit",
        0,
        units - 1,
        unit,
        key=key,
        help="The unit that is chosen here is outlined in the other pictures, and the other way "
        "round.",
        on_change=_choose,
        args=(key, layer),
    )
    return unit


def _choose(key: str, layer: int) -> None:
    if inspection.is_current(EQUATION_UNIT, key):
        session.current().select_unit(session.value(key), layer)


def _place_of(trace: Trace, layer: int, step: int) -> str:
    """Say what the input and the target of the step are."""
    read = trace.steps - 1 - step if trace.is_backward(layer) else step
    target = trace.target_labels[read]
    scored = f"target “{escaped(target)}”" if target and trace.scored[read] else "not scored"
    return (
        f"Time step {step} of 0..{trace.steps - 1}: input “{escaped(trace.input_labels[read])}”, "
        f"{scored}. Formulas show {DIGITS_IN} digits; results are computed with all."
    )
