"""Record: a copy of everything that one pass over a batch computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rnnviz.engine.attention import AttentionRecord
from rnnviz.engine.products import Array


@dataclass(frozen=True)
class LayerRecord:
    """What one layer computed.

    Parameters
    ----------
    gates : dict of array, (T, B, H)
        LSTM: `i f g o`. GRU: `r z n`. Empty for a cell without gates.
    h : array, (T, B, H)
        Hidden state after each time step.
    c : array, (T, B, H), or None
        Cell state after each time step; None where the cell has none.
    d_h, d_c : array, (T, B, H), or None
        dL/dh_t and dL/dc_t, total derivatives; `d_c` is None where the cell has no cell state, both
        are where there is no loss.
    """

    gates: Mapping[str, Array]
    h: Array
    c: Array | None
    d_h: Array | None
    d_c: Array | None


@dataclass(frozen=True)
class Record:
    """Everything that one pass over a batch computed.

    Parameters
    ----------
    loss
        Mean over the scored steps and sequences; nats for cross-entropy.
    outputs : array, (T, B, K)
        Logits, or predicted values.
    d_x : array, (T, B, D)
        dL/dx_t.
    layers : tuple of LayerRecord
        From the input up.
    gradients : dict of array
        dL/d of each parameter, same keys and shapes as `Network.parameters`.
    d_initial : dict of array, (layers, B, H)
        dL/d of the initial state, `"h"` and for an LSTM `"c"`. Zero when truncated: the gradient
        is cut at step 0 too.
    final : dict of array, (layers, B, H)
        The state after the last step, which can be the initial state of the next record.
    attention : AttentionRecord or None
        What attention computed; None without attention.
    """

    loss: float
    outputs: Array
    d_x: Array
    layers: tuple[LayerRecord, ...]
    gradients: Mapping[str, Array]
    d_initial: Mapping[str, Array]
    final: Mapping[str, Array]
    attention: AttentionRecord | None = None


def time_first(block: Array) -> Array:
    """Copy `(T, features, B)` to `(T, B, features)`."""
    return np.array(block.transpose(0, 2, 1), order="C", copy=True)
