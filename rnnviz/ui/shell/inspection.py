"""What the pages that inspect a run share: choice of iteration and layer, pace of updates."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, TypeVar

import streamlit as st

from rnnviz.engine.architecture import Architecture
from rnnviz.recording import Trace
from rnnviz.ui.shell import session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Replay, Visit
from rnnviz.visit.turns import TURNS

#: Keys of the controls that several pages have.
SHOWN_LAYER = "shown_layer"
TIME_STEP = "time_step"
SHOWN_ITERATION = "shown_iteration"
UNIT = "unit"

#: The choice of no unit: None would be a list in which nothing is chosen.
_NO_UNIT = -1

View = TypeVar("View")
Choice = TypeVar("Choice")

#: What the word means, where it stands.
PROBE = (
    "The probe is the one example sequence for which all pages show the inside of the network. It "
    "stays the same during training. Choose another on the Task page."
)

#: Key under which we count how often the control of each choice was recreated. Streamlit keeps
#: something for every key for ever, so after this many the keys repeat; no browser is so late.
_MADE, _KEYS = "made", 100

#: During training, the iteration slider gets new stops only when the run has grown by this factor,
#: so that the thumb does not move under the user's hand with each tick.
_RENEWED_AFTER = 1.5
#: Its last stop during training: the newest iteration, whichever that is.
_NEWEST = -1


class Stops:
    """The iterations that the slider offers: all kept ones, up to the newest."""

    def __init__(self) -> None:
        self._stops: list[int] = []

    def of(self, visit: Visit) -> list[int]:
        """Return them in ascending order; during training the list may be slightly old."""
        last = self._stops[-1] if self._stops else 0
        grown = visit.trainer.iteration >= max(_RENEWED_AFTER * last, 1)
        if not self._stops or not visit.busy or (grown and visit.looked_at.shown_iteration is None):
            self._stops = _kept(visit)
        return self._stops


class Pace(Generic[View]):
    """Repeats a measurement, but spends at most a fifth of the time on it while the loop runs.

    While paused, it measures on every request. While the loop runs, the result of a slow
    measurement is shown again for a while, unless something else is requested.
    """

    def __init__(self, share: float = 0.2) -> None:
        self._share = share
        self._due = 0.0
        self._asked: object = None
        self._seen: View | None = None

    def look(
        self, asked: object, busy: bool, measure: Callable[[], View], interval_s: float = 0
    ) -> View:
        """Return the measurement, or a recent one.

        Parameters
        ----------
        asked
            What is requested; if it has changed, it is measured at once.
        busy
            Whether the loop runs.
        interval_s
            Minimum seconds between two measurements while the loop runs.
        """
        start = time.monotonic()
        if busy and asked == self._asked and self._seen is not None and start < self._due:
            return self._seen
        self._seen = measure()
        end = time.monotonic()
        self._asked = asked
        self._due = max(end + (end - start) * (1 / self._share - 1), start + interval_s)
        return self._seen


def fitting(chosen: Any, options: Collection[Any], otherwise: Any) -> Any:
    """Return the choice if it is among the options, else `otherwise`.

    A browser may send a choice late, when the control already offers other options.
    """
    fits = any(chosen == option and type(chosen) is type(option) for option in options)
    return chosen if fits else otherwise


def control(choice: str, now: Any) -> str:
    """Return the key of the control of a choice, recreating the control if its value must change.

    With each message a browser reports the values of all its controls, and its knowledge may be
    old. If we set a control to another value, such a report would look like a choice of the old
    value. So a control is never set. To show another value it is recreated under a new key, for
    which no report can be on its way. Its first value is passed as the default at each drawing.

    Parameters
    ----------
    choice
        Name of the choice. Its value is kept elsewhere, by a callback; see `is_current`.
    now
        The value to show.
    """
    made, shown = session.value(_MADE, {}), session.value(_key(choice))
    if shown != now or type(shown) is not type(now):
        session.show(_MADE, {**made, choice: (made.get(choice, 0) + 1) % _KEYS})
    return _key(choice)


def is_current(choice: str, key: str) -> bool:
    """Tell whether this control is the present one; older ones no longer exist."""
    return key == _key(choice)


def take(choice: str, key: str) -> None:
    """Store the value of a control under the name of its choice; used as a callback."""
    if is_current(choice, key):
        session.show(choice, session.value(key))


def _key(choice: str) -> str:
    return f"{choice}@{session.value(_MADE, {}).get(choice, 0)}"


def measured_on(visit: Visit, trace: Trace) -> str:
    """Say on which probe and at which iteration the numbers were measured."""
    return (
        f"Measured on the probe “{escaped(visit.trainer.probe.name)}” at iteration "
        f"{trace.iteration:,} of {visit.trainer.iteration:,}."
    )


def rewind(visit: Visit, stops: Stops) -> None:
    """Draw the iteration slider, and the button that replays training or follows it again."""
    replaying = isinstance(visit.job, Replay)
    offered = stops.of(visit)
    if len(offered) < 2:
        return
    _slider(visit, offered, replaying)
    if visit.training and visit.looked_at.shown_iteration is not None:
        st.button(
            "Follow training",
            icon=":material/fast_forward:",
            key="follow",
            help="Show the newest iteration again, and follow training.",
            on_click=_follow,
        )
    elif not visit.training:
        st.button(
            "Stop" if replaying else "Replay",
            icon=":material/stop:" if replaying else ":material/movie:",
            key="replay",
            help="Go through the kept iterations from the first to the last.",
            on_click=stop if replaying else replay,
        )


def _slider(visit: Visit, kept: list[int], moving: bool) -> None:
    stops = [*kept[:-1], _NEWEST] if visit.training else kept
    shown = stops[-1]
    if visit.looked_at.shown_iteration is not None:
        shown = max(
            stop for stop in stops if stop <= max(visit.looked_at.shown_iteration, stops[0])
        )
    if moving:  # Streamlit ignores what a browser reports about a disabled control.
        key = f"{SHOWN_ITERATION}@moving"
        session.show(key, shown)
    else:
        key = control(SHOWN_ITERATION, shown)
    st.select_slider(
        "Iteration",
        options=stops,
        value=None if moving else shown,
        format_func=lambda stop: "newest" if stop == _NEWEST else f"{stop:,}",
        key=key,
        help="Rewind training to any kept iteration. The last stop is the current network, "
        "and follows it while it trains.",
        on_change=_choose_iteration,
        args=(key, tuple(stops)),
        disabled=moving,
    )


def _kept(visit: Visit) -> list[int]:
    with TURNS.turn(visit):
        return sorted({*visit.trainer.recording.iterations, visit.trainer.iteration})


def _choose_iteration(key: str, stops: tuple[int, ...]) -> None:
    if is_current(SHOWN_ITERATION, key):
        chosen = fitting(session.value(key), stops, None)
        session.current().rewind_to(None if chosen == stops[-1] else chosen)


def _follow() -> None:
    session.current().follow()


def replay() -> None:
    """Start to show the kept iterations one after the other."""
    session.current().replay()


def stop() -> None:
    """End the job of the live loop."""
    session.current().stop()


def take_over(visit: Visit, view: str) -> bool:
    """Let the controls of a page adopt the view that was requested, before they are drawn.

    Parameters
    ----------
    view
        Name of the choice of the page's view.

    Returns
    -------
    bool
        Whether one was requested.
    """
    asked = visit.take_asked()
    if asked is None:
        return False
    for choice, now in (
        (view, asked.name or None),
        (SHOWN_LAYER, asked.layer),
        (TIME_STEP, asked.time_step),
    ):
        if now is not None:
            session.show(choice, now)
    return True


def choose_one(
    label: str, options: Sequence[Choice], choice: str, otherwise: Choice, **more: Any
) -> Choice:
    """Draw a choice between a few options, which may also be set elsewhere; return the choice.

    Parameters
    ----------
    choice
        Name of the choice.
    otherwise
        The choice as long as none of the options has been chosen.
    **more
        As `st.segmented_control` takes it.
    """
    shown: Choice = fitting(session.value(choice), options, otherwise)
    session.show(choice, shown)
    key = control(choice, shown)
    st.segmented_control(
        label,
        options,
        default=shown,
        key=key,
        required=True,
        on_change=take,
        args=(choice, key),
        **more,
    )
    return shown


def slide(
    label: str, options: Sequence[Choice], choice: str, otherwise: Choice, **more: Any
) -> Choice:
    """Draw a slider over options, which may also be set elsewhere; return what is chosen.

    Parameters
    ----------
    choice, otherwise
        As of `choose_one`.
    **more
        As `st.select_slider` takes it.
    """
    shown: Choice = fitting(session.value(choice), options, otherwise)
    session.show(choice, shown)
    key = control(choice, shown)
    st.select_slider(
        label,
        options,
        value=shown,
        key=key,
        on_change=take,
        args=(choice, key),
        **more,
    )
    return shown


def choose_step(visit: Visit, label: str = "Time step") -> int:
    """Draw the choice of a time step of the probe, if there are several; return it."""
    labels = visit.trainer.probe.input_labels
    layer = visit.looked_at.layer
    if layer is not None and visit.trainer.network.architecture.reads_backward(layer):
        labels = labels[::-1]
    steps = range(len(labels))
    if len(steps) == 1:
        return 0
    return slide(
        label,
        steps,
        TIME_STEP,
        steps[-1],
        format_func=lambda step: f"{step} {escaped(labels[step][:20])}",
        width=240,
    )


def choose_layer(architecture: Architecture) -> int:
    """Draw the choice of layer, if there are several; return it, counted from the input up.

    Of two directions each is a layer; under a backward one stands in which time it counts.
    """
    names, top = architecture.layer_names, architecture.number_of(-1)
    if len(names) == 1:
        return 0
    chosen = choose_one(
        "Layer",
        range(len(names)),
        SHOWN_LAYER,
        top,
        format_func=lambda layer: (
            f"{names[layer].removeprefix('layer ')}{' (top)' if layer >= top else ''}"
        ),
    )
    if architecture.reads_backward(chosen):
        st.caption("This layer reads the sequence from its end: its step 0 is the last input.")
    return chosen


def choose_unit(visit: Visit, layer: int, none: str = "none") -> int | None:
    """Draw the choice of the unit that is outlined on every page; return it."""
    units = range(visit.trainer.network.hidden_size)
    looked_at = visit.looked_at
    selected = looked_at.unit if looked_at.unit_layer == layer else None
    unit: int | None = fitting(selected, units, None)
    options = [_NO_UNIT, *units]
    shown = _NO_UNIT if unit is None else unit
    key = control(UNIT, shown)
    st.selectbox(
        "Unit",
        options=options,
        index=options.index(shown),
        format_func=lambda each: none if each == _NO_UNIT else f"unit {each}",
        key=key,
        help="Outlined in every picture, here and in the Studio. A click on a map chooses it too.",
        on_change=_select_unit,
        args=(key, layer),
        width=150,
    )
    return unit


def _select_unit(key: str, layer: int) -> None:
    if is_current(UNIT, key):
        chosen = session.value(key)
        session.current().select_unit(None if chosen == _NO_UNIT else chosen, layer)
