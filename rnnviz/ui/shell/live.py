"""The live loop: train for a slice, measure the network, update the page, many times a second.

It is a Streamlit fragment that runs again and again while the run plays. There is no thread and no
loop of our own: when the tab closes, the browser's timer ends, and with it the training. `turn` is
what the loops of all pages share.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitInvalidLayoutContextError

from rnnviz.analysis.history import score_text
from rnnviz.numbers import number, percent
from rnnviz.tasks.task import Baseline
from rnnviz.training import FreeScore, Score, Trainer
from rnnviz.ui.shell import address, opening, session, transport
from rnnviz.ui.shell.transport import Slots
from rnnviz.visit import Visit
from rnnviz.visit.turns import TURNS

#: Seconds between two ticks.
TICK_S = 0.15
#: Maximum seconds of training in the tick after a change of a setting: its effect shows at once.
ANSWER_S = 0.01
#: Seconds in which the server can send a picture before the next tick of the same visitor discards
#: what is still unsent; with many visitors that next tick is already waiting.
SENDING_S = 0.02

View = TypeVar("View")
#: What stands in the transport bar: labels, and the texts below them.
Readings = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Places:
    """Where a tick draws: containers that the page creates once, so that no tick has to.

    They disappear when the page is drawn again or left; `page_run` says to which run of the page
    they belong.

    Parameters
    ----------
    page_run
        `Visit.page_runs` at the time when the page created them.
    slots
        Those of the transport bar.
    """

    page_run: int
    slots: Slots


@dataclass(frozen=True)
class _Readings:
    iteration: int
    loss: float
    score: Score
    baseline: Baseline
    learning_rate: float
    solved_at: int | None


def keep_going(visit: Visit, slots: Slots) -> None:
    """Keep the run going while it plays, on a page where a tick updates only the transport bar.

    Parameters
    ----------
    slots
        Containers of the transport bar.
    """
    places = Places(visit.page_runs, slots)
    st.fragment(_tick_alone, run_every=TICK_S if visit.busy else None)(places)


def _tick_alone(places: Places) -> None:
    session.refresh()
    turn(session.current(), places, lambda: None, lambda _: None)


def turn(
    visit: Visit,
    places: Places,
    look: Callable[[], View],
    draw: Callable[[View], None],
    tell: Callable[[], Readings] | None = None,
    beside: Callable[[float], None] | None = None,
) -> None:
    """Do one turn of the loop. Everything is computed before anything is drawn.

    At each call of Streamlit this script may be stopped for a newer one, so there is none while the
    network changes. The turn includes the drawing: several sessions that draw at the same time
    would slow each other down as much as if they trained at the same time.

    Parameters
    ----------
    look
        Measures what will be shown, after the slice of training, while the turn is held.
    draw
        Draws it, without computing.
    tell
        Returns what stands in the transport bar, label and text, if not the numbers of the
        visitor's run; within the turn.
    beside
        Works for about so many seconds at something else that takes long: half of the slice, or
        all of it where nothing trains.
    """
    if places.page_run != visit.page_runs:
        return
    knobs, begun = session.live_knobs(), visit.pictures
    had_diverged = visit.trainer.diverged is not None
    quota = transport.iterations_per_tick()
    with TURNS.turn(visit) as seconds:
        # A click may have started another run meanwhile, or undone something: not for these
        # settings.
        if visit.pictures != begun:
            return
        # An experiment that is opened has settings of its own, which the controls do not show yet.
        if visit.opening is None and visit.change_knobs(knobs):
            seconds = min(seconds, ANSWER_S)
        session.refresh()
        _work(visit, quota, seconds, beside)
        read = _read(visit.trainer)
        readings, view = _of_run(read) if tell is None else tell(), look()
        if visit.playing and visit.stopped:
            visit.stop()
            st.rerun()
        if visit.trainer.diverged is not None and not had_diverged:
            st.rerun()  # The one beside it trains on, but the page has something to report.
        # The visitor may leave while this tick trains, and at any moment of the drawing: then its
        # placeholders are gone.
        if places.page_run == visit.page_runs:
            with contextlib.suppress(StreamlitInvalidLayoutContextError):
                link_now = address.link_now(visit, places.slots.linked)
                _draw_readings(readings, link_now, places.slots.readings)
                opening.progress(visit, places.slots.progress)
                draw(view)
    if visit.busy:
        time.sleep(SENDING_S)


def _work(
    visit: Visit, quota: int | None, seconds: float, beside: Callable[[float], None] | None
) -> None:
    """Train, or do the job, and what else is to be done; the turn must be held."""
    if beside is None:
        visit.work(quota, seconds)
        return
    busy = visit.busy
    visit.work(quota, seconds / 2)
    beside(seconds / 2 if busy else seconds)


def _read(trainer: Trainer) -> _Readings:
    return _Readings(
        iteration=trainer.iteration,
        loss=trainer.trace().loss,
        score=trainer.score(),  # before `solved_at`: it looks whether the task is solved
        baseline=trainer.task.baseline(),
        learning_rate=trainer.config.learning_rate,
        solved_at=trainer.solved_at,
    )


def _draw_readings(shown: Readings, link_now: str, place: DeltaGenerator) -> None:
    """Write the numbers as one piece of HTML, which is far cheaper than four metrics.

    The link goes with them, so that no component is sent for it.
    """
    rows = "".join(f"<div><dt>{label}</dt><dd>{value}</dd></div>" for label, value in shown)
    place.html(f'<dl class="readings" data-link="{escape(link_now)}">{rows}</dl>')


def _of_run(read: _Readings) -> Readings:
    """Return the numbers of the visitor's run, each with its label."""
    if not read.score.scored:  # no readout, or no target: nothing else is measured
        return [("Iteration", f"{read.iteration:,}"), ("Loss and score", "no targets")]
    shown = [
        ("Iteration", f"{read.iteration:,}"),
        ("Example loss", number(read.loss)),
        (_score_label(read.score, read.baseline), score_text(read.score.value, read.score.measure)),
        ("Learning rate", number(read.learning_rate)),
    ]
    if read.solved_at is not None:
        shown.insert(1, ("Solved at", f"{read.solved_at:,}"))
    if read.score.held_out is not None:
        shown.insert(-1, ("Held out", score_text(read.score.held_out, read.score.measure)))
    if read.score.free is not None:
        shown[-1:-1] = _free_readings(read.score.free)
    return shown


def _free_readings(free: FreeScore) -> list[tuple[str, str]]:
    """Return what is told of whole answers, and of symbols with the true answers as inputs."""
    unseen = free.held_out_whole is not None
    whole = free.held_out_whole if unseen else free.whole
    forced = free.held_out_forced if unseen else free.forced
    assert whole is not None
    assert forced is not None
    end = ", held out" if unseen else ""
    return [(f"Whole answers{end}", percent(whole)), (f"Teacher-forced{end}", percent(forced))]


def _score_label(score: Score, baseline: Baseline) -> str:
    which = "All" if score.held_out is None else "Trained"
    if score.of_fewer:
        which = f"{score.sequences} of {score.of}"
    if score.free is not None:
        return f"{which}: free-running accuracy (guess {percent(baseline.score)})"
    if baseline.measure == "accuracy":
        return f"{which}: accuracy (guess {percent(baseline.score)})"
    return f"{which}: squared error (mean {number(baseline.score)})"
