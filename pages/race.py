"""Race: different networks on one task, from the same seeds."""

from rnnviz.ui.race import bar, page
from rnnviz.ui.race.linked import LINKED
from rnnviz.ui.shell import frame, transport

visit = frame.guard(LINKED)
slots = transport.bar(LINKED, bar.buttons)
frame.notices(visit)
page.show(visit, slots)
