"""A gym schedule as a calendar: what is due, what the network says, and where it is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.analysis.predictions import Answered
from rnnviz.figures.marks import COLOURS, INK, Spec, layout, plain, tint

_WEEK = 7
_ROW_HEIGHT = 64


def calendar_spec(days: Sequence[Answered], labels: Sequence[str]) -> Spec:
    """Draw a tile for each day, seven in a row.

    A tile has the colour of the exercise that is due next and tells what was seen on the day, what
    is due, and what the network says where it is wrong; a mistake also has a frame.

    Parameters
    ----------
    days
        In their order, from the first.
    labels
        Names of the exercises, for their colours.
    """
    weeks = [days[start : start + _WEEK] for start in range(0, len(days), _WEEK)]
    shapes, annotations = [], []
    for row, week in enumerate(weeks):
        for column, day in enumerate(week):
            shapes.append(_tile(day, labels, row, column))
            annotations.append(_words(day, row, column, row * _WEEK + column + 1))
    frame = layout(_ROW_HEIGHT * max(len(weeks), 1) + 20, shapes=shapes, annotations=annotations)
    hidden = {"visible": False, "fixedrange": True}
    frame["xaxis"] = hidden | {"range": [0, _WEEK]}
    frame["yaxis"] = hidden | {"range": [max(len(weeks), 1), 0]}
    # Without data plotly draws no axes, and nothing would have a place.
    points = {"type": "scatter", "x": [0], "y": [0], "mode": "markers", "opacity": 0}
    return {"data": [points | {"hoverinfo": "skip"}], "layout": frame}


def _tile(day: Answered, labels: Sequence[str], row: int, column: int) -> Spec:
    colour = COLOURS[labels.index(day.asked) % len(COLOURS)] if day.asked in labels else "#888888"
    line = {"color": "#D50000", "width": 3} if day.is_mistake else {"width": 0}
    place = {"x0": column + 0.03, "x1": column + 0.97, "y0": row + 0.05, "y1": row + 0.95}
    return {
        "type": "rect",
        "fillcolor": tint(colour),
        "line": line,
        "layer": "below",
        **place,
    }


def _words(day: Answered, row: int, column: int, number: int) -> Spec:
    verdict = ""
    if day.asked and day.said is not None:
        verdict = f"<br>✗ {plain(day.said)}" if day.is_mistake else "<br>✓"
    asked = f"→ <b>{plain(day.asked)}</b>" if day.asked else ""
    return {
        "x": column + 0.5,
        "y": row + 0.5,
        "text": f"{number} {plain(day.seen)}<br>{asked}{verdict}",
        "showarrow": False,
        "font": {"size": 11, "color": INK},
    }
