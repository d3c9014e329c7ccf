"""The moving network: an animated canvas of the unrolled network, with measured values only.

`unrolled.js` draws and moves, `unrolled.css` lays out the controls, and
`rnnviz.figures.picture.pack` makes the bytes that come in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.bidi_component.state import ComponentResult

_FOLDER = Path(__file__).parent


def _script() -> str:
    """Return the script with the style sheet in it, without comments that fill whole lines."""
    style = json.dumps((_FOLDER / "unrolled.css").read_text(encoding="utf-8"))
    script = (_FOLDER / "unrolled.js").read_text(encoding="utf-8")
    script = re.sub(r"(?m)^\s*(//.*|/\*\*[\s\S]*?\*/)\n", "", script)
    return f"const STYLE = {style};\n{script}"


#: Streamlit sends a component's script with every update: 80 kB for 8 kB of data. So it is a
#: component of its own whose message never changes: then only a reference to it is sent again.
_library = st.components.v2.component("rnnviz_unrolled_library", js=_script())

_picture = st.components.v2.component(
    "rnnviz_unrolled",
    html='<figure class="unrolled"></figure>',
    js="""
        const waiting = () => {
          let resolve;
          return { promise: new Promise((done) => (resolve = done)), resolve };
        };
        const library = (globalThis[Symbol.for("rnnviz.unrolled")] ??= waiting());
        export default async (component) => (await library.promise)(component);
    """,
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
        What `rnnviz.figures.picture.pack` returned: the newest trace for a live tick, all kept ones
        for a rewind.
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
    with st.container(gap=None):
        _library(key=f"{key}-library")
        return _picture(
            data=data,
            key=key,
            on_selected_change=on_select or _nothing,
            on_iteration_change=_nothing,
        )


def viewed_iteration(key: str) -> int | None:
    """Return the iteration that the user rewound to, None while the picture follows training.

    Give it to `pack(..., exact=...)`, with that trace among the packed ones: then a hover over it
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
