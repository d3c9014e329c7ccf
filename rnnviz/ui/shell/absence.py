"""Notes when a visitor's browser connects, is active, and disconnects.

That it has gone is what Streamlit tells a resource of the session (`on_release`).
"""

from __future__ import annotations

import streamlit as st

from rnnviz.visit.guests import GUESTS, Guest, Presence


def here(guest: Guest) -> None:
    """Record that a visitor is active; every page and fragment starts with this."""
    _presence().renew(guest)


@st.cache_resource(scope="session", on_release=GUESTS.leave, show_spinner=False)
def _presence() -> Presence:
    """Return the presence of this session; a new one if it has come back after leaving."""
    return GUESTS.arrive()
