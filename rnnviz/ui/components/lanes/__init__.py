"""The lanes of a race: a card for each, with its gates in small, updated in place.

`strips.js` is what a message holds of the gates, `lanes.js` the cards.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from rnnviz.figures.payload import to_bytes
from rnnviz.ui.components.script import joined

_HERE = Path(__file__).parent
#: In the order in which they need each other; the first writes numbers as the moving picture does.
_SCRIPTS = (
    _HERE.parent / "unrolled" / "text" / "numbers.js",
    _HERE / "strips.js",
    _HERE / "lanes.js",
)

_mount = st.components.v2.component(
    "rnnviz_lanes",
    html='<div class="race"></div>',
    css=(_HERE / "lanes.css").read_text(encoding="utf-8"),
    js=joined(_SCRIPTS),
)


def lane_cards(
    lanes: Sequence[Mapping[str, Any]],
    says: str,
    more: str,
    *,
    key: str,
    on_open: Callable[[], None],
) -> None:
    """Draw the cards, or update those that were drawn with the same key.

    Parameters
    ----------
    lanes
        As `Lane` in `lanes.js` describes them.
    says, more
        Plain text above and below the cards: here it costs less than an element of Streamlit's.
    key
        Unique in the page; `opened(key)` tells in the callback which lane was clicked.
    on_open
        Called before the next run when a card was clicked.
    """
    message = {"lanes": list(lanes), "says": says, "more": more}
    _mount(key=key, data=to_bytes(message), on_open_change=on_open)


def opened(key: str) -> object:
    """Return the number of the lane that was clicked, as the browser told it; None if none was."""
    state = st.session_state.get(key)
    return state.get("open") if isinstance(state, Mapping) else None
