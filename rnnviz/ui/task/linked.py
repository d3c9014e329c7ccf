"""What a link tells of the Task page: the task itself is in every link."""

from rnnviz.ui.shell.address import Linked

LINKED = Linked("task")
