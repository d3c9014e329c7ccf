"""Task: choose and edit what the network must learn, view it, and choose the probe."""

import streamlit as st

from rnnviz.ui.shell import frame, live, transport
from rnnviz.ui.task import feed_forward, overview, start, workshop
from rnnviz.ui.task.linked import LINKED

visit = frame.guard(LINKED)
slots = transport.bar(LINKED)
with st.container(horizontal=True, vertical_alignment="center"):
    st.header("Task", anchor=False, width="content")
    st.page_link("pages/network.py", label="Or open a network that you trained elsewhere")
frame.notices(visit)
edited, shown = st.columns([2, 3], gap="large")
with edited:
    task = workshop.edit(visit)
    start.use_button(visit, task)
    if task == visit.trainer.task:
        overview.probe_choice(visit)
with shown:
    if task is not None:
        overview.overview(task)
        feed_forward.of_task(visit, task)
        overview.answers(visit, task)
live.keep_going(visit, slots)
