"""Memory: what the network remembers, as places in its state space."""

from rnnviz.ui.memory import page, presets
from rnnviz.ui.memory.linked import LINKED
from rnnviz.ui.shell import frame, transport

visit = frame.guard(LINKED)
slots = transport.bar(LINKED)
frame.notices(visit)
presets.menu(visit)
page.show(visit, slots)
