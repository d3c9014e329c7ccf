"""Equations: one unit at one time step, with the numbers in the formulas."""

import streamlit as st

from rnnviz.ui import equations, frame, inspection

run = frame.guard()
st.header("Equations", anchor=False)
frame.notices(run)
trace, layer = inspection.choose(run)
equations.equations(trace, layer, run)
