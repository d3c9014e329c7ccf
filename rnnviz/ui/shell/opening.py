"""What is said while an experiment is opened: how far it is, and what could not be read."""

from __future__ import annotations

import math

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rnnviz.link import Replay, estimate_s
from rnnviz.ui.shell import session
from rnnviz.ui.shell.markup import escaped
from rnnviz.visit import Visit
from rnnviz.visit.opening import Opened

#: So many of what could not be read are told one by one.
_MOST_TOLD = 5


def notices(visit: Visit) -> None:
    """Say what could not be read of a link, and offer a replay that takes long."""
    opened = visit.part(Opened)
    if opened.notes:
        with st.container(border=True, key="link_notes"):
            _tell(opened.notes)
            st.button("Dismiss", key="dismiss_notes", on_click=_dismiss)
    if opened.offered is not None:
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="offer"):
            iteration = opened.offered.iteration
            st.write(
                f"This link leads to iteration {iteration:,}. To train the network again until "
                f"then takes about {_duration(estimate_s(opened.offered))}."
            )
            st.button(
                f"Train to iteration {iteration:,}", key="accept", type="primary", on_click=_accept
            )
            st.button("Stay at iteration 0", key="decline", on_click=_dismiss)


def bar(visit: Visit) -> DeltaGenerator:
    """Draw what lets an opening be stopped, while there is one; return the place of `progress`."""
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
                help="Go no further: look at the network at this iteration, or train on.",
                on_click=_stop,
            )
    return place


def progress(visit: Visit, place: DeltaGenerator) -> None:
    """Show how far an experiment that is being opened has got, and nothing otherwise."""
    replay = visit.opening
    if not isinstance(replay, Replay):
        place.empty()
        return
    place.progress(
        replay.progress,
        f"Opening the link: iteration {replay.tried:,} of {replay.experiment.iteration:,}, "
        f"about {_duration(replay.time_left)} left",
    )


def _tell(notes: tuple[str, ...]) -> None:
    st.warning("Not all of this link could be read.", icon=":material/link_off:")
    for note in notes[:_MOST_TOLD]:
        st.write(escaped(note))
    if len(notes) > _MOST_TOLD:
        st.write(f"… and {len(notes) - _MOST_TOLD:,} more.")


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
