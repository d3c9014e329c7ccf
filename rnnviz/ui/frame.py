"""What every page has around it: the process made ready once, spacing, notices."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui import session
from rnnviz.ui.components.plot import provide_plotly
from rnnviz.ui.gate import GATE
from rnnviz.ui.plain import plain
from rnnviz.ui.session import Run

_CSS = """
<style>
/* One screen: the bar on top is the instrument's own, so the page needs little air above it. */
[data-testid="stMainBlockContainer"] { padding-top: 4rem; padding-bottom: 2rem; }
[data-testid="stMetricValue"] { font-variant-numeric: tabular-nums; }
</style>
"""


@st.cache_resource(show_spinner=False)
def prepare_process() -> None:
    """Make the process ready, once: plotly.js where it is served."""
    provide_plotly()


def style() -> None:
    """Add the little CSS that Streamlit's theme can't express."""
    st.html(_CSS)


def notices(run: Run) -> None:
    """Say what was refused, and what happened to a run that diverged."""
    if run.problem is not None:
        st.error(f"{plain(run.problem)}. The run you had is unchanged.", icon=":material/block:")
    if run.trainer.diverged is not None:
        _divergence(run)


def _divergence(run: Run) -> None:
    with st.container(border=True):
        st.error(run.trainer.diverged, icon=":material/trending_up:")
        st.write(
            "The weights are as they were before. A smaller learning rate or clipping the gradient "
            "usually prevents this."
        )
        st.button(
            f"Go back to iteration {run.trainer.last_good_iteration}, the lowest loss so far",
            key="restore",
            icon=":material/undo:",
            on_click=_restore,
        )


def _restore() -> None:
    run = session.current()
    with GATE.turn(run):
        run.trainer.restore_last_good()
    run.start_pictures_anew()
