"""What a link tells of the Memory page."""

from rnnviz.training.memory_presets import MEMORY_PRESETS
from rnnviz.ui.memory.controls import told
from rnnviz.ui.shell.address import Linked, Titles
from rnnviz.ui.shell.presets import Begun
from rnnviz.views.memory import VIEWS

LINKED = Linked("memory", Titles(tuple(VIEWS)), (Begun(MEMORY_PRESETS), *told()))
