"""Interventions during a run: hold a gate, silence a unit, shift the forget bias.

They change what the network computes, not its weights, and are exact forward and backward. A held
gate has no gradient w.r.t. its weights (though the optimiser may still move them, through the
momentum of earlier gradients or weight decay). Everything else has the gradient of the changed
network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Units = tuple[int, ...] | None


@dataclass(frozen=True)
class Hold:
    """Hold a gate at a value, at every time step.

    Parameters
    ----------
    gate
        Its letter: `i f g o` of an LSTM, `r z n` of a GRU.
    value
        The value it is held at. Any finite number; a sigmoid can reach 0..1, a candidate -1..1.
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
    """Set the hidden state of some units to 0 after every time step; the cell state goes on.

    dL/dh_t of a silent unit is still recorded: how the loss would change if the unit had an output.

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
        What is added; positive opens the gate further.
    layer
        Which layer; None means all.
    """

    amount: float
    layer: int | None = None


Intervention = Hold | Silence | ShiftForgetBias


def of_layer(items: Sequence[Intervention], layer: int) -> list[Intervention]:
    """Return the interventions that apply to a layer."""
    return [item for item in items if item.layer in (None, layer)]


def units_of(item: Hold | Silence, H: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the indices of the units."""
    return np.arange(H) if item.units is None else np.array(item.units, np.intp)
