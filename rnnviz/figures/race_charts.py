"""Charts of a race: each lane's median over the seeds, its range, and single runs as dots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.figures.logarithmic import drawable, log_axis
from rnnviz.figures.palette import BASELINE_COLOUR, RUN_LINES
from rnnviz.figures.spec import (
    NUMBER,
    PERCENT,
    Spec,
    axis,
    heading,
    iteration_axis,
    layout,
    note,
    rgba,
    sample,
    short_label,
)
from rnnviz.numbers import number, percent

Numbers = NDArray[np.float64]

#: What the charts can be drawn over, besides iterations.
SECONDS = "seconds of computing"
#: Marks at which single runs are dots: the last one, and some before.
_DOTTED = 8
#: Opacity of a range, so that up to four of them can be seen through each other.
_RANGE = 0.13
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
#: Written out here, because plotly's percentages have no space before the sign, as all others do.
_PERCENT_TICKS = {"tickvals": _QUARTERS, "ticktext": [percent(share) for share in _QUARTERS]}


@dataclass(frozen=True)
class LaneCurve:
    """What was measured of one lane.

    Parameters
    ----------
    name
    number
        Of the lane, which gives it its colour and dash.
    x : array, (I,)
        Iterations or seconds.
    values : array, (S, I)
        A row for each seed; NaN where nothing was measured.
    """

    name: str
    number: int
    x: Numbers
    values: Numbers


@dataclass(frozen=True)
class Level:
    """A value to compare with, drawn as a broken line and named above the chart."""

    value: float
    name: str
    dash: str = "dash"


def race_course_spec(
    curves: Sequence[LaneCurve],
    title: str,
    along: str = "iteration",
    levels: Sequence[Level] = (),
    scale: str = "linear",
    height: int = 250,
    named: bool = False,
) -> Spec:
    """Draw a quantity of all lanes over training, on one scale.

    Parameters
    ----------
    curves
        Of the lanes that can run.
    title
        Of the upright axis.
    along
        Of the other one: `"iteration"` or `SECONDS`.
    levels
        Values to compare with.
    scale
        `"linear"` from zero, `"log"`, or `"share"`: 0 to 1, written as percentages.
    named
        Whether the lines are named above the chart.
    """
    shown = [_drawable(curve) if scale == "log" else curve for curve in curves]
    hover = PERCENT if scale == "share" else NUMBER
    lines = [line for curve in shown for line in _lines(curve, along, hover)]
    frame = layout(
        height,
        xaxis=_lying(along, shown),
        yaxis=_upright(title, scale, shown, levels),
        shapes=[_across(level) for level in levels],
        annotations=[],
        showlegend=named,
    )
    if named:
        frame["margin"] = frame["margin"] | {"t": 34}
    if levels:
        frame["margin"] = frame["margin"] | {"t": 26}
        signs = {"dash": "╌", "dot": "┈"}
        keys = (f"{sample(BASELINE_COLOUR, signs[each.dash])} {each.name}" for each in levels)
        frame["annotations"] = [heading("  ".join(keys))]
    if not any(np.isfinite(curve.values).any() for curve in shown):
        frame["annotations"] = [*frame["annotations"], note("Nothing has been measured yet.")]
    return {"data": lines, "layout": frame}


def race_gradient_spec(curves: Sequence[LaneCurve], height: int = 250) -> Spec:
    """Draw the norm of the gradient at each step of all lanes, on one logarithmic scale.

    Parameters
    ----------
    curves
        `x` are steps back. A norm of exactly zero, or one that is no number, is left out.
    """
    shown = [_drawable(curve) for curve in curves]
    lines = [line for curve in shown for line in _lines(curve, "steps back", NUMBER)]
    frame = layout(
        height,
        xaxis=_lying("steps back", shown),
        yaxis=log_axis("gradient norm", *(curve.values for curve in shown)),
    )
    if not any(np.isfinite(curve.values).any() for curve in shown):
        frame["annotations"] = [note("Nothing has been measured yet.")]
    return {"data": lines, "layout": frame}


def medians(values: Numbers) -> Numbers:
    """Return the median over the seeds at each mark; NaN where no run was measured.

    Parameters
    ----------
    values : array, (S, I)
    """
    found = np.full(values.shape[1], np.nan)
    there = np.isfinite(values).any(axis=0)
    found[there] = np.nanmedian(values[:, there], axis=0)
    return found


def _drawable(curve: LaneCurve) -> LaneCurve:
    """Leave out what a logarithmic scale has no place for."""
    return LaneCurve(curve.name, curve.number, curve.x, drawable(curve.values))


def _lines(curve: LaneCurve, along: str, hover: str) -> list[Spec]:
    """Describe the median of a lane; with several seeds also the range, and single runs."""
    colour, dash = RUN_LINES[curve.number % len(RUN_LINES)]
    there = np.isfinite(curve.values).any(axis=0) if curve.values.size else np.zeros(0, bool)
    x, values = curve.x[there], curve.values[:, there]
    if not x.size:
        return []
    name, several = short_label(curve.name, 40), len(values) > 1
    what = "median" if several else "value"
    place = f"%{{x{NUMBER}}}" if along == SECONDS else "%{x:,d}"
    median: Spec = {
        "type": "scatter",
        "mode": "lines" if x.size > 1 else "markers",
        "name": name,
        "x": x,
        "y": medians(values),
        "showlegend": True,
        "line": {"color": colour, "dash": dash, "width": 2.5},
        "marker": {"color": colour, "size": 6},
        "hovertemplate": f"{name}, {along} {place}: {what} %{{y{hover}}}<extra></extra>",
    }
    if not several:
        return [median]
    return [_range(x, values, colour), _dots(x, values, colour, f"{name}, {along} {place}", hover),
            median]  # fmt: skip


def _range(x: Numbers, values: Numbers, colour: str) -> Spec:
    """Describe the area between the lowest and the highest run."""
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([np.nanmax(values, axis=0), np.nanmin(values, axis=0)[::-1]]),
        "fill": "toself",
        "fillcolor": rgba(colour, _RANGE),
        "line": {"width": 0},
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _dots(x: Numbers, values: Numbers, colour: str, where: str, hover: str) -> Spec:
    """Describe single runs at a few marks, the last of them included."""
    places = np.unique(np.linspace(0, x.size - 1, _DOTTED).round().astype(int))
    return {
        "type": "scatter",
        "mode": "markers",
        "x": np.repeat(x[places], len(values)),
        "y": values[:, places].T.ravel(),
        "marker": {"color": rgba(colour, 0.55), "size": 4},
        "hovertemplate": f"{where}: one run, %{{y{hover}}}<extra></extra>",
        "showlegend": False,
        "cliponaxis": False,
    }


def _lying(along: str, curves: Sequence[LaneCurve]) -> Spec:
    """Describe the axis of iterations, of steps back or of seconds."""
    x = np.concatenate([curve.x for curve in curves]) if curves else np.empty(0)
    if along == SECONDS:
        return axis(along, showgrid=False, rangemode="tozero")
    title = {"text": along, "standoff": 6}
    return iteration_axis(x, rangemode="tozero") | {"title": title}


def _upright(title: str, scale: str, curves: Sequence[LaneCurve], levels: Sequence[Level]) -> Spec:
    if scale == "share":
        return axis(title, range=[0, 1.03], **_PERCENT_TICKS)
    if scale == "log":
        compared = np.array([level.value for level in levels])
        return log_axis(title, compared, *(curve.values for curve in curves))
    return axis(title, rangemode="tozero")


def _across(level: Level) -> Spec:
    line = {"color": BASELINE_COLOUR, "width": 1.5, "dash": level.dash}
    return {"type": "line", "line": line, "xref": "paper", "x0": 0, "x1": 1,
            "y0": level.value, "y1": level.value}  # fmt: skip


def level_of(value: float, name: str, dash: str, share: bool) -> Level:
    """Describe a level by its value, written as the axis writes it."""
    return Level(value, f"{name}: {percent(value) if share else number(value)}", dash)
