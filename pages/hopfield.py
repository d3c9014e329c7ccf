"""Hopfield: a memory that settles, what it can't hold, and its bridge to attention."""

from rnnviz.ui.hopfield import page
from rnnviz.ui.hopfield.linked import LINKED
from rnnviz.ui.shell import frame, transport

visit = frame.guard(LINKED)
slots = transport.bar(LINKED)
frame.notices(visit)
page.show(visit, slots)
