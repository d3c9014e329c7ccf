"""Attention as maps: the step that asks, downwards, and the step that is looked at, across."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rnnviz.figures.maps import Panel, Side, maps_spec
from rnnviz.figures.palette import SPARE, Quantity
from rnnviz.figures.spec import Spec, step_axis, step_names
from rnnviz.recording.trace import Array

#: Pixels of a map.
HEIGHT = 380

LEARNED = Quantity(
    "a", "learned attention", SPARE[0][0], "gate", "share with which a step looks at another one"
)


def attention_spec(
    found: Sequence[tuple[Quantity, Array]], labels: Sequence[str], step: int | None = None
) -> Spec:
    """Draw one or two maps of weights (T, T) side by side; what may not be looked at stays blank.

    Parameters
    ----------
    found : sequence of (Quantity, array)
        What each is called and its colour, and its weights: row t over the steps looked at.
    labels : sequence of str, length T
        Inputs of the time steps.
    step
        The asking step that is outlined.
    """
    names = step_names(labels)
    marked = None if step is None else (step - 0.5, step + 0.5)
    across = Side("looking at step", names, step_axis(names, title={"text": "step looked at"}))
    asking = step_axis(names, autorange="reversed", title={"text": "step that asks"})
    upwards = Side("step", names, asking, marked)
    panels = [
        Panel(quantity, np.where(weights == 0, np.nan, weights), across, upwards, _bound(weights))
        for quantity, weights in found
    ]
    return maps_spec(panels, height=HEIGHT)


def _bound(weights: Array) -> float:
    """Return the weight in full colour: 1, or the largest where a held gate makes it larger."""
    finite = weights[np.isfinite(weights)]
    return max(1.0, float(finite.max(initial=0.0)))
