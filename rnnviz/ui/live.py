"""The live loop: train for a slice, look at the network, draw it in place, many times a second.

A Streamlit fragment that runs itself again while the run plays. There is no thread and no loop of
our own: when the tab closes, the browser's timer ends, and with it the training. `turn` is what
the loops of all pages have in common; `studio` is the Studio's.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitInvalidLayoutContextError

from rnnviz import figures
from rnnviz.analysis.gradients import backward_norms, backward_sentence
from rnnviz.analysis.guide import guide
from rnnviz.analysis.history import loss_sentence, score_sentence
from rnnviz.figures.picture import pack
from rnnviz.numbers import number, percent
from rnnviz.recording import Trace
from rnnviz.tasks.task import Baseline, Measure
from rnnviz.training import Score, Trainer
from rnnviz.ui import pair, session, transport
from rnnviz.ui.components.plot import Chart, plots
from rnnviz.ui.components.unrolled import selected_unit, unrolled, viewed_iteration
from rnnviz.ui.gate import GATE
from rnnviz.ui.session import Run

#: Seconds between two ticks.
TICK_S = 0.15
#: Most seconds of training in the tick that follows a change of a knob: its effect shows at once.
ANSWER_S = 0.01
#: Seconds in which the server can send a picture before the next tick of the same visitor throws
#: away what is still unsent; with many visitors that next tick is already waiting.
SENDING_S = 0.02

_PICTURE = "moving_network"
_CHART_HEIGHT = 210

View = TypeVar("View")


@dataclass(frozen=True)
class Places:
    """Where a tick draws: places that the page has laid out once, so that no tick has to.

    They are gone when the page is drawn anew, or left: `page_run` tells for which run they are.

    Parameters
    ----------
    page_run
        `Run.page_runs` as it was when the page laid them out.
    readings
        For the numbers in the transport bar.
    """

    page_run: int
    readings: DeltaGenerator


@dataclass(frozen=True)
class _StudioPlaces(Places):
    says: DeltaGenerator
    picture: DeltaGenerator
    charts: DeltaGenerator


@dataclass(frozen=True)
class _Readings:
    iteration: int
    loss: float
    score: Score
    baseline: Baseline
    learning_rate: float
    solved_at: int | None


@dataclass(frozen=True)
class _StudioView:
    picture: bytes
    charts: tuple[Chart, ...]
    revision: str
    live: bool
    guide: str


def studio(run: Run, readings: DeltaGenerator) -> DeltaGenerator:
    """Draw the running network, and keep it running while it plays; return the place below it.

    Parameters
    ----------
    readings
        Where the numbers go: a place in the transport bar.
    """
    with GATE.turn(run) as seconds:
        session.catch_up(run, seconds)
    with st.container(key="studio"):
        left, charts = st.columns([5, 2])
    # Above the picture every line counts, beside it none does.
    pair.choice(charts if run.beside is None else left)
    says = left.container(key="above_picture")
    # A fragment may only write into a container that the page itself has written into.
    says.empty()
    picture, below = left.container(), left.container()
    places = _StudioPlaces(run.page_runs, readings, says, picture, charts)
    st.fragment(_tick, run_every=TICK_S if run.busy else None)(places)
    return below


def keep_going(run: Run, readings: DeltaGenerator) -> None:
    """Keep the run going while it plays, on a page that shows nothing of each tick but its numbers.

    Parameters
    ----------
    readings
        Where these go: a place in the transport bar.
    """
    places = Places(run.page_runs, readings)
    st.fragment(_tick_alone, run_every=TICK_S if run.busy else None)(places)


def _tick_alone(places: Places) -> None:
    session.refresh()
    turn(session.current(), places, lambda: None, lambda _: None)


def shown_trace(run: Run) -> Trace:
    """Return the trace that the picture shows; the run's turn must be held."""
    viewed = viewed_iteration(_PICTURE)
    return run.trainer.trace() if viewed is None else run.trainer.recording.at(viewed)


def _tick(places: _StudioPlaces) -> None:
    session.refresh()
    run = session.current()
    viewed = viewed_iteration(_PICTURE)
    turn(run, places, lambda: _look(run, viewed), lambda view: _draw(view, places))


def turn(run: Run, places: Places, look: Callable[[], View], draw: Callable[[View], None]) -> None:
    """Do one turn of the loop. Everything is computed before anything is drawn.

    Each Streamlit call is a point at which this script may be stopped for a newer one, so none
    stands within the change of the network. The turn includes the drawing: scripts of several
    sessions that draw at once would slow each other down as much as their training would.

    Parameters
    ----------
    look
        Measures what is to be shown, after the slice of training, while the turn is held.
    draw
        Draws it, without computing.
    """
    if places.page_run != run.page_runs:
        return
    knobs, begun = session.live_knobs(), run.pictures
    quota = transport.iterations_per_tick()
    with GATE.turn(run) as seconds:
        # A click may have begun another run meanwhile, or undone something: not for these knobs.
        if run.pictures != begun:
            return
        if session.apply_knobs(run, knobs):
            seconds = min(seconds, ANSWER_S)
        session.refresh()
        if run.playing:
            run.advance(quota, seconds)
        elif run.errand is not None:
            run.errand.advance(seconds)
            if run.errand.done:
                run.errand, run.page_is_old = None, True
        elif run.behind:
            session.catch_up(run, seconds)
            run.page_is_old = not run.behind
        readings, view = _read(run.trainer), look()
        if run.playing and run.stopped:
            run.playing = False
            st.rerun()
        # The visitor may leave while this tick trains, and at any moment of the drawing: then its
        # places are gone.
        if places.page_run == run.page_runs:
            with contextlib.suppress(StreamlitInvalidLayoutContextError):
                _draw_readings(readings, places.readings)
                draw(view)
    if run.busy:
        time.sleep(SENDING_S)


