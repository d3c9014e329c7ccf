"""A button that copies a text to the visitor's clipboard, and says so."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "rnnviz_copy",
    html='<button type="button"></button>',
    css=(_HERE / "copy.css").read_text(encoding="utf-8"),
    js=(_HERE / "copy.js").read_text(encoding="utf-8"),
)


def copy_button(label: str, text: str, key: str) -> None:
    """Draw a button that copies a text; nothing comes back to the server.

    Parameters
    ----------
    label
        What the button says.
    text
        What it copies.
    key
        Of the button.
    """
    _mount(key=key, data={"label": label, "text": text}, height="content")
