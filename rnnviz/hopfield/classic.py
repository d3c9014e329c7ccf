"""The classic network (Hopfield 1982): Hebb's rule, an energy, and recall that only goes down.

States are +1 and -1. With p patterns xi in N units

    w_ij = (1/N) sum_p xi_i xi_j,  w_ii = 0
    h_i  = sum_j w_ij s_j                        the local field of unit i
    s_i <- sign(h_i)                             stays as it is where h_i = 0
    E    = -1/2 sum_ij w_ij s_i s_j

A unit that changes lowers E by 2 |h_i|, since w is symmetric and has a zero diagonal. So updates
one at a time always end. All units at once may go to and fro between two states for ever.

Inside, N w is kept: whole numbers, with which every sum is exact. So nothing rises by rounding.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.hopfield import validation
from rnnviz.hopfield.validation import Array

#: Least overlap of a state with a pattern that counts as this pattern.
KEPT = 0.95
#: Units that are asked between two places where `settling` may be interrupted.
_PAUSE = 32


@dataclass(frozen=True, eq=False)
class Recall:
    """How a network went from a start to where it ended, change by change.

    NumPy takes it for the state at its end.

    Parameters
    ----------
    start, end : array, (N,)
        First and last state.
    unit : array of int, (C,)
        Which unit changed, of all changes in their order.
    field : array, (C,)
        Its local field at that moment, which is why it changed.
    step : array of int, (C,)
        At which step, counted from 1. One at a time, each step is one change; all at once, a step
        is one update of all units.
    asked : array of int, (K,)
        How many units had been asked by the end of each step, those included that did not change.
    energy : array, (K + 1,)
        Before the first step, and after each.
    overlaps : array, (K + 1, P)
        With each stored pattern, -1..1.
    cycles : bool
        Whether it goes to and fro between its last two states for ever.
    """

    start: Array
    end: Array
    unit: NDArray[np.intp]
    field: Array
    step: NDArray[np.intp]
    asked: NDArray[np.intp]
    energy: Array
    overlaps: Array
    cycles: bool = False

    @property
    def steps(self) -> int:
        """Number of steps K."""
        return len(self.energy) - 1

    def state_at(self, step: int) -> Array:
        """Return the state (N,) after so many steps."""
        state = self.start.copy()
        np.multiply.at(state, self.unit[self.step <= step], -1.0)
        return state

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.array(self.end, dtype=dtype, copy=True if copy is None else copy)


class Hopfield:
    """A classic Hopfield network that stores patterns by Hebb's rule.

    Parameters
    ----------
    patterns : array, (P, N)
        Each of +1 and -1.

    Attributes
    ----------
    patterns : array, (P, N)
    units : int
        N.

    Raises
    ------
    ValueError
        If there is no pattern, sizes differ, all are the same, a number is neither +1 nor -1, or
        there are more than `validation.MOST_UNITS` units.

    References
    ----------
    Hopfield (1982), "Neural networks and physical systems with emergent collective computational
    abilities".
    """

    def __init__(self, patterns: Any) -> None:
        self.patterns = validation.patterns_of_signs(patterns)
        self.units = self.patterns.shape[1]
        self._sums = self.patterns.T @ self.patterns
        np.fill_diagonal(self._sums, 0.0)

    @property
    def weights(self) -> Array:
        """The weights w (N, N): symmetric, with a zero diagonal."""
        found: Array = self._sums / self.units
        return found

    def energy(self, state: Any) -> Any:
        """Return the energy of a state (N,), or of each of many (..., N)."""
        s = validation.state_of_signs("state", state, self.units)
        return -((s @ self._sums) * s).sum(axis=-1) / (2 * self.units)

    def fields(self, state: Any) -> Array:
        """Return the local field of every unit, in the shape of the state (..., N)."""
        s = validation.state_of_signs("state", state, self.units)
        found: Array = s @ self._sums / self.units
        return found

    def overlaps(self, state: Any) -> Array:
        """Return the overlap of a state (..., N) with each pattern, (..., P): -1..1."""
        s = validation.state_of_signs("state", state, self.units)
        found: Array = s @ self.patterns.T / self.units
        return found

    def cut(self, share: float, seed: int = 0) -> Hopfield:
        """Return a network from which a share (0..1) of the connections was taken away.

        Both directions of a connection go together, so the weights remain symmetric.
        """
        share = validation.number("share", share, 0.0, 1.0)
        above = np.triu_indices(self.units, 1)
        gone = np.random.default_rng(seed).permutation(len(above[0]))
        gone = gone[: round(share * len(gone))]
        less = Hopfield.__new__(Hopfield)
        less.patterns, less.units, less._sums = self.patterns, self.units, self._sums.copy()
        rows, columns = above[0][gone], above[1][gone]
        less._sums[rows, columns] = less._sums[columns, rows] = 0.0
        return less

    def recall(self, start: Any, *, synchronous: bool = False, seed: int = 0) -> Recall:
        """Let a state settle, and return every change on the way.

        Parameters
        ----------
        start : array, (N,)
            Of +1 and -1.
        synchronous
            Update all units at once; otherwise one at a time, in rounds over all units, each round
            in a random order of its own, until a round changes nothing.
        seed
            Of the orders.

        Raises
        ------
        ValueError
            If the start has another size or other numbers.
        """
        s = validation.state_of_signs("start", start, self.units)
        if s.ndim != 1:
            raise ValueError(f"start must be one state ({self.units},), got the shape {s.shape}")
        return self._all_at_once(s) if synchronous else self._one_at_a_time(s, seed)

    def settle(self, starts: Any, seed: int = 0) -> Array:
        """Let many states (B, N) settle, one unit at a time, and return where they end (B, N)."""
        steps = self.settling(starts, seed)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                ends: Array = done.value
                return ends

    def settling(self, starts: Any, seed: int = 0) -> Generator[None, None, Array]:
        """Do as `settle`, and yield often: work in slices.

        All states share the order of the units, which does not couple them: each ends where it
        would alone in this order.
        """
        s = validation.state_of_signs("starts", np.atleast_2d(starts), self.units).copy()
        h = s @ self._sums
        rng, changed = np.random.default_rng(seed), True
        while changed:
            changed = False
            for asked, unit in enumerate(rng.permutation(self.units)):
                if asked % _PAUSE == 0:
                    yield
                wrong = np.flatnonzero(h[:, unit] * s[:, unit] < 0)
                if wrong.size:
                    changed = True
                    s[wrong, unit] *= -1
                    h[wrong] += np.multiply.outer(2 * s[wrong, unit], self._sums[unit])
        return s

    def _one_at_a_time(self, start: Array, seed: int) -> Recall:
        way, rng, asked, settled = _Way(self, start), np.random.default_rng(seed), 0, False
        while not settled:
            settled = True
            for unit in rng.permutation(self.units):
                asked += 1
                if way.h[unit] * way.s[unit] < 0:
                    way.turn(np.array([unit]), asked)
                    settled = False
        return way.ended()

    def _all_at_once(self, start: Array) -> Recall:
        way, before = _Way(self, start), start
        while True:
            wrong = np.flatnonzero(way.h * way.s < 0)
            if not wrong.size:
                return way.ended()
            last = way.s.copy()
            way.turn(wrong, (way.steps + 1) * self.units)
            if way.steps > 1 and (way.s == before).all():
                return way.ended(cycles=True)
            before = last


class _Way:
    """A recall under way: the state, N times its local fields, and what has been changed.

    Parameters
    ----------
    network
        That recalls.
    start : array, (N,)
    """

    def __init__(self, network: Hopfield, start: Array) -> None:
        self._network, self._start = network, start
        self.s, self.h = start.copy(), network._sums @ start
        self._units: list[NDArray[np.intp]] = []
        self._fields: list[Array] = []
        self._asked: list[int] = []
        self._energy = [-self.s @ self.h / 2]
        self._overlaps = [network.patterns @ self.s]

    @property
    def steps(self) -> int:
        return len(self._units)

    def turn(self, units: NDArray[np.intp], asked: int) -> None:
        """Change the sign of some units together."""
        self._units.append(units)
        self._fields.append(self.h[units])
        self._asked.append(asked)
        self.s[units] *= -1
        self.h += 2 * self.s[units] @ self._network._sums[units]
        self._energy.append(-self.s @ self.h / 2)
        self._overlaps.append(self._network.patterns @ self.s)

    def ended(self, *, cycles: bool = False) -> Recall:
        """Return all of it."""
        n = self._network.units
        sizes = [len(units) for units in self._units]
        return Recall(
            self._start,
            self.s,
            np.concatenate([*self._units, np.empty(0, np.intp)]),
            np.concatenate([*self._fields, np.empty(0)]) / n,
            np.repeat(np.arange(1, len(sizes) + 1), sizes),
            np.array(self._asked, dtype=np.intp),
            np.array(self._energy) / n,
            np.array(self._overlaps) / n,
            cycles,
        )
