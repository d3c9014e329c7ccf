"""Messages while an experiment is opened: its progress, and what could not be read."""

from __future__ import annotations

import math

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.link import Replay, estimate_s
from rnnviz.ui.shell import session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.visit.opening import Opened

#: Maximum number of sentences about what could not be read.
_MOST_LISTED = 5


def notices(visit: Visit) -> None:
    """Show what could not be read in a link, and offer a replay that takes long."""
    opened = visit.part(Opened)
    if opened.notes:
        with st.container(border=True, key="link_notes"):
            _list(opened.notes)
            st.button("Dismiss", key="dismiss_notes", on_click=_dismiss)
    if opened.offered is not None:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="offer"):
            iteration = opened.offered.iteration
            st.write(
                f"This link leads to iteration {iteration:,}. Training the network again up to "
                f"there takes about {_duration(estimate_s(opened.offered))}."
            )
            st.button(
                f"Train to iteration {iteration:,}", key="accept", type="primary", on_click=_accept
            )
            st.button("Stay at iteration 0", key="decline", on_click=_dismiss)


def bar(visit: Visit) -> DeltaGenerator:
    """Draw the button that stops an opening, while there is one; return where `progress` goes."""
    key = "nothing_opening" if visit.opening is None else "opening"
    with st.container(horizontal=True, vertical_alignment="center", key=key):
        place = st.container()
        # A fragment may only write into a container that the page itself has written into.
        place.empty()
        if visit.opening is not None:
            st.button(
                "Stop here",
                key="stop_opening",
                icon=":material/stop:",
                help="Stop at this iteration: inspect the network, or train on.",
                on_click=_stop,
            )
    return place


def progress(visit: Visit, place: DeltaGenerator) -> None:
    """Show the progress of an opening, and nothing if there is none."""
    replay = visit.opening
    if not isinstance(replay, Replay):
        place.empty()
        return
    place.progress(
        replay.progress,
        f"Training it again: iteration {replay.tried:,} of {replay.experiment.iteration:,}, "
        f"about {_duration(replay.time_left)} left",
    )


def _list(notes: tuple[str, ...]) -> None:
    st.warning("Not all of this link could be read.", icon=":material/link_off:")
    for note in notes[:_MOST_LISTED]:
        st.write(escaped(note))
    if len(notes) > _MOST_LISTED:
        st.write(f"… and {len(notes) - _MOST_LISTED:,} more.")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{math.ceil(seconds):,} s"
    return f"{math.ceil(seconds / 60):,} minutes"


def _accept() -> None:
    visit = session.current()
    visit.part(Opened).accept(visit)


def _dismiss() -> None:
    visit = session.current()
    visit.part(Opened).dismiss()
    visit.outdate_page()


def _stop() -> None:
    session.current().stop()
