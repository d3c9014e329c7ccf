"""Gates: unit by time step, for every gate and state, at the chosen iteration."""

import streamlit as st

from rnnviz.ui import frame, inspection

run = frame.guard()
st.header("Gates", anchor=False)
trace, layer = inspection.choose(run)
inspection.gates(trace, layer, run)
