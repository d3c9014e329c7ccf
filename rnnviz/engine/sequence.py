"""The record of a single sequence: what a trace is made of, in one forward and one backward pass.

Two gradients are wanted of a sequence that is looked at: that of its loss, and that of its last
scored step's share of the loss, which alone can be seen to vanish. Both need the same forward pass,
and backward uses up what forward left. So the sequence goes through twice, side by side, as if it
were a batch of two; that costs little more than one, and no gradient w.r.t. weights is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from rnnviz.engine.cells import Cell
from rnnviz.engine.losses import LOSSES, Mask, Targets
from rnnviz.engine.products import Array

if TYPE_CHECKING:
    from rnnviz.engine.network import Network


@dataclass(frozen=True)
class SequenceLayer:
    """What one layer computed on one sequence.

    Parameters
    ----------
    gates : dict of array, (T, H)
    h, c : array, (T, H)
        `c` is None where the cell has no cell state; so are its gradients.
    d_h, d_c : array, (T, H)
        dL/dh_t and dL/dc_t, total derivatives.
    last_d_h, last_d_c : array, (T, H)
        The same of the last scored step's share of the loss: its own loss over the number of scored
        steps, so that the shares of all steps add up to the loss.
    """

    gates: Mapping[str, Array]
    h: Array
    c: Array | None
    d_h: Array
    d_c: Array | None
    last_d_h: Array
    last_d_c: Array | None


@dataclass(frozen=True)
class SequenceRecord:
    """What a network computed on one sequence.

    Parameters
    ----------
    loss
        Mean over the scored steps.
    outputs : array, (T, K)
    d_x : array, (T, D)
        dL/dx_t.
    layers : tuple of SequenceLayer
        From the input up.
    """

    loss: float
    outputs: Array
    d_x: Array
    layers: tuple[SequenceLayer, ...]


def record_sequence(
    network: Network,
    x: Array,
    y: Targets,
    mask: Mask | None = None,
    loss: str = "cross_entropy",
    truncate: int | None = None,
) -> SequenceRecord:
    """Record one sequence, with the gradient of its loss and of its last scored step's share.

    Parameters
    ----------
    x, y, mask, loss, truncate
        As in `Network.record`, with B = 1.

    Raises
    ------
    ValueError
        If there is more than one sequence, or an argument does not fit.
    """
    x, y, mask = network.checked(x, y, mask, loss, truncate)
    if x.shape[1] != 1:
        raise ValueError(f"x must be a single sequence (B = 1), got B = {x.shape[1]}")
    last = len(x) - 1 if mask is None else int(np.flatnonzero(mask[:, 0])[-1])
    has_time = y.ndim == LOSSES[loss].target_axes
    unrolled = network.unroll(np.repeat(x, 2, axis=1))
    with np.errstate(all="ignore"):
        value = unrolled.loss(
            loss,
            np.repeat(y, 2, axis=1 if has_time else 0),
            None if mask is None else np.repeat(mask, 2, axis=1),
        )
        # The mean is over both copies; each shall have the gradient that it has alone.
        unrolled.d_outputs *= 2
        unrolled.d_outputs[:last, :, 1] = 0
        unrolled.backward(truncate)
        d_x = unrolled.input_gradient()[:, :, 0].copy()
    return SequenceRecord(
        loss=value,
        outputs=unrolled.outputs[:, :, 0].copy(),
        d_x=d_x,
        layers=tuple(_layer(layer) for layer in unrolled.layers),
    )


def _layer(layer: Cell) -> SequenceLayer:
    has_c = "c" in layer.state_names
    states, d_states = layer.states, layer.d_states
    return SequenceLayer(
        gates={letter: layer.gate(letter)[:, :, 0].copy() for letter in layer.gates},
        h=layer.h[:, :, 0].copy(),
        c=states["c"][1:, :, 0].copy() if has_c else None,
        d_h=layer.d_h[:, :, 0].copy(),
        d_c=d_states["c"][1:, :, 0].copy() if has_c else None,
        last_d_h=layer.d_h[:, :, 1].copy(),
        last_d_c=d_states["c"][1:, :, 1].copy() if has_c else None,
    )
