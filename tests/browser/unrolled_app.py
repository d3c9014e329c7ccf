"""The moving network alone, with traces whose numbers are known; the address says which."""

from __future__ import annotations

import dataclasses

import numpy as np
import streamlit as st

from rnnviz import RunConfig, Trainer
from rnnviz.figures.picture import pack
from rnnviz.recording import Trace
from rnnviz.ui.components.unrolled import provide, selected_unit, unrolled, viewed_iteration
from tests.traces import make_trace

_KEY = "picture"
_TICK_S = 0.15


def traces() -> list[Trace]:
    """Return the traces that the address asks for."""
    asked = st.query_params
    if "real" in asked:
        return [real_trace()]
    count = int(asked.get("count", 1))
    made = [
        make_trace(100 * place, asked.get("cell", "lstm"), int(asked.get("steps", 4)))
        for place in range(count)
    ]
    if "long" in asked:
        made = [
            dataclasses.replace(trace, input_labels=("x" * 200,) * trace.steps) for trace in made
        ]
    return [*made[:-1], _broken(made[-1])] if "broken" in asked else made


def real_trace() -> Trace:
    """Return what a network computed, so that its formulas hold."""
    return Trainer(RunConfig(hidden_size=3, seed=1)).trace()


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
    packed = b"" if "none" in st.query_params else pack(shown, exact=exact, run="one")
    unrolled(packed, key=_KEY)
    st.text(f"selected: {selected_unit(_KEY)}")


provide(_KEY)
st.fragment(picture, run_every=_TICK_S if "live" in st.query_params else None)()
