"""Stretches in which units behave alike, under each other, with the symbols around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.figures.palette import Quantity
from rnnviz.figures.spec import (
    NEUTRAL,
    NUMBER,
    Spec,
    axis,
    colour_scale,
    heading,
    layout,
    note,
    sample,
    short_label,
)
from rnnviz.numbers import number

_ROW = 26


@dataclass(frozen=True)
class Strip:
    """One stretch with the steps around it.

    Parameters
    ----------
    name
        What a person reads at its left.
    values : array, (steps,)
        Of one unit; NaN where the sequence has no such step.
    words : sequence of str
        The input at each of these steps.
    """

    name: str
    values: NDArray[np.float64]
    words: Sequence[str]


def alike_spec(strips: Sequence[Strip], around: int, quantity: Quantity, unit: int) -> Spec:
    """Draw the stretch that was chosen, and below it those that are like it.

    Parameters
    ----------
    strips
        The first is the chosen one.
    around
        Steps before the stretch in each strip, and after it.
    quantity
        Its name and colours.
    unit
        Whose values are the colours.
    """
    if len(strips) < 2:
        return {"data": [], "layout": layout(200, annotations=[note("No stretch is like it.")])}
    values = np.array([strip.values for strip in strips])
    steps = values.shape[1]
    bound = max(1e-9, float(np.nanmax(np.abs(values), initial=0.0)))
    # Names may be the same, and a category axis would make one row of them.
    rows = np.arange(len(strips))
    frame = layout(
        _ROW * len(strips) + 90,
        xaxis=axis(
            "steps from the beginning of the stretch",
            showgrid=False,
            zeroline=False,
            **({"dtick": 1} if steps < 20 else {}),
        ),
        yaxis={
            "autorange": "reversed",
            "tickvals": rows,
            "ticktext": [short_label(strip.name, 32) for strip in strips],
            "showgrid": False,
            "zeroline": False,
            "automargin": True,
        },
        shapes=[_outline(-0.5, steps - 2 * around - 0.5), _below_first()],
        annotations=[heading(_key(quantity, unit, bound))],
    )
    frame["margin"] |= {"t": 26}
    words = [[short_label(word, 9) for word in strip.words] for strip in strips]
    picture = {
        "type": "heatmap",
        "x": np.arange(steps) - around,
        "y": rows,
        "z": values,
        "text": words,
        "zmin": 0.0 if quantity.scale == "gate" else -bound,
        "zmax": bound,
        "colorscale": colour_scale(quantity),
        "showscale": False,
        "hoverongaps": False,
        "hovertemplate": f"%{{text}}: {quantity.label} of unit {unit} %{{z{NUMBER}}}"
        "<extra></extra>",
        "xgap": 1,
        "ygap": 1,
    }
    return {"data": [picture, *([_texts(words, around)] if steps <= 24 else [])], "layout": frame}


def _texts(words: list[list[str]], around: int) -> Spec:
    """Write the symbols into the map, in the colour that text has in the theme."""
    places = [(step - around, row) for row, line in enumerate(words) for step in range(len(line))]
    x, y = zip(*places, strict=True)
    text = [word for line in words for word in line]
    return {
        "type": "scatter",
        "mode": "text",
        "x": np.array(x),
        "y": np.array(y),
        "text": text,
        "hoverinfo": "skip",
    }


def _key(quantity: Quantity, unit: int, bound: float) -> str:
    """Name the unit and what the colours mean."""
    most = number(bound, 2)
    low = (
        f"{sample(quantity.negative)} −{most}" if quantity.negative else f"{sample(NEUTRAL, '□')} 0"
    )
    return f"{quantity.label} of unit {unit} {low} {sample(quantity.colour)} {most}"


def _outline(first: float, last: float) -> Spec:
    """Outline the columns of the stretch itself."""
    line = {"color": NEUTRAL, "width": 2}
    return {
        "type": "rect",
        "line": line,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "x0": first,
        "x1": last,
    }


def _below_first() -> Spec:
    """Separate the chosen stretch from the others."""
    line = {"color": NEUTRAL, "width": 2}
    return {"type": "line", "line": line, "xref": "paper", "x0": 0, "x1": 1, "y0": 0.5, "y1": 0.5}
