"""Gradients: what is left of them at each earlier time step, now and over training."""

import streamlit as st

from rnnviz.ui import frame, inspection

run = frame.guard()
st.header("Gradients", anchor=False)
trace, layer = inspection.choose(run)
inspection.gradients(trace, layer, run)
