"""Interventions: to hold a gate, to silence a unit, to shift the forget bias while it runs.

They change what the network computes, not its weights, and are exact in both directions: a gate
that is held has no gradient w.r.t. its weights (which the optimiser may still move, by the momentum
of earlier gradients or by weight decay), and everything else has the gradient that it has in the
changed network.
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
        What it is held at. Any finite number; 0..1 is what a sigmoid could be, -1..1 a candidate.
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
        What is added; positive opens the gate further.
    layer
        Which layer; None means all.
    """

    amount: float
    layer: int | None = None


Intervention = Hold | Silence | ShiftForgetBias


def of_layer(items: Sequence[Intervention], layer: int) -> list[Intervention]:
    """Return those that meet a layer."""
    return [item for item in items if item.layer in (None, layer)]


def units_of(item: Hold | Silence, H: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return the numbers of the units."""
    return np.arange(H) if item.units is None else np.array(item.units, np.intp)
