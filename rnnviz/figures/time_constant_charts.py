"""The memory of each unit in steps, sorted, and over training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.memory.time_constants import TimeConstants
from rnnviz.figures.logarithmic import add_level, drawable, log_axis, power_bar, powers_of_ten
from rnnviz.figures.palette import QUANTITIES
from rnnviz.figures.spec import (
    NEUTRAL,
    NUMBER,
    Spec,
    add_marks,
    axis,
    iteration_axis,
    layout,
    note,
)
from rnnviz.training import Mark

Numbers = NDArray[np.float64]


def time_constants_spec(
    found: TimeConstants, cell: str, unit: int | None = None, height: int = 320
) -> Spec:
    """Draw the memory of each unit, the longest first, with the middle half of its steps.

    A triangle at the upper edge is a unit that loses nothing, or grows.

    Parameters
    ----------
    found
    cell
        Kind of cell: the colour is that of its gate.
    unit
        That is marked.
    """
    order = found.order
    names = [str(each) for each in order]
    steps = drawable(found.steps[order])
    colour = QUANTITIES[cell][found.gate].colour
    length = float(found.length)
    top = 3 * max(length, float(np.nanmax(steps, initial=0.0)))
    low, high = _whiskers(found, order, top)
    points = {
        "type": "scatter",
        "mode": "markers",
        "name": "memory",
        "x": names,
        "y": steps,
        "marker": {
            "color": colour,
            "size": [11 if each == unit else 8 for each in order],
            "line": {"color": NEUTRAL, "width": [2 if each == unit else 0 for each in order]},
        },
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": high - steps,
            "arrayminus": steps - low,
            "color": colour,
            "thickness": 1.5,
            "width": 3,
        },
        "customdata": found.kept[order],
        "hovertemplate": f"unit %{{x}}: %{{y{NUMBER}}} steps, gate %{{customdata{NUMBER}}} on "
        "average<extra></extra>",
    }
    beyond = np.flatnonzero(np.isinf(found.steps[order]) | (found.steps[order] < 0))
    triangles = {
        "type": "scatter",
        "mode": "markers",
        "name": "nothing is lost",
        "x": [names[place] for place in beyond],
        "y": np.full(beyond.size, top),
        "marker": {"symbol": "triangle-up", "color": colour, "size": 10},
        "hovertemplate": "unit %{x}: nothing is lost<extra></extra>",
    }
    frame = layout(
        height,
        xaxis=axis(
            "unit, the longest memory first",
            type="category",
            categoryorder="array",
            categoryarray=names,
            showgrid=False,
        ),
        yaxis=log_axis("memory, steps", low, high, [length]),
    )
    frame["margin"] |= {"t": 26}
    if not np.isfinite(found.kept).all():
        frame["annotations"] = [note("The gates are not numbers.")]
        return {"data": [], "layout": frame}
    add_level(frame, length, "length of the probe")
    return {"data": [points, *([triangles] if beyond.size else [])], "layout": frame}


def time_constant_course_spec(
    found: Sequence[TimeConstants], order: NDArray[np.intp], marks: Sequence[Mark] = (),
    shown: int | None = None, height: int = 320,
) -> Spec:  # fmt: skip
    """Draw the memory of each unit over training; blank where nothing is lost.

    Parameters
    ----------
    found
        By iteration.
    order : array of int, (H,)
        Of the units from top to bottom.
    marks
        What was done to the run.
    shown
        Iteration marked by a line.
    """
    iterations = np.array([each.iteration for each in found])
    steps = np.array([drawable(each.steps)[order] for each in found]).T
    powers = powers_of_ten(steps)
    names = [str(each) for each in order]
    frame = layout(
        height,
        xaxis=iteration_axis(iterations),
        yaxis=axis(
            "unit", type="category", categoryorder="array", categoryarray=names,
            autorange="reversed", showgrid=False,
        ),
        shapes=[],
    )  # fmt: skip
    if not np.isfinite(powers).any():
        frame["annotations"] = [note("No memory in steps can be drawn.")]
        return {"data": [], "layout": frame}
    picture = {
        "type": "heatmap",
        "x": iterations,
        "y": names,
        "z": powers,
        "customdata": steps,
        "colorscale": "Viridis",
        "colorbar": power_bar(powers, "steps"),
        "hoverongaps": False,
        "hovertemplate": f"unit %{{y}}, iteration %{{x:,d}}: %{{customdata{NUMBER}}} steps"
        "<extra></extra>",
    }
    if shown is not None and iterations.size > 1:
        line = {"color": NEUTRAL, "width": 1, "dash": "dot"}
        across = {"yref": "paper", "y0": 0, "y1": 1, "x0": shown, "x1": shown}
        frame["shapes"].append({"type": "line", "line": line, **across})
    return add_marks({"data": [picture], "layout": frame}, marks)


def _whiskers(found: TimeConstants, order: NDArray[np.intp], top: float) -> tuple[Numbers, Numbers]:
    """Return the lower and upper end of the middle half of each unit's steps; at most `top`."""
    low, high = (
        np.where(np.isfinite(ends) & (ends > 0), ends, top)[order]
        for ends in (found.low, found.high)
    )
    return low, np.minimum(high, top)
