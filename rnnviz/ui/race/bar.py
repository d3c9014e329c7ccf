"""The buttons of the race, where other pages have those of the visitor's run."""

from __future__ import annotations

import streamlit as st

from rnnviz.numbers import number
from rnnviz.ui.race.desk import UNTIL, desk_of
from rnnviz.ui.shell import session
from rnnviz.ui.shell.live import Readings
from rnnviz.visit import Visit
from rnnviz.visit.racing import Racing


@st.fragment
def buttons() -> None:
    """Draw the buttons, as a fragment: a click waits until the present tick has finished."""
    session.refresh()
    visit = session.current()
    with st.container(horizontal=True, vertical_alignment="center"):
        # Two buttons in one place, as on the other pages: what was pressed says what is wanted.
        with st.container(key="play", width="content"):
            _race_or_pause(visit)
        racing = visit.racing
        st.button(
            "Step",
            icon=":material/skip_next:",
            key="race_step",
            shortcut="S",
            help="Exactly one iteration of every run of the race.",
            on_click=_step,
            disabled=visit.in_race or (racing is not None and racing.done),
        )
        st.button(
            "Reset",
            icon=":material/replay:",
            key="race_reset",
            shortcut="0",
            help="Back to the start of the race. The same seeds give the same race again.",
            on_click=_reset,
            disabled=racing is None,
        )
        if visit.playing:
            st.button(
                "Pause my run",
                icon=":material/pause:",
                key="play@pause",
                help="Your own run is training. It also pauses when a race begins.",
                on_click=_pause,
            )


def _race_or_pause(visit: Visit) -> None:
    if visit.in_race:
        st.button(
            "Pause", icon=":material/pause:", type="primary", key="race@pause", shortcut="Space",
            on_click=_pause,
        )  # fmt: skip
        return
    racing = visit.racing
    at_its_end = racing is not None and racing.done and not racing.spoiled
    further = _further(racing) if racing is not None and at_its_end else None
    st.button(
        f"Race on to {_amount(racing, further)}" if racing and further else "Race",
        icon=":material/sports_score:",
        type="primary",
        key="race@go",
        shortcut="Space",
        on_click=_go,
        disabled=at_its_end and further is None,
    )


def readings(visit: Visit) -> Readings:
    """Return what stands beside the buttons; the turn must be held."""
    racing = visit.racing
    if racing is None:
        plan = desk_of(visit).plan
        runs = len(plan.lanes) * plan.seeds
        return [("Runs", f"{len(plan.lanes)} lanes × {plan.seeds} = {runs}")]
    race = racing.race
    told = [("Iteration", f"{race.level:,}")]
    if race.by == "iterations":
        told = [("Iteration", f"{race.level:,} of {racing.until:,}")]
    else:
        told.append(("Computing", f"{number(racing.reached, 2)} of {racing.until} s"))
    runs = sum(len(group.trainers) for group in race.groups.values())
    return [*told, ("Runs", f"{len(race.groups)} lanes × {len(race.seeds)} = {runs}")]


def _further(racing: Racing) -> int | None:
    """Return the next end after the present one; None if there is none, or nothing is left."""
    if racing.race.stopped:
        return None
    return next((stop for stop in UNTIL[racing.race.by] if stop > racing.until), None)


def _amount(racing: Racing, until: int) -> str:
    return f"{until:,}" if racing.race.by == "iterations" else f"{until} s"


def _go() -> None:
    """Begin the race, continue it, or let it go further than its end."""
    visit = session.current()
    racing = visit.racing
    if racing is None or racing.spoiled:
        start(visit)
        return
    further = _further(racing) if racing.done else None
    if further is not None:
        desk_of(visit).set(until=further)
    visit.go_on_racing(further)


def start(visit: Visit) -> bool:
    """Begin the race that is planned; tell whether it could be."""
    plan = desk_of(visit).plan
    return visit.start_race(plan.task, plan.sized, plan.all_seeds, plan.by, plan.until)


def _step() -> None:
    visit = session.current()
    if visit.racing is None or visit.racing.spoiled:
        if not start(visit):
            return
        visit.stop()
    visit.step_race()


def _pause() -> None:
    session.current().stop()


def _reset() -> None:
    session.current().leave_race()
