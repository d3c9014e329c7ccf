"""What a point is where a map rests: its eigenvalues, its kind, and its unstable directions."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.memory.newton import Map, Numbers, side_by_side

Kind = Literal["stable", "saddle", "undecided", "slow"]
KINDS: tuple[Kind, ...] = ("stable", "saddle", "undecided", "slow")

#: Sizes of eigenvalues this close to 1 cannot be told from 1: near such an eigenvalue a residual of
#: 1e-10 leaves the point, and with it the eigenvalue, uncertain by about the root of that.
TIE = 1e-5
#: The map has a kink where its slope, measured this far to both sides, differs from the Jacobian by
#: more than this.
_ASIDE, _KINK = 1e-6, 1e-3
#: Numbers in the differences that are computed side by side.
_NUMBERS = 2**16
#: Around a minimum of the speed, it is nowhere lower than this share of it.
_AS_LOW = 0.999


@dataclass(frozen=True)
class Resting:
    """Points and what becomes of a small change at each.

    Parameters
    ----------
    points : array, (n, S)
    eigenvalues : array of complex, (n, S)
        Of the step Jacobian, the largest size first.
    unstable : array of int, (n,)
        How many of them are above 1 in size, by more than `TIE`.
    kinds : tuple of str, length n
    directions : tuple of array, (k, S)
        The unstable ones, as unit vectors: an eigenvector for each eigenvalue; of a complex pair
        its real and its imaginary part.
    """

    points: Numbers
    eigenvalues: NDArray[np.complex128]
    unstable: NDArray[np.intp]
    kinds: tuple[Kind, ...]
    directions: tuple[Numbers, ...]

    def at(self, places: NDArray[np.intp]) -> Resting:
        """Return some of the points, in this order."""
        return Resting(
            self.points[places],
            self.eigenvalues[places],
            self.unstable[places],
            tuple(self.kinds[place] for place in places),
            tuple(self.directions[place] for place in places),
        )

    def joined(self, others: Resting) -> Resting:
        """Return these points and others."""
        return Resting(
            np.concatenate([self.points, others.points]),
            np.concatenate([self.eigenvalues, others.eigenvalues]),
            np.concatenate([self.unstable, others.unstable]),
            self.kinds + others.kinds,
            self.directions + others.directions,
        )

    def order(self, reached_by: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the order of kinds, unstable directions, starts; the state itself decides ties."""
        rounded = np.round(self.points, 6)
        keys = [
            (KINDS.index(kind), int(unstable), -int(count), *state)
            for kind, unstable, count, state in zip(
                self.kinds, self.unstable, reached_by, rounded.tolist(), strict=True
            )
        ]
        return np.array(sorted(range(len(keys)), key=keys.__getitem__), dtype=np.intp)


def described(
    step_map: Map, inputs: Numbers, points: Numbers, *, slow: bool = False
) -> Generator[None, None, Resting]:
    """Find out what points are, in steps.

    Parameters
    ----------
    step_map, inputs
        As in `Search`.
    points : array, (n, S)
    slow
        Whether they are slow points, and no fixed points.
    """
    n, S = points.shape
    eigenvalues = np.zeros((n, S), np.complex128)
    unstable = np.zeros(n, np.intp)
    kinds: list[Kind] = []
    directions: list[Numbers] = []
    at_once = side_by_side(S)
    for start in range(0, n, at_once):
        some = points[start : start + at_once]
        jacobians = step_map.jacobians(some, inputs)
        kinked = has_kink(step_map, inputs, some, jacobians)
        for number, jacobian in enumerate(jacobians, start):
            values, vectors = np.linalg.eig(jacobian)
            first = np.argsort(-np.abs(values), kind="stable")
            eigenvalues[number] = values[first]
            sizes = np.abs(values[first])
            unstable[number] = np.count_nonzero(sizes > 1 + TIE)
            directions.append(_real(values[first], vectors[:, first], int(unstable[number])))
            kinds.append("slow" if slow else _kind(sizes, bool(kinked[number - start])))
            yield
    return Resting(points, eigenvalues, unstable, tuple(kinds), tuple(directions))


def _kind(sizes: Numbers, kinked: bool) -> Kind:
    """Tell what a fixed point is by the sizes of its eigenvalues, the largest first."""
    if kinked:
        return "undecided"
    if sizes[0] > 1 + TIE:
        return "saddle"
    return "undecided" if sizes[0] >= 1 - TIE else "stable"


