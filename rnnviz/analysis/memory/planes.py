"""The directions in which states vary most, turned as little as possible from one to the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

#: How much the axes stay where they were, against the share of the variance that they could hold.
#: Measured on five runs: between neighbouring kept iterations of a flip-flop, whose components are
#: about equally large, the points move by at most 22 % of their spread (up to 84 % where the first
#: two axes are always the best ones), and at the end of each run the first two axes hold at most
#: 0.3 % of the variance less than the best two.
INERTIA = 1.0
#: How often the axes are turned; then they move by less than what can be seen.
TURNS = 20


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


def plane_of(values: NDArray[np.floating], count: int = 3, near: Plane | None = None) -> Plane:
    """Return the directions in which states vary most, or nearly so, close to those of a plane.

    Without another plane these are the first principal components. With one, its axes are turned
    towards them as little as possible: what is maximised is the share of the variance along the
    first two axes, half of that along the third, and the agreement with the other axes. So where
    two components are about equally large they do not change places, and within the plane of the
    first two axes nothing spins. Applied again and again to the same states, the first two axes
    come to rest in the plane of the first two components, the third on the third component.

    Parameters
    ----------
    values : array, (..., U)
        States that are not finite are left out.
    count
        How many directions are wanted; there are never more than U.
    near : Plane or None
        With as many axes, of the same layer.

    Notes
    -----
    The sum is convex in the axes, so it never falls if they are replaced by the orthonormal rows
    that are closest to its gradient: an orthogonal Procrustes problem (Schönemann 1966) each time.
    """
    flat = np.asarray(values, np.float64).reshape(-1, np.shape(values)[-1])
    flat = flat[np.isfinite(flat).all(axis=1)]
    U = flat.shape[1]
    k = min(count, U)
    center, covariance = _moments(flat)
    if near is None:
        axes = np.linalg.eigh(covariance)[1][:, ::-1].T[:k].copy()
    else:
        axes = near.axes
        weights = np.array([1.0, 1.0, *[0.5] * (k - 2)])[:k, None]
        for _ in range(TURNS):
            left, _, right = np.linalg.svd(
                2 * weights * (axes @ covariance) + INERTIA * near.axes, full_matrices=False
            )
            axes = left @ right
    shares = np.clip(np.einsum("ku,uv,kv->k", axes, covariance, axes), 0.0, 1.0)
    return Plane(center, axes, shares)


def _moments(states: Numbers) -> tuple[Numbers, Numbers]:
    """Return the mean of states (N, U), and their covariance with trace 1; 0 if nothing varies."""
    U = states.shape[1]
    if not len(states):
        return np.zeros(U), np.zeros((U, U))
    # States of a run that diverges may be so large that their squares are not finite.
    scale = max(float(np.abs(states).max()), np.finfo(np.float64).tiny)
    center = (states / scale).mean(axis=0)
    apart = states / scale - center
    covariance = apart.T @ apart / len(states)
    total = float(np.trace(covariance))
    # Below this it is rounding: the states are all the same.
    varies = total > (8 * np.finfo(np.float64).eps) ** 2 * U
    return center * scale, covariance / total if varies else np.zeros((U, U))
