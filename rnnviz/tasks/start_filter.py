"""How well a schedule can be predicted from all days so far: a filter over the starting place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def best_answers(
    due: NDArray[np.int64],
    seen: NDArray[np.int64],
    informative: NDArray[np.bool_],
    noise: float,
    kinds: int,
) -> NDArray[np.int64]:
    """Return the most likely exercise after each day, given that day and all before it.

    This is Bayes' rule with a uniform prior over the starting places: no model can be right more
    often, except by luck.

    Parameters
    ----------
    due : array, (S, T+1, B)
        What would be due on each day if the sequence had started at each of S places.
    seen : array, (T, B)
        What was done.
    informative : array of bool, (T, B)
        Days that are informative about the place: not missed days, nor rest days.
    noise
        Probability that another exercise is done than the one due; 0 on the first day.
    kinds
        Number of different exercises.

    Returns
    -------
    answers : array, (T, B)
        As integers, like `due`.
    """
    with np.errstate(divide="ignore"):
        as_due, other = np.log1p(-noise), np.log(noise / (kinds - 1))
    fits = np.asarray(np.where(due[:, :-1] == seen, as_due, other))
    fits[:, 0] = np.where(due[:, 0] == seen[0], 0.0, -np.inf)
    believed = np.where(informative, fits, 0.0).cumsum(axis=1)
    likely = np.exp(believed - believed.max(axis=0))
    following = due[:, 1:]
    weights = [(likely * (following == answer)).sum(axis=0) for answer in range(due.max() + 1)]
    answers: NDArray[np.int64] = np.argmax(weights, axis=0)
    return answers
