"""Gallery: experiments worth opening, each of one click."""

import streamlit as st

from rnnviz.ui.gallery import cards
from rnnviz.ui.gallery.linked import LINKED
from rnnviz.ui.shell import frame, live, transport

visit = frame.guard(LINKED)
slots = transport.bar(LINKED)
st.header("Gallery", anchor=False)
frame.notices(visit)
st.caption("A click trains an experiment in front of you. Undo brings your own run back.")
st.page_link(
    "pages/network.py",
    label="A network that you trained elsewhere: open it on Your network",
    icon=":material/upload_file:",
)
cards.cards()
live.keep_going(visit, slots)
