"""Charts of Hopfield networks: what is kept, what is recalled, and states as small grids."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.figures.palette import RUN_LINES
from rnnviz.figures.spec import FAINT, NEUTRAL, NUMBER, PERCENT, Spec, axis, layout, note
from rnnviz.numbers import percent

Array = NDArray[np.floating]

_MEASURED, _THEORY = "#0072B2", "#D55E00"
#: Pixels of a tile with its title, and tiles in a row.
_TILE, _IN_ROW = 150, 6


@dataclass(frozen=True)
class Line:
    """One line of a chart, whose points may be means.

    Parameters
    ----------
    name
    x, y : array, (n,)
    theory
        Drawn dashed, without points.
    """

    name: str
    x: Array
    y: Array
    theory: bool = False


def shares_spec(
    lines: Sequence[Line], across: str, upwards: str, at: float | None = None, height: int = 300
) -> Spec:
    """Draw shares (0..1) over a number.

    Parameters
    ----------
    across, upwards
        Titles of the axes.
    at
        Place on the axis across that a line marks, with its number.
    """
    frame = layout(
        height,
        xaxis=axis(across, rangemode="tozero"),
        yaxis=axis(upwards, **_percents(lines)),
        showlegend=len(lines) > 1,
    )
    frame["margin"] |= {"t": 48}
    if at is not None:
        frame["shapes"] = [
            {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper",
             "line": {"color": NEUTRAL, "width": 1, "dash": "dot"}}
        ]  # fmt: skip
        frame["annotations"] = [
            {"x": at, "y": 1, "yref": "paper", "yanchor": "bottom", "text": f"{at:.3f}",
             "showarrow": False}
        ]  # fmt: skip
        frame["legend"] |= {"y": 1.08}
    if not any(len(line.x) for line in lines):
        frame["annotations"] = [note("Nothing has been measured yet.")]
    return {"data": [_drawn(line, number) for number, line in enumerate(lines)], "layout": frame}


def _percents(lines: Sequence[Line]) -> Spec:
    """Return an axis from 0 to the largest share, its percentages written as everywhere."""
    top = max((float(np.max(line.y)) for line in lines if len(line.y)), default=1.0) or 1.0
    magnitude = 10.0 ** math.floor(math.log10(top))
    step = next(each * magnitude for each in (0.2, 0.25, 0.5, 1, 2) if top <= 5 * each * magnitude)
    ticks = np.arange(0, 1.02 * top, step)
    return {"range": [0, 1.06 * top], "tickvals": ticks, "ticktext": [*map(percent, ticks)]}


def weights_spec(
    names: Sequence[str], weights: Array, chosen: int | None = None, height: int = 220
) -> Spec:
    """Draw how much of each pattern, or of each time step, is recalled.

    Parameters
    ----------
    weights : array, (P,)
        They add up to 1.
    chosen
        Bar that is marked, such as that of the step that asks.
    """
    colours = [_MEASURED] * len(names)
    if chosen is not None:
        colours[chosen] = _THEORY
    bars = {
        "type": "bar",
        "x": list(names),
        "y": weights,
        "marker": {"color": colours},
        "hovertemplate": f"%{{x}}: %{{y{NUMBER}}}<extra></extra>",
    }
    frame = layout(
        height,
        xaxis={
            "type": "category",
            "categoryorder": "array",
            "categoryarray": list(names),
            "automargin": True,
            **({"nticks": 14} if len(names) > 30 else {}),
        },
        yaxis=axis("weight", range=[0, 1.02]),
    )
    return {"data": [bars], "layout": frame}


def energy_spec(energies: Array) -> Spec:
    """Draw the energy (K + 1,) at a start and after each of K updates."""
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": np.arange(len(energies)),
        "y": energies,
        "line": {"color": _MEASURED, "width": 2},
        "marker": {"size": 6},
        "hovertemplate": f"after %{{x}}: %{{y{NUMBER}}}<extra></extra>",
    }
    frame = layout(200, xaxis=axis("updates"), yaxis=axis("energy"), showlegend=False)
    return {"data": [line], "layout": frame}


def tiles_spec(states: Sequence[Array], side: int, titles: Sequence[str]) -> Spec:
    """Draw states (side * side,) of -1..1 as grids beside each other, each below its title."""
    rows = max(-(-len(states) // _IN_ROW), 1)
    columns = min(max(len(states), 1), _IN_ROW)
    frame = layout(rows * _TILE + 10, annotations=[])
    frame["margin"] = {"l": 4, "r": 4, "t": 6, "b": 4}
    data = []
    for number, (state, title) in enumerate(zip(states, titles, strict=True)):
        row, column = divmod(number, _IN_ROW)
        name = "" if number == 0 else str(number + 1)
        left, top = column / columns, 1 - row / rows
        right, bottom = left + 0.92 / columns, top - 0.97 / rows
        below_title = top - 0.2 / rows
        frame[f"xaxis{name}"] = {
            "domain": [left, right], "anchor": f"y{name}", "visible": False, "fixedrange": True,
        }  # fmt: skip
        frame[f"yaxis{name}"] = {
            "domain": [bottom, below_title], "anchor": f"x{name}", "visible": False,
            "fixedrange": True, "autorange": "reversed", "scaleanchor": f"x{name}",
            "constrain": "domain",
        }  # fmt: skip
        frame["annotations"].append(
            {"xref": "paper", "yref": "paper", "x": (left + right) / 2, "y": below_title,
             "yanchor": "bottom", "xanchor": "center", "text": title, "showarrow": False,
             "font": {"size": 11}}
        )  # fmt: skip
        data.append(_tile(state.reshape(side, side), f"x{name}", f"y{name}"))
    return {"data": data, "layout": frame}


def states_svg(states: Sequence[Array], side: int, size: tuple[int, int]) -> str:
    """Draw states (side * side,) as grids in a row, in an SVG of a width and height in pixels."""
    width, height = size
    room = width / len(states)
    cell = 0.9 * min(room, height) / side
    across, down = (room - cell * side) / 2, (height - cell * side) / 2
    squares = "".join(
        f'<rect x="{place * room + across + unit % side * cell:.1f}" '
        f'y="{down + unit // side * cell:.1f}" width="{cell - 0.5:.1f}" height="{cell - 0.5:.1f}" '
        f'fill="{NEUTRAL if sign > 0 else FAINT}"/>'
        for place, state in enumerate(states)
        for unit, sign in enumerate(state)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}">{squares}</svg>'
    )


def _tile(grid: Array, x: str, y: str) -> Spec:
    return {
        "type": "heatmap",
        "z": grid,
        "xaxis": x,
        "yaxis": y,
        "zmin": -1,
        "zmax": 1,
        "colorscale": [[0, FAINT], [1, NEUTRAL]],
        "showscale": False,
        "hovertemplate": f"%{{z{NUMBER}}}<extra></extra>",
    }


def _drawn(line: Line, number: int) -> Spec:
    colour, dash = RUN_LINES[number % len(RUN_LINES)]
    if line.theory:
        colour, dash = NEUTRAL, "dash"
    return {
        "type": "scatter",
        "mode": "lines" if line.theory else "lines+markers",
        "name": line.name,
        "x": line.x,
        "y": line.y,
        "line": {"color": colour, "dash": dash, "width": 2},
        "marker": {"size": 6},
        "hovertemplate": f"{line.name}, %{{x{NUMBER}}}: %{{y{PERCENT}}}<extra></extra>",
    }
