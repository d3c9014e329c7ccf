"""Where a map rests: damped Newton from many starts side by side.

What is sought are states s with F(s) = s. With G(s) = F(s) - s and its Jacobian A = J - I, each
step solves ``(A^T A + mu I) d = -A^T G``, which needs no inverse of A: where A is singular, the
damping mu keeps the step finite. It is Levenberg and Marquardt's method with ``mu = nu |G|^2``
(Yamashita and Fukushima 2001, "On the rate of convergence of the Levenberg-Marquardt method"):
close to a fixed point the damping vanishes and the steps are Newton's. A step is taken only if it
lowers the speed ``q = |G|^2 / 2`` (Sussillo and Barak 2013), so a start whose way ends where q is
not 0 has come to a local minimum of the speed, or to a kink of the map.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

#: A state is a fixed point if no entry changes by more than this in a step: max |F(s) - s|.
RESIDUAL = 1e-10
#: Newton goes on to this residual: what is known of a point is then not a matter of the last step.
_POLISHED = 1e-14
#: Damping steps of one start at most; most starts need a fifth of them.
MOST_STEPS = 50
#: Steps in a row that bring nothing, after which a start has come as far as it can.
_IN_VAIN = 5
#: A step that lowers q by less than this share of it brings nothing.
_NOTHING = 1e-3
#: Where the gradient of q is that small beside |A| |G|, q has a minimum, not a slope.
_FLAT = 1e-7
#: A step lowering |G| to less than this share of it shows that its Jacobian is good for another.
_GOOD = 0.2
_FIRST_NU, _LEAST_NU, _MOST_NU = 1e-2, 1e-12, 1e20
#: Numbers in the Jacobians of the states that are computed side by side: half a megabyte.
_NUMBERS = 2**16
#: Jacobians are computed of a multiple of this many states: a map is faster with sizes that it had.
_ROUND = 32


class Map(Protocol):
    """What is needed of a map: `rnnviz.engine.StepMap` has it."""

    @property
    def size(self) -> int:
        """Number of entries of a state, S."""

    def step(self, states: Numbers, inputs: Numbers) -> Numbers:
        """Return the states (N, S) one step later, with the input (D,) of all."""

    def jacobians(self, states: Numbers, inputs: Numbers) -> Numbers:
        """Return the derivative of the new state w.r.t. the old one, (N, S, S)."""


class Newton:
    """Damped Newton from a set of starts, in steps.

    Parameters
    ----------
    step_map : Map
    inputs : array, (D,)
        Held fixed.
    starts : array, (N, S)

    Attributes
    ----------
    states : array, (N, S)
        Where each start has come to.
    residuals, speeds : array, (N,)
        max |F(s) - s|, and the 2-norm of F(s) - s; NaN or infinite where the map is not finite.
    finished : int
        How many starts have come as far as they can.
    """

    def __init__(self, step_map: Map, inputs: Numbers, starts: Numbers) -> None:
        self._map, self._inputs = step_map, inputs
        self.states: Numbers = np.array(starts, np.float64)
        self.residuals: Numbers = np.full(len(starts), np.inf)
        self.speeds: Numbers = np.full(len(starts), np.inf)
        self.finished = 0

    def steps(self) -> Iterator[None]:
        """Do all of it; yields after each step of those starts that are computed side by side."""
        at_once = side_by_side(self._map.size)
        for start in range(0, len(self.states), at_once):
            some = slice(start, start + at_once)
            block = _Block(self._map, self._inputs, self.states[some])
            for _ in range(MOST_STEPS):
                if not block.active.size:
                    break
                block.step()
                self.finished = start + len(block.states) - block.active.size
                yield
            self.finished = start + len(block.states)
            self.states[some] = block.states
            self.residuals[some] = np.abs(block.moves).max(axis=1)
            np.sqrt(2 * block.q, out=self.speeds[some])


def side_by_side(size: int) -> int:
    """Return for how many states of S entries Jacobians are computed side by side."""
    return max(1, _NUMBERS // size**2)


class _Block:
    """Those starts that are computed side by side."""

    def __init__(self, step_map: Map, inputs: Numbers, starts: Numbers) -> None:
        self._map, self._inputs = step_map, inputs
        N, S = starts.shape
        self.states = starts.copy()
        self.moves, self.q = self._moved(starts)
        self.active = np.flatnonzero(np.isfinite(self.q) & (self.q > 0))
        self._eye = np.eye(S)
        self._A, self._B, self._g = np.empty((N, S, S)), np.empty((N, S, S)), np.empty((N, S))
        self._nu, self._idle = np.full(N, _FIRST_NU), np.zeros(N, np.intp)
        self._stale, self._own = np.ones(N, bool), np.zeros(N, bool)

    def step(self) -> None:
        """Try one step from each state that is not finished."""
        self._linearise()
        now = self.active
        before, d = self.q[now], self._solve(now)
        tried = self.states.copy()
        tried[now] += d
        moves, q = self._moved(tried)  # of all: a map is faster with sizes that it had before
        tried, moves, q = tried[now], moves[now], q[now]
        better = np.isfinite(q) & (q < before)
        gain = self._gain(now, d, before, np.where(better, q, before))
        taken = now[better]
        self.states[taken], self.moves[taken], self.q[taken] = (
            tried[better], moves[better], q[better],
        )  # fmt: skip
        self._damp(now, better, gain)
        # A Jacobian from a state before serves as long as each step with it brings a lot; one that
        # was computed here and failed stays, with more damping.
        much = better & (q < _GOOD**2 * before)
        self._stale[now] = np.where(better, ~much, ~self._own[now])
        self._own[now] &= ~better
        self._retire(now, better & (q < (1 - _NOTHING) * before))

    def _linearise(self) -> None:
        """Compute the Jacobians that are out of date."""
        new = self.active[self._stale[self.active]]
        if not new.size:
            return
        full = -(-new.size // _ROUND) * _ROUND if len(self.states) >= _ROUND else new.size
        padded = self.states[np.resize(new, full)]
        A = self._map.jacobians(padded, self._inputs)[: new.size] - self._eye
        self._A[new], self._B[new] = A, A.transpose(0, 2, 1) @ A
        self._stale[new], self._own[new] = False, True

    def _solve(self, now: NDArray[np.intp]) -> Numbers:
        self._g[now] = (self.moves[now, None, :] @ self._A[now])[:, 0]
        damped = self._B[now]
        # Never 0: a singular A then still has a solution.
        mu = np.maximum(self._nu[now] * 2 * self.q[now], 1e-300)
        floor = 1e-15 * np.einsum("nii->n", damped)
        damped[:, np.arange(len(self._eye)), np.arange(len(self._eye))] += (mu + floor)[:, None]
        d: Numbers = np.negative(np.linalg.solve(damped, self._g[now][:, :, None])[:, :, 0])
        return d

    def _gain(self, now: NDArray[np.intp], d: Numbers, before: Numbers, after: Numbers) -> Numbers:
        """Return how much q fell, as a share of what the Jacobian promised."""
        left = self.moves[now] + (self._A[now] @ d[:, :, None])[:, :, 0]
        promised = before - 0.5 * (left * left).sum(axis=1)
        gain: Numbers = np.zeros(len(now))
        np.divide(before - after, promised, out=gain, where=promised > 0)
        return gain

    def _damp(self, now: NDArray[np.intp], better: NDArray[np.bool_], gain: Numbers) -> None:
        factor = np.where(gain > 0.75, 1 / 8, np.where(gain < 0.25, 4.0, 1.0))
        changed = self._nu[now] * np.where(better, factor, 8.0)
        self._nu[now] = np.clip(changed, _LEAST_NU, _MOST_NU)

    def _retire(self, now: NDArray[np.intp], useful: NDArray[np.bool_]) -> None:
        """Let go of the starts that have come as far as they can."""
        self._idle[now] = np.where(useful, 0, self._idle[now] + 1)
        residuals = np.abs(self.moves[now]).max(axis=1)
        slope = np.sqrt((self._g[now] ** 2).sum(axis=1))
        scale = np.sqrt(np.einsum("nii->n", self._B[now]) * 2 * self.q[now])
        flat = self._own[now] & (slope <= _FLAT * scale) & (residuals > RESIDUAL)
        polished = (residuals <= _POLISHED) | ((residuals <= RESIDUAL) & ~useful & self._own[now])
        self.active = now[~(polished | flat | (self._idle[now] >= _IN_VAIN))]

    def _moved(self, states: Numbers) -> tuple[Numbers, Numbers]:
        """Return F(s) - s and q; a q that is not a number is infinite."""
        with np.errstate(all="ignore"):
            moves = self._map.step(states, self._inputs) - states
            q = 0.5 * (moves * moves).sum(axis=1)
        return moves, np.where(np.isfinite(q), q, np.inf)
