"""Equations: one unit at one time step, with the numbers in the formulas."""

from rnnviz.ui import equations, frame, transport

run = frame.guard()
readings = transport.bar()
frame.notices(run)
equations.show(run, readings)
