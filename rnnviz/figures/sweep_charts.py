"""Charts of a sweep: a map of a grid of settings, and points where settings were drawn at random.

Colours are opaque: a share of 0 has one, and a cell that is still empty has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.figures.spec import NEUTRAL, Spec, axis, heading, layout, sample, short_label

Array = NDArray[np.floating]

#: From little to much: one hue, lighter to darker, so that the order is seen without colour, too.
_SCALE: list[list[float | str]] = [[0.0, "#d3e3f0"], [0.5, "#6aa8d4"], [1.0, "#004c7d"]]
#: Of a cell without a number: neither of them.
_TO_COME = "rgba(128,128,128,0.1)"
#: Pixels of a row of a map, of its head and foot; least and most of the whole.
_ROW, _AROUND, _LOWEST, _HIGHEST = 58, 88, 200, 520
#: Pixels of a chart of points.
_POINTS = 380
#: Characters of the name of a column or a row.
_LONGEST = 16


@dataclass(frozen=True)
class Side:
    """The columns, or the rows, of a map.

    Parameters
    ----------
    title
        Of the axis; "" where there is only one row.
    names : sequence of str
        Of each, all different.
    marked
        Which one is chosen, counted from 0.
    """

    title: str
    names: Sequence[str]
    marked: int | None = None


@dataclass(frozen=True)
class Shades:
    """What the colours say.

    Parameters
    ----------
    label
        Of the quantity.
    low, high
        Values of the lightest and the darkest colour.
    low_text, high_text
        As they are written.
    """

    label: str
    low: float
    high: float
    low_text: str
    high_text: str


def sweep_map_spec(
    across: Side,
    upwards: Side,
    values: Array,
    texts: Sequence[Sequence[str]],
    hovers: Sequence[Sequence[str]],
    shades: Shades,
    title: str = "",
) -> Spec:
    """Draw a map with a cell for each combination of two settings, and its number in it.

    Parameters
    ----------
    across, upwards : Side
        The columns; and the rows, the first at the bottom.
    values : array, (rows, columns)
        NaN where nothing is known yet; an infinite one has the darkest colour.
    texts, hovers : (rows, columns) of str
        What is written in a cell, and what a hover shows; plain text, in which <br> is a new line.
    shades : Shades
    title
        Above the map, before its colour key.
    """
    height = int(np.clip(_ROW * len(upwards.names) + _AROUND, _LOWEST, _HIGHEST))
    frame = layout(
        height,
        xaxis=_names(across),
        yaxis=_names(upwards),
        annotations=[heading(_key(shades, title))],
        shapes=_outline(across, upwards),
        # Where a run is still to come.
        plot_bgcolor=_TO_COME,
    )
    frame["margin"] |= {"l": 12, "t": 30}
    cells = {
        "type": "heatmap",
        "x": list(map(_safe, across.names)),
        "y": list(map(_safe, upwards.names)),
        "z": np.clip(values, shades.low, shades.high),
        "zmin": shades.low,
        "zmax": shades.high,
        "colorscale": _SCALE,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "text": [list(row) for row in texts],
        "texttemplate": "%{text}",
        "textfont": {"size": 12},
        "customdata": [list(row) for row in hovers],
        "hovertemplate": "%{customdata}<extra></extra>",
        "hoverongaps": False,
    }
    return {"data": [cells], "layout": frame}


@dataclass(frozen=True)
class Along:
    """An axis of a chart of points.

    Parameters
    ----------
    title
    logarithmic
    names
        The categories in their order, where there are some.
    """

    title: str
    logarithmic: bool = False
    names: tuple[str, ...] = ()


def sweep_points_spec(
    across: Along,
    upwards: Along,
    x: Sequence[float | str],
    y: Sequence[float | str],
    values: Array,
    hovers: Sequence[str],
    shades: Shades,
    marked: int | None = None,
) -> Spec:
    """Draw a point for each combination of settings that was drawn at random.

    Parameters
    ----------
    x, y : sequence of numbers or names, (n,)
    values : array, (n,)
        NaN where nothing is known yet: a ring; an infinite one has the darkest colour.
    hovers : sequence of str, (n,)
    marked
        Which one is chosen, counted from 0.
    """
    frame = layout(
        _POINTS,
        xaxis=_along(across),
        yaxis=_along(upwards),
        annotations=[heading(_key(shades, ""))],
        hovermode="closest",
    )
    frame["margin"] |= {"l": 12, "t": 30}
    widths = [3.0 if number == marked else 1.0 for number in range(len(x))]
    points = {
        "type": "scatter",
        "mode": "markers",
        "x": list(x),
        "y": list(y),
        "marker": {
            "size": 16,
            "color": np.clip(values, shades.low, shades.high),
            "cmin": shades.low,
            "cmax": shades.high,
            "colorscale": _SCALE,
            "line": {"color": NEUTRAL, "width": widths},
        },
        "customdata": list(hovers),
        "hovertemplate": "%{customdata}<extra></extra>",
    }
    return {"data": [points], "layout": frame}


def _key(shades: Shades, title: str) -> str:
    """Write what the map shows, and the colours of its two ends."""
    light, dark = str(_SCALE[0][1]), str(_SCALE[-1][1])
    named = f"{_safe(title, 60)} · " if title else ""
    return (
        f"{named}{shades.label} {sample(light)} {shades.low_text} {sample(dark)} {shades.high_text}"
    )


def _names(side: Side) -> Spec:
    """Describe an axis of names, of which one may be alone and needs no title."""
    return axis(
        side.title,
        type="category",
        categoryorder="array",
        categoryarray=list(map(_safe, side.names)),
        range=[-0.52, len(side.names) - 0.48],
        showgrid=False,
        zeroline=False,
        fixedrange=True,
        showticklabels=bool(side.title),
    )


def _along(along: Along) -> Spec:
    if along.names:
        names = list(map(_safe, along.names))
        return axis(along.title, type="category", categoryorder="array", categoryarray=names)
    return axis(along.title, type="log" if along.logarithmic else "linear", zeroline=False)


def _outline(across: Side, upwards: Side) -> list[Spec]:
    if across.marked is None or upwards.marked is None:
        return []
    box = {"x0": across.marked - 0.5, "x1": across.marked + 0.5}
    box |= {"y0": upwards.marked - 0.5, "y1": upwards.marked + 0.5}
    return [{"type": "rect", "line": {"color": "#D55E00", "width": 3}, **box}]


def _safe(text: str, longest: int = _LONGEST) -> str:
    return short_label(text, longest)
