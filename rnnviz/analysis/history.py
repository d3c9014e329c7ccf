"""The course of training: few enough points to draw, and the meaning of the latest values."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnviz.numbers import number, percent
from rnnviz.tasks.task import Baseline, Measure
from rnnviz.training import Mark


def thin(
    iterations: ArrayLike, values: ArrayLike, limit: int = 500
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Keep at most `limit` points of a curve so that no peak is lost.

    Of each stretch of iterations the smallest and the largest value stay, in the order in which
    they came; so do the first and the last point. The length of a stretch is a power of two: as
    training goes on, complete stretches stay as they are, and the drawn curve does not flicker.

    Parameters
    ----------
    iterations, values : array, (N,)
    limit
        At least 4.

    Returns
    -------
    iterations, values : array of float64, (at most limit,)
        Of a stretch that has nothing but values that are not numbers, one of them stays.
    """
    x = np.asarray(iterations, dtype=np.float64)
    y = np.asarray(values, dtype=np.float64)
    if len(y) <= limit:
        return x, y
    # Two points per stretch, and two for the ends.
    stretches_allowed = (limit - 2) // 2
    stretch = 1 << math.ceil(math.log2(len(y) / stretches_allowed))
    rows = np.arange(-(-len(y) // stretch) * stretch).clip(max=len(y) - 1).reshape(-1, stretch)
    parts = y[rows]
    missing = np.isnan(parts)
    lowest = np.where(missing, np.inf, parts).argmin(axis=1)
    highest = np.where(missing, -np.inf, parts).argmax(axis=1)
    first_of = rows[:, 0]
    kept = np.unique(np.concatenate(([0], first_of + lowest, first_of + highest, [len(y) - 1])))
    kept = kept[kept < len(y)]
    return x[kept], y[kept]


def chance_loss(classes: int) -> float:
    """Return the cross-entropy in nats of equal probabilities for all classes: ln K."""
    return math.log(classes)


def loss_sentence(loss: float, classes: int | None) -> str:
    """Compare the loss with that of equal probabilities for all classes.

    If some classes are rare, a model that knows only how often each one comes has a smaller loss:
    in the copy problem, which is mostly blanks, less than half of it.

    Parameters
    ----------
    loss
        Nats for classes; mean squared error where `classes` is None.
    classes
        Number of outputs K.
    """
    if not math.isfinite(loss):
        return "The loss is no longer a number: training has diverged."
    if classes is None or classes < 2:
        return f"Loss {number(loss)} (mean squared error)."
    chance = chance_loss(classes)
    odds = f"even odds for {classes} classes"
    level = f"ln {classes} = {number(chance)}"
    found = f"Loss {number(loss)} nats (−ln of the target's probability, on average)"
    if loss > 1.05 * chance:
        return f"{found}, worse than {odds}: {level}."
    if loss > 0.95 * chance:
        return f"{found}, about that of {odds}: {level}."
    return f"{found}; {odds} give {level}."


def accuracy_sentence(accuracy: float, baseline: Baseline) -> str:
    """Compare the accuracy (0..1) with that of always guessing the most frequent target."""
    always = f'always guessing "{baseline.label}" would score {percent(baseline.accuracy)}'
    if math.isnan(accuracy):
        return f"Accuracy unknown, the outputs are not numbers; {always}."
    return f"Accuracy {percent(accuracy)}; {always}."


def error_sentence(error: float, baseline: Baseline) -> str:
    """Compare the mean squared error with that of always predicting the mean."""
    mean = baseline.error_in_words(baseline.score)
    always = f"always guessing {baseline.label}, the mean, would give {mean}"
    if math.isnan(error):
        return f"Error unknown, the outputs are not numbers; {always}."
    return f"Squared error {baseline.error_in_words(error)}; {always}."


def score_sentence(score: float, baseline: Baseline) -> str:
    """Compare a score with its baseline, in the measure of that baseline."""
    sentence = accuracy_sentence if baseline.measure == "accuracy" else error_sentence
    return sentence(score, baseline)


def score_text(score: float, measure: Measure) -> str:
    """Write a score in its measure: an accuracy, or a mean squared error."""
    return percent(score) if measure == "accuracy" else number(score)


def marks_sentence(marks: Sequence[Mark], most: int = 3) -> str:
    """Say what was done to the run, the latest changes; empty if nothing was."""
    if not marks:
        return ""
    latest = [f"{mark.text} at iteration {mark.iteration:,}" for mark in marks[-most:]]
    before = len(marks) - len(latest)
    first = f"{before} before, then " if before else ""
    return f"Each thin vertical line marks a change: {first}{'; '.join(latest)}."