def _real(values: NDArray[np.complex128], vectors: NDArray[np.complex128], count: int) -> Numbers:
    """Return real unit vectors for the first `count` eigenvectors."""
    found = []
    for value, vector in zip(values[:count], vectors.T[:count], strict=True):
        # Of a pair, one has the positive imaginary part: it gives the real, the other the rest.
        part = vector.imag if value.imag < 0 else vector.real
        length = float(np.linalg.norm(part))
        # The sign of an eigenvector means nothing: the same one for each machine.
        sign = 1.0 if part[np.abs(part).argmax()] >= 0 else -1.0
        found.append(sign * part / (length or 1.0))
    return np.array(found, np.float64).reshape(count, len(vectors))


def has_kink(
    step_map: Map, inputs: Numbers, points: Numbers, jacobians: Numbers
) -> NDArray[np.bool_]:
    """Tell at which points the slope of the map differs from its Jacobian to either side, (n,)."""
    n, S = points.shape
    steps = _ASIDE * np.eye(S)
    here = step_map.step(points, inputs)[:, None, :]
    aside = np.zeros(n)
    for side in (1.0, -1.0):
        around = (points[:, None, :] + side * steps).reshape(n * S, S)
        slopes = (step_map.step(around, inputs).reshape(n, S, S) - here) / (side * _ASIDE)
        off = np.abs(slopes - jacobians.transpose(0, 2, 1)).max(axis=(1, 2), initial=0.0)
        aside = np.maximum(aside, off)
    size = np.maximum(1.0, np.abs(jacobians).max(axis=(1, 2), initial=0.0))
    result: NDArray[np.bool_] = ~(aside <= _KINK * size)
    return result


def is_minimum(step_map: Map, inputs: Numbers, point: Numbers, aside: float) -> bool:
    """Tell whether the speed is nowhere lower at this distance from a point.

    The directions tried are the singular vectors of J - I.
    """
    A = step_map.jacobians(point[None], inputs)[0] - np.eye(len(point))
    if not np.isfinite(A).all():
        return False
    directions = np.linalg.svd(A)[2]
    around = point + aside * np.concatenate([np.zeros((1, len(point))), directions, -directions])
    with np.errstate(all="ignore"):
        speeds = np.sqrt(((step_map.step(around, inputs) - around) ** 2).sum(axis=1))
    return bool(np.nanmin(speeds) >= _AS_LOW * speeds[0])


def merged(states: Numbers, distances: float | Numbers) -> list[NDArray[np.intp]]:
    """Group states that are connected by steps of at most a distance.

    Parameters
    ----------
    states : array, (N, S)
    distances : float, or array (N,)
        The largest difference of an entry at which two states count as the same.

    Returns
    -------
    list of array of int
        The members of each group.
    """
    distance = np.broadcast_to(distances, len(states))
    close = np.zeros((len(states), len(states)), bool)
    at_once = max(1, _NUMBERS // max(1, states.size))
    for start in range(0, len(states), at_once):
        some = slice(start, start + at_once)
        apart = np.abs(states[some, None] - states).max(axis=2, initial=0.0)
        close[some] = apart <= distance[some, None]
    close |= close.T
    left = np.ones(len(states), bool)
    groups = []
    while left.any():
        group = np.zeros(len(states), bool)
        edge = np.flatnonzero(left)[:1]
        while edge.size:
            group[edge] = True
            edge = np.flatnonzero(close[edge].any(axis=0) & ~group)
        left &= ~group
        groups.append(np.flatnonzero(group))
    return groups


def near(states: Numbers, points: Numbers, distance: float) -> NDArray[np.intp]:
    """Return for each state the nearest point within a distance, (N,); -1 where there is none.

    The distance is the largest difference of an entry.
    """
    found = np.full(len(states), -1, np.intp)
    if not len(points):
        return found
    for number, state in enumerate(states):
        off = np.abs(points - state).max(axis=1)
        if np.nanmin(off, initial=np.inf) <= distance:
            found[number] = int(np.nanargmin(off))
    return found


def drawn(
    states: Numbers, count: int, share: float, generator: np.random.Generator
) -> tuple[Numbers, int]:
    """Draw starts: some of the states, and points between two of them.

    Returns
    -------
    starts : array, (N, S)
        The states first; none if there are no states.
    recorded : int
        How many of the starts are states.
    """
    if not len(states):
        return states, 0
    recorded = min(max(1, round(share * count)), len(states))
    chosen = states[np.sort(generator.choice(len(states), recorded, replace=False))]
    ends = states[generator.integers(len(states), size=(2, max(count - recorded, 0)))]
    weights = generator.random((ends.shape[1], 1))
    return np.concatenate([chosen, weights * ends[0] + (1 - weights) * ends[1]]), recorded


def members(groups: Sequence[NDArray[np.intp]], counted: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return how many members of each group are counted."""
    return np.array([int(counted[group].sum()) for group in groups], np.intp)
