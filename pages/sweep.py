"""Sweep: many runs around the visitor's own, over settings and seeds."""

from rnnviz.ui.shell import frame, transport
from rnnviz.ui.sweep import page
from rnnviz.ui.sweep.linked import LINKED

visit = frame.guard(LINKED)
slots = transport.bar(LINKED)
frame.notices(visit)
page.show(visit, slots)
