"""What a link tells of the Studio."""

from rnnviz.ui.shell.address import Linked

LINKED = Linked("studio")
