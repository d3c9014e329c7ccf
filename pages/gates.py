"""Gates: every gate and state of the units, over time steps and over training."""

import streamlit as st

from rnnviz.ui import frame, gate_views, inspection

run = frame.guard()
st.header("Gates", anchor=False)
frame.notices(run)
trace, layer = inspection.choose(run)
gate_views.show(run, trace, layer)
