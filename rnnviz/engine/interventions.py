"""Interventions: to hold a gate, to silence a unit, to shift the forget bias while it runs.

They change what the network computes, not its weights, and are exact in both directions: a gate
that is held has no gradient by its weights, and everything else has the gradient that it has in the
changed network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnviz.engine import checks

if TYPE_CHECKING:
    from rnnviz.engine.architecture import Architecture

Units = tuple[int, ...] | None


@dataclass(frozen=True)
class Hold:
    """Hold a gate at a value, at every time step.

    Parameters
    ----------
    gate
        Its letter: `i f g o` of an LSTM, `r z n` of a GRU.
    value
        What it is held at. Any finite number; 0..1 is what a sigmoid could be.
    units
        Which units; None means all.
    layer
        Which layer; None means all.
    """

    gate: str
    value: float
    units: Units = None
    layer: int | None = None


@dataclass(frozen=True)
class Silence:
    """Make the hidden state of some units 0 after every time step; the cell state goes on.

    dL/dh_t of a silent unit is still recorded: what the loss would gain if the unit spoke.

    Parameters
    ----------
    units
        Which units; None means all.
    layer
        Which layer; None means all.
    """

    units: Units = None
    layer: int | None = None


@dataclass(frozen=True)
class ShiftForgetBias:
    """Add to the bias of an LSTM's forget gate.

    Where input and forget gate are coupled, f = 1 - i, it is taken from the bias of i.

    Parameters
    ----------
    amount
        What is added; positive remembers longer.
    layer
        Which layer; None means all.
    """

    amount: float
    layer: int | None = None


Intervention = Hold | Silence | ShiftForgetBias


def check(item: Intervention, architecture: Architecture) -> None:
    """Refuse an intervention that the network has no place for.

    Raises
    ------
    ValueError
        If the gate, a unit or the layer does not exist, or a value is not finite.
    """
    if not isinstance(item, Intervention):
        raise ValueError(
            f"intervention must be Hold, Silence or ShiftForgetBias, got {type(item).__name__}"
        )
    if item.layer is not None:
        checks.whole("layer", item.layer, 0, architecture.layers - 1)
    if isinstance(item, ShiftForgetBias):
        checks.finite("amount", item.amount)
        if architecture.cell != "lstm":
            raise ValueError(f"the forget bias is an LSTM's, got it for {architecture.cell}")
        return
    if not (item.units is None or isinstance(item.units, tuple)):
        raise ValueError(
            f"units must be a tuple of whole numbers or None, got {checks.shown(item.units)}"
        )
    for unit in item.units or ():
        checks.whole("unit", unit, 0, architecture.hidden_size - 1)
    if isinstance(item, Hold):
        checks.finite("value", item.value)
        _check_gate(item.gate, architecture)


def _check_gate(gate: str, architecture: Architecture) -> None:
    allowed = architecture.cell_type.holdable()
    if not isinstance(gate, str) or len(gate) != 1 or gate not in allowed:
        can = allowed if allowed else "none: it has no gates of its own"
        got = f"{checks.shown(gate)} for {architecture.cell}"
        raise ValueError(f"gate must be one of {can}, got {got}")


def of_layer(items: Sequence[Intervention], layer: int) -> list[Intervention]:
    """Return those that meet a layer."""
    return [item for item in items if item.layer in (None, layer)]


def units_of(item: Hold | Silence, H: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the numbers of the units."""
    return np.arange(H) if item.units is None else np.array(item.units, np.intp)
