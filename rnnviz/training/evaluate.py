"""How well a network does on a batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Network
from rnnviz.tasks.task import Batch, Task


@dataclass(frozen=True)
class Score:
    """Result of an evaluation.

    Parameters
    ----------
    accuracy
        Share of the scored steps whose largest output is the target, 0..1; NaN when an output is
        not a number.
    scored
        How many steps were scored.
    """

    accuracy: float
    scored: int


def accuracy_of(outputs: NDArray[np.floating], batch: Batch) -> float:
    """Return the share of scored steps whose largest output is the target.

    NaN when an output is not a finite number: nothing was said then.

    Parameters
    ----------
    outputs : array, (T, B, K)
        Logits.
    batch : Batch
        With class targets `y` (T, B).
    """
    if not np.isfinite(outputs).all():
        return float("nan")
    hits = outputs.argmax(axis=2) == batch.y
    return float(hits.mean() if batch.mask is None else hits[batch.mask].mean())


def evaluate(network: Network, task: Task) -> Score:
    """Score the network on the task's fixed evaluation sequences."""
    batch = task.evaluation()
    scored = batch.y.size if batch.mask is None else int(batch.mask.sum())
    return Score(accuracy_of(network.predict(batch.x), batch), scored)
