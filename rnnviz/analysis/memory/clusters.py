"""k-means clusters of points, computed in small steps."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.floating]
Labels = NDArray[np.int64]

_ROUNDS = 12
#: Multiplications in one product of matrices: about a millisecond.
_AT_ONCE = 8_000_000
#: Coordinates of which means are taken before others may go on: about a millisecond.
_COLUMNS = 16


def nearest(points: Points, centers: Points) -> Labels:
    """Return which of the centers (K, S) is nearest to each of the points (N, S)."""
    work = nearest_in_steps(points, centers)
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: Labels = end.value
            return found


def nearest_in_steps(points: Points, centers: Points) -> Generator[None, None, Labels]:
    """Find the same; yields every few points."""
    lengths = 0.5 * (centers**2).sum(axis=1)
    many = max(1, _AT_ONCE // max(centers.size, 1))
    found = np.zeros(len(points), dtype=np.int64)
    for begin in range(0, len(points), many):
        part = slice(begin, begin + many)
        found[part] = (lengths - points[part] @ centers.T).argmin(axis=1)
        yield
    return found


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


def k_means(
    points: Points, count: int, generator: np.random.Generator
) -> Generator[None, None, Points]:
    """Cluster points by Lloyd's algorithm (1982) from k-means++ centers.

    Yields often, and returns the centers (K, S), K at most `count`.
    """
    centers = points[:1]
    for centers in spread_out(points, count, generator):  # noqa: B007
        yield
    for _ in range(_ROUNDS):
        labels = yield from nearest_in_steps(points, centers)
        before, centers = centers, (yield from means(points, labels, centers))
        yield
        if np.array_equal(before, centers):
            break
    return centers


def means(points: Points, labels: Labels, centers: Points) -> Generator[None, None, Points]:
    """Return the mean of the points of each label; a center without points stays. Yields often."""
    counts = np.bincount(labels, minlength=len(centers))
    sums = np.empty(centers.shape)
    for number, column in enumerate(points.T):
        sums[:, number] = np.bincount(labels, weights=column, minlength=len(centers))
        if number % _COLUMNS == 0:
            yield
    there = counts > 0
    moved: Points = centers.copy()
    moved[there] = sums[there] / counts[there, None]
    return moved


def _same(points: Points) -> float:
    """Return the squared distance below which two points differ by rounding alone."""
    return 1e-12 * max(float((points**2).sum(axis=1).max()), 1e-30)
