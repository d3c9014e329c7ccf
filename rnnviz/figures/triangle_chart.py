"""The itemised gradient: the gradient of each prediction at each time step, and one row of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnviz.analysis.triangle import Triangle
from rnnviz.figures.logarithmic import drawable, log_axis, power_bar, powers_of_ten
from rnnviz.figures.palette import Quantity
from rnnviz.figures.spec import NEUTRAL, NUMBER, Spec, axis, layout, note, short_label


def triangle_spec(found: Triangle, row: int | None = None, height: int = 400) -> Spec:
    """Draw the matrix of predictions (downwards) against time steps; zero stays blank.

    Parameters
    ----------
    row
        Row to frame.
    """
    steps = found.norms.shape[1]
    whole = {"dtick": 1} if steps <= 15 else {}
    frame = layout(
        height,
        xaxis=axis("time step that the gradient reaches", showgrid=False, **whole),
        yaxis=axis("prediction at step", showgrid=False, autorange="reversed", **whole),
        shapes=[],
    )
    powers = powers_of_ten(found.norms)
    if not np.isfinite(powers).any():
        frame["annotations"] = [note("Every gradient is exactly zero, or not a number.")]
        return {"data": [], "layout": frame}
    if row is not None:
        frame["shapes"] = [_frame_around(found, row)]
    picture = {
        "type": "heatmap",
        "x": np.arange(steps),
        "y": found.steps,
        "z": powers,
        "customdata": found.norms,
        "colorscale": "Viridis",
        "colorbar": power_bar(powers),
        "hoverongaps": False,
        "hovertemplate": f"prediction at step %{{y}}, back to step %{{x}}: %{{customdata{NUMBER}}}"
        "<extra></extra>",
    }
    return {"data": [picture], "layout": frame}


def triangle_row_spec(
    found: Triangle, row: int, labels: Sequence[str], quantity: Quantity, height: int = 300
) -> Spec:
    """Draw one row: the gradient of one prediction at each time step.

    Parameters
    ----------
    labels : sequence of str, length T
        Inputs of the time steps, shown in tooltips.
    quantity
        Gives the colour.
    """
    norms = found.norms[row][: int(found.steps[row]) + 1]
    frame = layout(
        height,
        xaxis=axis("time step", showgrid=False, rangemode="tozero"),
        yaxis=log_axis("gradient norm", norms),
    )
    if not np.isfinite(drawable(norms)).any():
        frame["annotations"] = [note("The gradient of this prediction is zero everywhere.")]
    line = {
        "type": "scatter",
        "mode": "lines+markers" if norms.size < 60 else "lines",
        "name": f"prediction at step {found.steps[row]}",
        "x": np.arange(norms.size),
        "y": drawable(norms),
        "text": [short_label(label) for label in labels[: norms.size]],
        "line": {"color": quantity.colour, "width": 2},
        "marker": {"size": 5},
        "hovertemplate": f"step %{{x}} %{{text}}: %{{y{NUMBER}}}<extra></extra>",
    }
    return {"data": [line], "layout": frame}


def _frame_around(found: Triangle, row: int) -> Spec:
    steps = found.steps
    half = 0.5 if steps.size < 2 else 0.5 * float(np.diff(steps).min())
    step = float(steps[row])
    return {
        "type": "rect",
        "line": {"color": NEUTRAL, "width": 2},
        "x0": -0.5,
        "x1": step + 0.5,
        "y0": step - half,
        "y1": step + half,
    }
