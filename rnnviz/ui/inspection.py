"""What the inspecting pages share: the choice of iteration and layer, figures with sentences."""

from __future__ import annotations

import streamlit as st

from rnnviz.recording import Trace
from rnnviz.ui import session
from rnnviz.ui.gate import GATE
from rnnviz.ui.plain import plain
from rnnviz.ui.session import Run


def choose(run: Run) -> tuple[Trace, int]:
    """Draw the choice of iteration, and of layer if there are several; return what to show."""
    newest = choose_iteration(run)
    trace = run.shown_trace()
    st.caption(
        f"Measured on the probe “{plain(run.trainer.probe.name)}” at iteration {trace.iteration:,} "
        f"of {newest:,}."
    )
    return trace, choose_layer(len(trace.layers))


def choose_iteration(run: Run, moving: bool = False) -> int:
    """Draw the choice of iteration, if there are several; return the newest one.

    Parameters
    ----------
    moving
        Whether the shown iteration moves by itself: then the control only shows it.
    """
    with GATE.turn(run):
        newest = run.trainer.iteration
        kept = sorted({*run.trainer.recording.iterations, newest})
    if len(kept) > 1:
        shown = newest if run.shown_iteration is None else run.shown_iteration
        shown = max(it for it in kept if it <= max(shown, kept[0]))
        key = session.shown_iteration_key(newest, shown if moving else None)
        session.show(key, shown)
        st.select_slider(
            "Iteration",
            options=kept,
            format_func=lambda iteration: f"{iteration:,}",
            key=key,
            help="Rewind training: every kept iteration. The last stop is the network of now.",
            on_change=_choose_iteration,
            args=(newest,),
            disabled=moving,
        )
    return newest


def _choose_iteration(newest: int) -> None:
    chosen = session.value(session.shown_iteration_key(newest))
    session.current().shown_iteration = None if chosen == newest else chosen


def choose_layer(layers: int) -> int:
    """Draw the choice of layer, if there are several; return it, from the input up."""
    if layers == 1:
        return 0
    return int(
        st.segmented_control(
            "Layer",
            options=range(layers),
            format_func=lambda layer: f"{layer + 1}{' (top)' if layer == layers - 1 else ''}",
            default=layers - 1,
            key=session.SHOWN_LAYER,
            persist_state="session",
            required=True,
        )
    )
