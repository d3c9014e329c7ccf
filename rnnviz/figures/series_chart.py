"""The user's own series with the network's predictions, in the units of the data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from rnnviz.figures.palette import ACCURACY_COLOUR, LOSS_COLOUR
from rnnviz.figures.spec import NEUTRAL, NUMBER, Spec, axis, layout, short_label

_HEIGHT = 280


def forecast_spec(
    places: ArrayLike,
    values: ArrayLike,
    said: ArrayLike | None,
    trained: int,
    name: str,
    dates: Sequence[str] | None = None,
) -> Spec:
    """Draw values in the order of time, what the network predicted, and what is held out.

    Parameters
    ----------
    places, values : array, (N,), N at least 1
        Index of each value, counted from 1, and the values.
    said : array, (N,), or None
        What was predicted from the values before; None if there is no network yet.
    trained
        Index of the last value that is not held out.
    name
        Name of the series; markup in it is shown as text.
    dates : sequence of str, length N, or None
        Date of each value, in ISO 8601; if given, the axis shows dates.
    """
    numbers = np.asarray(places)
    x = numbers if dates is None else list(dates)
    which = "value %{x:,d}" if dates is None else "%{x}"
    common = {"type": "scatter", "x": x}
    data: list[Spec] = [
        common
        | {
            "mode": "lines",
            "name": "data",
            "y": values,
            "line": {"color": NEUTRAL, "width": 1.5},
            "hovertemplate": f"{which}: %{{y{NUMBER}}}<extra></extra>",
        }
    ]
    if said is not None:
        data.append(
            common
            | {
                "mode": "markers",
                "name": "network",
                "y": said,
                "marker": {"color": LOSS_COLOUR, "size": 5},
                "hovertemplate": f"the network predicts %{{y{NUMBER}}}<extra></extra>",
            }
        )
    frame = layout(_HEIGHT, hovermode="x", showlegend=True)
    if dates is None:
        frame["xaxis"] = axis("number of the value", showgrid=False, tickformat=",d")
    else:
        frame["xaxis"] = axis("", showgrid=False, type="date")
    frame["yaxis"] = axis(short_label(name, 40))
    held_out = np.flatnonzero(numbers > trained)
    if len(held_out) and dates is not None:
        _shade_held_out(frame, dates[max(held_out[0] - 1, 0)], dates[-1])
    elif len(held_out):
        _shade_held_out(frame, float(numbers[held_out[0]]) - 0.5, float(numbers[-1]) + 0.5)
    return {"data": data, "layout": frame}


def _shade_held_out(frame: Spec, start: float | str, end: float | str) -> None:
    across = {"yref": "paper", "y0": 0, "y1": 1, "x0": start, "x1": end}
    look = {"type": "rect", "fillcolor": ACCURACY_COLOUR, "opacity": 0.1, "line": {"width": 0}}
    frame["shapes"] = [look | across | {"layer": "below"}]
    words = {"text": "held out", "x": end, "y": 1, "yref": "paper", "showarrow": False}
    frame["annotations"] = [words | {"xanchor": "right", "yanchor": "bottom"}]
