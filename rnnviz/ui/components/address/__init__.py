"""The browser's address, kept true in place: no entry in its history, nothing drawn."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_mount = st.components.v2.component(
    "rnnviz_address",
    js=Path(__file__).with_name("address.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def keep_address() -> None:
    """Have the browser show the link that stands in the readings; once for each page.

    It is the query string, without its `?`, in `data-link` of the element `.readings`.
    """
    _mount(key="address", height=1)
