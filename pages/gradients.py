"""Gradients: see them vanish, see them explode, and see what helps, while the network trains."""

from rnnviz.ui import frame, gradient_views, presets, transport

run = frame.guard()
readings = transport.bar()
frame.notices(run)
presets.menu(run)
gradient_views.laboratory(run, readings)
