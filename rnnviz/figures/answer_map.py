"""What each answer looked at in the source: attention of the answering part over what was read."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.figures.attention_map import LEARNED
from rnnviz.figures.maps import Panel, Side, maps_spec
from rnnviz.figures.spec import Spec, step_axis, step_names
from rnnviz.recording.trace import Array

#: Pixels: of a row, and of the whole map at least.
_ROW, _LEAST = 22, 110


def answer_map_spec(weights: Array, read: Sequence[str], answered: Sequence[str]) -> Spec:
    """Draw the weights with which each answer looked at the symbols that were read.

    Parameters
    ----------
    weights : array, (answers, source)
    read : sequence of str
        The symbols of the source; `""` where there was none.
    answered : sequence of str
        The answers; the last one is outlined.
    """
    columns, rows = step_names(read), step_names(answered)
    across = Side("symbol read", columns, step_axis(columns, title={"text": "symbol read"}))
    look = step_axis(rows, autorange="reversed", title={"text": "answer"})
    upwards = Side("answer", rows, look, (len(rows) - 1.5, len(rows) - 0.5))
    height = max(_LEAST, _ROW * len(rows))
    return maps_spec([Panel(LEARNED, weights, across, upwards)], height=height)
