"""Evaluation: how well a network does on the sequences that its task sets aside for that."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Network
from rnnviz.tasks.task import Batch, Measure, Task, score_of
from rnnviz.training.limits import evaluated


@dataclass(frozen=True)
class Score:
    """Result of an evaluation.

    Parameters
    ----------
    value
        In the task's measure: accuracy, 0..1, or mean squared error. NaN if an output of the
        network is not a finite number.
    held_out
        The same on sequences that are never used for training; None if the task has none.
    measure
        `"accuracy"` or `"error"`.
    scored
        Number of steps over which `value` was measured.
    sequences, of
        On how many sequences `value` was measured, and how many there are; fewer if evaluating all
        of them would take too long.
    """

    value: float
    held_out: float | None
    measure: Measure
    scored: int
    sequences: int
    of: int

    @property
    def of_fewer(self) -> bool:
        """Whether only some of the sequences were evaluated."""
        return self.sequences < self.of

    @property
    def accuracy(self) -> float:
        """The accuracy; NaN for targets that are numbers, which are never met exactly."""
        return self.value if self.measure == "accuracy" else math.nan


def finite_score(outputs: NDArray[np.floating], batch: Batch, measure: Measure) -> float:
    """Return `score_of` the outputs (T, B, K), or NaN if one of them is not a finite number."""
    return score_of(outputs, batch, measure) if np.isfinite(outputs).all() else math.nan


def evaluate(network: Network, task: Task) -> Score:
    """Score the network on the task's evaluation sequences, and on the held-out ones.

    If all of them would take too long for an evaluation at every tick, only some are used.
    """
    batch, held_out = evaluated(network.architecture, task)
    scored = batch.y.shape[0] * batch.y.shape[1] if batch.mask is None else int(batch.mask.sum())
    return Score(
        value=finite_score(network.predict(batch.x), batch, task.measure),
        held_out=None
        if held_out is None
        else finite_score(network.predict(held_out.x), held_out, task.measure),
        measure=task.measure,
        scored=scored,
        sequences=batch.x.shape[1],
        of=task.evaluation().x.shape[1],
    )
