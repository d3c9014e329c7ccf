"""What a link tells of the Gallery page."""

from rnnviz.ui.shell.address import Linked

LINKED = Linked("gallery")
