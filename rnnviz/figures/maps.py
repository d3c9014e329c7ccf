"""Maps side by side that share their axes: zoomed together, marked together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnnviz.figures.palette import Quantity
from rnnviz.figures.spec import (
    MARK_COLOUR,
    NEUTRAL,
    NUMBER,
    Spec,
    colour_scale,
    heading,
    iteration_axis,
    layout,
    sample,
    step_axis,
    step_names,
)
from rnnviz.numbers import number
from rnnviz.recording.trace import Array
from rnnviz.training import Mark

#: Pixels.
MAP_HEIGHT = 150
TITLE_HEIGHT = 26
#: Height of a map that is alone.
LARGE_HEIGHT = 420


@dataclass(frozen=True)
class Side:
    """The columns, or the rows, of a map.

    Parameters
    ----------
    noun
        What one of them is called, such as "step".
    places : sequence of str, or array of numbers
        The name or the position of each.
    axis : Spec
        Settings of the plotly axis.
    marked
        Start and end of the outline, in axis coordinates; equal for a line.
    done : sequence of Mark
        What was done to the run, if this is the axis of iterations: a thin line each.
    """

    noun: str
    places: Any
    axis: Spec
    marked: tuple[float, float] | None = None
    done: Sequence[Mark] = ()


@dataclass(frozen=True)
class Panel:
    """One map.

    Parameters
    ----------
    quantity : Quantity
        Gives the name and the colours.
    values : array, (rows, columns)
    across, upwards : Side
        The columns and the rows. Panels with the identical side zoom together.
    bound
        The value that is drawn in full colour.
    shows
        Plotly's format of a value: `%{z}` with a format of figures/spec.py.
    unit
        Of the values, with a space in front.
    title
        The title above it, if not the label of the quantity.
    """

    quantity: Quantity
    values: Array
    across: Side
    upwards: Side
    bound: float = 1.0
    shows: str = f"%{{z{NUMBER}}}"
    unit: str = ""
    title: str = ""


def steps(labels: Sequence[str], step: int | None = None) -> Side:
    """Describe the axis of time steps, named by number and symbol; one may be marked."""
    names = step_names(labels)
    return Side("step", names, step_axis(names), _around(step))


def units(order: ArrayLike, unit: int | None = None, alone: bool = False) -> Side:
    """Describe the axis of units from top to bottom, in this order; one may be marked.

    Parameters
    ----------
    order : array of int, (H,)
    unit
        Its number, not its position.
    alone
        Whether the map is alone: then there is room for more labels.
    """
    numbers = np.asarray(order).tolist()
    names = [str(number) for number in numbers]
    ticks = 16 if alone else 4
    look: Spec = {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": names,
        "autorange": "reversed",
        "showgrid": False,
        "zeroline": False,
        "dtick": max(1, -(-len(numbers) // ticks)),
        "title": {"text": "unit", "standoff": 6},
    }
    return Side("unit", names, look, _around(numbers.index(unit) if unit in numbers else None))


def iterations(kept: ArrayLike, iteration: int | None = None, done: Sequence[Mark] = ()) -> Side:
    """Describe the axis of kept iterations, as numbers, with what was done; one may be marked."""
    numbers = np.asarray(kept)
    look = {"type": "linear", "zeroline": False, **iteration_axis(numbers)}
    marked = None if iteration is None or len(numbers) < 2 else (iteration, iteration)
    return Side("iteration", numbers, look, marked, done)


def maps_spec(panels: Sequence[Panel], columns: int = 2, height: int | None = None) -> Spec:
    """Draw maps side by side, row by row.

    Parameters
    ----------
    columns
        Maps side by side.
    height
        Of a map, in pixels; by default a single map is drawn large.
    """
    columns = min(columns, len(panels))
    rows = -(-len(panels) // columns)
    height = height or (LARGE_HEIGHT if len(panels) == 1 else MAP_HEIGHT)
    frame = layout(rows * (height + TITLE_HEIGHT) + 70, annotations=[], shapes=[])
    frame["margin"] = {"l": 40, "r": 12, "t": TITLE_HEIGHT, "b": 8}
    for at, (panel, place) in enumerate(
        zip(panels, places(len(panels), columns, height), strict=True), start=1
    ):
        bottom = at + columns > len(panels)
        frame |= _axes(panel, panels[0], at, place, bottom)
        frame["annotations"].append(_title(panel, place))
        frame["shapes"] += _marks(panel, at)
    return {"data": [_map(panel, at) for at, panel in enumerate(panels, 1)]} | {"layout": frame}


def _around(place: int | None) -> tuple[float, float] | None:
    return None if place is None else (place - 0.5, place + 0.5)


def places(count: int, columns: int, height: int) -> list[dict[str, list[float]]]:
    """Return the rectangle of each map within the figure, row by row; 0..1 from the lower left."""
    rows = -(-count // columns)
    gap_x, gap_y = 0.1, TITLE_HEIGHT / (rows * (height + TITLE_HEIGHT))
    wide, high = (1 - gap_x * (columns - 1)) / columns, (1 - gap_y * (rows - 1)) / rows
    lefts = [column * (wide + gap_x) for column in range(columns)]
    tops = [1 - row * (high + gap_y) for row in range(rows)]
    rectangles = [
        {"x": [left, left + wide], "y": [max(top - high, 0.0), top]}
        for top in tops
        for left in lefts
    ]
    return rectangles[:count]


def _map(panel: Panel, number: int) -> Spec:
    quantity, across, upwards = panel.quantity, panel.across, panel.upwards
    return {
        "type": "heatmap",
        "name": quantity.label,
        "x": across.places,
        "y": upwards.places,
        "z": panel.values,
        "xaxis": axis_name("x", number),
        "yaxis": axis_name("y", number),
        "zmin": -panel.bound if quantity.scale == "signed" else 0.0,
        "zmax": panel.bound,
        "colorscale": colour_scale(quantity),
        "showscale": False,
        "hovertemplate": (
            f"{quantity.label}, {upwards.noun} %{{y}}, {across.noun} %{{x}}: {panel.shows}"
            f"{panel.unit}<extra></extra>"
        ),
    }


def _axes(
    panel: Panel, first: Panel, number: int, place: dict[str, list[float]], bottom: bool
) -> Spec:
    """Describe the two axes of a map; axes shared with the first map zoom together with it."""
    x = panel.across.axis | {"domain": place["x"], "anchor": axis_name("y", number)}
    y = panel.upwards.axis | {"domain": place["y"], "anchor": axis_name("x", number)}
    x["showticklabels"] = bottom
    if not bottom:
        x.pop("title", None)
    # The rows are named once, at the left: between narrow maps there is no room.
    if place["x"][0] > 0:
        y.pop("title", None)
    if number > 1 and panel.across is first.across:
        x["matches"] = "x"
    if number > 1 and panel.upwards is first.upwards:
        y["matches"] = "y"
    return {axis_name("xaxis", number): x, axis_name("yaxis", number): y}


def axis_name(stem: str, number: int) -> str:
    """Write the name of the n-th axis as plotly does: the first has no number."""
    return stem if number == 1 else f"{stem}{number}"


def _title(panel: Panel, place: dict[str, list[float]]) -> Spec:
    """Describe the title of a map with its colour key, which takes no width from the map."""
    quantity = panel.quantity
    bound = number(panel.bound, 3 if panel.bound >= 99.5 else 2) + panel.unit
    # An empty square is the background, which is the colour of 0 in either theme.
    key = f"{sample(quantity.colour, '□')} 0 {sample(quantity.colour)} {bound}"
    if quantity.scale == "signed":
        # A long number is written once, so that the key fits over a narrow map.
        low = bound if len(bound) < 5 else ""
        key = f"{sample(quantity.negative)} −{low} {sample(quantity.colour)} "
        key += bound if low else f"+ {bound}"
    return heading(f"{panel.title or quantity.label} {key}", place["x"][0], place["y"][1])


def _marks(panel: Panel, number: int) -> list[Spec]:
    """Outline the marked columns and rows, over the whole of the map."""
    outline, thin = {"color": NEUTRAL, "width": 2}, {"color": MARK_COLOUR, "width": 1}
    marks = []
    for one, other, side in (("x", "y", panel.across), ("y", "x", panel.upwards)):
        here, there = axis_name(one, number), axis_name(other, number)
        whole = {f"{other}ref": f"{there} domain", f"{other}0": 0, f"{other}1": 1}
        places: list[tuple[Spec, float, float]] = [
            (thin, mark.iteration, mark.iteration) for mark in side.done
        ]
        if side.marked is not None:
            places.append((outline, *side.marked))
        for line, low, high in places:
            along = {f"{one}ref": here, f"{one}0": low, f"{one}1": high}
            kind = "line" if low == high else "rect"
            marks.append({"type": kind, "line": line, **along, **whole})
    return marks
