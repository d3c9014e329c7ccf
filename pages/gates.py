"""Gates: every gate and state of the units, over time steps and over training."""

from rnnviz.ui.gates import views
from rnnviz.ui.gates.linked import LINKED
from rnnviz.ui.shell import frame, transport

visit = frame.guard(LINKED)
slots = transport.bar(LINKED)
frame.notices(visit)
views.show(visit, slots)
