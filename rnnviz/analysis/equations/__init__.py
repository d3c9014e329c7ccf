"""One unit at one time step: every number of its equations, forward and backward.

    equations = stages(trace, architecture, Where(layer=0, unit=3, step=5), "forward")

gives the stages in which the cell is usually explained, each with its formula, the numbers in it,
the weighted inputs by size of their contribution, the result, and what was recorded.

`parts` what a stage is made of, `place` the numbers around one unit at one step, `gradients` what
both ways back share, `outputs` where they begin, `lstm`, `gru` and `elman` the stages of each cell,
`attention` those of attention over the hidden states, where the network has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from rnnviz.analysis.equations import attention, elman, gru, lstm
from rnnviz.analysis.equations.gradients import Gradients, opening_step
from rnnviz.analysis.equations.parts import (
    Equation,
    Number,
    Stage,
    Term,
    WeightedSum,
    number_text,
)
from rnnviz.analysis.equations.place import Place, Where
from rnnviz.engine.architecture import Architecture
from rnnviz.recording.trace import Trace

Direction = Literal["forward", "backward"]

#: By the name that a cell's spec has for it.
_EXPLAINED = {
    "lstm": (lstm.forward, lstm.backward, lstm.gate_gradients),
    "gru": (gru.forward, gru.backward, gru.gate_gradients),
    "elman": (elman.forward, elman.backward, elman.gate_gradients),
}


def stages(
    trace: Trace,
    architecture: Architecture,
    where: Where,
    direction: Direction,
    input_names: Sequence[str] = (),
) -> tuple[Stage, ...]:
    """Compute the equations of one unit at one time step.

    Parameters
    ----------
    trace
        The state before its first step is 0, as that of every probe.
    architecture
        Of the network that made it.
    direction
        `"forward"` ends in the states of the step, `"backward"` in the gradients w.r.t. them:
        of the whole loss, the mean over the scored steps.
    input_names
        Names of the inputs; they are counted where these do not fit.

    Returns
    -------
    tuple of Stage
        In the order in which they are computed.

    Raises
    ------
    ValueError
        If the cell's equations are not explained, or there is no such layer, unit or time step; or
        backward, if there is no gradient.
    """
    cell = architecture.cell_type
    explained = _EXPLAINED.get(cell.spec.explained_by)
    if explained is None:
        raise ValueError(
            "No explanation is written yet for this variant of the cell "
            f"({_variant(architecture)}): gates, states and gradients are on the other pages."
        )
    forward, backward, gate_gradients = explained
    if direction == "backward" and not trace.has_gradients:
        raise ValueError("No step has a target, so there is no loss, and no gradient to come back")
    # What has diverged is shown as what it is, and infinities and NaN need no warning.
    with np.errstate(all="ignore"):
        place = Place.of(trace, architecture, where, tuple(input_names))
        if direction == "forward":
            return (*forward(place), *attention.forward(place))
        return (*attention.backward(place), *backward(place, Gradients(place, gate_gradients)))


def _variant(architecture: Architecture) -> str:
    """Name what differs from the cell that is explained."""
    if architecture.reset == "before":
        return "the GRU whose reset gate acts before the recurrent product"
    return architecture.cell_type.__name__


__all__ = [
    "Direction",
    "Equation",
    "Number",
    "Stage",
    "Term",
    "WeightedSum",
    "Where",
    "number_text",
    "opening_step",
    "stages",
]
