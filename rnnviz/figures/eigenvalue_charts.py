"""Eigenvalues in the plane, over time steps and over training, with time constants beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnviz.analysis.gradient_course import Course
from rnnviz.analysis.memory.eigenvalues import (
    Complex,
    RunSpectra,
    Spectra,
    StepSpectrum,
    Summary,
    modulus_of,
    time_constant,
)
from rnnviz.engine import gate_label
from rnnviz.figures.logarithmic import add_level, drawable, log_axis
from rnnviz.figures.maps import axis_name
from rnnviz.figures.palette import GRADIENTS, QUANTITIES
from rnnviz.figures.spec import (
    COLOURS,
    FAINT,
    NEUTRAL,
    NUMBER,
    PERCENT,
    Spec,
    add_marks,
    axis,
    heading,
    iteration_axis,
    layout,
    note,
    rgba,
    short_label,
)
from rnnviz.numbers import number
from rnnviz.training import Mark

_COLOUR = COLOURS[0]
_WEIGHTS = COLOURS[1]
#: Time constants that have a circle in the plane, and a tick on a second axis; in steps.
_CIRCLES = (1, 3, 10)
_TICKS = (1, 2, 3, 5, 10, 20, 50, math.inf)


def eigenvalues_spec(
    found: Spectra, chosen: StepSpectrum | None = None, cell: str = "", height: int = 460
) -> Spec:
    """Draw the eigenvalues of all steps in the complex plane, those of one step in front.

    The solid circle is the unit circle. Dotted circles are those of a time constant.

    Parameters
    ----------
    found
    chosen
        The step in front.
    cell
        Kind of cell: names the gates of the recurrent weights.
    """
    # The weights of a gate are not all that acts on the state: there they are shown on demand.
    hidden = {"visible": "legendonly"} if len(found.weights) > 1 else {}
    traces = [
        _points(values, _name_of(letter, cell), "x-thin-open", _WEIGHTS, 7) | hidden
        for letter, values in found.weights.items()
    ]
    several = [each.values for each in found.steps if each.is_finite]
    if several:
        traces.append(_cloud(np.concatenate(several), "all steps", NEUTRAL, 0.3))
    if chosen is not None and chosen.is_finite:
        traces.append(_points(chosen.values, f"step {chosen.step}", "circle", _COLOUR, 8))
    if not any("x" in trace for trace in traces):
        frame = layout(height, annotations=[note("There is no eigenvalue to draw.")])
        return {"data": [], "layout": frame}
    shown = [trace for trace in traces if "visible" not in trace]
    most = max((float(np.hypot(t["x"], t["y"]).max(initial=0)) for t in shown), default=1.0)
    bound = 1.1 * max(1.0, most)
    frame = layout(
        height,
        xaxis=axis("real part", zeroline=True, range=[-bound, bound], constrain="domain"),
        yaxis=axis(
            "imaginary part", zeroline=True, range=[-bound, bound], scaleanchor="x",
            constrain="domain",
        ),
        showlegend=True,
        shapes=[_circle(1.0, "solid"), *(_circle(modulus_of(s), "dot") for s in _CIRCLES)],
        annotations=[_at_circle(steps) for steps in (*_CIRCLES, math.inf)],
    )  # fmt: skip
    frame["margin"] |= {"t": 40}
    return {"data": traces, "layout": frame}


def planes_spec(runs: Sequence[RunSpectra], height: int = 280) -> Spec:
    """Draw the eigenvalues of all steps of several runs, each in a plane of its own, on one scale.

    The circle is the unit circle.
    """
    values = [
        np.concatenate(
            [np.empty(0), *(step.values for step in run.spectra.steps if step.is_finite)]
        )
        for run in runs
    ]
    bound = 1.1 * max(1.0, *(float(np.abs(each).max(initial=0)) for each in values))
    gap = 0.06
    width = (1 - gap * (len(runs) - 1)) / len(runs)
    frame = layout(height, shapes=[], annotations=[])
    frame["margin"] |= {"t": 30}
    traces = []
    for place, (run, points) in enumerate(zip(runs, values, strict=True)):
        x, y = axis_name("x", place + 1), axis_name("y", place + 1)
        left = place * (width + gap)
        square = {"range": [-bound, bound], "constrain": "domain", "zeroline": True}
        frame[axis_name("xaxis", place + 1)] = square | {
            "domain": [left, left + width], "anchor": y
        }  # fmt: skip
        frame[axis_name("yaxis", place + 1)] = square | {
            "anchor": x, "scaleanchor": x, "showticklabels": place == 0
        }  # fmt: skip
        frame["shapes"].append(_circle(1.0, "solid") | {"xref": x, "yref": y})
        frame["annotations"].append(heading(short_label(run.name, 24), left))
        traces.append(_cloud(points, run.name, _COLOUR, 0.4) | {"xaxis": x, "yaxis": y})
    return {"data": traces, "layout": frame}


def steps_spec(found: Spectra, step: int | None = None, height: int = 260) -> Spec:
    """Draw the largest modulus of each step, and by what factor the gradient changes there."""
    x = np.array([each.step for each in found.steps])
    largest = np.array([each.largest for each in found.steps])
    factors = np.array([each.factor for each in found.steps])
    lines = [
        _line(x, largest, "largest modulus", _COLOUR, "step %{x}"),
        _line(x, factors, "factor of the gradient", GRADIENTS["h"].colour, "step %{x}"),
    ]
    frame = _with_time_constants(
        layout(height, xaxis=axis("time step", showgrid=False), showlegend=True), lines
    )
    _mark(frame, step)
    return {"data": [*lines, _on_second(lines)], "layout": frame}


def along_spec(found: Spectra, step: int | None = None, height: int = 200) -> Spec:
    """Draw how much of the gradient lies along the slowest direction of each step."""
    x = np.array([each.step for each in found.steps])
    along = np.array([each.along for each in found.steps])
    chance = np.array([each.by_chance for each in found.steps])
    shares = f"%{{y{PERCENT}}}"
    lines = [
        _line(x, along, "along the slowest direction", GRADIENTS["h"].colour, "step %{x}", shares),
        _line(x, chance, "by chance", NEUTRAL, "step %{x}", shares)
        | {"mode": "lines", "line": {"color": NEUTRAL, "width": 1.5, "dash": "dash"}},
    ]
    frame = layout(
        height,
        xaxis=axis("time step", showgrid=False),
        yaxis=axis("share, cos²", range=[-0.03, 1.03], tickformat=".0%"),
        showlegend=True,
        shapes=[],
    )
    frame["margin"] |= {"t": 40}
    if not np.isfinite(along).any():
        frame["annotations"] = [note("No gradient arrives, so there is no direction to compare.")]
    _mark(frame, step)
    return {"data": lines, "layout": frame}


def eigenvalue_course_spec(
    found: Sequence[Summary], gradient: Course | None = None, marks: Sequence[Mark] = (),
    shown: int | None = None, height: int = 280,
) -> Spec:  # fmt: skip
    """Draw the largest modulus over training, beside the factor per step of the gradient.

    Parameters
    ----------
    found
        By iteration. The line is the median over the steps; the band goes from the smallest to the
        largest.
    gradient : Course, optional
        Of the last prediction's gradient, as measured.
    marks
        What was done to the run.
    shown
        Iteration marked by a line.
    """
    x = np.array([each.iteration for each in found])
    low, high = (np.array([getattr(each, name) for each in found]) for name in ("low", "high"))
    band: Spec = {"type": "scatter", "mode": "lines", "x": x, "hoverinfo": "skip"}
    band |= {"line": {"width": 0}}
    lines: list[Spec] = [
        band | {"y": drawable(low), "showlegend": False},
        band
        | {"y": drawable(high), "name": "all steps", "fill": "tonexty"}
        | {"fillcolor": rgba(_COLOUR, 0.2)},
        _line(
            x, [each.largest for each in found], "largest modulus, median step", _COLOUR,
            "iteration %{x:,d}",
        ),
    ]  # fmt: skip
    radii = np.array([each.radius for each in found])
    if np.isfinite(radii).any():
        weights = _line(x, radii, "spectral radius of the weights", _WEIGHTS, "iteration %{x:,d}")
        lines.append(weights | {"line": {"color": _WEIGHTS, "width": 2, "dash": "dash"}})
    if gradient is not None and np.isfinite(gradient.factors).any():
        lines.append(
            _line(
                gradient.iterations, gradient.factors, "factor per step of the gradient",
                GRADIENTS["h"].colour, "iteration %{x:,d}",
            )
        )  # fmt: skip
    frame = layout(height, xaxis=iteration_axis(x, rangemode="tozero"), showlegend=True)
    frame = _with_time_constants(frame, lines)
    if shown is not None:
        _mark(frame, shown)
    return add_marks({"data": [*lines, _on_second(lines)], "layout": frame}, marks)


def _cloud(values: Complex, name: str, colour: str, opacity: float) -> Spec:
    """Describe the points of all steps: too many for a text each."""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": values.real,
        "y": values.imag,
        "customdata": np.abs(values),
        "marker": {"symbol": "circle", "color": colour, "size": 4, "opacity": opacity},
        "hovertemplate": f"{short_label(name, 24)}: modulus %{{customdata{NUMBER}}}<extra></extra>",
    }


def _points(values: Complex, name: str, symbol: str, colour: str, size: int) -> Spec:
    moduli = np.abs(values)
    told = [
        f"{number(float(modulus))}, {_time(float(modulus))}, turns by "
        f"{number(abs(math.degrees(np.angle(value))))}° per step"
        for value, modulus in zip(values, moduli, strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": values.real,
        "y": values.imag,
        "marker": {"symbol": symbol, "color": colour, "size": size}
        | ({"line": {"color": colour, "width": 1.5}} if "open" in symbol else {}),
        "text": told,
        "hovertemplate": f"{name}: modulus %{{text}}<extra></extra>",
    }


def _time(modulus: float) -> str:
    """Write the time constant of a modulus."""
    steps = time_constant(modulus)
    if math.isinf(steps):
        return "keeps its size"
    if steps < 0:
        return f"grows e-fold in {number(-steps)} steps"
    return f"time constant {number(steps)} steps"


def _name_of(letter: str, cell: str) -> str:
    if letter == "h" or letter not in QUANTITIES.get(cell, {}):
        return "recurrent weights"
    return f"weights, {gate_label(letter)}"


def _circle(radius: float, dash: str) -> Spec:
    """Describe a circle around the origin."""
    line = {"color": NEUTRAL if dash == "solid" else FAINT, "width": 1.5, "dash": dash}
    corners = {"x0": -radius, "x1": radius, "y0": -radius, "y1": radius}
    return {
        "type": "circle",
        "layer": "below",
        "line": line,
        "fillcolor": "rgba(0,0,0,0)",
    } | corners


def _at_circle(steps: float) -> Spec:
    """Name a circle by its time constant, below; the unit circle at its upper right."""
    radius = modulus_of(steps)
    if math.isinf(steps):
        side = radius / math.sqrt(2)
        place = {"x": side, "y": side, "xanchor": "left", "yanchor": "bottom", "text": "∞ steps"}
    else:
        unit = "step" if steps == 1 else "steps"
        place = {"x": 0, "y": -radius, "yanchor": "bottom", "text": f"{number(steps)} {unit}"}
    return {"showarrow": False, "font": {"size": 10, "color": NEUTRAL}} | place


def _line(
    x: ArrayLike, y: ArrayLike, name: str, colour: str, where: str,
    shows: str = f"%{{y{NUMBER}}}",
) -> Spec:  # fmt: skip
    values = np.asarray(y, np.float64)
    return {
        "type": "scatter",
        "mode": "lines+markers" if values.size < 60 else "lines",
        "name": name,
        "x": np.asarray(x),
        "y": np.where(np.isfinite(values), values, np.nan),
        "line": {"color": colour, "width": 2},
        "marker": {"size": 4},
        "hovertemplate": f"{name}, {where}: {shows}<extra></extra>",
    }


def _with_time_constants(frame: Spec, lines: list[Spec]) -> Spec:
    """Give a figure a logarithmic axis of factors, and one of time constants at its right."""
    values: list[NDArray[np.float64]] = [drawable(line["y"]) for line in lines]
    for line, drawn in zip(lines, values, strict=True):
        line["y"] = drawn
    frame["yaxis"] = log_axis("factor per step", *values, [0.8, 1.2])
    drawable_ones = np.concatenate([each[np.isfinite(each)] for each in values])
    if drawable_ones.size:
        ticks = _apart(_TICKS, float(np.ptp(np.log([*drawable_ones, 0.8, 1.2]))))
        frame["yaxis3"] = {
            "overlaying": "y",
            "matches": "y",
            "side": "right",
            "type": "log",
            "showgrid": False,
            "zeroline": False,
            "tickvals": [modulus_of(steps) for steps in ticks],
            "ticktext": ["∞" if math.isinf(steps) else number(steps) for steps in ticks],
            "title": {"text": "time constant, steps", "standoff": 6},
            "automargin": True,
        }
        add_level(frame, 1.0, dash="solid")
    else:
        frame["annotations"] = [note("Nothing to draw yet.")]
    frame["margin"] |= {"t": 60, "r": 60}
    return frame


def _apart(time_constants: Sequence[float], reach: float) -> list[float]:
    """Leave out those that would stand on each other, on an axis of so many powers of e."""
    kept: list[float] = []
    for steps in sorted(time_constants, reverse=True):
        if not kept or 1 / steps - 1 / kept[-1] >= 0.09 * reach:
            kept.append(steps)
    return kept


def _on_second(lines: list[Spec]) -> Spec:
    """Describe a line that nobody sees: an axis without any is not drawn."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": lines[-1]["x"],
        "y": lines[-1]["y"],
        "yaxis": "y3",
        "opacity": 0,
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _mark(frame: Spec, place: int | None) -> None:
    """Add a thin line across the figure at a time step, or an iteration."""
    if place is None:
        return
    line = {"color": NEUTRAL, "width": 1, "dash": "dot"}
    across = {"yref": "paper", "y0": 0, "y1": 1, "x0": place, "x1": place}
    frame.setdefault("shapes", []).append({"type": "line", "line": line, **across})
