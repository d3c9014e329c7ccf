"""The words of a link: which keys there are besides the settings of a run and of a task."""

from __future__ import annotations

from rnnviz.fields import Field
from rnnviz.tasks import TASKS
from rnnviz.training import FIELDS

#: Of how a link is written. A newer one is raised only where an old reader would misread it.
VERSION = 1
VERSION_KEY = "v"
#: Key of what was changed while it trained.
CHANGES_KEY = "do"
#: What the keys of a page's own words begin with.
OWN = "p."

PROBE = Field("probe", "Example", int, 0, "Which example is looked into.", low=0, short="probe")
ITERATION = Field(
    "iteration", "Iteration", int, 0, "How far the run went.", low=0, high=100_000_000, short="it"
)
PAGE = Field("page", "Page", str, "", "Which page is open.", low=0, high=20, short="page")
NAME = Field("name", "View", str, "", "Which view of the page.", low=0, high=40, short="view")
UNIT = Field(
    "unit", "Unit", int, None, "The unit that is looked at.", low=0, optional=True, short="u"
)
UNIT_LAYER = Field("unit_layer", "Layer of the unit", int, 0, "Where it is.", low=0, short="ul")
LAYER = Field("layer", "Layer", int, None, "Its layer.", low=0, optional=True, short="layer")
TIME_STEP = Field(
    "time_step", "Time step", int, None, "The time step that is looked at.",
    low=0, optional=True, short="t",
)  # fmt: skip
SHOWN = Field(
    "shown_iteration", "Shown iteration", int, None, "The kept iteration that is shown.",
    low=0, optional=True, short="at",
)  # fmt: skip
#: In the order in which they stand in a link.
VIEW: tuple[Field, ...] = (PAGE, NAME, UNIT, UNIT_LAYER, LAYER, TIME_STEP, SHOWN)
HIDDEN = Field(
    "hidden", "Hidden controls", tuple, (), "Controls that are not shown.",
    low=0, high=60, short="hide",
)  # fmt: skip

#: What everyone's link may hold, besides the settings of a task and a page's own words.
_SHARED = (*FIELDS, PROBE, ITERATION, *VIEW, HIDDEN)
#: Where a setting is called by its full name, as on the command line.
LONG: dict[str, str] = {field.name: field.short for field in _SHARED}
#: Keys that a host or a browser adds, and that are none of ours.
FOREIGN = frozenset(("embed", "embed_options"))


def fields_of(task: str) -> tuple[Field, ...]:
    """Return the settings of a task, in their order."""
    return TASKS[task].fields
