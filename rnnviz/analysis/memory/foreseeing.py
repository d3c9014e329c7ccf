"""Clusters of hidden states from which the same answers are to be expected.

Where an answer is asked for late, the way from it back to what decided it is long, and one cluster
that holds points of two kinds confuses all before it. What is to be expected tells them apart
directly: two clusters of one state of an automaton have the same shares of next answers, because
the sequences that follow are drawn alike. Littman, Sutton and Singh (2001) call that a predictive
representation of state.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]

#: Two clusters expect the same if their shares differ by no more than this, summed over answers and
#: halved: more than chance among 50 points, less than one of two possible answers is worth.
_ALIKE = 0.25
_ROUNDS = 4


def by_next_answer(clusters: Labels, nexts: Labels, answers: Labels, count: int) -> Labels:
    """Group clusters that answer alike and expect alike.

    Parameters
    ----------
    clusters : array of int, (N,)
        The cluster of each point.
    nexts : array of int, (N,)
        The next answer after the point; -1 if none is asked for any more.
    answers : array of int, (count,)
        What each cluster answers itself; -1 if nobody asks.
    count
        Number of clusters.

    Returns
    -------
    array of int, (count,)
    """
    _, codes = np.unique(nexts, return_inverse=True)
    table = np.zeros((count, codes.max() + 1))
    np.add.at(table, (clusters, codes), 1.0)
    groups = np.full(count, -1)
    pooled: list[NDArray[np.float64]] = []
    said: list[int] = []
    for _ in range(_ROUNDS):
        for cluster in np.argsort(-table.sum(axis=1), kind="stable").tolist():
            own = table[cluster]
            if groups[cluster] >= 0:
                pooled[groups[cluster]] = pooled[groups[cluster]] - own
            far = [
                _difference(own, other) if answer == answers[cluster] else 1.0
                for other, answer in zip(pooled, said, strict=True)
            ]
            near = int(np.argmin(far)) if far else 0
            if not far or far[near] > _ALIKE:
                near = len(pooled)
                pooled.append(np.zeros(table.shape[1]))
                said.append(int(answers[cluster]))
            groups[cluster] = near
            pooled[near] = pooled[near] + own
    _, numbered = np.unique(groups, return_inverse=True)
    return np.asarray(numbered, dtype=np.int64)


def _difference(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return half the sum of differences of two rows of counts, as shares; to none it is 1."""
    totals = one.sum(), other.sum()
    if not all(totals):
        return 0.0 if not any(totals) else 1.0
    return float(0.5 * np.abs(one / totals[0] - other / totals[1]).sum())


def next_answers(answers: Labels) -> Labels:
    """Return for each step the next answer after it, (T, B); -1 if none is asked for any more."""
    nexts = np.full_like(answers, -1)
    for step in range(len(answers) - 2, -1, -1):
        after = answers[step + 1]
        nexts[step] = np.where(after >= 0, after, nexts[step + 1])
    return nexts
