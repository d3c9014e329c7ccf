"""A gym schedule as a calendar: what is due, what was done, and where the network is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from rnnviz.analysis.predictions import Day
from rnnviz.figures.spec import INK, NEUTRAL, TILES, Spec, layout, short_label, tint

_WEEK = 7
_ROW_HEIGHT = 68
_HEADING = 24
_MISTAKE = "#D50000"
#: Characters of a name that fit into a seventh of a phone's width; the tooltip shows up to 40.
_LONGEST, _WHOLE = 8, 40


def calendar_spec(days: Sequence[Day], labels: Sequence[str]) -> Spec:
    """Draw a tile for each day, seven in a row below their weekdays.

    A tile has the colour of the exercise that is due, grey on a missed day, and names what was done
    if that is something else. If the network predicted something else, the tile has a frame.

    Parameters
    ----------
    days
        In order, from the first.
    labels
        Names of the exercises, for their colours.
    """
    rows = max(-(-len(days) // _WEEK), 1)
    shapes, words = [], [_heading(day, column) for column, day in enumerate(days[:_WEEK])]
    for number, day in enumerate(days):
        row, column = divmod(number, _WEEK)
        shapes.append(_tile(day, labels, row, column))
        words.append(_words(day, row, column))
    frame = layout(_ROW_HEIGHT * rows + _HEADING, shapes=shapes, annotations=words)
    frame["margin"] = {"l": 0, "r": 0, "t": _HEADING, "b": 0}
    hidden = {"visible": False, "fixedrange": True}
    frame["xaxis"] = hidden | {"range": [0, _WEEK]}
    frame["yaxis"] = hidden | {"range": [rows, 0]}
    # Without data plotly draws no axes, and the tiles would have no position.
    points = {"type": "scatter", "x": [0], "y": [0], "mode": "markers", "opacity": 0}
    return {"data": [points | {"hoverinfo": "skip"}], "layout": frame}


def _heading(day: Day, column: int) -> Spec:
    place = {"x": column + 0.5, "y": 0, "yanchor": "bottom", "showarrow": False}
    return place | {"text": day.weekday[:3], "font": {"size": 12}}


def _tile(day: Day, labels: Sequence[str], row: int, column: int) -> Spec:
    known = day.due in labels and not day.missed
    colour = TILES[labels.index(day.due) % len(TILES)] if known else NEUTRAL
    line = {"color": _MISTAKE, "width": 3} if day.is_mistake else {"width": 0}
    place = {"x0": column + 0.03, "x1": column + 0.97, "y0": row + 0.05, "y1": row + 0.95}
    return {
        "type": "rect",
        "fillcolor": tint(colour),
        "line": line,
        "layer": "below",
        **place,
    }


def _words(day: Day, row: int, column: int) -> Spec:
    lines, names = [f"<b>{short_label(day.due, _LONGEST)}</b>"], [short_label(day.due, _WHOLE)]
    if day.missed:
        lines.append("missed")
    elif day.done != day.due:
        lines += ["did", short_label(day.done, _LONGEST)]
        names.append(f"did {short_label(day.done, _WHOLE)}")
    if day.said is not None:
        lines.append(f"✗ {short_label(day.said, _LONGEST - 1)}" if day.is_mistake else "✓")
        names.append(f"expected {short_label(day.said, _WHOLE)}")
    return {
        "x": column + 0.5,
        "y": row + 0.5,
        "text": "<br>".join(lines),
        "showarrow": False,
        "hovertext": "<br>".join(names),
        "font": {"size": 10, "color": INK},
    }
