"""Let the network continue the text from symbols that the visitor picks."""

from __future__ import annotations

import streamlit as st

from rnnviz.analysis.predictions import Continued, continue_text
from rnnviz.tasks import NextSymbol
from rnnviz.ui import session
from rnnviz.ui.gate import GATE
from rnnviz.ui.session import Run

_STEPS = 12


@st.fragment
def panel() -> None:
    """Draw the panel, for a task whose sequences can be continued."""
    session.refresh()
    run = session.current()
    task = run.trainer.task
    if not isinstance(task, NextSymbol):
        return
    st.subheader("Let the network continue", anchor=False)
    start = _pick(task, run)
    with GATE.turn(run):
        iteration = run.trainer.iteration
        added = continue_text(
            run.trainer.network.predict, task.encode, task.output_labels, start, _STEPS
        )
    _show(task, start, added)
    st.caption(f"Measured with the weights of iteration {iteration:,}; pause to see the newest.")


def _pick(task: NextSymbol, run: Run) -> list[str]:
    """Draw one choice for each symbol of the window; start with those of the probe."""
    shown = run.trainer.probe.input_labels
    with st.container(horizontal=True):
        return [
            st.selectbox(
                f"Symbol {place + 1}",
                options=task.output_labels,
                index=task.output_labels.index(shown[place]),
                key=f"start:{place}:{task.length}:{hash(task.output_labels)}",
                width=160,
            )
            for place in range(task.length)
        ]


def _show(task: NextSymbol, start: list[str], added: list[Continued]) -> None:
    # st.text shows it as it is: the symbols are what users typed.
    st.text(f"{task.join(start)} … {task.join([step.symbol for step in added])}")
    st.markdown("**What it weighed up for the first of these**")
    st.dataframe(
        added[0].best,
        hide_index=True,
        width=420,
        column_config={
            "symbol": "Symbol",
            "probability": st.column_config.ProgressColumn(
                "Probability", min_value=0.0, max_value=1.0, format="percent"
            ),
        },
    )
