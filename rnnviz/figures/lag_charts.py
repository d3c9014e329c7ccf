"""The backpropagated gradient: over the lag, over training, and beside other cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from rnnviz.analysis.gradient_course import Course
from rnnviz.analysis.gradients import Norms
from rnnviz.analysis.history import thin
from rnnviz.analysis.side_by_side import Contender
from rnnviz.analysis.theory import JACOBIANS, Letter, WayBack
from rnnviz.figures.logarithmic import add_level, drawable, log_axis, power_bar, powers_of_ten
from rnnviz.figures.palette import GRADIENTS, RUN_LINES
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
from rnnviz.numbers import factor as factor_text
from rnnviz.training import Mark

_NAMES = {"h": "hidden state", "c": "cell state"}
_LAG = "lag: steps back from the last prediction"
#: Dash of a line of theory, by its source; measured lines are solid.
_DASHES = {JACOBIANS: "dash"}
#: Colour and dash of what came over attention, and over the recurrence.
_WAYS = ((RUN_LINES[1][0], "solid"), (NEUTRAL, "solid"))


def way_back_spec(way: WayBack, height: int = 330) -> Spec:
    """Draw the measured gradient over the lag, and the lines of theory beside it.

    Solid: measured. Dashed: predicted by theory, in the colour of its state; the line of the
    Jacobians is a bound at each point, of what comes over the recurrence. With attention, what came
    on each of the two ways has a line of its own. A value that is exactly zero, or not a number,
    has no place on the axis and is left out.
    """
    measured = [(letter, norms) for letter, norms in (("h", way.h), ("c", way.c)) if norms.size]
    lines = [_line(norms, _NAMES[letter], GRADIENTS[letter].colour) for letter, norms in measured]
    if way.ways is not None:
        parts = (
            ("over attention", way.ways.attention),
            ("over the recurrence", way.ways.recurrence),
        )
        for (name, norms), (colour, dash) in zip(parts, _WAYS, strict=True):
            drawn = _line(norms, f"hidden state, {name}", colour)
            drawn["line"] |= {"dash": dash, "width": 1.5}
            lines.append(drawn)
    for line in way.estimates:
        most = ", at most" if line.source == JACOBIANS else ""
        name = f"{line.source}{most}: {factor_text(line.factor)} per step on average"
        drawn = _line(line.norms, name, GRADIENTS[line.letter].colour)
        drawn["line"] |= {"dash": _DASHES.get(line.source, "dot"), "width": 1.5}
        whole = line.lags.size == line.lags[-1] + 1
        lines.append(drawn | {"x": line.lags, "mode": "lines" if whole else "lines+markers"})
    return _over_lag(lines, "gradient norm", height)


def contenders_spec(contenders: Sequence[Contender], height: int = 360) -> Spec:
    """Draw how much of the gradient is left over the lag, one line per run, all on one scale."""
    lines = [
        _of_run(_line(each.left, f"{each.name} {factor_text(each.factor)}"), number)
        for number, each in enumerate(contenders)
    ]
    return _over_lag(lines, "share that is left", height)


def runs_spec(
    histories: Sequence[tuple[str, ArrayLike, ArrayLike]],
    title: str,
    marks: Sequence[Mark] = (),
    shown: int | None = None,
    height: int = 300,
) -> Spec:
    """Draw the course of a positive quantity, such as the loss, of several runs on one scale.

    Parameters
    ----------
    histories : sequence of (name, iterations, values)
        In the same order, and with the same line styles, as in `contenders_spec`.
    marks
        What was done to the runs.
    shown
        Iteration marked by a line: the one that the other figures show.
    """
    lines = []
    for number, (name, iterations, values) in enumerate(histories):
        x, y = thin(iterations, values)
        line = _of_run(_line(y, name), number) | {"x": x, "mode": "lines"}
        hovered = f"{name}, iteration %{{x:,d}}: %{{y{NUMBER}}}<extra></extra>"
        lines.append(line | {"hovertemplate": hovered})
    everywhere = np.concatenate([line["x"] for line in lines])
    frame = layout(
        height,
        xaxis=iteration_axis(everywhere, rangemode="tozero"),
        yaxis=log_axis(title, *(line["y"] for line in lines)),
        showlegend=True,
        shapes=[] if shown is None else [_at("x", shown)],
    )
    frame["margin"] |= {"t": 60}
    return add_marks({"data": lines, "layout": frame}, marks)


def course_spec(
    found: Course, measure: str, marks: Sequence[Mark] = (), shown: int | None = None,
    height: int = 180, by: Letter = "h",
) -> Spec:  # fmt: skip
    """Draw the factor per step, or the reach, over training.

    Parameters
    ----------
    measure
        `"factor"` or `"reach"`.
    marks
        What was done to the run.
    shown
        Iteration marked by a line: the one that the other figures show.
    by
        State w.r.t. which the gradient is taken: the line has its colour.
    """
    factor = measure == "factor"
    values = found.factors if factor else found.reaches
    frame = layout(
        height,
        xaxis=iteration_axis(found.iterations, rangemode="tozero"),
        yaxis=log_axis("factor per step", values, [0.8, 1.2])
        if factor
        else axis("reach, steps", rangemode="tozero"),
        hovermode="x",
        shapes=[] if shown is None else [_at("x", shown)],
    )
    if factor:
        add_level(frame, 1.0, dash="solid")
    if not np.isfinite(values).any():
        frame["annotations"] = [note("Nothing to draw yet.")]
    line = {
        "type": "scatter",
        "mode": "lines+markers" if found.iterations.size < 30 else "lines",
        "name": measure,
        "x": found.iterations,
        "y": drawable(values) if factor else values,
        "line": {"color": GRADIENTS[by].colour, "width": 2},
        "marker": {"size": 4},
        # The first point is at the edge of the figure.
        "cliponaxis": found.iterations.size > 1,
        "hovertemplate": f"iteration %{{x:,d}}: {measure} %{{y{NUMBER}}}<extra></extra>",
    }
    return add_marks({"data": [line], "layout": frame}, marks)


def lag_map_spec(
    found: Course, marks: Sequence[Mark] = (), shown: int | None = None, height: int = 330
) -> Spec:
    """Draw the gradient norm over lag (across) and training (upwards); exactly zero stays blank."""
    frame = layout(
        height,
        xaxis=axis(_LAG, showgrid=False, **_whole(found.norms.shape[1])),
        yaxis=iteration_axis(found.iterations),
        shapes=[] if shown is None else [_at("y", shown)],
    )
    powers = powers_of_ten(found.norms)
    if not np.isfinite(powers).any():
        frame["annotations"] = [note("No gradient above zero has been recorded.")]
        return {"data": [], "layout": frame}
    picture = {
        "type": "heatmap",
        "x": np.arange(powers.shape[1]),
        "y": found.iterations,
        "z": powers,
        "customdata": found.norms,
        "colorscale": "Viridis",
        "colorbar": power_bar(powers),
        "hoverongaps": False,
        "hovertemplate": f"iteration %{{y:,d}}, lag %{{x}}: %{{customdata{NUMBER}}}<extra></extra>",
    }
    return add_marks({"data": [picture], "layout": frame}, marks, along="y")


def _over_lag(lines: list[Spec], title: str, height: int) -> Spec:
    most = max((len(line["y"]) for line in lines), default=0)
    frame = layout(
        height,
        xaxis=axis(_LAG, showgrid=False, rangemode="tozero", **_whole(most)),
        yaxis=log_axis(title, *(line["y"] for line in lines), [1.0] if not lines else []),
        showlegend=True,
    )
    frame["margin"] |= {"t": 60}
    if not any(np.isfinite(line["y"]).any() for line in lines):
        frame["annotations"] = [note("Every gradient is exactly zero, or not a number.")]
    return {"data": lines, "layout": frame}


def _of_run(line: Spec, number: int) -> Spec:
    """Give a line the colour and the dash of the run of that number."""
    times, place = divmod(number, len(RUN_LINES))
    colour, dash = RUN_LINES[place]
    line["line"] |= {"color": colour, "dash": dash, "width": line["line"]["width"] + 2 * times}
    return line


def _line(norms: Norms, name: str, colour: str = NEUTRAL) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines+markers" if norms.size < 60 else "lines",
        "name": name,
        "x": np.arange(norms.size),
        "y": drawable(norms),
        "line": {"color": colour, "width": 2},
        "marker": {"size": 4},
        "hovertemplate": f"{name}, lag %{{x}}: %{{y{NUMBER}}}<extra></extra>",
    }


def _whole(lags: int) -> Spec:
    return {"dtick": 1} if lags <= 8 else {}


def _at(along: str, iteration: int) -> Spec:
    """Describe a thin line across the figure at an iteration."""
    other = "x" if along == "y" else "y"
    return {
        "type": "line",
        "line": {"color": NEUTRAL, "width": 1, "dash": "dot"},
        f"{other}ref": "paper",
        f"{other}0": 0,
        f"{other}1": 1,
        f"{along}0": iteration,
        f"{along}1": iteration,
    }
