"""What a link tells of the Studio."""

from rnnviz.ui.shell.address import Linked, Titles
from rnnviz.ui.studio.place import LEVELS, Sweep

LINKED = Linked("studio", Titles(LEVELS), (Sweep(),))
