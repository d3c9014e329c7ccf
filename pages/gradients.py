"""Gradients: see them vanish, see them explode, and see what helps, while the network trains."""

from rnnviz.ui.gradients import laboratory, presets
from rnnviz.ui.shell import frame, transport

run = frame.guard()
readings = transport.bar()
frame.notices(run)
presets.menu(run)
laboratory.laboratory(run, readings)
