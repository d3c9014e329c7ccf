"""Gates: every gate and state of the units, over time steps and over training."""

from rnnviz.ui import frame, gate_views, transport

run = frame.guard()
readings = transport.bar()
frame.notices(run)
gate_views.show(run, readings)
