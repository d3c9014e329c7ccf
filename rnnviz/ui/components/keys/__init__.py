"""The keys of transport bar and time, wherever the focus is: space, s, 0, left and right."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "rnnviz_keys",
    js=Path(__file__).with_name("keys.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def keys() -> None:
    """Listen for the keys on the page where this is called; nothing is drawn."""
    _mount(key="keys", height=1)
