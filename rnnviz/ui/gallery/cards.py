"""The cards of the gallery: picture, title, one sentence, one button."""

from __future__ import annotations

import streamlit as st

from rnnviz import link
from rnnviz.gallery import EXHIBITS, Exhibit, picture
from rnnviz.gallery.pictures import Theme
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


def cards() -> None:
    """Draw all cards."""
    st.html(_CSS)
    with st.container(key="gallery"):
        for exhibit in EXHIBITS:
            _card(exhibit)


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


def _open(exhibit: Exhibit) -> None:
    visit = session.current()
    visit.part(Opened).open(visit, link.Opened(exhibit.experiment))
