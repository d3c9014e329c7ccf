"""The browser's address, kept true in place: no entry in its history, nothing drawn."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "rnnviz_address",
    js=Path(__file__).with_name("address.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def write_address(query: str) -> None:
    """Make a query string, without its `?`, the one that the browser shows."""
    _mount(key="address", data={"query": query}, height=1)
