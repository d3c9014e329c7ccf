"""The Hopfield page: its views, and the loop that trains the visitor's run meanwhile."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from rnnviz.ui.hopfield import bridge, limits, memory
from rnnviz.ui.shell import inspection
from rnnviz.ui.shell.transport import Slots
from rnnviz.visit import Visit

#: Key of the choice of view.
HOPFIELD_VIEW = "hopfield_view"

#: Title of a view -> what draws it, and keeps the visitor's run going.
VIEWS: dict[str, Callable[[Visit, Slots], None]] = {
    "Recall": memory.show,
    **{title: limits.view_of(limit) for title, limit in limits.LIMITS.items()},
    "Modern network": bridge.show_patterns,
    "Hidden states": bridge.show_states,
}


def show(visit: Visit, slots: Slots) -> None:
    """Show the view that is chosen, and keep the run going while it plays.

    Parameters
    ----------
    slots
        Of the transport bar, where the numbers of the run go.
    """
    inspection.take_over(visit, HOPFIELD_VIEW)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header("Hopfield", anchor=False, width="content")
        view = inspection.choose_one(
            "View", list(VIEWS), HOPFIELD_VIEW, next(iter(VIEWS)), label_visibility="collapsed"
        )
    visit.look_at(name=view, time_step=None)
    VIEWS[view](visit, slots)
