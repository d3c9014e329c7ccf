"""What the inspecting pages share: which iteration and layer they look at, and how often."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Generic, TypeVar

import streamlit as st

from rnnviz.recording import Trace
from rnnviz.ui.shell import session
from rnnviz.ui.shell.markup import escaped
from rnnviz.ui.shell.session import Visit
from rnnviz.ui.shell.turns import TURNS

View = TypeVar("View")

#: What the word means, where it stands.
PROBE = (
    "The probe is the one example sequence whose inside all pages show. It stays the same while "
    "the network trains; choose another on the Task page."
)

#: Where is kept until when each control is set, and for how long after a change.
_SET_UNTIL, _SET_FOR_S = "set_until", 1.0

#: While training, the slider of iterations gets its new stops when the run has gone on by this
#: factor: one that is made anew in each tick could not be dragged.
_RENEWED_AFTER = 1.5


class Stops:
    """The iterations that the slider offers: all that are kept, the last one being the newest."""

    def __init__(self) -> None:
        self._stops: list[int] = []
        #: Counts how often it was left by other means than the slider; see `follow`.
        self.left = 0

    def follow(self) -> None:
        """Show the newest iteration again.

        The slider is then another one: a browser that has not seen this yet still reports where it
        was, and that would be a second rewinding.
        """
        self.left += 1
        session.current().shown_iteration = None

    def of(self, visit: Visit) -> list[int]:
        """Return them, rising; at rest as they are now, while training as they were lately."""
        last = self._stops[-1] if self._stops else 0
        grown = visit.trainer.iteration >= max(_RENEWED_AFTER * last, 1)
        if not self._stops or not visit.busy or (grown and visit.shown_iteration is None):
            self._stops = _kept(visit)
        return self._stops


class Pace(Generic[View]):
    """Looks again and again, but spends a fifth of the time on it at most while the loop runs.

    At rest everything is measured when it is asked for. While the loop runs, what took long is
    shown again for a while, unless something else is asked for.
    """

    def __init__(self, share: float = 0.2) -> None:
        self._share = share
        self._due = 0.0
        self._asked: object = None
        self._seen: View | None = None

    def look(
        self, asked: object, busy: bool, measure: Callable[[], View], rest_s: float = 0
    ) -> View:
        """Return what was measured, maybe a moment ago.

        Parameters
        ----------
        asked
            What is to be seen; something else is measured at once.
        busy
            Whether the loop runs.
        rest_s
            Least seconds between two measurements while it does.
        """
        start = time.monotonic()
        if busy and asked == self._asked and self._seen is not None and start < self._due:
            return self._seen
        self._seen = measure()
        end = time.monotonic()
        self._asked = asked
        self._due = max(end + (end - start) * (1 / self._share - 1), start + rest_s)
        return self._seen


class Replay:
    """Goes through the kept iterations, one a tick."""

    def __init__(self, visit: Visit, iterations: Sequence[int]) -> None:
        self._run = visit
        self._left: Iterator[int] = iter(iterations)
        self.done = False

    def advance(self, seconds: float) -> None:  # noqa: ARG002
        """Show the next kept iteration; behind the last one, the newest."""
        self._run.shown_iteration = next(self._left, None)
        self.done = self._run.shown_iteration is None


def fitting(chosen: Any, options: Collection[Any], otherwise: Any) -> Any:
    """Return what was chosen if it is one of the options.

    A browser may send a choice late, when the control in its place already offers something else.
    """
    fits = any(chosen == option and type(chosen) is type(option) for option in options)
    return chosen if fits else otherwise


def keep(key: str, now: Any) -> None:
    """Make a control show a value, before it is drawn.

    Not at every tick: what is set is taken from a hand that drags. But not once either: of two
    drawings that follow each other closely a busy browser skips the first, and would go on with
    the control's own first value as if the user had chosen that.
    """
    visit, shown = session.current(), session.value(key)
    now_s, set_until = time.monotonic(), session.value(_SET_UNTIL, {})
    page, until = set_until.get(key, (None, 0.0))
    if shown != now or type(shown) is not type(now) or page != visit.page_runs:
        until = now_s + _SET_FOR_S
        session.show(_SET_UNTIL, {**set_until, key: (visit.page_runs, until)})
    if now_s <= until:
        session.show(key, now)


def select_unit(unit: Any, layer: int) -> None:
    """Outline a unit of a layer in every picture, or none; what is no unit changes nothing."""
    session.current().select(unit, layer)


def shown_trace(visit: Visit) -> Trace:
    """Return the trace that the page shows; the run's turn must be held."""
    if visit.shown_iteration is None:
        return visit.trainer.trace()
    return visit.trainer.recording.at(visit.shown_iteration)


