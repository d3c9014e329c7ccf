"""Fixed points of a run: in their first principal components, and as the canvas draws them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.memory.births import Moment
from rnnviz.analysis.memory.planes import Plane, plane_of
from rnnviz.analysis.memory.resting import KINDS, Kind
from rnnviz.analysis.memory.resting_search import FixedPoints
from rnnviz.analysis.memory.resting_sentences import text
from rnnviz.figures.spec import (
    MARK_COLOUR,
    NEUTRAL,
    Spec,
    add_marks,
    axis,
    iteration_axis,
    layout,
    note,
    short_label,
)
from rnnviz.numbers import percent
from rnnviz.training import Mark

#: Colour and shape of each kind; shape and legend tell them apart without colours.
MARKS: dict[Kind, tuple[str, str]] = {
    "stable": ("#009E73", "circle"),
    "saddle": ("#D55E00", "circle-open"),
    "undecided": ("#8E6BBF", "square"),
    "slow": ("#E69F00", "diamond"),
}
_NAMES: dict[Kind, str] = {
    "stable": "stable",
    "saddle": "saddle",
    "undecided": "undecided",
    "slow": "slow",
}
#: So that a distance is as long upward as across; the frame gives way, not the range.
_SAME_SCALE: Spec = {"scaleanchor": "x", "constrain": "domain"}
#: Half the length of an unstable direction, as a share of the spread of the recorded states.
_LENGTH = 0.12


def fixed_points_spec(found: FixedPoints, dimensions: int = 2, height: int = 420) -> Spec:
    """Draw fixed points in the first principal components of recorded states.

    Lines are unstable directions, as far as they lie in these components; dots are the recorded
    states from which the search began.

    Parameters
    ----------
    found
        As `rnnviz.analysis.fixed_points` returns it.
    dimensions
        2 or 3 components; there are fewer if the state has fewer numbers.

    Raises
    ------
    ValueError
        If there are other than 2 or 3 dimensions.
    """
    if dimensions not in (2, 3):
        raise ValueError(f"dimensions must be 2 or 3, got {dimensions}")
    plane = plane_of(np.concatenate([found.around, found.points]), dimensions)
    k = len(plane.axes)
    frame = _frame(plane, height, k)
    if not len(found):
        frame["annotations"] = [note("No fixed point was found, and no slow point.")]
        return {"data": [], "layout": frame}
    data = [_states(plane, found)]
    for kind in KINDS:
        places = found.of(kind)
        if places.size:
            data += [_directions(plane, found, places, kind), _points(plane, found, places, kind)]
    if k == 3:
        data = [_in_space(trace) for trace in data]
    return {"data": data, "layout": frame}


def fixed_points_json(found: FixedPoints, plane: Plane, layer: int, letter: str) -> dict[str, Any]:
    """Describe fixed points for the canvas, in the plane of one state of one layer.

    Parameters
    ----------
    plane
        Of that state, with k axes.
    layer, letter
        Which part of the points lies in the plane; they may have others.

    Returns
    -------
    dict
        `given`, the input that was held; `points`, a list of dicts: `kind`, `at` (k numbers),
        `directions` (lists of k numbers: unit vectors as far as they lie in the plane), and `text`,
        the lines of the tooltip.

    Raises
    ------
    ValueError
        If the points have no such part.
    """
    where = next((part for at, of, part in found.parts if (at, of) == (layer, letter)), None)
    if where is None:
        raise ValueError(f"the fixed points have no {letter} of layer {layer}")
    at = plane.of(found.points[:, where])
    points = [
        {
            "kind": kind,
            "at": at[place].tolist(),
            "directions": plane.vectors(found.directions[place][:, where]).tolist(),
            "text": text(found, place),
        }
        for place, kind in enumerate(found.kinds)
    ]
    return {"given": found.given, "points": points}


def births_spec(
    course: Sequence[Moment],
    marks: Sequence[Mark] = (),
    rewound_to: int | None = None,
    height: int = 280,
) -> Spec:
    """Draw how many points of each kind there are, over the iterations that were measured.

    Parameters
    ----------
    course
        By iteration, ascending.
    marks
        What was done to the run.
    rewound_to
        Iteration that a line marks.
    """
    iterations = np.array([moment.iteration for moment in course])
    frame = layout(
        height,
        showlegend=True,
        xaxis=iteration_axis(iterations),
        yaxis=axis("points found", rangemode="tozero"),
    )
    data = []
    for number, kind in enumerate(KINDS):
        counts = np.array([moment.counts[number] for moment in course])
        if kind != "stable" and not counts.any():
            continue
        colour, symbol = MARKS[kind]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": _NAMES[kind],
                "x": iterations,
                "y": counts,
                "line": {"color": colour, "width": 3 if kind == "stable" else 1.5, "shape": "hv"},
                "marker": {"symbol": symbol, "size": 5},
                "hovertemplate": f"iteration %{{x:,d}}: %{{y}} {_NAMES[kind]}<extra></extra>",
            }
        )
    if rewound_to is not None:
        frame["shapes"] = [
            {"type": "line", "x0": rewound_to, "x1": rewound_to, "y0": 0, "y1": 1, "yref": "paper",
             "line": {"color": NEUTRAL, "width": 1, "dash": "dot"}}
        ]  # fmt: skip
    return add_marks({"data": data, "layout": frame}, marks)


def _frame(plane: Plane, height: int, k: int) -> Spec:
    titles = [
        f"component {number + 1} ({percent(float(share))} of the variance)"
        for number, share in enumerate(plane.shares)
    ]
    if k == 3:
        names = ("xaxis", "yaxis", "zaxis")
        scene = {
            name: {
                "title": {"text": f"component {n + 1} ({percent(float(share))})"},
                "showbackground": False,
                "gridcolor": MARK_COLOUR,
                "zerolinecolor": MARK_COLOUR,
            }
            for n, (name, share) in enumerate(zip(names, plane.shares, strict=True))
        }
        return layout(height, showlegend=True, scene={**scene, "aspectmode": "data"})
    upward = titles[1] if k == 2 else ""
    return layout(
        height,
        showlegend=True,
        xaxis=axis(titles[0], constrain="domain"),
        yaxis=axis(upward, **(_SAME_SCALE if k == 2 else {"visible": False})),
    )


def _places(plane: Plane, states: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return the coordinates of states by axis; of one component the second is 0."""
    at = plane.of(states)
    if at.shape[1] == 1:
        at = np.column_stack([at, np.zeros(len(at))])
    return dict(zip("xyz", at.T, strict=False))


