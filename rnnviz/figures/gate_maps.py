"""Gates, candidate, cell and hidden state as maps of unit against time step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rnnviz.analysis.gates import saturation, saturation_by_gate
from rnnviz.figures.marks import (
    NEUTRAL,
    Spec,
    axis,
    colour_scale,
    heading,
    layout,
    note,
    rgba,
    sample,
    step_axis,
    step_names,
)
from rnnviz.figures.palette import QUANTITIES, Quantity
from rnnviz.recording.trace import Array, Trace

#: Pixels.
MAP_HEIGHT = 150
TITLE_HEIGHT = 26
#: Bounded by tanh, so that the scale need not follow the data.
_WITHIN_ONE = {"lstm": ("g", "h"), "gru": ("n", "h"), "rnn": ("h",), "relu": (), "mlp": ("h",)}


def gates_spec(
    trace: Trace,
    layer: int = -1,
    unit: int | None = None,
    step: int | None = None,
    columns: int = 2,
) -> Spec:
    """Draw every gate, the candidate, the cell and the hidden state of one layer.

    Parameters
    ----------
    trace : Trace
    layer
        Index into `trace.layers`; the top layer by default.
    unit, step
        Outlined, where given.
    columns
        Maps side by side.
    """
    values = trace.layers[layer].quantities()
    shown = [q for q in QUANTITIES[trace.cell].values() if q.scale != "magnitude"]
    names = step_names(trace.input_labels)
    rows = -(-len(shown) // columns)
    data: list[Spec] = []
    frame = layout(rows * (MAP_HEIGHT + TITLE_HEIGHT) + 70, annotations=[], shapes=[])
    frame["margin"] = {"l": 40, "r": 12, "t": TITLE_HEIGHT, "b": 8}
    for number, (quantity, place) in enumerate(
        zip(shown, _places(len(shown), columns), strict=True), start=1
    ):
        array = values[quantity.letter]
        bound = _bound(quantity, array, trace.cell)
        bottom = number + columns > len(shown)
        data.append(_map(quantity, array, bound, names, number))
        frame |= _axes(names, array.shape[1], number, place, bottom)
        frame["annotations"].append(_title(quantity, bound, place))
        frame["shapes"] += _outlines(number, unit, step)
    return {"data": data, "layout": frame}


def saturation_spec(trace: Trace, layer: int = -1, low: float = 0.1, high: float = 0.9) -> Spec:
    """Draw, for each gate of one layer, the share of values nearly shut, between, and nearly open.

    Shares are over all units and time steps.
    """
    shares = saturation_by_gate(saturation(trace, low, high))
    shares = shares[shares["layer"] == layer % len(trace.layers)]
    frame = layout(46 * max(len(shares), 1) + 84, barmode="stack", bargap=0.35, showlegend=True)
    if shares.empty:
        return {"data": [], "layout": frame | {"annotations": [note("This cell has no gates.")]}}
    quantities = [QUANTITIES[trace.cell][letter] for letter in shares["gate"]]
    below, above = shares["below"].to_numpy() * 100, shares["above"].to_numpy() * 100
    parts = [
        (f"nearly shut, below {low:g}", below, 0.25),
        ("between", 100 - below - above, 0.55),
        (f"nearly open, above {high:g}", above, 1.0),
    ]
    frame["margin"] |= {"r": 28}
    frame["legend"] |= {"traceorder": "normal"}
    frame["xaxis"] = axis("share of all units and time steps", range=[0, 100])
    frame["xaxis"] |= {"dtick": 25, "ticksuffix": " %"}
    frame["yaxis"] = {"autorange": "reversed", "automargin": True}
    data = [trace for part in parts for trace in _bars(quantities, *part)]
    return {"data": data, "layout": frame}


def _bars(quantities: Sequence[Quantity], name: str, percent: Array, opacity: float) -> list[Spec]:
    """Describe one part of every bar, and its key: grey, for each bar has its own colour."""
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "showlegend": False,
        "x": percent,
        "y": [quantity.label for quantity in quantities],
        "marker": {"color": [quantity.colour for quantity in quantities], "opacity": opacity},
        "hovertemplate": f"%{{y}}, {name}: %{{x:.4g}} %<extra></extra>",
    }
    key = {"type": "bar", "orientation": "h", "name": name, "x": [None], "y": [None]}
    return [bars, {**key, "marker": {"color": rgba(NEUTRAL, opacity)}}]


def _places(count: int, columns: int) -> list[dict[str, list[float]]]:
    """Return the rectangle of each map within the figure, row by row; 0..1 from the lower left."""
    rows = -(-count // columns)
    gap_x, gap_y = 0.1, TITLE_HEIGHT / (rows * (MAP_HEIGHT + TITLE_HEIGHT))
    width, height = (1 - gap_x * (columns - 1)) / columns, (1 - gap_y * (rows - 1)) / rows
    lefts = [column * (width + gap_x) for column in range(columns)]
    tops = [1 - row * (height + gap_y) for row in range(rows)]
    rectangles = [
        {"x": [left, left + width], "y": [max(top - height, 0.0), top]}
        for top in tops
        for left in lefts
    ]
    return rectangles[:count]


def _map(
    quantity: Quantity, values: Array, bound: float, names: Sequence[str], number: int
) -> Spec:
    return {
        "type": "heatmap",
        "name": quantity.label,
        "x": list(names),
        "z": values.T,
        "xaxis": _axis_name("x", number),
        "yaxis": _axis_name("y", number),
        "zmin": 0.0 if quantity.scale == "gate" else -bound,
        "zmax": bound,
        "colorscale": colour_scale(quantity),
        "showscale": False,
        "hovertemplate": (f"{quantity.label}, unit %{{y}}, step %{{x}}: %{{z:.6g}}<extra></extra>"),
    }


def _bound(quantity: Quantity, values: Array, cell: str) -> float:
    """Return the value drawn in full colour."""
    if quantity.scale == "gate" or quantity.letter in _WITHIN_ONE[cell]:
        return 1.0
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0)) or 1.0


def _axes(
    names: Sequence[str], units: int, number: int, place: dict[str, list[float]], bottom: bool
) -> dict[str, Any]:
    """Describe the two axes of a map; all share the time steps, so that they zoom together."""
    x = step_axis(names, domain=place["x"], anchor=_axis_name("y", number), showticklabels=bottom)
    y = {
        "domain": place["y"],
        "anchor": _axis_name("x", number),
        "autorange": "reversed",
        "showgrid": False,
        "zeroline": False,
        "dtick": max(1, -(-units // 4)),
    }
    if number > 1:
        x["matches"], y["matches"] = "x", "y"
    return {_axis_name("xaxis", number): x, _axis_name("yaxis", number): y}


def _axis_name(stem: str, number: int) -> str:
    """Write the name of the n-th axis as plotly has it: the first has no number."""
    return stem if number == 1 else f"{stem}{number}"


def _title(quantity: Quantity, bound: float, place: dict[str, list[float]]) -> Spec:
    """Describe the name of a map with the key to its colours, which leaves the map its width."""
    key = f"{sample(quantity.colour)} {bound:.2g}"
    if quantity.scale == "signed":
        key = f"{sample(quantity.negative)} −{bound:.2g} {key}"
    return heading(f"{quantity.label} {key}", place["x"][0], place["y"][1])


def _outlines(number: int, unit: int | None, step: int | None) -> list[Spec]:
    frame = {"type": "rect", "line": {"color": NEUTRAL, "width": 2}}
    x, y = _axis_name("x", number), _axis_name("y", number)
    outlines = []
    if unit is not None:
        row = {"xref": f"{x} domain", "x0": 0, "x1": 1, "yref": y, "y0": unit - 0.5}
        outlines.append({**frame, **row, "y1": unit + 0.5})
    if step is not None:
        column = {"yref": f"{y} domain", "y0": 0, "y1": 1, "xref": x, "x0": step - 0.5}
        outlines.append({**frame, **column, "x1": step + 0.5})
    return outlines
