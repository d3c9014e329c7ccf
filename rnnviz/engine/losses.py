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

    def of_each(self, y: Targets, mask: Mask | None, networks: int) -> NDArray[np.float64]:
        """Return the losses (R,) of R networks, and write the gradients.

        Everything has R B sequences, B of each network in turn.
        """


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
        return _average(self._of_pairs(y, mask), mask, self._d_outputs)

    def of_each(self, y: Targets, mask: Mask | None, networks: int) -> NDArray[np.float64]:
        """Return the losses of R networks, and write their gradients."""
        return _averages(self._of_pairs(y, mask), mask, self._d_outputs, networks)

    def _of_pairs(self, y: Targets, mask: Mask | None) -> Array:
        """Return the loss of each pair, (T, B), and write its gradient."""
        d_outputs, flat = self._d_outputs, self._flat
        at_target = self._first + self._batch * (y if mask is None else np.where(mask, y, 0))
        peak = np.maximum.reduce(self._outputs, axis=1, keepdims=True)
        np.subtract(self._outputs, peak, d_outputs)
        below_peak = flat.take(at_target)
        np.exp(d_outputs, d_outputs)
        total = np.add.reduce(d_outputs, axis=1, keepdims=True)
        np.divide(d_outputs, total, d_outputs)
        flat[at_target] -= self._one
        losses: Array = np.log(total[:, 0]) - below_peak
        return losses


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
        return _average(self._of_pairs(y, mask), mask, self._d_outputs)

    def of_each(self, y: Targets, mask: Mask | None, networks: int) -> NDArray[np.float64]:
        """Return the losses of R networks, and write their gradients."""
        return _averages(self._of_pairs(y, mask), mask, self._d_outputs, networks)

    def _of_pairs(self, y: Targets, mask: Mask | None) -> Array:
        """Return the loss of each pair, (T, B), and write its gradient."""
        d_outputs = self._d_outputs
        wanted = y if mask is None else np.where(mask[:, :, None], y, 0)
        np.subtract(self._outputs, wanted.transpose(0, 2, 1), d_outputs)
        losses: Array = np.square(d_outputs).mean(axis=1)
        d_outputs *= 2 / d_outputs.shape[1]
        return losses


LOSSES: dict[str, type[Loss]] = {"cross_entropy": CrossEntropy, "squared_error": SquaredError}


def _average(losses: Array, mask: Mask | None, d_outputs: Array) -> float:
    """Return the mean over the scored pairs, and scale the gradient to it."""
    if mask is None:
        np.multiply(d_outputs, np.array(1 / losses.size, d_outputs.dtype), d_outputs)
        return float(np.add.reduce(losses, axis=None)) / losses.size
    d_outputs *= (mask / np.count_nonzero(mask)).astype(d_outputs.dtype)[:, None, :]
    return float(losses[mask].mean())


def _averages(
    losses: Array, mask: Mask | None, d_outputs: Array, networks: int
) -> NDArray[np.float64]:
    """Return the mean of each network's scored pairs, and scale the gradients to them.

    Rows are contiguous, as the losses of one network are: so NumPy adds up in the same order as in
    `_average`, and the results are equal to the bit.
    """
    own = _by_network(losses, networks)
    if mask is None:
        count = losses.size // networks
        np.multiply(d_outputs, np.array(1 / count, d_outputs.dtype), d_outputs)
        rows = np.ascontiguousarray(own).reshape(networks, count)
        sums: Array = np.add.reduce(rows, axis=1)
        return sums.astype(np.float64) / count
    scored = _by_network(mask, networks)
    counts = np.count_nonzero(scored, axis=(1, 2))
    share = mask / np.repeat(counts, losses.shape[1] // networks)
    d_outputs *= share.astype(d_outputs.dtype)[:, None, :]
    if (counts == counts[0]).all():
        means = own[scored].reshape(networks, counts[0]).mean(axis=1)
    else:
        means = [each[which].mean() for each, which in zip(own, scored, strict=True)]
    return np.asarray(means, np.float64)


def _by_network(of_pairs: NDArray[Any], networks: int) -> NDArray[Any]:
    """Return what there is of each pair, (T, R B), as (R, T, B)."""
    return of_pairs.reshape(len(of_pairs), networks, -1).transpose(1, 0, 2)
