"""Clusters of hidden states from which the same answers are to be expected.

Where an answer is asked for late, the way from it back to what decided it is long, and one cluster
that holds points of two kinds confuses all before it. What is to be expected tells them apart
directly: two clusters of one state of an automaton have the same shares of next answers, because
the sequences that follow are drawn alike. Littman, Sutton and Singh (2001) call that a predictive
representation of state.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]

#: Two clusters expect the same if their shares differ by no more than this, summed over answers and
#: halved: more than chance among 50 points, less than one of two possible answers is worth.
_ALIKE = 0.25
_ROUNDS = 4
#: Clusters that find their group before others may go on: about a millisecond.
_AT_ONCE = 16


def by_next_answer(
    clusters: Labels, nexts: Labels, answers: Labels, count: int
) -> Generator[None, None, Labels]:
    """Group clusters that answer alike and expect alike; yields often.

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
    pooled, said = np.zeros((count, table.shape[1])), np.full(count, -1)
    found = 0
    order = np.argsort(-table.sum(axis=1), kind="stable").tolist()
    for _ in range(_ROUNDS):
        for number, cluster in enumerate(order):
            own = table[cluster]
            if groups[cluster] >= 0:
                pooled[groups[cluster]] -= own
            far = np.where(said[:found] == answers[cluster], _differences(own, pooled[:found]), 1.0)
            near = int(far.argmin()) if found else 0
            if not found or far[near] > _ALIKE:
                near, found = _free(pooled[:found]), max(found, _free(pooled[:found]) + 1)
                said[near] = answers[cluster]
            groups[cluster] = near
            pooled[near] += own
            if number % _AT_ONCE == 0:
                yield
    _, numbered = np.unique(groups, return_inverse=True)
    return np.asarray(numbered, dtype=np.int64)


def _free(pooled: NDArray[np.float64]) -> int:
    """Return the first group that nobody is in any more, or else a new one."""
    empty = np.flatnonzero(pooled.sum(axis=1) == 0)
    return int(empty[0]) if empty.size else len(pooled)


def _differences(own: NDArray[np.float64], pooled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return half the sum of differences of counts (A,) and rows of counts (G, A), as shares.

    To what has no counts it is 1.
    """
    totals = pooled.sum(axis=1)
    shares = pooled / np.maximum(totals, 1.0)[:, None]
    far = 0.5 * np.abs(shares - own / max(own.sum(), 1.0)).sum(axis=1)
    return np.asarray(np.where((totals > 0) & (own.sum() > 0), far, 1.0))


def next_answers(answers: Labels) -> Labels:
    """Return for each step the next answer after it, (T, B); -1 if none is asked for any more."""
    nexts = np.full_like(answers, -1)
    for step in range(len(answers) - 2, -1, -1):
        after = answers[step + 1]
        nexts[step] = np.where(after >= 0, after, nexts[step + 1])
    return nexts
