"""What the inspecting pages share: the choice of iteration and layer, figures with sentences."""

from __future__ import annotations

import streamlit as st

from rnnviz import figures
from rnnviz.analysis.gradients import (
    backward_norms,
    backward_sentence,
    factor_per_step,
    norms_over_training,
    reach,
    reach_sentence,
)
from rnnviz.recording import Trace
from rnnviz.ui import session
from rnnviz.ui.gate import GATE
from rnnviz.ui.plain import plain
from rnnviz.ui.session import Run


def choose(run: Run) -> tuple[Trace, int]:
    """Draw the choice of iteration, and of layer if there are several; return what to show."""
    with GATE.turn(run):
        newest = run.trainer.iteration
        kept = sorted({*run.trainer.recording.iterations, newest})
    if len(kept) > 1:
        shown = newest if run.shown_iteration is None else run.shown_iteration
        session.show(session.SHOWN_ITERATION, max(it for it in kept if it <= max(shown, kept[0])))
        st.select_slider(
            "Iteration",
            options=kept,
            format_func=lambda iteration: f"{iteration:,}",
            key=session.SHOWN_ITERATION,
            help="Rewind training: every kept iteration. The last stop is the network of now.",
            on_change=_choose_iteration,
            args=(newest,),
        )
    trace = run.shown_trace()
    st.caption(
        f"Measured on the probe “{plain(run.trainer.probe.name)}” at iteration {trace.iteration:,} "
        f"of {newest:,}."
    )
    return trace, _choose_layer(trace)


def gradients(trace: Trace, layer: int, run: Run) -> None:
    """Show how the gradient fares on its way back: now in numbers, and over training as a map."""
    back = backward_norms(trace, layer=layer)
    factor, steps = factor_per_step(back), reach(back)
    numbers, picture = st.columns([1, 3], gap="large")
    with numbers:
        st.metric(
            "Factor per step",
            "–" if factor is None else f"×{factor:.3g}",
            help="By how much the gradient of the last scored step's loss changes with each step "
            "further back, on geometric average. Below 1 it vanishes, above 1 it explodes.",
        )
        st.metric(
            "Reach",
            "–" if steps is None else f"{steps} steps",
            help="How many steps back that gradient stays above 1 % of its largest value.",
        )
        st.write(backward_sentence(back))
        st.write(reach_sentence(back))
    with picture:
        st.plotly_chart(
            figures.gradient_norms(trace, layer=layer),
            key="gradient_norms",
            alt=backward_sentence(back),
        )
    st.caption(
        "Solid: of the whole loss, the mean over the scored steps; every step adds its own, so "
        "early steps are reached directly. Dotted: of the last scored step's loss alone, which has "
        "to come back through every step between; the numbers are about this one. It is not "
        "divided by the number of steps: compare the slopes, not the heights."
    )
    _gradient_map(trace, layer, run)


def _gradient_map(trace: Trace, layer: int, run: Run) -> None:
    st.subheader("Over the whole of training", anchor=False)
    choices = {"hidden state": "d_h", "hidden state, last step's loss alone": "last_d_h"}
    if trace.c is not None:
        choices |= {"cell state": "d_c", "cell state, last step's loss alone": "last_d_c"}
    which = st.selectbox("Gradient by", list(choices), key="gradient_by", persist_state="session")
    with GATE.turn(run):
        traces = run.trainer.recording.traces
    iterations, norms = norms_over_training(traces, choices[which], layer)
    st.plotly_chart(
        figures.gradient_map(iterations, norms, trace.input_labels),
        key="gradient_map",
        alt=f"Gradient norm by {which} over time steps and iterations.",
    )
    st.caption(f"Kept iterations: {len(iterations)}. Blank: a gradient of exactly zero.")


def _choose_iteration(newest: int) -> None:
    chosen = session.value(session.SHOWN_ITERATION)
    session.current().shown_iteration = None if chosen == newest else chosen


def _choose_layer(trace: Trace) -> int:
    layers = len(trace.layers)
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
