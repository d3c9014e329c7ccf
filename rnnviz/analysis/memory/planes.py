"""The directions in which states vary most, turned as little as possible from one to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Plane:
    """A few orthogonal directions in the space of a layer's states, through their mean.

    Parameters
    ----------
    center : array of float64, (U,)
    axes : array of float64, (k, U)
        Orthonormal; k is at most U.
    shares : array of float64, (k,)
        Share of the variance along each axis, 0..1; all 0 where nothing varies.
    """

    center: Numbers
    axes: Numbers
    shares: Numbers

    def of(self, values: NDArray[np.floating]) -> Numbers:
        """Return the coordinates of states (..., U) along the axes, (..., k)."""
        with np.errstate(all="ignore"):
            found: Numbers = (np.asarray(values, np.float64) - self.center) @ self.axes.T
        return found

    def vectors(self, directions: NDArray[np.floating]) -> Numbers:
        """Return the coordinates of directions (..., U), which have no place, (..., k)."""
        found: Numbers = np.asarray(directions, np.float64) @ self.axes.T
        return found

    def turned_to(self, reference: Plane | None) -> Plane:
        """Return the same plane with axes that are as close as possible to those of another.

        First the first two axes are turned, and mirrored if need be, within the plane that they
        span (orthogonal Procrustes problem: Schönemann 1966); then the third gets its closer sign.
        So the first two axes span the same best plane as before, and together hold the same share.
        """
        if reference is None or self.axes.shape != reference.axes.shape:
            return self
        k = len(self.axes)
        turn = np.zeros((k, k))
        turn[:2, :2] = _procrustes(self.axes[:2], reference.axes[:2])
        for axis in range(2, k):
            turn[axis, axis] = 1.0 if self.axes[axis] @ reference.axes[axis] >= 0 else -1.0
        shares = np.einsum("ij,j,ij->i", turn, self.shares, turn)
        return Plane(self.center, turn @ self.axes, shares)


def plane_of(values: NDArray[np.floating], count: int = 3) -> Plane:
    """Return the first principal components of states.

    Parameters
    ----------
    values : array, (..., U)
        States that are not finite are left out.
    count
        How many directions are wanted; there are never more than U.
    """
    flat = np.asarray(values, np.float64).reshape(-1, np.shape(values)[-1])
    flat = flat[np.isfinite(flat).all(axis=1)]
    U = flat.shape[1]
    k = min(count, U)
    if not len(flat):
        return Plane(np.zeros(U), np.eye(U)[:k], np.zeros(k))
    # States of a run that diverges may be so large that their squares are not finite.
    scale = max(float(np.abs(flat).max()), np.finfo(np.float64).tiny)
    center = (flat / scale).mean(axis=0)
    apart = flat / scale - center
    variances, vectors = np.linalg.eigh(apart.T @ apart / len(flat))
    variances = np.clip(variances[::-1], 0.0, None)
    total = float(variances.sum())
    # Below this it is rounding: the states are all the same.
    varies = total > (8 * np.finfo(np.float64).eps) ** 2 * U
    shares = variances[:k] / total if varies else np.zeros(k)
    return Plane(center * scale, vectors[:, ::-1].T[:k].copy(), shares)


def _procrustes(axes: Numbers, reference: Numbers) -> Numbers:
    """Return the orthogonal Q for which `Q axes` is closest to `reference`."""
    left, _, right = np.linalg.svd(reference @ axes.T)
    turned: Numbers = left @ right
    return turned
