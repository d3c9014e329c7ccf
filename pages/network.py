"""Your network: open weights that were trained elsewhere, look into them, train them on."""

import streamlit as st

from rnnviz.ui.network import page
from rnnviz.ui.network.linked import LINKED
from rnnviz.ui.shell import frame, transport

visit = frame.guard(LINKED)
slots = transport.bar(LINKED)
st.header("Your network", anchor=False)
frame.notices(visit)
page.show(visit, slots)
