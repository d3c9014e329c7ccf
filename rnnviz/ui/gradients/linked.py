"""What a link tells of the Gradients page."""

from dataclasses import dataclass

from rnnviz.training import PRESETS
from rnnviz.ui.gradients.laboratory import GRADIENT_BY, GRADIENT_OF
from rnnviz.ui.shell.address import Choice, Linked, Titles, as_word
from rnnviz.views.gradients import ALL, LAST, VIEWS
from rnnviz.visit import Visit


@dataclass(frozen=True)
class _Preset:
    """The preset whose runs are side by side: a link begins them anew."""

    word: str = "preset"

    def write(self, visit: Visit) -> str:
        return "" if visit.preset is None else as_word(visit.preset.name)

    def read(self, text: str, visit: Visit) -> None:
        for preset in PRESETS:
            if as_word(preset.name) == text:
                visit.start_preset(preset)


LINKED = Linked(
    "gradients",
    Titles(tuple(VIEWS)),
    (
        _Preset(),
        Choice("by", GRADIENT_BY, lambda _: ("c", "h")),
        Choice("of", GRADIENT_OF, lambda _: (LAST, ALL)),
    ),
)
