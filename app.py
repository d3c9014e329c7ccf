"""The frame of the app: page settings, menu, the sidebar that all pages share."""

import streamlit as st

from rnnviz.ui import controls, frame, session

_ICON = {
    "studio": ":material/play_circle:",
    "task": ":material/edit_note:",
    "gates": ":material/grid_on:",
    "gradients": ":material/trending_down:",
}

st.set_page_config(page_title="rnnviz", page_icon=":material/hub:", layout="wide")
frame.prepare_process()
page = st.navigation(
    {
        "Train": [
            st.Page("pages/train/studio.py", title="Studio", icon=_ICON["studio"], default=True),
            st.Page("pages/train/task.py", title="Task", icon=_ICON["task"]),
        ],
        "Inspect": [
            st.Page("pages/inspect/gates.py", title="Gates", icon=_ICON["gates"]),
            st.Page("pages/inspect/gradients.py", title="Gradients", icon=_ICON["gradients"]),
        ],
    },
    position="top",
)
controls.sidebar(session.start())
frame.style()
page.run()
