"""The live loop: train for a slice, look at the network, draw it in place, many times a second.

A Streamlit fragment that reruns itself while the run plays. There is no thread and no loop of our
own: when the tab closes, the browser's timer ends and with it the training.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from rnnviz import analysis, figures
from rnnviz.ui import session, transport
from rnnviz.ui.components.plot import plot
from rnnviz.ui.components.unrolled import unrolled
from rnnviz.ui.gate import GATE
from rnnviz.ui.session import Run

#: Seconds between two ticks.
TICK_S = 0.15


@dataclass(frozen=True)
class _View:
    """What one tick shows, computed while the turn was held."""

    iteration: int
    loss: float
    accuracy: float
    baseline: str
    scored: int
    picture: bytes
    history: Any
    history_says: str
    gradient: Any
    gradient_says: str


def studio(run: Run) -> None:
    """Draw the running network, and keep it running while it plays."""
    st.fragment(_tick, run_every=TICK_S if run.playing else None)()


def _tick() -> None:
    """Do one turn of the loop. Everything is computed before anything is drawn.

    Each Streamlit call is a point at which this script may be stopped for a newer one, so none
    may stand between the change of the network and the end of the turn.
    """
    run = session.current()
    knobs = session.live_knobs()
    quota = transport.iterations_per_tick()
    with GATE.turn(run) as seconds:
        run.trainer.set(**knobs)
        if run.playing:
            _train(run, quota, seconds)
        view = _look(run)
    if run.playing and run.trainer.diverged is not None:
        run.playing = False
        st.rerun()
    _draw(view, run)


def _train(run: Run, quota: int | None, seconds: float) -> None:
    if quota is None:
        run.trainer.advance(seconds=seconds)
    else:
        run.trainer.advance(iterations=quota)
