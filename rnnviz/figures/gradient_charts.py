"""The size of the gradient at each time step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnviz.analysis.gradients import Norms, step_norms
from rnnviz.figures.logarithmic import drawable, log_axis
from rnnviz.figures.palette import QUANTITIES, Quantity
from rnnviz.figures.spec import (
    NUMBER,
    Spec,
    heading,
    layout,
    note,
    sample,
    step_axis,
    step_names,
)
from rnnviz.recording.trace import Trace

#: Letter, letter whose colour it takes, name, name in the key, plotly's dash, dash in the key.
_LINES = (
    ("d_h", "d_h", "hidden state", "hidden", "solid", "━"),
    ("last_d_h", "d_h", "last step’s share", "last step’s", "dot", "┅"),
    ("d_c", "d_c", "cell state", "cell", "solid", "━"),
)
#: Pixels; a lower figure has no room for the names of the steps, and uses their numbers.
_NAMES_FROM_HEIGHT = 260


def gradient_norms_spec(trace: Trace, layer: int = -1, height: int = 300) -> Spec:
    """Draw the gradient norm of each time step, on a logarithmic axis.

    Solid: the whole loss, which is the mean over the scored steps. Dotted: the last scored step's
    share of it, whose gradient is the one that can be seen to vanish. Both are on one scale and
    meet at the last scored step. A norm of exactly zero, or one that is not a number, is left out:
    it has no place on the axis.
    """
    quantities = trace.layers[trace.number_of(layer)].quantities()
    present = [line for line in _LINES if line[0] in quantities]
    named = height >= _NAMES_FROM_HEIGHT
    labels = trace.in_time_of(layer, trace.input_labels)
    names = step_names(labels if named else [""] * trace.steps)
    palette = QUANTITIES[trace.cell]
    lines = [
        _line(step_norms(quantities[letter]), names, palette[colour_of], name, dash)
        for letter, colour_of, name, _, dash, _ in present
    ]
    frame = layout(
        height,
        xaxis=step_axis(names, title={"text": "" if named else "time step", "standoff": 6}),
        yaxis=log_axis("gradient norm", *(line["y"] for line in lines)),
    )
    frame["margin"] |= {"t": 26}
    keys = (f"{sample(palette[of].colour, sign)} {key}" for _, of, _, key, _, sign in present)
    frame["annotations"] = [heading("  ".join(keys))]
    if not any(np.isfinite(line["y"]).any() for line in lines):
        frame["annotations"] = [note("Every gradient is exactly zero, or not a number.")]
    return {"data": lines, "layout": frame}


def _line(norms: Norms, names: Sequence[str], quantity: Quantity, name: str, dash: str) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": list(names),
        "y": drawable(norms),
        "line": {"color": quantity.colour, "dash": dash, "width": 2},
        "marker": {"size": 4},
        "hovertemplate": f"{name}, step %{{x}}: %{{y{NUMBER}}}<extra></extra>",
    }
