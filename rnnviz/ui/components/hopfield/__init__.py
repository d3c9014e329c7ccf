"""The board of the Hopfield page: a grid to draw on, the stored patterns, and a recall played.

`hopfield.js` is the page, `recall.js` what a message says, `paint.js` how it is painted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from rnnviz.figures.payload import to_bytes
from rnnviz.ui.components.script import joined

_HERE = Path(__file__).parent
#: In the order in which they need each other.
_SCRIPTS = (
    _HERE.parent / "unrolled" / "text" / "numbers.js",
    _HERE / "recall.js",
    _HERE / "paint.js",
    _HERE / "hopfield.js",
)


_mount = st.components.v2.component(
    "rnnviz_hopfield",
    html='<div class="hopfield"></div>',
    css=(_HERE / "hopfield.css").read_text(encoding="utf-8"),
    js=joined(_SCRIPTS),
)

Happened = Callable[[], None]


def board(
    message: Mapping[str, Any],
    *,
    key: str,
    on_draw: Happened,
    on_load: Happened,
    on_forget: Happened,
) -> None:
    """Draw the board, or update the one that was drawn with the same key.

    Parameters
    ----------
    message
        As `Message` in `recall.js` describes it, arrays being NumPy's.
    key
        Unique in the page; `happened(key, ...)` tells in a callback what was done.
    on_draw, on_load, on_forget
        Called before the next run: a stroke was drawn, a stored pattern was clicked, or its cross.
    """
    _mount(
        key=key,
        data=to_bytes(dict(message)),
        on_drawn_change=on_draw,
        on_load_change=on_load,
        on_forget_change=on_forget,
    )


def happened(key: str, what: str) -> object:
    """Return what the browser told of `drawn`, `load` or `forget`; None where it told nothing."""
    state = st.session_state.get(key)
    return state.get(what) if isinstance(state, Mapping) else None
