"""How well a model could do that sees the present input alone: what memory is worth in a task."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.tasks.task import Batch, scored_targets

#: Parts into which the range of a number is cut, each with equally many steps.
_PARTS = 50


def best_accuracy(batch: Batch) -> float:
    """Return the best accuracy on this batch of a function of the present input.

    For each different input, take the target that it has most often. Counted on the batch itself,
    so no such function does better there, whatever it was trained on.
    """
    inputs, targets = _scored_inputs(batch), scored_targets(batch)
    _, which = np.unique(inputs, axis=0, return_inverse=True)
    pairs, counts = np.unique(np.stack([which.ravel(), targets]), axis=1, return_counts=True)
    most = np.zeros(which.max() + 1, dtype=np.int64)
    np.maximum.at(most, pairs[0], counts)
    return float(most.sum() / len(targets))


def least_error(batch: Batch) -> float:
    """Return the least mean squared error of a function of the present input, a single number.

    The function is a straight line in each of 50 parts of the input's range. That is nearly, but
    not exactly, the best one: more parts would follow chance.
    """
    inputs, targets = _scored_inputs(batch)[:, 0], scored_targets(batch)
    order = np.argsort(inputs, kind="stable")
    total = 0.0
    for part in np.array_split(order, min(_PARTS, max(1, len(order) // 10))):
        x = inputs[part] - inputs[part].mean()
        y = targets[part] - targets[part].mean(axis=0)
        spread = float(x @ x)
        explained = ((x @ y) ** 2).sum() / spread if spread > 0 else 0.0
        total += float((y**2).sum() - explained)
    return max(0.0, total / targets.size)


def _scored_inputs(batch: Batch) -> NDArray[np.float64]:
    if batch.mask is not None:
        return batch.x[batch.mask].reshape(int(batch.mask.sum()), -1)
    return batch.x.reshape(batch.x.shape[0] * batch.x.shape[1], -1)
