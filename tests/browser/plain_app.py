"""Texts as users type them, in the places where Streamlit reads Markdown."""

from __future__ import annotations

import streamlit as st

from rnnviz.ui.shell.markup import escaped

TEXTS = (
    "<b>bold</b> <img src=x onerror=alert(1)>",
    "*em* **strong** _em_ `code` ~~del~~ ==mark==",
    "[link](http://x) ![image](http://x) <http://x>",
    "$x^2$ $$y$$ \\(z\\)",
    ":smile: :material/home: :streamlit: :red[red] :blue-badge[b] :small[s] :shimmer[s] :help[h]",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    "https://example.com www.example.com WWW.EXAMPLE.COM me@example.com",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "| a | b |",
    "&lt; &amp; &#64;",
    "=cmd|'/C calc'!A0",
    "שלום 👩🏽‍🚀",
)

for place, text in enumerate(TEXTS):
    with st.container(key=f"text_{place}"):
        st.markdown(escaped(text))
        st.caption(escaped(text))
        st.button(escaped(text), key=f"button_{place}")
        st.select_slider("Label", [escaped(text), "other"], key=f"slider_{place}")
        st.error(escaped(text))
st.markdown(":smile: :material/home:")  # the two that are loaded only where they are wanted
