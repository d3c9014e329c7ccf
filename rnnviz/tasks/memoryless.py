"""How well a model can do that sees the current input alone: what memory is worth in a task."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz.tasks.task import Batch, scored_targets

#: The range of a number is divided into this many parts, each with equally many steps.
_PARTS = 50


def best_accuracy(batch: Batch) -> float:
    """Return the best accuracy on this batch of a function of the current input.

    For each distinct input, predict its most frequent target. This is counted on the batch itself,
    so no such function does better there, however it was trained.
    """
    inputs, targets = _scored_inputs(batch), scored_targets(batch)
    _, which = np.unique(inputs, axis=0, return_inverse=True)
    pairs, counts = np.unique(np.stack([which.ravel(), targets]), axis=1, return_counts=True)
    most = np.zeros(which.max() + 1, dtype=np.int64)
    np.maximum.at(most, pairs[0], counts)
    return float(most.sum() / len(targets))


def least_error(batch: Batch) -> float:
    """Return the least mean squared error of a function of the current input, a few numbers.

    The function is a straight line (of several numbers, a plane) in each of up to 50 parts of the
    range of the first number. That is nearly, but not exactly, the best one: more parts would fit
    chance, and so would parts with fewer than ten distinct steps for each number. (Overlapping
    windows contain the same step many times.)
    """
    inputs, targets = _scored_inputs(batch), scored_targets(batch)
    order = np.argsort(inputs[:, 0], kind="stable")
    different = len(np.unique(inputs[:, 0] + 1j * targets[:, 0]))
    parts = min(_PARTS, max(1, different // (10 * inputs.shape[1])))
    total = 0.0
    for part in np.array_split(order, parts):
        x = inputs[part] - inputs[part].mean(axis=0)
        y = targets[part] - targets[part].mean(axis=0)
        slopes = np.linalg.lstsq(x, y)[0]
        total += float(((y - x @ slopes) ** 2).sum())
    return total / targets.size


def _scored_inputs(batch: Batch) -> NDArray[np.float64]:
    if batch.mask is not None:
        return batch.x[batch.mask].reshape(int(batch.mask.sum()), -1)
    return batch.x.reshape(batch.x.shape[0] * batch.x.shape[1], -1)
