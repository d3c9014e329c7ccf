"""Gradients: see them vanish, see them explode, and see what helps, while the network trains."""

from rnnviz.ui import frame, gradient_views, transport

run = frame.guard()
readings = transport.bar()
frame.notices(run)
gradient_views.laboratory(run, readings)
