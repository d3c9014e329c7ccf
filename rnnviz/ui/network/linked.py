"""What a link tells of the page Your network: nothing, as a link holds no weights."""

from rnnviz.ui.shell.address import Linked

LINKED = Linked("network")
