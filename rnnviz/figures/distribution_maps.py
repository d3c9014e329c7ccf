"""The distribution of the values of each gate and state, over all of training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from rnnviz.analysis.gates import Distribution
from rnnviz.figures import maps
from rnnviz.figures.maps import Panel, Side, axis_name, maps_spec
from rnnviz.figures.palette import QUANTITIES
from rnnviz.figures.spec import HUNDREDTHS, INK, NEUTRAL, Spec
from rnnviz.numbers import number
from rnnviz.training import Mark


def distributions_spec(
    cell: str,
    iterations: ArrayLike,
    found: Mapping[str, Distribution],
    iteration: int | None = None,
    columns: int = 2,
    marks: Sequence[Mark] = (),
) -> Spec:
    """Draw, for each quantity, the share of its values in each bin over training.

    The median is a line, and so are the two values with at least 80 % of all values between them.

    Parameters
    ----------
    cell
        Kind of cell.
    iterations : array of int, (N,)
    found : mapping of letter to Distribution
    iteration
        Marked, if given.
    columns
        Maps side by side.
    marks
        What was done to the run.
    """
    across = maps.iterations(iterations, iteration, marks)
    panels = [
        Panel(
            # Shares are never below zero, whatever the sign of the values.
            replace(QUANTITIES[cell][letter], scale="gate"),
            spread.percent.T,
            across,
            _values(spread),
            bound=float(spread.percent.max()) or 1.0,
            shows=f"%{{z{HUNDREDTHS}}}",
            unit=" %",
        )
        for letter, spread in found.items()
    ]
    spec = maps_spec(panels, columns)
    for place, spread in enumerate(found.values(), 1):
        spec["data"] += _lines(np.asarray(iterations), spread, place)
    return spec


def _values(spread: Distribution) -> Side:
    centres = (spread.edges[:-1] + spread.edges[1:]) / 2
    low, high = float(spread.edges[0]), float(spread.edges[-1])
    look = {"type": "linear", "range": [low, high], "showgrid": False, "zeroline": False}
    ticks = [low, (low + high) / 2, high]
    look |= {"tickvals": ticks, "ticktext": [number(tick, 2) for tick in ticks]}
    return Side("value", centres, look)


def _lines(iterations: ArrayLike, spread: Distribution, number: int) -> list[Spec]:
    """Draw the median and the limits of the middle 80 %, visible on every colour."""
    common = {
        "type": "scatter",
        "mode": "lines",
        "x": iterations,
        "xaxis": axis_name("x", number),
        "yaxis": axis_name("y", number),
        "hoverinfo": "skip",
    }
    low, median, high = spread.middle.T
    return [
        {**common, "y": low, "line": {"color": NEUTRAL, "width": 1.5, "dash": "dot"}},
        {**common, "y": high, "line": {"color": NEUTRAL, "width": 1.5, "dash": "dot"}},
        {**common, "y": median, "line": {"color": INK, "width": 4}},
        {**common, "y": median, "line": {"color": "#ffffff", "width": 2}},
    ]
