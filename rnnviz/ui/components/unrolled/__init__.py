"""The moving network: an animated canvas of the unrolled network, with measured values only.

`unrolled.js` says which script does what, and how the picture is mounted or painted outside of
Streamlit; `unrolled.css` lays out the controls, and `rnnviz.figures.picture.pack` makes the bytes
that come in. What runs is `unrolled.min.js`, which is made from all of them: after an edit of a
script or the style sheet, `npm install` once and `npm run build`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypedDict, cast

import streamlit as st

from rnnviz.ui.components.bundle import script as script

if TYPE_CHECKING:
    from streamlit.components.v2.bidi_component.state import ComponentResult

#: Streamlit sends a component's script with every update: ten times the data. So it is a
#: component of its own, which a page draws once.
_library = st.components.v2.component(
    "rnnviz_unrolled_library", js=f"{script()}\nexport default rnnviz.publish;"
)

_picture = st.components.v2.component(
    "rnnviz_unrolled",
    html='<div class="network"></div>',
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


def provide(key: str) -> None:
    """Send the script of the picture: once for a page, outside of what is updated.

    Parameters
    ----------
    key
        That of the picture.
    """
    _library(key=f"{key}-library")


def unrolled(
    data: bytes,
    *,
    key: str,
    on_select: Callable[[], None] | None = None,
    on_iteration: Callable[[], None] | None = None,
    on_place: Callable[[], None] | None = None,
) -> ComponentResult:
    """Mount the moving network, or update it in place; the page must `provide` its script.

    Parameters
    ----------
    data
        What `rnnviz.figures.picture.pack` returned: the newest trace for a live tick, all kept ones
        for a rewind.
    key
        The component's key in the session; `viewed_iteration(key)`, `viewed_place(key)` and
        `selected_unit(key)` read it before the component is mounted.
    on_select, on_iteration, on_place
        Called before the next run when the user chose another unit, or none; another iteration; or
        looks at another time step, or from nearer or farther.

    Returns
    -------
    ComponentResult
        `.selected` is a `Selected` or None; `.iteration` is the kept iteration that the user looks
        at, None while the picture follows training.
    """
    return _picture(
        data=data,
        key=key,
        on_selected_change=on_select or _nothing,
        on_iteration_change=on_iteration or _nothing,
        on_place_change=on_place or _nothing,
    )


def viewed_iteration(key: str) -> int | None:
    """Return the iteration that the user rewound to, None while the picture follows training.

    Give it to `pack(..., exact=...)`, with that trace among the packed ones: then a hover over it
    tells the recorded numbers and not the quantised ones.
    """
    iteration = _state(key, "iteration")
    return iteration if isinstance(iteration, int) else None


def viewed_place(key: str) -> object:
    """Return where the user looks, as the browser tells it: `LookedAt` in types.d.ts, unchecked."""
    return _state(key, "place")


def selected_unit(key: str) -> Selected | None:
    """Return the unit that the user chose; None where there is none, or it is not one."""
    chosen = _state(key, "selected")
    is_one = isinstance(chosen, dict) and all(
        isinstance(chosen.get(name), int) for name in ("layer", "unit", "time_step")
    )
    return cast("Selected", chosen) if is_one else None


def _state(key: str, name: str) -> object:
    state = st.session_state.get(key)
    return state.get(name) if isinstance(state, Mapping) else None


def _nothing() -> None:
    """Stand in for a callback: Streamlit reports only states that have one."""
