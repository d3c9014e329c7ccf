"""Gates: every gate and state of the units, over time steps and over training."""

from rnnviz.ui.gates import views
from rnnviz.ui.shell import frame, transport

run = frame.guard()
readings = transport.bar()
frame.notices(run)
views.show(run, readings)
