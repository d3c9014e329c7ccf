"""The cards of the gallery: picture, title, one sentence, one button."""

from __future__ import annotations

import numpy as np
import streamlit as st

from rnnviz import link
from rnnviz.figures.hopfield_charts import states_svg
from rnnviz.gallery import EXHIBITS, Exhibit, picture
from rnnviz.gallery.pictures import Theme
from rnnviz.hopfield import Hopfield, flipped, letter
from rnnviz.ui.shell import session
from rnnviz.visit.opening import Opened

#: Three beside each other where the sidebar leaves room on a screen of 1280, one on a phone; all of
#: a row as high as the highest, with the buttons in one line.
_CSS = """
<style>
.st-key-gallery {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 250px), 1fr));
}
.st-key-gallery > * { width: auto; min-width: 0; height: 100%; }
[class*="st-key-card-"] { height: 100%; gap: 0.5rem; }
[class*="st-key-card-"] > :last-child { margin-top: auto; }
[class*="st-key-card-"] img { border-radius: 4px; }
</style>
"""

#: Of the recall on the card of the Hopfield page: its grid, its letters, and pixels of a card.
_SIDE, _LETTERS, _SIZE = 12, "ASY", (440, 300)


def cards() -> None:
    """Draw all cards."""
    st.html(_CSS)
    with st.container(key="gallery"):
        for exhibit in EXHIBITS:
            _card(exhibit)
        _hopfield()


def _card(exhibit: Exhibit) -> None:
    theme: Theme = "dark" if st.context.theme.type == "dark" else "light"
    with st.container(border=True, key=f"card-{exhibit.key}"):
        st.image(str(picture(exhibit, theme)), alt="", width="stretch")
        st.markdown(f"**{exhibit.title}**")
        st.write(exhibit.sees)
        st.button(
            "Open",
            key=f"open-{exhibit.key}",
            icon=":material/play_arrow:",
            width="stretch",
            on_click=_open,
            args=(exhibit,),
        )


def _hopfield() -> None:
    """Draw the card of the page that shows no run: there is nothing to train, and no link to it."""
    with st.container(border=True, key="card-hopfield"):
        st.image(_recall_drawn(), width="stretch")
        st.markdown("**A memory that settles**")
        st.write(
            "A Hopfield network: a letter with a fifth of its units flipped is found again, one "
            "unit at a time. Draw your own, and see how many patterns fit."
        )
        st.page_link(
            "pages/hopfield.py", label="Go to Hopfield", icon=":material/hub:", width="stretch"
        )


@st.cache_data(show_spinner=False)
def _recall_drawn() -> str:
    """Draw a recall as it happens: its start, half of its steps, its end."""
    stored = np.array([letter(name, _SIDE) for name in _LETTERS])
    spoiled = flipped(stored[1], 0.2, seed=1)
    recall = Hopfield(stored).recall(spoiled)
    states = [recall.state_at(step) for step in (0, recall.steps // 2, recall.steps)]
    return states_svg(states, _SIDE, _SIZE)


def _open(exhibit: Exhibit) -> None:
    visit = session.current()
    visit.part(Opened).open(visit, link.Opened(exhibit.experiment))
