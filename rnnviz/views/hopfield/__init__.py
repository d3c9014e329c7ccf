"""What the Hopfield page shows besides the board: charts with sentences, made of what was measured.

>>> from rnnviz.hopfield import capacity
>>> from rnnviz.views import hopfield
>>> panel = hopfield.fitting(capacity.results(capacity.capacity(draws=1)), [])
>>> panel.charts[0].caption
"""

from rnnviz.views.hopfield.bridge import recalled_pattern, recalled_steps
from rnnviz.views.hopfield.limits import false_memories, fitting, name_of, robustness
from rnnviz.views.hopfield.rule import (
    field_latex,
    field_sentence,
    two_unit_cycle,
    weight_latex,
)

__all__ = [
    "false_memories",
    "field_latex",
    "field_sentence",
    "fitting",
    "name_of",
    "recalled_pattern",
    "recalled_steps",
    "robustness",
    "two_unit_cycle",
    "weight_latex",
]
