"""The moving network alone, with traces whose numbers are known; the address says which."""

from __future__ import annotations

import dataclasses

import numpy as np
import streamlit as st

from rnnviz.figures.picture import pack
from rnnviz.recording import Trace
from rnnviz.ui.components.unrolled import selected_unit, unrolled, viewed_iteration
from tests.traces import make_trace

_KEY = "picture"
_TICK_S = 0.15


def traces() -> list[Trace]:
    """Return the traces that the address asks for."""
    asked = st.query_params
    count = int(asked.get("count", 1))
    made = [
        make_trace(100 * place, asked.get("cell", "lstm"), int(asked.get("steps", 4)))
        for place in range(count)
    ]
    return [*made[:-1], _broken(made[-1])] if "broken" in asked else made


def _broken(trace: Trace) -> Trace:
    state = np.full_like(trace.h, np.nan)
    layer = dataclasses.replace(trace.layers[0], h=state, last_d_h=np.zeros_like(state))
    return dataclasses.replace(trace, layers=(layer,))


def picture() -> None:
    """Draw all traces, or one after the other as live training does."""
    live = "live" in st.query_params
    tick = st.session_state.get("tick", 0)
    st.session_state["tick"] = tick + 1
    shown = [make_trace(tick)] if live else traces()
    viewed = viewed_iteration(_KEY)
    exact = viewed if any(trace.iteration == viewed for trace in shown) else None
    unrolled(pack(shown, exact=exact, run="one"), key=_KEY)
    st.text(f"selected: {selected_unit(_KEY)}")


st.fragment(picture, run_every=_TICK_S if "live" in st.query_params else None)()
