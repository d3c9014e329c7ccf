"""The transport bar: reset, one iteration, train or pause, speed; and the keys for these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.training.trainer import nothing_to_learn
from rnnviz.ui.components.address import keep_address
from rnnviz.ui.components.keys import keys
from rnnviz.ui.shell import opening, session
from rnnviz.ui.shell.address import Linked
from rnnviz.visit.opening import Opened

#: Key of the control.
SPEED = "speed"

#: Speed as it is shown -> iterations per tick of the live loop; None is as many as fit.
SPEEDS: dict[str, int | None] = {"slow": 1, "medium": 5, "fast": None}
#: The opening run takes several seconds at it (`benchmarks/opening.py`): learning is to be watched.
DEFAULT_SPEED = "slow"


@dataclass(frozen=True)
class Slots:
    """Containers around the transport bar that each tick writes into.

    Parameters
    ----------
    readings
        For the numbers of the run.
    progress
        For the progress of an experiment that is being opened; otherwise empty.
    linked
        What the address holds of the page.
    """

    readings: DeltaGenerator
    progress: DeltaGenerator
    linked: Linked


def bar(linked: Linked, buttons: Callable[[], None] | None = None) -> Slots:
    """Draw the transport bar of the run.

    Parameters
    ----------
    linked
        What the address holds of the page.
    buttons
        Draws the buttons where they are not for the visitor's run; within a fragment, as a click
        on one waits until the present tick has finished.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="transport"):
        with st.container(width="content"):
            (buttons or _buttons)()
        readings = st.container(width="content")
    progress = opening.bar(session.current())
    with st.container(key="listening"):
        keys()
        keep_address()
    # A fragment may only write into a container that the page itself has written into.
    readings.empty()
    return Slots(readings, progress, linked)


def iterations_per_tick() -> int | None:
    """Return the iterations per tick at the chosen speed; None is as many as fit."""
    # A control that has just appeared on another page may not have its value yet.
    return SPEEDS[session.value(SPEED) or DEFAULT_SPEED]


@st.fragment
def _buttons() -> None:
    """Draw the buttons, as a fragment: a click waits until the present tick has finished."""
    session.refresh()
    visit = session.current()
    stopped = visit.stopped or not visit.trainer.can_learn
    why = None if visit.trainer.can_learn else nothing_to_learn(visit.trainer.task)
    with st.container(horizontal=True, vertical_alignment="center"):
        # Two buttons in one place: when the timer of the live loop is due while one is pressed, the
        # browser sends the press with the tick, and then again by itself. What was pressed says
        # what is wanted, so the second time changes nothing.
        with st.container(key="play", width="content"):
            st.button(
                "Pause" if visit.playing else "Train",
                icon=":material/pause:" if visit.playing else ":material/play_arrow:",
                type="primary",
                key="play@pause" if visit.playing else "play@train",
                shortcut="Space",
                help=why,
                on_click=_pause if visit.playing else _train,
                disabled=stopped,
            )
        st.button(
            "Step",
            icon=":material/skip_next:",
            key="step",
            shortcut="S",
            help=why or "Exactly one iteration: one batch, one update of the weights.",
            on_click=_step,
            disabled=visit.playing or stopped,
        )
        st.button(
            "Reset",
            icon=":material/replay:",
            key="reset",
            shortcut="0",
            help="Back to iteration 0, with the same seed and the settings that are shown now. If "
            "none was changed since the run began, it is the same run again, number by number.",
            on_click=_reset,
        )
        if "speed" in visit.part(Opened).hidden:
            return
        st.segmented_control(
            "Speed",
            options=list(SPEEDS),
            # On another page the browser knows nothing of a value it was never told.
            default=session.value(SPEED) or DEFAULT_SPEED,
            key=SPEED,
            persist_state="session",
            required=True,
            label_visibility="collapsed",
            help="Iterations between two pictures: 1, 5, or as many as fit.",
            on_change="ignore" if visit.playing else "rerun",
        )


def _train() -> None:
    session.current().play()


def _pause() -> None:
    session.current().pause()


def _step() -> None:
    session.current().step(session.live_knobs())


def _reset() -> None:
    session.restart()
    session.outdate_page()
