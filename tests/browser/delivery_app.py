"""A page with a part that runs again all the time: whole runs in between must arrive complete."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.shell import delivery


def part() -> None:
    with st.container(key="drawn"):
        st.text(f"part of page {st.session_state.runs}")


st.session_state.runs = st.session_state.get("runs", 0) + 1
st.button("Again")
with st.container(key="around"):
    st.fragment(part, run_every=0.01)()
st.text(f"page {st.session_state.runs} sent: {delivery.wait_until_sent()}")
delivery.wait_until_sent()
