"""Equations: one unit at one time step, with the numbers in the formulas."""

from rnnviz.ui.equations import sheet
from rnnviz.ui.equations.linked import LINKED
from rnnviz.ui.shell import frame, transport

visit = frame.guard(LINKED)
slots = transport.bar(LINKED)
frame.notices(visit)
sheet.show(visit, slots)
