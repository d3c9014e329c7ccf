"""What a link tells of the Gradients page."""

from rnnviz.training import PRESETS
from rnnviz.ui.gradients.laboratory import GRADIENT_BY, GRADIENT_OF
from rnnviz.ui.shell.address import Choice, Linked, Titles
from rnnviz.ui.shell.presets import Begun
from rnnviz.views.gradients import ALL, LAST, VIEWS

LINKED = Linked(
    "gradients",
    Titles(tuple(VIEWS)),
    (
        Begun(PRESETS),
        Choice("by", GRADIENT_BY, lambda _: ("c", "h")),
        Choice("of", GRADIENT_OF, lambda _: (LAST, ALL)),
    ),
)
