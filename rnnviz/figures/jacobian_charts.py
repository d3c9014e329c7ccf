"""Effects of single steps on the gradient: singular values, slopes, and what each leaves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.jacobians import Shares, StepValues, around, slopes
from rnnviz.engine import spec_of
from rnnviz.figures.logarithmic import add_level, drawable, log_axis
from rnnviz.figures.palette import GRADIENTS
from rnnviz.figures.spec import COLOURS, NEUTRAL, NUMBER, Spec, axis, layout, note, rgba
from rnnviz.recording.trace import Trace

_COLOUR = GRADIENTS["h"].colour


def step_values_spec(found: StepValues, radius: float | None = None, height: int = 330) -> Spec:
    """Draw the singular values of each step: the largest, the middle half, and the median.

    Parameters
    ----------
    radius
        Spectral radius of the recurrent weights, if there is a single matrix; a broken line.
    """
    x, values = found.steps, drawable(found.values)
    frame = layout(
        height,
        xaxis=axis("time step", showgrid=False, rangemode="tozero"),
        yaxis=log_axis("singular value", values[:, 0], _at(values, 0.25), [0.8, 1.2]),
        showlegend=True,
    )
    frame["margin"] |= {"t": 60}
    if not np.isfinite(values).any():
        frame["yaxis"]["visible"] = False
        frame["annotations"] = [note("Every singular value is zero, or not a number.")]
        return {"data": [], "layout": frame}
    add_level(frame, 1.0, dash="solid")
    if radius is not None and np.isfinite(radius) and radius > 0:
        add_level(frame, radius, "spectral radius of the weights")
    band = {"line": {"width": 0}, "hoverinfo": "skip", "mode": "lines", "type": "scatter", "x": x}
    fill = {"fill": "tonexty", "fillcolor": rgba(_COLOUR, 0.25)}
    return {
        "data": [
            band | {"y": _at(values, 0.25), "name": "", "showlegend": False},
            band | fill | {"y": _at(values, 0.75), "name": "middle half"},
            _line(x, values[:, 0], "largest", _COLOUR),
            _line(x, _at(values, 0.5), "median", NEUTRAL),
        ],
        "layout": frame,
    }


def slope_map_spec(trace: Trace, layer: int = -1, height: int = 260) -> Spec:
    """Draw the slope of the nonlinearity, unit by step: coloured where it shrinks the gradient."""
    found = slopes(trace, layer)
    frame = layout(
        height,
        xaxis=axis("time step", showgrid=False),
        yaxis=axis("unit", showgrid=False, autorange="reversed"),
    )
    picture = {
        "type": "heatmap",
        "x": np.arange(found.shape[0]),
        "y": np.arange(found.shape[1]),
        "z": found.T,
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, rgba(_COLOUR, 1)], [1, rgba(_COLOUR, 0)]],
        "colorbar": {"title": {"text": "slope", "side": "top"}, "thickness": 10, "outlinewidth": 0},
        "hovertemplate": f"unit %{{y}}, step %{{x}}: {spec_of(trace.cell).slope.name} = "
        f"%{{z{NUMBER}}}<extra></extra>",
    }
    return {"data": [picture], "layout": frame}


def step_shares_spec(left: Shares, cell: str, height: int = 220) -> Spec:
    """Draw how much of the gradient slopes and weights leave at each step."""
    steps = np.arange(left.by_slopes.size)
    alone = " alone" if around(cell) else ""
    lines = [
        _line(steps, drawable(values), name, colour)
        for values, name, colour in (
            (left.by_slopes, f"left by {spec_of(cell).slope.name}{alone}", _COLOUR),
            (left.by_weights, "made of it by the weights", COLOURS[0]),
        )
        if np.isfinite(drawable(values)).any()
    ]
    frame = layout(
        height,
        xaxis=axis("time step", showgrid=False, rangemode="tozero"),
        yaxis=log_axis("factor", *(line["y"] for line in lines), [0.8, 1.2]),
        showlegend=True,
    )
    frame["margin"] |= {"t": 40}
    if lines:
        add_level(frame, 1.0, dash="solid")
    else:
        frame["yaxis"]["visible"] = False
        frame["annotations"] = [note("Nothing of the gradient is left.")]
    return {"data": lines, "layout": frame}


def _at(values: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Return the quantile of the units' values at each step."""
    # The largest comes first.
    last = values.shape[1] - 1
    return values[:, round((1 - share) * last)]


def _line(x: NDArray[np.intp], y: NDArray[np.float64], name: str, colour: str) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(x) < 60 else "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 2},
        "marker": {"size": 4},
        "hovertemplate": f"{name}, step %{{x}}: %{{y{NUMBER}}}<extra></extra>",
    }
