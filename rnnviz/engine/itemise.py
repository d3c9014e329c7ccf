"""Itemised gradients: the loss of each single output step w.r.t. the states at each time step.

The total per-step gradient is a sum over all outputs that follow. If every step is scored, it does
not show vanishing, because every step adds a fresh gradient of its own. The items do. With
attention an item reaches the earlier states both over the recurrence and over attention.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.answering import Answering
from rnnviz.engine.losses import LOSSES, Mask, Targets
from rnnviz.engine.norms import norms
from rnnviz.engine.products import Array
from rnnviz.engine.stack import LayerValues

if TYPE_CHECKING:
    from rnnviz.engine.network import Network

# Number of items in one backward pass: more needs proportionally more memory, and is no faster.
SIDE_BY_SIDE = 64
NUMBERS = 2**19  # of one buffer (T, H, items) of all layers: 4 MB, of some 14 such buffers


@dataclass(frozen=True)
class Itemised:
    """The gradient of each scored step's share of the loss w.r.t. the states at each time step.

    Parameters
    ----------
    scored : array of int, (S,)
        The scored time steps. Their shares of the loss add up to the loss.
    d_h, d_c : tuple of array of float64, (S, T), one for each layer
        Norm over units of dL_s/dh_t and dL_s/dc_t; 0 for t > s. `d_c` is empty where the cell has
        no cell state.
    d_h_vectors, d_c_vectors : tuple of array, (S, T, H)
        The vectors themselves, if requested; else empty.
    """

    scored: NDArray[np.intp]
    d_h: tuple[NDArray[np.float64], ...]
    d_c: tuple[NDArray[np.float64], ...]
    d_h_vectors: tuple[Array, ...] = ()
    d_c_vectors: tuple[Array, ...] = ()


def itemised(
    network: Network,
    x: Array,
    y: Targets,
    mask: Mask | None = None,
    loss: str = "cross_entropy",
    truncate: int | None = None,
    answering: Answering | None = None,
    *,
    keep_vectors: bool = False,
) -> Itemised:
    """Split the loss of one sequence by output steps.

    The items are processed side by side, as if they were the sequences of a batch: one backward
    pass for 64 of them (fewer if T and H are large).

    Parameters
    ----------
    x, y, mask, loss, truncate, answering
        As in `Network.record`, with B = 1.
    keep_vectors
        Whether to return the vectors besides their norms; memory proportional to S T H.

    Raises
    ------
    ValueError
        If there is more than one sequence, or an argument does not fit.
    """
    x, y, mask = network.checked(x, y, mask, loss, truncate, answering)
    if x.shape[1] != 1:
        raise ValueError(f"x must be a single sequence (B = 1), got B = {x.shape[1]}")
    unrolled = network.unroll(x, answering=answering)
    with np.errstate(all="ignore"):
        unrolled.loss(loss, y, mask)
    d_outputs = unrolled.d_outputs[:, :, 0].copy()
    scored = np.arange(len(x)) if mask is None else np.flatnonzero(mask[:, 0])
    if y.ndim < LOSSES[loss].target_axes:  # the last step alone
        scored = scored[-1:]
    found: dict[str, list[list[Array]]] = {"h": [], "c": []}
    for items in groups(scored, len(x), _width(network, len(x))):
        layers = _send_back(network, x, d_outputs, items, truncate, answering)
        found["h"].append([_item_first(layer.d_h) for layer in layers])
        d_c = [layer.d_c for layer in layers if layer.d_c is not None]
        if d_c:
            found["c"].append([_item_first(of_layer) for of_layer in d_c])
    d_h, d_c_vectors = _joined(found["h"]), _joined(found["c"])
    return Itemised(
        scored,
        tuple(norms(vectors) for vectors in d_h),
        tuple(norms(vectors) for vectors in d_c_vectors),
        *((d_h, d_c_vectors) if keep_vectors else ()),
    )


def groups(items: NDArray[np.intp], steps: int, H: int) -> Iterator[NDArray[np.intp]]:
    """Yield groups of items, each small enough for one backward pass."""
    size = min(SIDE_BY_SIDE, max(1, NUMBERS // (steps * H)))
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _width(network: Network, steps: int) -> int:
    """Return how many numbers a step of an item takes: of all layers, and of attention."""
    return network.hidden_size * network.layers + (steps if network.architecture.attends else 0)


def _send_back(
    network: Network,
    x: Array,
    d_outputs: Array,
    items: NDArray[np.intp],
    truncate: int | None,
    answering: Answering | None,
) -> tuple[LayerValues, ...]:
    """Run backward with one sequence per item, which has the gradient of its own step alone."""
    side_by_side = np.repeat(x, len(items), axis=1)
    buffers = network.unroll(side_by_side, keep=False, answering=answering)
    buffers.d_outputs[:] = 0
    buffers.d_outputs[items, :, np.arange(len(items))] = d_outputs[items]
    with np.errstate(all="ignore"):
        buffers.backward(truncate)
    return buffers.layer_values()


def _item_first(block: Array) -> Array:
    """Copy `(T, H, S)` to `(S, T, H)`."""
    return block.transpose(2, 0, 1).copy()


def _joined(parts: list[list[Array]]) -> tuple[Array, ...]:
    return tuple(np.concatenate(of_layer) for of_layer in zip(*parts, strict=True))
