"""The saturation of every unit's gates: a cloud of points, and the path of one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnviz.analysis.gates import HIGH, LOW, Saturation
from rnnviz.figures.maps import axis_name
from rnnviz.figures.palette import QUANTITIES
from rnnviz.figures.spec import HUNDREDTHS, NEUTRAL, Spec, heading, layout, note, rgba, sample

#: Pixels.
_HEIGHT = 370
_RANGE = [-4, 104]


def saturation_cloud_spec(
    cell: str,
    now: Saturation,
    letters: Sequence[str] | None = None,
    unit: int | None = None,
    history: Sequence[Saturation] = (),
) -> Spec:
    """Draw, for each gate, a point per unit: share nearly shut across, nearly open upwards.

    The plot of Karpathy, Johnson and Li (2015), figure 2. The axes never change, so the points can
    be seen to move from one iteration to the next.

    Parameters
    ----------
    cell
        Kind of cell.
    now : Saturation
        Of one layer, at the iteration shown.
    letters
        Which gates; all by default.
    unit
        Outlined, with its path over training.
    history : sequence of Saturation
        By iteration, ascending: the path of the unit.
    """
    gates = list(letters or now.below)
    if not gates:
        return {"data": [], "layout": layout(120, annotations=[note("This cell has no gates.")])}
    frame = layout(_HEIGHT, annotations=[], shapes=[], hovermode="closest")
    frame["margin"] = {"l": 48, "r": 12, "t": 26, "b": 44}
    gap = 0.12
    width = (1 - gap * (len(gates) - 1)) / len(gates)
    for number, letter in enumerate(gates, 1):
        left = (number - 1) * (width + gap)
        frame |= _axes(number, -(-len(gates) // 2), left, min(left + width, 1.0))
        quantity = QUANTITIES[cell][letter]
        frame["annotations"].append(heading(f"{sample(quantity.colour)} {quantity.label}", left))
        frame["shapes"].append(_limit(number))
    data = [_cloud(cell, now, letter, unit, n) for n, letter in enumerate(gates, 1)]
    if unit is not None and history:
        data += [_way(history, letter, unit, n) for n, letter in enumerate(gates, 1)]
    return {"data": data, "layout": frame}


def _cloud(cell: str, found: Saturation, letter: str, unit: int | None, number: int) -> Spec:
    quantity = QUANTITIES[cell][letter]
    units = np.arange(len(found.below[letter]))
    outlined = units == (-1 if unit is None else unit)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": quantity.label,
        "x": 100 * found.below[letter],
        "y": 100 * found.above[letter],
        "customdata": units,
        "xaxis": axis_name("x", number),
        "yaxis": axis_name("y", number),
        "cliponaxis": False,
        "marker": {
            "color": rgba(quantity.colour, 0.75),
            "size": np.where(outlined, 15, 10),
            "line": {"color": NEUTRAL, "width": np.where(outlined, 3, 0)},
        },
        "hovertemplate": (
            f"unit %{{customdata}}: below {LOW:g} in %{{x{HUNDREDTHS}}} %, "
            f"above {HIGH:g} in %{{y{HUNDREDTHS}}} %"
            "<extra></extra>"
        ),
    }


def _way(history: Sequence[Saturation], letter: str, unit: int, number: int) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.array([100 * found.below[letter][unit] for found in history]),
        "y": np.array([100 * found.above[letter][unit] for found in history]),
        "xaxis": axis_name("x", number),
        "yaxis": axis_name("y", number),
        "line": {"color": NEUTRAL, "width": 1.5, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _axes(number: int, middle: int, left: float, right: float) -> Spec:
    ticks = {"tickvals": [0, 50, 100], "ticktext": ["0 %", "50 %", "100 %"]}
    look = {"range": _RANGE, "fixedrange": True, **ticks}
    x = look | {"domain": [left, right], "anchor": axis_name("y", number)}
    if number == middle:
        x["title"] = {"text": f"share below {LOW:g}", "standoff": 6}
    y = look | {"anchor": axis_name("x", number)}
    if number == 1:
        y["title"] = {"text": f"share above {HIGH:g}", "standoff": 6}
    else:
        y["showticklabels"] = False
    return {axis_name("xaxis", number): x, axis_name("yaxis", number): y}


def _limit(number: int) -> Spec:
    """Draw the line where both shares add up to 100 %: no point lies beyond it."""
    x, y = axis_name("x", number), axis_name("y", number)
    ends = {"x0": 0, "y0": 100, "x1": 100, "y1": 0}
    line = {"color": NEUTRAL, "width": 1, "dash": "dash"}
    return {"type": "line", "xref": x, "yref": y, **ends, "line": line, "layer": "below"}
