"""The course of training: loss and accuracy over iterations, compared with guessing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnviz.analysis.history import chance_loss, thin
from rnnviz.figures.palette import ACCURACY_COLOUR, BASELINE_COLOUR, LOSS_COLOUR
from rnnviz.figures.spec import (
    NUMBER,
    PERCENT,
    Spec,
    add_marks,
    axis,
    heading,
    iteration_axis,
    layout,
    sample,
)
from rnnviz.numbers import number, percent
from rnnviz.training import Mark

Points = NDArray[np.float64]

_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
#: Written out here, because plotly's percentages have no space before the sign, as all others do.
_PERCENT_TICKS = {"tickvals": _QUARTERS, "ticktext": [percent(share) for share in _QUARTERS]}


def loss_spec(
    iterations: ArrayLike,
    loss: ArrayLike,
    classes: int | None = None,
    logarithmic: bool = False,
    height: int = 260,
    marks: Sequence[Mark] = (),
) -> Spec:
    """Draw the loss over iterations, and the loss of guessing.

    Parameters
    ----------
    iterations, loss : array, (N,)
        Thinned here to at most 500 points; a loss that is not a number leaves a gap.
    classes
        Number of outputs K, for the line of chance at ln K; None where the outputs are numbers.
    marks
        What was done to the run.
    """
    x, y = thin(iterations, loss)
    unit = "nats" if classes else "squared error"
    frame = _frame(f"batch loss, {unit}", x, height)
    frame["yaxis"] |= {"type": "log"} if logarithmic else {"rangemode": "tozero"}
    if classes and classes > 1:
        chance = chance_loss(classes)
        _add_level(frame, chance, "dash")
        frame["annotations"] = [_key((f"even odds, ln {classes}: {number(chance)}", "╌"))]
    spec = {"data": [_curve(x, y, "loss", LOSS_COLOUR, f"%{{y{NUMBER}}}")], "layout": frame}
    return add_marks(spec, marks)


def accuracy_spec(
    iterations: ArrayLike,
    accuracy: ArrayLike,
    baseline: float | None = None,
    memoryless: float | None = None,
    height: int = 260,
    marks: Sequence[Mark] = (),
) -> Spec:
    """Draw the accuracy (share, 0..1) over iterations, the baseline's, and that without memory.

    Parameters
    ----------
    iterations, accuracy : array, (N,)
        Iterations at which it was not measured (NaN) are left out.
    baseline
        Accuracy of always guessing the most frequent target, 0..1.
    memoryless
        Best accuracy of a model that sees the current input alone, 0..1.
    marks
        What was done to the run.
    """
    measured = ~np.isnan(np.asarray(accuracy, dtype=np.float64))
    x, y = thin(np.asarray(iterations)[measured], np.asarray(accuracy)[measured])
    frame = _frame("batch accuracy", x, height)
    frame["yaxis"] |= {"range": [0, 1.03], **_PERCENT_TICKS}
    levels = []
    if memoryless is not None:
        _add_level(frame, memoryless, "dash")
        levels.append((f"no memory: {percent(memoryless)}", "╌"))
    if baseline is not None:
        _add_level(frame, baseline, "dot")
        levels.append((f"guess: {percent(baseline)}", "┈"))
    frame["annotations"] = [_key(*levels)] if levels else []
    spec = {
        "data": [_curve(x, y, "accuracy", ACCURACY_COLOUR, f"%{{y{PERCENT}}}")],
        "layout": frame,
    }
    return add_marks(spec, marks)


def _frame(title: str, iterations: Points, height: int) -> Spec:
    return layout(
        height,
        xaxis=iteration_axis(iterations, rangemode="tozero"),
        yaxis=axis(title),
        hovermode="x",
        shapes=[],
        annotations=[],
    )


def _curve(x: Points, y: Points, name: str, colour: str, shown: str) -> Spec:
    return {
        "type": "scatter",
        # A line alone would not show an isolated point.
        "mode": "lines" if len(x) > 30 else "lines+markers",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 2},
        "marker": {"color": colour, "size": 4},
        "hovertemplate": f"iteration %{{x:,d}}: {shown}<extra></extra>",
    }


def _add_level(frame: Spec, height: float, dash: str) -> None:
    """Add a broken line across the figure; its meaning is written above, clear of the curve."""
    line = {"color": BASELINE_COLOUR, "width": 1.5, "dash": dash}
    across = {"xref": "paper", "x0": 0, "x1": 1, "y0": height, "y1": height}
    frame["shapes"].append({"type": "line", "line": line, **across})
    frame["margin"] |= {"t": 26}


def _key(*levels: tuple[str, str]) -> Spec:
    """Name the levels above the figure, from the name and the line style of each."""
    return heading("  ".join(f"{sample(BASELINE_COLOUR, sign)} {name}" for name, sign in levels))
