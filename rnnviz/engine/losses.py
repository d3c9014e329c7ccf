"""Losses, and their gradients w.r.t. the outputs.

Both are means over the scored pairs of time step and sequence: all of them, or those that the mask
selects. Unscored pairs have a gradient of 0, and their targets are never read.
"""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.products import Array

Mask = NDArray[np.bool_]
Targets = NDArray[Any]


def softmax(logits: Array, axis: int = -1) -> Array:
    """Return exp(logits) / sum of exp(logits) along the axis, safe for logits of any size."""
    with np.errstate(all="ignore"):
        powers = np.exp(logits - np.max(logits, axis=axis, keepdims=True))
        probabilities: Array = powers / np.sum(powers, axis=axis, keepdims=True)
    return probabilities


class Loss(Protocol):
    """A loss over T steps of B sequences, with its buffers; its arguments have been checked."""

    target_axes: ClassVar[int]
    """How many axes the targets have."""

    def __init__(self, outputs: Array, d_outputs: Array) -> None: ...

    def __call__(self, y: Targets, mask: Mask | None) -> float:
        """Return the loss, and write its gradient w.r.t. the outputs into `d_outputs`."""


class CrossEntropy:
    """Softmax cross-entropy in nats: the mean of -log p[y], p = softmax(outputs).

    Its gradient w.r.t. the outputs is p - [k = y], over the number of scored pairs.

    Parameters
    ----------
    outputs, d_outputs : array, (T, K, B)
    """

    target_axes: ClassVar[int] = 2

    def __init__(self, outputs: Array, d_outputs: Array) -> None:
        steps, classes, batch = outputs.shape
        self._outputs, self._d_outputs = outputs, d_outputs
        self._flat = d_outputs.reshape(-1)
        # Arrays without dimensions: NumPy handles them faster than Python's numbers.
        self._batch, self._one = np.array(batch), np.array(1, outputs.dtype)
        # Index of output 0 of each pair in the flat vector.
        self._first = np.arange(steps)[:, None] * (classes * batch) + np.arange(batch)

    def __call__(self, y: Targets, mask: Mask | None) -> float:
        """Return the loss for class numbers y (T, B), and write its gradient."""
        d_outputs, flat = self._d_outputs, self._flat
        at_target = self._first + self._batch * (y if mask is None else np.where(mask, y, 0))
        peak = np.maximum.reduce(self._outputs, axis=1, keepdims=True)
        np.subtract(self._outputs, peak, d_outputs)
        below_peak = flat.take(at_target)
        np.exp(d_outputs, d_outputs)
        total = np.add.reduce(d_outputs, axis=1, keepdims=True)
        np.divide(d_outputs, total, d_outputs)
        flat[at_target] -= self._one
        return _average(np.log(total[:, 0]) - below_peak, mask, d_outputs)


class SquaredError:
    """Mean over the outputs of (outputs - y)^2, as PyTorch's `mse_loss`.

    Its gradient w.r.t. the outputs is 2 (outputs - y) / K, over the number of scored pairs.

    Parameters
    ----------
    outputs, d_outputs : array, (T, K, B)
    """

    target_axes: ClassVar[int] = 3

    def __init__(self, outputs: Array, d_outputs: Array) -> None:
        self._outputs, self._d_outputs = outputs, d_outputs

    def __call__(self, y: Targets, mask: Mask | None) -> float:
        """Return the loss for values y (T, B, K), and write its gradient."""
        d_outputs = self._d_outputs
        wanted = y if mask is None else np.where(mask[:, :, None], y, 0)
        np.subtract(self._outputs, wanted.transpose(0, 2, 1), d_outputs)
        losses = np.square(d_outputs).mean(axis=1)
        d_outputs *= 2 / d_outputs.shape[1]
        return _average(losses, mask, d_outputs)


LOSSES: dict[str, type[Loss]] = {"cross_entropy": CrossEntropy, "squared_error": SquaredError}


def _average(losses: Array, mask: Mask | None, d_outputs: Array) -> float:
    """Return the mean over the scored pairs, and scale the gradient to it."""
    if mask is None:
        np.multiply(d_outputs, np.array(1 / losses.size, d_outputs.dtype), d_outputs)
        return float(np.add.reduce(losses, axis=None)) / losses.size
    d_outputs *= (mask / np.count_nonzero(mask)).astype(d_outputs.dtype)[:, None, :]
    return float(losses[mask].mean())