def _states(plane: Plane, found: FixedPoints) -> Spec:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": "recorded states",
        **_places(plane, found.around),
        "marker": {"color": NEUTRAL, "size": 3, "opacity": 0.5},
        "hoverinfo": "skip",
    }


def _points(plane: Plane, found: FixedPoints, places: NDArray[np.intp], kind: Kind) -> Spec:
    colour, symbol = MARKS[kind]
    lines = ["<br>".join(short_label(line, 80) for line in text(found, k)) for k in places]
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{_NAMES[kind]} ({places.size})",
        **_places(plane, found.points[places]),
        "marker": {
            "color": colour,
            "symbol": symbol,
            "size": 10,
            "line": {"width": 2, "color": colour},
        },
        "text": lines,
        "hovertemplate": "%{text}<extra></extra>",
    }


def _directions(plane: Plane, found: FixedPoints, places: NDArray[np.intp], kind: Kind) -> Spec:
    """Draw the unstable directions as lines through their points, in one trace."""
    ends = []
    for place in places:
        for direction in found.directions[place]:
            half = _LENGTH * (found.spread or 1.0) * direction
            here = found.points[place]
            ends += [here - half, here + half, np.full_like(half, np.nan)]
    drawn = np.array(ends).reshape(-1, found.points.shape[1])
    return {
        "type": "scatter",
        "mode": "lines",
        **_places(plane, drawn),
        "line": {"color": MARKS[kind][0], "width": 1.5},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _in_space(trace: Spec) -> Spec:
    marker = dict(trace.get("marker", {}))
    if "size" in marker:
        marker["size"] = max(2, marker["size"] // 2)
    return {**trace, "type": "scatter3d", **({"marker": marker} if marker else {})}
