"""Task: choose and edit what the network must learn, see it, choose the example to look into."""

import streamlit as st

from rnnviz.ui import comparison, frame, live, task_views, transport, workshop

run = frame.guard()
readings = transport.bar()
st.header("Task", anchor=False)
frame.notices(run)
edited, shown = st.columns([2, 3], gap="large")
with edited:
    task = workshop.edit(run)
    workshop.use_button(run, task)
    if task == run.trainer.task:
        task_views.probe_choice(run)
with shown:
    if task is not None:
        task_views.overview(task)
        comparison.of_task(run, task)
        task_views.answers(run, task)
live.keep_going(run, readings)
