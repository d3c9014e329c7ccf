"""Equations: one unit at one time step, with the numbers in the formulas."""

from rnnviz.ui.equations import sheet
from rnnviz.ui.shell import frame, transport

run = frame.guard()
readings = transport.bar()
frame.notices(run)
sheet.show(run, readings)
