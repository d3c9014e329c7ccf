"""What the exhibits of attention show: at which steps of the source the answers look."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rnnviz.gallery.claims import trained
from rnnviz.gallery.exhibit import Numbers
from rnnviz.link import Experiment
from rnnviz.tasks.answered import Answered
from rnnviz.training.evaluate import answered


def reversing(experiment: Experiment) -> Numbers:
    """Return how a network that must reverse its source does so, on the evaluation sequences.

    `right` and `whole` are the shares of symbols and of whole answers that are right, running
    freely. The others are of the weights of attention with the true answers as inputs: `true` is
    the mean weight of the step at which the symbol was read that must be answered; `after` that of
    the step after it, from the second answer on, as the first has none; `spread` is the entropy
    over that of even weights, at most 1.
    """
    trainer, task = trained(experiment), experiment.task
    assert isinstance(task, Answered)
    batch, first = task.evaluation(), task.answering.first
    right, whole = answered(trainer.network, task, batch)
    attention = trainer.network.record(
        batch.x, batch.y, batch.mask, answering=batch.answering
    ).attention
    assert attention is not None
    weights = attention.weights[first:, :first]
    answer, read = np.arange(len(weights)), where_read(task)
    terms = weights * np.log(np.maximum(weights, np.finfo(float).tiny))
    return {
        "right": right,
        "whole": whole,
        "true": float(weights[answer, read].mean()),
        "after": float(weights[answer[1:], read[1:] + 1].mean()),
        "spread": float(-terms.sum(axis=1).mean() / np.log(first)),
    }


def where_read(task: Answered) -> NDArray[np.intp]:
    """Return for each answer the step at which its symbol was read, if it must be reversed."""
    return task.answering.first - 1 - np.arange(task.answers)


def held_out_answers(experiment: Experiment) -> Numbers:
    """Return the share of held-out sources that are answered right, and without attention."""
    without = replace(experiment, config=replace(experiment.config, attention="none"))
    return {"whole": _held_out_whole(experiment), "without": _held_out_whole(without)}


def _held_out_whole(experiment: Experiment) -> float:
    task = experiment.task
    assert isinstance(task, Answered)
    batch = task.held_out()
    assert batch is not None
    return answered(trained(experiment).network, task, batch)[1]
