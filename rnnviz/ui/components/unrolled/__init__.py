"""The moving network: an animated canvas of the unrolled network, with measured values only.

`unrolled.js` draws and moves, `unrolled.css` lays out the controls, and
`rnnviz.figures.picture.pack` makes the bytes that come in.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.bidi_component.state import ComponentResult

_FOLDER = Path(__file__).parent

_component = st.components.v2.component(
    "rnnviz_unrolled",
    html='<figure class="unrolled"></figure>',
    css=(_FOLDER / "unrolled.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "unrolled.js").read_text(encoding="utf-8"),
)


class Selected(TypedDict):
    """A unit that the user clicked; all three count from 0."""

    layer: int
    unit: int
    time_step: int


def unrolled(
    data: bytes, *, key: str, on_select: Callable[[], None] | None = None
) -> ComponentResult:
    """Mount the moving network, or update it in place.

    Parameters
    ----------
    data
        What `rnnviz.figures.picture.pack` returned: one trace for a live tick, several for a
        rewind. A single trace is added to those of the same run that the browser has already.
    key
        The component's key in the session; `viewed_iteration(key)` and `selected_unit(key)` read
        it before the component is mounted.
    on_select
        Called before the next run when the user chose another unit, or none.

    Returns
    -------
    ComponentResult
        `.selected` is a `Selected` or None; `.iteration` is the kept iteration that the user looks
        at, None while the picture follows training.
    """
    return _component(
        data=data,
        key=key,
        on_selected_change=on_select or _nothing,
        on_iteration_change=_nothing,
    )


def viewed_iteration(key: str) -> int | None:
    """Return the iteration that the user rewound to, None while the picture follows training.

    Give it to `pack(..., exact=...)` if that trace is among the packed ones: then a hover over it
    tells the recorded numbers and not the quantised ones.
    """
    return cast("int | None", _state(key, "iteration"))


def selected_unit(key: str) -> Selected | None:
    """Return the unit that the user chose, or None."""
    return cast("Selected | None", _state(key, "selected"))


def _state(key: str, name: str) -> object:
    state = st.session_state.get(key)
    return state.get(name) if state else None


def _nothing() -> None:
    """Stand in for a callback: Streamlit reports only states that have one."""
