"""How saturated every unit's gates are, and how they came to be so: a cloud that moves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnviz.analysis.gates import HIGH, LOW, Saturation
from rnnviz.figures.maps import axis_name
from rnnviz.figures.marks import FAINT, NEUTRAL, Spec, heading, layout, note, rgba, sample
from rnnviz.figures.palette import QUANTITIES

#: Pixels.
_HEIGHT = 490
#: The whole of training plays in about so many seconds, each step within these limits.
_PLAYS_S, _SHORTEST_S, _LONGEST_S = 8.0, 0.04, 0.5
_RANGE = [-0.04, 1.04]


def saturation_over_training_spec(
    cell: str,
    history: Sequence[Saturation],
    letters: Sequence[str] | None = None,
    shown: int | None = None,
    unit: int | None = None,
) -> Spec:
    """Draw, for each gate, a point per unit: share nearly shut across, nearly open upwards.

    The plot of Karpathy, Johnson and Li (2015), figure 2, and it moves over training: a frame for
    each iteration, with a button and a slider. Axes never change.

    Parameters
    ----------
    cell
        Kind of cell.
    history : sequence of Saturation
        Of one layer, by iteration, rising.
    letters
        Which gates; all by default.
    shown
        Iteration that is shown first; the last by default.
    unit
        Outlined, with the way that it has come.
    """
    gates = list(letters or history[-1].below)
    if not gates:
        return {"data": [], "layout": layout(120, annotations=[note("This cell has no gates.")])}
    iterations = [found.iteration for found in history]
    place = iterations.index(shown) if shown in iterations else len(iterations) - 1
    frame = layout(_HEIGHT, annotations=[], shapes=[], hovermode="closest")
    frame["margin"] = {"l": 48, "r": 12, "t": 26, "b": 165}
    gap = 0.12
    width = (1 - gap * (len(gates) - 1)) / len(gates)
    for number, letter in enumerate(gates, 1):
        left = (number - 1) * (width + gap)
        frame |= _axes(number, -(-len(gates) // 2), left, min(left + width, 1.0))
        quantity = QUANTITIES[cell][letter]
        frame["annotations"].append(heading(f"{sample(quantity.colour)} {quantity.label}", left))
        frame["shapes"].append(_limit(number))
    ways = (
        []
        if unit is None
        else [_way(history, letter, unit, n) for n, letter in enumerate(gates, 1)]
    )
    clouds = [_cloud(cell, history[place], letter, unit, n) for n, letter in enumerate(gates, 1)]
    spec = {"data": [*ways, *clouds], "layout": frame}
    if len(history) > 1:
        moved = list(range(len(ways), len(ways) + len(clouds)))
        spec["frames"] = [_frame(found, gates, moved) for found in history]
        frame |= _player(iterations, place)
    return spec


def _cloud(cell: str, found: Saturation, letter: str, unit: int | None, number: int) -> Spec:
    quantity = QUANTITIES[cell][letter]
    units = np.arange(len(found.below[letter]))
    outlined = units == (-1 if unit is None else unit)
    return {
        "type": "scatter",
        "mode": "markers",
        "name": quantity.label,
        "x": found.below[letter],
        "y": found.above[letter],
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
            f"unit %{{customdata}}: below {LOW:g} in %{{x:.1%}}, above {HIGH:g} in %{{y:.1%}}"
            "<extra></extra>"
        ),
    }


def _way(history: Sequence[Saturation], letter: str, unit: int, number: int) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.array([found.below[letter][unit] for found in history]),
        "y": np.array([found.above[letter][unit] for found in history]),
        "xaxis": axis_name("x", number),
        "yaxis": axis_name("y", number),
        "line": {"color": NEUTRAL, "width": 1.5, "dash": "dot"},
        "hoverinfo": "skip",
    }


def _frame(found: Saturation, gates: Sequence[str], moved: list[int]) -> Spec:
    points = [{"x": found.below[letter], "y": found.above[letter]} for letter in gates]
    return {"name": str(found.iteration), "data": points, "traces": moved}


def _axes(number: int, middle: int, left: float, right: float) -> Spec:
    look = {"range": _RANGE, "fixedrange": True, "tickformat": ".0%", "nticks": 3}
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
    """Draw the line on which a unit is always one or the other: no point lies beyond."""
    x, y = axis_name("x", number), axis_name("y", number)
    ends = {"x0": 0, "y0": 1, "x1": 1, "y1": 0}
    line = {"color": NEUTRAL, "width": 1, "dash": "dash"}
    return {"type": "line", "xref": x, "yref": y, **ends, "line": line, "layer": "below"}


def _player(iterations: Sequence[int], place: int) -> Spec:
    """Describe the buttons and the slider that move through the frames."""
    each_ms = 1000 * min(max(_PLAYS_S / len(iterations), _SHORTEST_S), _LONGEST_S)
    moves = {
        "frame": {"duration": each_ms, "redraw": False},
        "transition": {"duration": each_ms, "easing": "linear"},
        "fromcurrent": True,
        "mode": "immediate",
    }
    at_once = {"duration": 0, "redraw": False}
    stands = {"frame": at_once, "transition": {"duration": 0}, "mode": "immediate"}
    words = {"color": NEUTRAL}
    buttons = {
        "type": "buttons",
        "direction": "right",
        "showactive": False,
        "x": 0,
        "y": 0,
        "xanchor": "left",
        "yanchor": "top",
        "pad": {"t": 52},
        "bgcolor": "rgba(0,0,0,0)",
        "bordercolor": NEUTRAL,
        "font": words,
        "buttons": [
            {"label": "▶ Play", "method": "animate", "args": [None, moves]},
            {"label": "❚❚ Pause", "method": "animate", "args": [[None], stands]},
        ],
    }
    steps = [
        {"label": str(iteration), "method": "animate", "args": [[str(iteration)], stands]}
        for iteration in iterations
    ]
    slider = {
        "active": place,
        "steps": steps,
        "x": 0,
        "len": 1,
        "y": 0,
        "yanchor": "top",
        "pad": {"t": 92, "b": 0},
        "currentvalue": {
            "prefix": "iteration ",
            "xanchor": "left",
            "font": {**words, "size": 14},
        },
        # Labels of all steps would lie on top of each other; that of the current one is told.
        "font": {"color": "rgba(0,0,0,0)", "size": 1},
        "bgcolor": FAINT,
        "activebgcolor": NEUTRAL,
        "bordercolor": FAINT,
        "tickcolor": NEUTRAL,
        "ticklen": 0,
        "minorticklen": 0,
    }
    return {"updatemenus": [buttons], "sliders": [slider]}
