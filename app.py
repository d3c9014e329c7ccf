"""The frame of the app: page settings, menu, the sidebar that all pages share."""

import streamlit as st

from rnnviz.ui import controls, frame, session

st.set_page_config(page_title="rnnviz", page_icon=":material/hub:", layout="wide")
frame.prepare_process()
page = st.navigation(
    {
        "Train": [
            st.Page("pages/train/studio.py", title="Studio", icon=":material/play_circle:", default=True),
            st.Page("pages/train/task.py", title="Task", icon=":material/edit_note:"),
        ],
        "Inspect": [
            st.Page("pages/inspect/gates.py", title="Gates", icon=":material/grid_on:"),
            st.Page("pages/inspect/gradients.py", title="Gradients", icon=":material/trending_down:"),
        ],
    },
    position="top",
)
controls.sidebar(session.start())
frame.style()
page.run()
