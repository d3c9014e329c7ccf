"""What a link tells of the Equations page."""

from rnnviz.ui.equations.sheet import DIRECTIONS
from rnnviz.ui.shell.address import Linked, Titles

LINKED = Linked("equations", Titles(tuple(DIRECTIONS)))
