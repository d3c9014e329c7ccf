"""The state space: an animated canvas of hidden states, with measured values only.

`states.js` says which script does what; `rnnviz.figures.state_space.pack` makes the bytes that come
in. What runs is `states.min.js`, which is made from these scripts and from those of the moving
network that they share: after an edit of either, `npm install` once and `npm run build`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.components.v2.bidi_component.state import ComponentResult

_BUNDLE = Path(__file__).parent / "states.min.js"


@cache
def script() -> str:
    """Return the whole picture as one script with its style sheet, for a page without Streamlit.

    In the text of a `<script type="module">` all that it offers is in scope as `rnnviz`:
    `rnnviz.mount(element, { bytes })`, and `makeScene`, `look`, `paint`; see `states.js`.
    """
    return _BUNDLE.read_text(encoding="utf-8")


#: Streamlit sends a component's script with every update. So it is a component of its own, which a
#: page draws once.
_library = st.components.v2.component(
    "rnnviz_states_library", js=f"{script()}\nexport default rnnviz.publish;"
)

_picture = st.components.v2.component(
    "rnnviz_states",
    html='<div class="state-space"></div>',
    js="""
        const waiting = () => {
          let resolve;
          return { promise: new Promise((done) => (resolve = done)), resolve };
        };
        const library = (globalThis[Symbol.for("rnnviz.states")] ??= waiting());
        export default async (component) => (await library.promise)(component);
    """,
)


def provide(key: str) -> None:
    """Send the script of the picture: once for a page, outside of what is updated.

    Parameters
    ----------
    key
        That of the picture.
    """
    _library(key=f"{key}-library")


def states(
    data: bytes,
    *,
    key: str,
    on_iteration: Callable[[], None] | None = None,
    on_place: Callable[[], None] | None = None,
) -> ComponentResult:
    """Mount the state space, or update it in place; the page must `provide` its script.

    Parameters
    ----------
    data
        What `rnnviz.figures.state_space.pack` returned.
    key
        The component's key in the session; `viewed_iteration(key)`, `viewed_step(key)` and
        `lacking(key)` read it before the component is mounted.
    on_iteration, on_place
        Called before the next run when the user chose another iteration, or looks at another time
        step.
    """
    return _picture(
        data=data,
        key=key,
        on_iteration_change=on_iteration or _nothing,
        on_place_change=on_place or _nothing,
        on_lacking_change=_nothing,
    )


def viewed_iteration(key: str) -> int | None:
    """Return the iteration that the user rewound to, None while the picture follows training."""
    iteration = _state(key, "iteration")
    return iteration if isinstance(iteration, int) and not isinstance(iteration, bool) else None


def viewed_place(key: str) -> object:
    """Return where the user looks, as the browser tells it: `LookedAt` in types.d.ts, unchecked."""
    return _state(key, "place")


def lacking(key: str, run: str, of: str) -> Collection[int]:
    """Return the iterations that the browser says it lacks, of a picture.

    Parameters
    ----------
    run, of
        The picture's `StateSpace.run` and `StateSpace.set`: what is told of another is nothing.
    """
    told = _state(key, "lacking")
    if not isinstance(told, Mapping) or (told.get("run"), told.get("set")) != (run, of):
        return ()
    iterations = told.get("iterations")
    if not isinstance(iterations, list):
        return ()
    return [each for each in iterations if isinstance(each, int)]


def _state(key: str, name: str) -> object:
    state = st.session_state.get(key)
    return state.get(name) if isinstance(state, Mapping) else None


def _nothing() -> None:
    """Stand in for a callback: Streamlit reports only states that have one."""
