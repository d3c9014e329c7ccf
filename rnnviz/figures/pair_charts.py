"""Charts of two networks side by side: each chart has a line for each, on one scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnviz.analysis.gradients import step_norms
from rnnviz.analysis.pair import carried_by
from rnnviz.figures.logarithmic import drawable, log_axis
from rnnviz.figures.palette import RUN_LINES
from rnnviz.figures.spec import (
    NUMBER,
    Spec,
    heading,
    iteration_axis,
    layout,
    note,
    sample,
    step_axis,
    step_names,
)
from rnnviz.recording.trace import Trace

#: Signs for dashes in a key.
_SIGNS = {"solid": "━"}


def together(specs: Sequence[Spec], names: Sequence[str]) -> Spec:
    """Draw the curves of several runs in one chart: the first curve of each run's own chart.

    Parameters
    ----------
    specs
        The same chart of each run, such as `loss_spec`; everything but the curve is that of the
        first.
    names
        Names of the runs.
    """
    each = zip(specs, _styles(names), strict=True)
    curves = [_as_run(spec["data"][0], *named) for spec, named in each]
    longest = max((np.asarray(curve["x"]) for curve in curves), key=lambda x: x.max(initial=0))
    frame: Spec = specs[0]["layout"] | {"xaxis": iteration_axis(longest, rangemode="tozero")}
    _add_key(frame, names)
    return {"data": [*curves, *specs[0]["data"][1:]], "layout": frame}


def gradient_of_both_spec(traces: Sequence[Trace], names: Sequence[str], height: int = 300) -> Spec:
    """Draw the norm of the last answer's gradient at each time step, of several networks.

    Each w.r.t. the state that carries its memory: the cell state of an LSTM, else the hidden state.
    A norm of exactly zero, or one that is not a number, is left out.
    """
    steps = step_names([""] * traces[0].steps)
    curves = []
    for trace, named in zip(traces, _styles(names), strict=True):
        which, state = carried_by(trace)
        norms = drawable(step_norms(trace.layers[trace.top].quantities()[which]))
        curve = {"type": "scatter", "mode": "lines+markers", "x": list(steps), "y": norms}
        shown = f"{named[0]}, {state}, step %{{x}}: %{{y{NUMBER}}}<extra></extra>"
        curves.append(_as_run(curve | {"hovertemplate": shown}, *named))
    frame = layout(
        height,
        xaxis=step_axis(steps, title={"text": "time step", "standoff": 6}),
        yaxis=log_axis("gradient norm", *(curve["y"] for curve in curves)),
    )
    _add_key(frame, names)
    if not any(np.isfinite(curve["y"]).any() for curve in curves):
        frame["annotations"] = [note("Every gradient is exactly zero, or not a number.")]
    return {"data": curves, "layout": frame}


def _styles(names: Sequence[str]) -> list[tuple[str, str, str]]:
    return [(name, *style) for name, style in zip(names, RUN_LINES, strict=False)]


def _as_run(curve: Spec, name: str, colour: str, dash: str) -> Spec:
    shown = curve.get("hovertemplate", "")
    return curve | {
        "name": name,
        "line": {"color": colour, "dash": dash, "width": 2},
        "marker": {"color": colour, "size": 4},
        "hovertemplate": shown if shown.startswith(name) else f"{name}, {shown}",
    }


def _add_key(frame: Spec, names: Sequence[str]) -> None:
    """Name the lines in a heading, in their colours."""
    styles = _styles(names)
    keys = (f"{sample(colour, _SIGNS.get(dash, '┅'))} {name}" for name, colour, dash in styles)
    frame["margin"] = frame["margin"] | {"t": 26}
    frame["annotations"] = [heading("  ".join(keys)), *frame.get("annotations", [])]
