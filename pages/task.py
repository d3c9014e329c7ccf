"""Task: choose and edit what the network must learn, see it, choose the example to look into."""

import streamlit as st

from rnnviz.ui.shell import frame, live, transport
from rnnviz.ui.task import feed_forward, overview, workshop

run = frame.guard()
readings = transport.bar()
st.header("Task", anchor=False)
frame.notices(run)
edited, shown = st.columns([2, 3], gap="large")
with edited:
    task = workshop.edit(run)
    workshop.use_button(run, task)
    if task == run.trainer.task:
        overview.probe_choice(run)
with shown:
    if task is not None:
        overview.overview(task)
        feed_forward.of_task(run, task)
        overview.answers(run, task)
live.keep_going(run, readings)
