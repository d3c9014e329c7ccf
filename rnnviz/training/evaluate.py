"""Evaluation: how well a network does on the sequences that its task sets aside for that."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Network, answer_freely
from rnnviz.engine.architecture import Architecture
from rnnviz.tasks.answered import Answered
from rnnviz.tasks.task import Batch, Measure, Task, has_targets, score_of
from rnnviz.training.limits import evaluated


@dataclass(frozen=True)
class FreeScore:
    """How well a network answers whole sources.

    Parameters
    ----------
    whole
        Share of the answers without a wrong symbol, on the sequences of `Score.value`.
    forced
        Accuracy of the symbols with the true answers as inputs, as in training (teacher forcing),
        on the same sequences.
    held_out_whole, held_out_forced
        The same on the held-out sequences; None if the task has none.
    """

    whole: float
    forced: float
    held_out_whole: float | None = None
    held_out_forced: float | None = None


@dataclass(frozen=True)
class Score:
    """Result of an evaluation.

    Parameters
    ----------
    value
        In the task's measure: accuracy, 0..1, or mean squared error. NaN if an output of the
        network is not a finite number, or if there is nothing to score: no readout, or no target.
    held_out
        The same on sequences that are never used for training; None if the task has none.
    measure
        `"accuracy"` or `"error"`.
    scored
        Number of steps over which `value` was measured.
    sequences, of
        On how many sequences `value` was measured, and how many there are; fewer if evaluating all
        of them would take too long.
    free
        What else is known where the network answers with its own last answer as input, which
        `value` and `held_out` then measure; None for all other tasks.
    """

    value: float
    held_out: float | None
    measure: Measure
    scored: int
    sequences: int
    of: int
    free: FreeScore | None = None

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


def evaluate(network: Network, task: Task, also: Sequence[Architecture] = ()) -> Score:
    """Score the network on the task's evaluation sequences, and on the held-out ones.

    If all of them would take too long for an evaluation at every tick, only some are used.

    Parameters
    ----------
    network
    task
    also
        Other networks, for which the same sequences must not take too long either.
    """
    if not (network.architecture.has_readout and has_targets(task)):
        there = task.evaluation().x.shape[1]
        return Score(math.nan, None, task.measure, 0, there, there)
    batch, held_out = evaluated(network.architecture, task, also)
    scored = batch.y.shape[0] * batch.y.shape[1] if batch.mask is None else int(batch.mask.sum())
    score = Score(
        value=_as_trained(network, task, batch),
        held_out=None if held_out is None else _as_trained(network, task, held_out),
        measure=task.measure,
        scored=scored,
        sequences=batch.x.shape[1],
        of=task.evaluation().x.shape[1],
    )
    return _freely(network, task, score, batch, held_out) if isinstance(task, Answered) else score


def _as_trained(network: Network, task: Task, batch: Batch) -> float:
    """Score the network on a batch with the inputs that it has in training."""
    return finite_score(network.predict(batch.x, batch.answering), batch, task.measure)


def _freely(
    network: Network, task: Answered, score: Score, batch: Batch, held_out: Batch | None
) -> Score:
    """Score the answers that the network gives with its own last answer as input."""
    value, whole = answered(network, task, batch)
    if held_out is None:
        return replace(score, value=value, free=FreeScore(whole, score.value))
    unseen, unseen_whole = answered(network, task, held_out)
    free = FreeScore(whole, score.value, unseen_whole, score.held_out)
    return replace(score, value=value, held_out=unseen, free=free)


def answered(network: Network, task: Answered, batch: Batch) -> tuple[float, float]:
    """Return which share of the symbols is right, and of whole answers, running freely.

    A symbol is compared with the true one at its place, up to the end of the true answer. NaN where
    an output of the network is not a finite number.
    """
    answering, mask = task.answering, batch.mask
    outputs = answer_freely(network, batch.x, answering, task.fed_back)
    if mask is None or not np.isfinite(outputs).all():
        return math.nan, math.nan
    asked = mask[answering.first :]
    right = outputs.argmax(axis=2) == batch.y[answering.first :]
    return float(right[asked].mean()), float((right | ~asked).all(axis=0).mean())
