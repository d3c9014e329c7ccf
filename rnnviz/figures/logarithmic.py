"""What figures on a logarithmic scale share: axes, colour bars, and values that cannot be drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnviz.figures.spec import NEUTRAL, Spec, axis
from rnnviz.numbers import number

Numbers = NDArray[np.float64]


def drawable(values: ArrayLike) -> Numbers:
    """Return values with NaN, which is left out, for those that are not positive and finite."""
    wide = np.asarray(values, np.float64)
    return np.where((wide > 0) & np.isfinite(wide), wide, np.nan)


def powers_of_ten(values: ArrayLike) -> Numbers:
    """Return the base-10 logarithms of values, also of 1e-200 and 1e+200; NaN if there is none."""
    return np.log10(drawable(values))


def log_axis(title: str, *values: ArrayLike, **more: Any) -> Spec:
    """Describe a logarithmic axis for all of these values; hidden if none can be drawn."""
    powers = np.concatenate([powers_of_ten(part).ravel() for part in values])
    frame = axis(title, type="log", **more)
    return frame | (ticks(powers) if np.isfinite(powers).any() else {"visible": False})


def ticks(powers: Numbers) -> Spec:
    """Return the ticks of a logarithmic axis: powers of ten; 1, 2 and 5; or even steps.

    The shorter the axis, the finer they are, so there are always some.
    """
    low, high = np.nanmin(powers), np.nanmax(powers)
    # Around a single value plotly leaves a decade on each side.
    if high - low >= 1.3 or high == low:
        return {"dtick": _stride(powers), "exponentformat": "power"}
    if high - low >= 0.7:
        decades = 10.0 ** np.arange(np.floor(low), np.ceil(high) + 1)
        values = np.outer(decades, (1.0, 2.0, 5.0)).ravel()
    else:
        values = _even(float(10**low), float(10**high))
    return {"tickvals": values, "ticktext": [number(value, 4) for value in values]}


def _even(low: float, high: float) -> Numbers:
    """Return evenly spaced round numbers, at most a quarter of the range apart, past both ends."""
    rough = max(high - low, 0.02 * high) / 4
    power = 10.0 ** np.floor(np.log10(rough))
    step = power * max((size for size in (2, 5) if size * power <= rough), default=1)
    numbers: Numbers = step * np.arange(np.floor(low / step) - 1, np.ceil(high / step) + 2)
    return numbers[numbers > 0]


def power_bar(powers: Numbers, title: str = "norm") -> Spec:
    """Describe the colour bar of a map that holds logarithms."""
    bar = {"title": {"text": title, "side": "top"}, "thickness": 10, "outlinewidth": 0}
    marked = ticks(powers)
    if "tickvals" in marked:
        return bar | marked | {"tickvals": np.log10(marked["tickvals"])}
    places = np.arange(np.floor(np.nanmin(powers)), np.nanmax(powers) + 1, marked["dtick"])
    texts = [f"10<sup>{int(power)}</sup>" for power in places]
    return bar | {"tickvals": places, "ticktext": texts}


def add_level(frame: Spec, height: float, text: str = "", dash: str = "dash") -> None:
    """Add a line across a figure at a value of its logarithmic axis, with its name at the right."""
    line = {"color": NEUTRAL, "width": 1.5 if text else 1, "dash": dash}
    across = {"xref": "paper", "x0": 0, "x1": 1, "y0": height, "y1": height}
    frame.setdefault("shapes", []).append({"type": "line", "line": line, **across})
    if text:
        # On a logarithmic axis plotly positions annotations, but not shapes, by the exponent.
        place = {"xref": "paper", "x": 1, "y": float(np.log10(height))}
        anchors = {"xanchor": "right", "yanchor": "bottom", "showarrow": False}
        frame.setdefault("annotations", []).append({"text": text, **place, **anchors})


def _stride(powers: Numbers) -> int:
    """Return the distance of ticks on a logarithmic axis, in decades: about six of them."""
    return max(1, int(np.ceil((np.nanmax(powers) - np.nanmin(powers)) / 6)))
