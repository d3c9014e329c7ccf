"""Newton's method over a whole sequence: the error sweep by sweep, and the corrected states."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.memory.at_once import Solution, Sweeps
from rnnviz.figures.logarithmic import power_bar, powers_of_ten
from rnnviz.figures.maps import Panel, maps_spec, steps, units
from rnnviz.figures.palette import Quantity
from rnnviz.figures.spec import (
    COLOURS,
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

#: Sweeps that have a row in the map, and those that are played; evenly spread if there are more.
_ROWS, _PLAYED = 200, 40
#: Numbers that are sent to be played.
_MOST_NUMBERS = 400_000
_TICK_MS = 500


def sweep_errors_spec(found: Solution, height: int = 320) -> Spec:
    """Draw how wrong each step is after each sweep; blank where it is exact to the bit."""
    rows = _spread(len(found.errors), _ROWS)
    errors = np.array([found.errors[row] for row in rows]).reshape(len(rows), found.steps)
    powers = powers_of_ten(errors)
    frame = layout(
        height,
        xaxis=axis("time step", showgrid=False),
        yaxis=axis(
            "sweep", showgrid=False, autorange="reversed", **({"dtick": 1} if len(rows) < 9 else {})
        ),
    )
    if not np.isfinite(powers).any():
        frame["annotations"] = [note("No step is wrong, or none is a number.")]
        return {"data": [], "layout": frame}
    picture = {
        "type": "heatmap",
        "x": np.arange(found.steps),
        "y": np.array(rows),
        "z": powers,
        "customdata": errors,
        "colorscale": "Viridis",
        "colorbar": power_bar(powers, "error"),
        "hoverongaps": False,
        "hovertemplate": f"sweep %{{y}}, step %{{x}}: wrong by %{{customdata{NUMBER}}}"
        "<extra></extra>",
    }
    return {"data": [picture], "layout": frame}


def sweeps_spec(
    found: Solution, where: slice, quantity: Quantity, labels: Sequence[str],
    unit: int | None = None,
) -> Spec:  # fmt: skip
    """Draw a state of all units after a sweep, above that of the loop; played sweep by sweep.

    Parameters
    ----------
    found
    where
        Of the state in the whole state of the layer.
    quantity
        Its name and colours.
    labels
        What a person reads at each time step.
    unit
        That is marked.
    """
    truth = found.truth[:, where].T
    bound = max(1.0, float(np.abs(truth).max(initial=0.0)))
    played = _spread(len(found.states), max(2, min(_PLAYED, _MOST_NUMBERS // max(1, truth.size))))
    across, upwards = steps(labels), units(np.arange(len(truth)), unit)
    maps = [
        Panel(quantity, found.states[played[0]][:, where].T, across, upwards, bound,
              title=f"{quantity.label} after sweep {played[0]}"),
        Panel(quantity, truth, across, upwards, bound, title="in the loop"),
    ]  # fmt: skip
    spec = maps_spec(maps, columns=1)
    frame = spec["layout"]
    first, *others = frame["annotations"]
    spec["frames"] = [
        {
            "name": str(sweep),
            "data": [{"type": "heatmap", "z": found.states[sweep][:, where].T}],
            "traces": [0],
            "layout": {"annotations": [_renamed(first, played[0], sweep), *others]},
        }
        for sweep in played
    ]
    frame["sliders"] = [_slider(played)]
    frame["updatemenus"] = [_play()]
    frame["margin"] |= {"b": 90}
    frame["height"] += 100
    return spec


def sweeps_course_spec(
    found: Sequence[Sweeps], marks: Sequence[Mark] = (), shown: int | None = None,
    height: int = 280,
) -> Spec:  # fmt: skip
    """Draw the number of sweeps over training, beside the largest modulus of an eigenvalue.

    Parameters
    ----------
    found
        By iteration.
    marks
        What was done to the run.
    shown
        Iteration marked by a line.
    """
    x = np.array([each.iteration for each in found])
    needed = np.array([np.nan if each.needed is None else each.needed for each in found], float)
    radii = np.array([each.radius for each in found])
    frame = layout(
        height,
        xaxis=iteration_axis(x, rangemode="tozero"),
        yaxis=axis("sweeps", rangemode="tozero"),
        yaxis3=axis(
            "largest modulus",
            overlaying="y",
            side="right",
            showgrid=False,
            zeroline=False,
            tickmode="auto",
        ),
        showlegend=True,
        shapes=[],
    )
    frame["margin"] |= {"t": 40, "r": 60}
    if not np.isfinite(needed).any():
        frame["annotations"] = [note("No number of sweeps was found yet.")]
    if shown is not None:
        line = {"color": NEUTRAL, "width": 1, "dash": "dot"}
        across = {"yref": "paper", "y0": 0, "y1": 1, "x0": shown, "x1": shown}
        frame["shapes"].append({"type": "line", "line": line, **across})
    lines = [
        _line(x, needed, "sweeps", COLOURS[0]),
        _line(x, radii, "largest modulus, median step", COLOURS[1]) | {"yaxis": "y3"},
    ]
    return add_marks({"data": lines, "layout": frame}, marks)


def _spread(count: int, most: int) -> list[int]:
    """Return at most so many of the numbers below a count, evenly spread, with both ends."""
    return [int(each) for each in np.unique(np.linspace(0, count - 1, min(most, count)).round())]


def _renamed(title: Spec, before: int, sweep: int) -> Spec:
    return title | {"text": title["text"].replace(f"sweep {before}", f"sweep {sweep}", 1)}


def _slider(played: Sequence[int]) -> Spec:
    at_once = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}}
    return {
        "active": 0,
        "currentvalue": {"prefix": "sweep "},
        "pad": {"t": 40, "l": 70},
        "steps": [
            {"label": str(sweep), "method": "animate", "args": [[str(sweep)], at_once]}
            for sweep in played
        ],
    }


def _play() -> Spec:
    pace = {"frame": {"duration": _TICK_MS, "redraw": True}, "transition": {"duration": 0}}
    return {
        "type": "buttons",
        "showactive": False,
        "x": 0,
        "y": 0,
        "xanchor": "left",
        "yanchor": "top",
        "pad": {"t": 50},
        "buttons": [{"label": "▶ Play", "method": "animate", "args": [None, pace]}],
    }


def _line(x: NDArray[np.int64], y: Numbers, name: str, colour: str) -> Spec:
    return {
        "type": "scatter",
        "mode": "lines+markers" if y.size < 60 else "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": 2},
        "marker": {"size": 4},
        "hovertemplate": f"{name}, iteration %{{x:,d}}: %{{y{NUMBER}}}<extra></extra>",
    }
