"""The norm of the whole gradient over training, where it is clipped, and the size of updates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from rnnviz.analysis.history import thin
from rnnviz.analysis.updates import HEALTHY, READOUT, Updates
from rnnviz.figures.logarithmic import add_level, drawable, log_axis
from rnnviz.figures.palette import LOSS_COLOUR, QUANTITIES, Quantity
from rnnviz.figures.spec import NEUTRAL, NUMBER, Spec, add_marks, iteration_axis, layout, note
from rnnviz.numbers import number
from rnnviz.training import Mark


def gradient_norm_spec(
    iterations: ArrayLike,
    gradient_norms: ArrayLike,
    clipped: ArrayLike,
    clip_norm: float | None = None,
    marks: Sequence[Mark] = (),
    height: int = 300,
) -> Spec:
    """Draw the norm of the whole gradient, before clipping, over iterations.

    Parameters
    ----------
    iterations, gradient_norms : array, (N,)
    clipped : array, (N,)
        Nonzero where the gradient was clipped: marked by a dot.
    clip_norm
        The current threshold, a broken line.
    marks
        What was done to the run.
    """
    x, y = thin(iterations, gradient_norms)
    cut = np.asarray(clipped, bool)
    x_cut, y_cut = thin(np.asarray(iterations)[cut], np.asarray(gradient_norms)[cut], limit=200)
    frame = layout(
        height,
        xaxis=iteration_axis(x, rangemode="tozero"),
        yaxis=log_axis("gradient norm", y, [] if clip_norm is None else [clip_norm]),
        showlegend=bool(cut.any()),
    )
    if not np.isfinite(drawable(y)).any():
        frame["annotations"] = [note("No gradient above zero yet.")]
    elif clip_norm is not None:
        add_level(frame, clip_norm, f"clipped at {number(clip_norm)}")
    lines = [_curve(x, y, "gradient norm", NEUTRAL)]
    if cut.any():
        dots = _curve(x_cut, y_cut, "clipped", LOSS_COLOUR)
        lines.append(dots | {"mode": "markers"})
        frame["margin"] |= {"t": 34}
    return add_marks({"data": lines, "layout": frame}, marks)


def updates_spec(
    found: Updates,
    cell: str,
    marks: Sequence[Mark] = (),
    height: int = 330,
) -> Spec:
    """Draw, over iterations, the size of updates relative to the weights that they change."""
    names = group_labels(cell)
    lines = [
        _curve(found.iterations, ratio, names[group], _colour(group, QUANTITIES[cell]))
        for group, ratio in found.ratios.items()
    ]
    frame = layout(
        height,
        xaxis=iteration_axis(found.iterations, rangemode="tozero"),
        yaxis=log_axis("size of update / size of weights", *found.ratios.values(), [HEALTHY]),
        showlegend=True,
    )
    frame["margin"] |= {"t": 60}
    if found.iterations.size:
        add_level(frame, HEALTHY, "considered healthy: about 0.1 %")
    else:
        frame["annotations"] = [note("No update has been recorded yet.")]
    return add_marks({"data": lines, "layout": frame}, marks)


def group_labels(cell: str) -> dict[str, str]:
    """Return the labels of the groups of weights of a cell."""
    labels = {letter: quantity.label for letter, quantity in QUANTITIES[cell].items()}
    return {**labels, "h": "hidden layer", READOUT: READOUT}


def _curve(x: ArrayLike, y: ArrayLike, name: str, colour: str) -> Spec:
    few = np.size(x) < 30
    return {
        "type": "scatter",
        "mode": "lines+markers" if few else "lines",
        "name": name,
        "x": x,
        "y": drawable(y),
        "line": {"color": colour, "width": 1.5},
        "marker": {"color": colour, "size": 4},
        "hovertemplate": f"iteration %{{x:,d}}, {name}: %{{y{NUMBER}}}<extra></extra>",
    }


def _colour(group: str, palette: Mapping[str, Quantity]) -> str:
    return palette[group].colour if group in palette else NEUTRAL
