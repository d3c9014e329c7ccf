"""Gradients: see them vanish or explode, and see what helps, while the network trains."""

from rnnviz.ui.gradients import laboratory, presets
from rnnviz.ui.gradients.linked import LINKED
from rnnviz.ui.shell import frame, transport

visit = frame.guard(LINKED)
slots = transport.bar(LINKED)
frame.notices(visit)
if visit.trainer.can_learn:
    presets.menu(visit)
    laboratory.laboratory(visit, slots)
else:
    laboratory.without_gradients(visit, slots)
