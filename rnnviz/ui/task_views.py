"""See a task: what it asks, its symbols, sequences to read, the example to look into."""

from __future__ import annotations

import numpy as np
import streamlit as st

from rnnviz.tasks.task import Task
from rnnviz.ui import session
from rnnviz.ui.gate import GATE
from rnnviz.ui.plain import plain
from rnnviz.ui.session import Run

_EXAMPLES = 8


def overview(task: Task) -> None:
    """Show what the task asks, its symbols with their integers, and sample sequences."""
    st.write(plain(task.description))
    st.caption(plain(f"{task.teaches} {_to_beat(task)}"))
    symbols = task.symbols()
    if len(symbols):
        st.markdown(f"**Symbols** · {len(symbols)}, each with an integer of its own")
        st.dataframe(symbols, hide_index=True, height=min(250, 37 * (len(symbols) + 1)))
    st.markdown("**Sample sequences** · one per row, as the network gets them")
    examples = task.examples(np.random.default_rng(0), _EXAMPLES)
    st.dataframe(examples, hide_index=True)


def _to_beat(task: Task) -> str:
    """Say what a constant answer and a model without memory would score."""
    baseline, memoryless = task.baseline(), task.memoryless
    if baseline.measure == "accuracy":
        return (
            f"Always saying “{baseline.label}” would be right in {baseline.score:.1%} of the steps "
            f"that accuracy is measured on, a model without memory at best in {memoryless:.1%}."
        )
    return (
        f"Always saying the mean, {baseline.label}, would give a squared error of "
        f"{baseline.score:.3g}, a model without memory at best {memoryless:.3g}."
    )


def probe_choice(run: Run) -> None:
    """Let the visitor choose the example sequence whose inside all pages show."""
    names = run.trainer.task.probe_names
    session.seed(session.PROBE, names.index(run.trainer.probe.name))
    st.selectbox(
        "Probe: the example that all pages look into",
        options=range(len(names)),
        format_func=lambda index: names[index],
        key=session.PROBE,
        persist_state="session",
        help="The network stays as it is; the traces kept of the old example are dropped.",
        on_change=_choose_probe,
    )


def _choose_probe() -> None:
    run = session.current()
    with GATE.turn(run):
        run.trainer.choose_probe(session.value(session.PROBE))
    run.shown_iteration = None
