"""k-means clusters of points, computed in small steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.floating]
Labels = NDArray[np.int64]

_ROUNDS = 12
#: Points in one product of matrices: about a millisecond.
_AT_ONCE = 4096


def nearest(points: Points, centers: Points) -> Labels:
    """Return which of the centers (K, S) is nearest to each of the points (N, S)."""
    lengths = 0.5 * (centers**2).sum(axis=1)
    parts = (points[start : start + _AT_ONCE] for start in range(0, len(points), _AT_ONCE))
    found = [(lengths - part @ centers.T).argmin(axis=1) for part in parts]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def spread_out(points: Points, count: int, generator: np.random.Generator) -> Iterator[Points]:
    """Choose first centers far from each other; k-means++ of Arthur and Vassilvitskii (2007).

    Yields what is chosen so far, (1..count, S); fewer than `count` if fewer points differ.
    """
    chosen = points[generator.integers(len(points))][None]
    far = ((points - chosen[0]) ** 2).sum(axis=1)
    yield chosen
    while len(chosen) < count and far.max() > _same(points):
        new = points[generator.choice(len(points), p=far / far.sum())]
        far = np.minimum(far, ((points - new) ** 2).sum(axis=1))
        chosen = np.vstack([chosen, new])
        yield chosen


def k_means(points: Points, count: int, generator: np.random.Generator) -> Iterator[Points]:
    """Cluster points by Lloyd's algorithm (1982) from k-means++ centers.

    Yields the centers (K, S) after each round, K at most `count`; the last ones are the result.
    """
    centers = points[:1]
    for centers in spread_out(points, count, generator):
        yield centers
    for _ in range(_ROUNDS):
        before, centers = centers, means(points, nearest(points, centers), centers)
        yield centers
        if np.array_equal(before, centers):
            return


def means(points: Points, labels: Labels, centers: Points) -> Points:
    """Return the mean of the points of each label; a center without points stays."""
    counts = np.bincount(labels, minlength=len(centers))
    sums = np.stack(
        [np.bincount(labels, weights=column, minlength=len(centers)) for column in points.T], axis=1
    )
    there = counts > 0
    moved: Points = centers.copy()
    moved[there] = sums[there] / counts[there, None]
    return moved


def _same(points: Points) -> float:
    """Return the squared distance below which two points differ by rounding alone."""
    return 1e-12 * max(float((points**2).sum(axis=1).max()), 1e-30)