def _read(trainer: Trainer) -> _Readings:
    return _Readings(
        iteration=trainer.iteration,
        loss=trainer.trace().loss,
        score=trainer.score(),  # before `solved_at`: it looks whether the task is solved
        baseline=trainer.task.baseline(),
        learning_rate=trainer.config.learning_rate,
        solved_at=trainer.solved_at,
    )


def _look(run: Run, viewed: int | None) -> _StudioView:
    trainer = run.trainer
    beside = run.pair
    return _StudioView(
        picture=_pack(run, _traces_to_show(run, trainer.trace(), viewed), viewed)
        if beside is None
        else pair.picture(run, beside, viewed),
        charts=tuple(_charts(trainer) if beside is None else pair.charts(beside, _CHART_HEIGHT)),
        revision=run.name,
        live=run.playing,
        guide=guide(trainer, run.playing) if beside is None else "",
    )


def _charts(trainer: Trainer) -> Iterator[Chart]:
    """Make the charts beside the picture; numbers as targets have a loss, but no accuracy."""
    trace, score, baseline = trainer.trace(), trainer.score(), trainer.task.baseline()
    history = trainer.history
    iterations, losses = history.column("iteration"), history.column("loss")
    classes = len(trace.output_labels) or None
    says = _score_says(score, baseline)
    last = f"Last batch: {loss_sentence(losses[-1], classes)}" if losses.size else ""
    marks = trainer.marks
    loss = figures.loss_spec(iterations, losses, classes, height=_CHART_HEIGHT, marks=marks)
    if classes is None:
        yield Chart(loss, f"{last} {says}")
    else:
        yield Chart(loss, last)
        accuracies = history.column("accuracy")
        yield Chart(
            figures.accuracy_spec(
                iterations,
                accuracies,
                baseline.accuracy,
                _telling(trainer.task.memoryless, baseline.accuracy),
                height=_CHART_HEIGHT,
                marks=marks,
            ),
            says,
        )
    yield Chart(
        figures.gradient_norms_spec(trace, height=_CHART_HEIGHT),
        f"Last step's loss alone: {backward_sentence(backward_norms(trace))}",
    )


def _score_says(score: Score, baseline: Baseline) -> str:
    """Say how the examples are scored; where some are held out, the two apart."""
    if score.held_out is None:
        which = f"{score.sequences} of {score.of} examples" if score.of_fewer else "All examples"
        return f"{which}: {score_sentence(score.value, baseline)}"
    held_out = _reading(score.held_out, score.measure)
    return f"Trained examples: {score_sentence(score.value, baseline)} Held out: {held_out}."


def _telling(memoryless: float, baseline: float) -> float | None:
    """Return what is best without memory where a line of its own for it would say something."""
    return memoryless if baseline + 0.08 < memoryless < 0.97 else None


def _traces_to_show(run: Run, newest: Trace, viewed: int | None) -> Sequence[Trace]:
    """Return the newest trace while training, and the one looked at; at rest all kept ones."""
    kept = [trace for trace in run.trainer.recording.traces if trace is not newest]
    if run.playing:
        kept = [trace for trace in kept if trace.iteration == viewed]
    return [*kept, newest]


def _pack(run: Run, traces: Sequence[Trace], viewed: int | None) -> bytes:
    """Pack the traces; the one that is looked at is sent as it was recorded, if it is there."""
    is_there = any(trace.iteration == viewed for trace in traces)
    selected = None if run.selected_unit is None else (run.selected_layer, run.selected_unit)
    return pack(traces, exact=viewed if is_there else None, run=run.name, selected=selected)


def _draw_readings(read: _Readings, place: DeltaGenerator) -> None:
    """Write the numbers; one piece of HTML costs the browser far less than four metrics."""
    shown = [
        ("Iteration", f"{read.iteration:,}"),
        ("Example loss", number(read.loss)),
        (_score_label(read.score, read.baseline), _reading(read.score.value, read.score.measure)),
        ("Learning rate", number(read.learning_rate)),
    ]
    if read.solved_at is not None:
        shown.insert(1, ("Solved at", f"{read.solved_at:,}"))
    if read.score.held_out is not None:
        shown.insert(-1, ("Held out", _reading(read.score.held_out, read.score.measure)))
    rows = "".join(f"<div><dt>{label}</dt><dd>{value}</dd></div>" for label, value in shown)
    place.html(f'<dl class="readings">{rows}</dl>')


def _score_label(score: Score, baseline: Baseline) -> str:
    which = "All" if score.held_out is None else "Trained"
    if score.of_fewer:
        which = f"{score.sequences} of {score.of}"
    if baseline.measure == "accuracy":
        return f"{which}: accuracy (guess {percent(baseline.score)})"
    return f"{which}: squared error (mean {number(baseline.score)})"


def _reading(score: float, measure: Measure) -> str:
    return percent(score) if measure == "accuracy" else number(score)


def _draw(view: _StudioView, places: _StudioPlaces) -> None:
    places.says.html(f'<p class="guide">{view.guide}</p>')
    with places.picture:
        unrolled(view.picture, key=_PICTURE, on_select=_select)
    with places.charts:
        plots(view.charts, key="live_charts", revision=view.revision, live=view.live)


def _select() -> None:
    run, chosen = session.current(), selected_unit(_PICTURE)
    run.select(*(None, 0) if chosen is None else (chosen["unit"], chosen["layer"]))
