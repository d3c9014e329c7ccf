"""What a link tells of the Hopfield page."""

from rnnviz.ui.hopfield.page import VIEWS
from rnnviz.ui.shell.address import Linked, Titles

LINKED = Linked("hopfield", Titles(tuple(VIEWS)))