def says_which(visit: Visit, trace: Trace) -> str:
    """Say of which example and iteration the numbers are."""
    return (
        f"Measured on the probe “{escaped(visit.trainer.probe.name)}” at iteration "
        f"{trace.iteration:,} of {visit.trainer.iteration:,}."
    )


def rewind(visit: Visit, stops: Stops) -> None:
    """Draw the choice of iteration, and the button that replays training or follows it again."""
    replaying = isinstance(visit.job, Replay)
    offered = stops.of(visit)
    if len(offered) < 2:
        return
    newest = "newest" if visit.training else ""
    _slider(visit, offered, replaying, newest, f".{stops.left}" if stops.left else "")
    if visit.training and visit.shown_iteration is not None:
        st.button(
            "Follow training",
            icon=":material/fast_forward:",
            key="follow",
            help="Show the newest iteration again, as training goes on.",
            on_click=stops.follow,
        )
    elif not visit.training:
        st.button(
            "Stop" if replaying else "Replay",
            icon=":material/stop:" if replaying else ":material/movie:",
            key="replay",
            help="Go through the kept iterations from the first to the last.",
            on_click=stop if replaying else replay,
        )


def _slider(
    visit: Visit, stops: list[int], moving: bool, newest: str = "", which: str = ""
) -> None:
    last = stops[-1]
    shown = last if visit.shown_iteration is None else visit.shown_iteration
    shown = max(stop for stop in stops if stop <= max(shown, stops[0]))
    key = session.shown_iteration_key(last, shown if moving else None) + which
    keep(key, shown)
    st.select_slider(
        "Iteration",
        options=stops,
        format_func=lambda stop: newest if newest and stop == last else f"{stop:,}",
        key=key,
        help="Rewind training: every kept iteration. The last stop is the network of now, and "
        "follows it while it trains.",
        on_change=_choose_iteration,
        args=(key, tuple(stops)),
        disabled=moving,
    )


def _kept(visit: Visit) -> list[int]:
    with TURNS.turn(visit):
        return sorted({*visit.trainer.recording.iterations, visit.trainer.iteration})


def _choose_iteration(key: str, stops: tuple[int, ...]) -> None:
    chosen = fitting(session.value(key), stops, None)
    session.current().shown_iteration = None if chosen == stops[-1] else chosen


def replay() -> None:
    """Begin to show the kept iterations one after the other."""
    visit = session.current()
    with TURNS.turn(visit):
        visit.job = Replay(visit, visit.trainer.recording.iterations)
    session.outdate_page()


def stop() -> None:
    """End what the loop works on."""
    session.current().job = None
    session.outdate_page()


def choose_layer(layers: int) -> int:
    """Draw the choice of layer, if there are several; return it, from the input up."""
    if layers == 1:
        return 0
    top = layers - 1
    keep(session.SHOWN_LAYER, fitting(session.value(session.SHOWN_LAYER), range(layers), top))
    chosen = st.segmented_control(
        "Layer",
        options=range(layers),
        format_func=lambda layer: f"{layer + 1}{' (top)' if layer == top else ''}",
        key=session.SHOWN_LAYER,
        persist_state="session",
        required=True,
    )
    return int(fitting(chosen, range(layers), top))
