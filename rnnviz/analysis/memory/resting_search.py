"""The search for fixed points: states in which a network rests while its input stays the same.

With a constant input a step is a map F from state to state. `Search` looks for states with
F(s) = s, from recorded states and from points between two of them (newton.py), and tells by the
eigenvalues of the exact step Jacobian what becomes of a small change there (resting.py):

* *stable*: all eigenvalues are below 1 in size; the change is forgotten, so the point is a memory;
* *saddle*: at least one is above 1; along its direction the change grows;
* *undecided*: one is 1 as far as can be told, or the map has a kink there (ReLU), so that the
  Jacobian of one side says nothing about the other;
* *slow*: no fixed point, but a local minimum of the speed |F(s) - s|, where the state would take
  100 steps or more to go as far as the recorded states are spread.

After Sussillo and Barak (2013), "Opening the black box".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rnnviz.analysis.memory.newton import RESIDUAL, Map, Newton, Numbers
from rnnviz.analysis.memory.resting import (
    Kind,
    Resting,
    described,
    drawn,
    is_minimum,
    members,
    merged,
    near,
)

#: What is held, where it is no symbol: nothing, or a vector.
NO_INPUT, GIVEN = "no input", "the given input"
#: A slow point moves in one step by at most this share of the spread of the recorded states.
SLOW = 0.01
#: Slow points closer than this share of the spread are the same; so is one that close to a fixed
#: point, which Newton has not come to yet.
_SLOW_SAME = 0.01
#: Points are the same if no entry differs by more than this, times their size where that exceeds 1.
SAME = 1e-4
#: Undecided points are the same up to this: where an eigenvalue is 1, F(s) - s may grow with the
#: third power of the distance only, so that a residual of 1e-10 leaves 5e-4 open.
_UNDECIDED_SAME = 2e-3
#: Share of the starts that are recorded states; the others lie between two of them.
RECORDED = 0.25
#: The map is iterated for this many steps at most, or until no entry changes by more than this.
ITERATED, _SETTLED = 400, 1e-6
_LOOKED_EVERY = 10
#: A state this close to a stable point, as a share of the spread, has arrived there.
ARRIVED = 1e-3


@dataclass(frozen=True)
class FixedPoints:
    """What a search has found.

    Parameters
    ----------
    resting : Resting
        Points, eigenvalues and kinds. The stable ones come first, then saddles with few unstable
        directions before those with many, undecided ones, slow ones; each kind in the order of how
        many starts came there.
    residuals : array, (n,)
        max |F(s) - s|; at a fixed point below 1e-10.
    speeds : array, (n,)
        2-norm of F(s) - s.
    reached_by : array of int, (n,)
        How many starts Newton led there.
    basin : array of int, (n,)
        From how many recorded states the map itself, iterated, ends there; 0 but at stable points.
    starts, recorded : int
        How many starts there were, and how many of them were recorded states.
    lost : int
        How many starts ended neither at a fixed point nor at a slow one.
    spread : float
        Root of the summed variances of the recorded states.
    around : array, (recorded, S)
        The recorded states among the starts.
    parts : tuple of (layer, letter, slice)
        What the entries of a state are.
    outputs : array, (n, K), or None
        What the readout makes of each point; None where that takes more than the state.
    answers : tuple of str
        The same in words; empty where there is none.
    given : str
        Which input was held, in words.
    iteration : int or None
    """

    resting: Resting
    residuals: Numbers
    speeds: Numbers
    reached_by: NDArray[np.intp]
    basin: NDArray[np.intp]
    starts: int
    recorded: int
    lost: int
    spread: float
    around: Numbers
    parts: tuple[tuple[int, str, slice], ...] = ()
    outputs: Numbers | None = None
    answers: tuple[str, ...] = ()
    given: str = NO_INPUT
    iteration: int | None = None

    def __len__(self) -> int:
        return len(self.points)

    @property
    def points(self) -> Numbers:
        """The states, (n, S)."""
        return self.resting.points

    @property
    def eigenvalues(self) -> NDArray[np.complex128]:
        """Of the step Jacobian at each point, (n, S), the largest size first."""
        return self.resting.eigenvalues

    @property
    def unstable(self) -> NDArray[np.intp]:
        """How many eigenvalues are above 1 in size, (n,)."""
        return self.resting.unstable

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What each point is."""
        return self.resting.kinds

    @property
    def directions(self) -> tuple[Numbers, ...]:
        """Of each point the unstable directions, unit vectors (k, S)."""
        return self.resting.directions

    @property
    def nbytes(self) -> int:
        """Bytes that it takes, about."""
        arrays = [self.points, self.eigenvalues, self.around, *self.directions]
        return sum(array.nbytes for array in arrays) + 200 * (1 + len(self))

    @property
    def settled(self) -> int:
        """From how many recorded states the iterated map ends at a stable point found here."""
        return int(self.basin.sum())

    def of(self, kind: Kind) -> NDArray[np.intp]:
        """Return the indices of the points of a kind."""
        return np.flatnonzero([found == kind for found in self.kinds])

    def count(self, kind: Kind) -> int:
        """Return how many points are of a kind."""
        return self.kinds.count(kind)

    def frame(self) -> pd.DataFrame:
        """Return a row for each point: kind, numbers, answer, and the state itself."""
        sizes = np.abs(self.eigenvalues)
        about = {
            "kind": list(self.kinds),
            "unstable": self.unstable,
            "largest_eigenvalue": sizes[:, 0] if len(self) else np.zeros(0),
            "residual": self.residuals,
            "speed": self.speeds,
            "reached_by": self.reached_by,
            "basin": self.basin,
        }
        if self.answers:
            about["answer"] = list(self.answers)
        state = dict(zip(state_names(self.parts), self.points.T, strict=True))
        return pd.DataFrame({**about, **state})


def state_names(parts: Sequence[tuple[int, str, slice]]) -> list[str]:
    """Name the entries of a state: `h0`, `c3`; where there are several layers `h1_0`."""
    several = len({layer for layer, *_ in parts}) > 1
    return [
        f"{letter}{layer + 1}_{unit}" if several else f"{letter}{unit}"
        for layer, letter, where in parts
        for unit in range(where.stop - where.start)
    ]


#: Places of states, and how many starts led to each.
Found = tuple[NDArray[np.intp], NDArray[np.intp]]


def _undecided_once(resting: Resting, residuals: Numbers, reached: NDArray[np.intp]) -> Found:
    """Return each point once, also undecided ones, and how many starts led to each."""
    undecided = np.flatnonzero([kind == "undecided" for kind in resting.kinds])
    groups = [undecided[group] for group in merged(resting.points[undecided], _UNDECIDED_SAME)]
    best = [group[residuals[group].argmin()] for group in groups]
    counts = reached.copy()
    counts[best] = [reached[group].sum() for group in groups]
    once = np.sort(np.setdiff1d(np.arange(len(counts)), np.setdiff1d(undecided, best)))
    return once, counts[once]


class Search:
    """A search for fixed points that is done in slices.

    The result does not depend on the slices, nor on the order of the recorded states.

    Parameters
    ----------
    step_map : StepMap
    inputs : array, (D,)
        The input that stays the same.
    recorded : array, (N, S)
        States of the network; those that are not finite are left out.
    starts
        How many starts: a quarter of them are recorded states, the others lie between two.
    seed
        Of the choice of starts.
    read
        Completes what was found: with parts, outputs, answers and where it was found.
    """

    def __init__(
        self,
        step_map: Map,
        inputs: ArrayLike,
        recorded: ArrayLike,
        *,
        starts: int = 256,
        seed: int = 0,
        read: Callable[[FixedPoints], FixedPoints] | None = None,
    ) -> None:
        self._map, self._inputs = step_map, np.asarray(inputs, np.float64)
        states = np.asarray(recorded, np.float64)
        states = states[np.isfinite(states).all(axis=1)]
        states = states[np.lexsort(states.T[::-1])]  # so that their order does not matter
        self._spread = float(np.sqrt(states.var(axis=0).sum())) if len(states) else 0.0
        self._arrived = max(ARRIVED * self._spread, SAME)
        self._starts, self._recorded = drawn(states, starts, RECORDED, np.random.default_rng(seed))
        self._newton: Newton | None = None
        self._read = read
        self._work = self._steps()
        self._found: FixedPoints | None = None

    @property
    def done(self) -> bool:
        """Whether the search is finished."""
        return self._found is not None

    @property
    def progress(self) -> float:
        """Share of the starts that have come as far as they can, 0..1."""
        if self.done:
            return 1.0
        newton = self._newton
        return 0.0 if newton is None else newton.finished / max(len(newton.states), 1)

    @property
    def found(self) -> FixedPoints:
        """What was found; `RuntimeError` before it is done."""
        if self._found is None:
            raise RuntimeError("found: the search is not done yet")
        return self._found

    def advance(self, seconds: float) -> None:
        """Search for about this long."""
        end = time.monotonic() + seconds
        for _ in self._work:
            if time.monotonic() >= end:
                return

    def finish(self) -> FixedPoints:
        """Search to the end."""
        for _ in self._work:
            pass
        return self.found

    def _steps(self) -> Iterator[None]:
        ends = yield from self._iterated()
        newton = self._newton = Newton(self._map, self._inputs, self._with(ends))
        yield from newton.steps()
        counted = np.arange(len(newton.states)) < len(self._starts)
        fixed, reached = self._fixed(newton, counted)
        resting = yield from described(self._map, self._inputs, newton.states[fixed])
        once, reached = _undecided_once(resting, newton.residuals[fixed], reached)
        resting, fixed = resting.at(once), fixed[once]
        slow, reached_slowly = yield from self._slow(newton, resting.points, counted)
        slowly = yield from described(self._map, self._inputs, newton.states[slow], slow=True)
        resting = resting.joined(slowly)
        chosen, reached = np.append(fixed, slow), np.append(reached, reached_slowly)
        order = resting.order(reached)
        resting, chosen, reached = resting.at(order), chosen[order], reached[order]
        found = FixedPoints(
            resting,
            newton.residuals[chosen],
            newton.speeds[chosen],
            reached,
            self._basin(resting, ends),
            starts=len(self._starts),
            recorded=self._recorded,
            lost=len(self._starts) - int(reached.sum()),
            spread=self._spread,
            around=self._starts[: self._recorded],
        )
        self._found = found if self._read is None else self._read(found)

    def _iterated(self) -> Generator[None, None, Numbers]:
        """Iterate the map from the recorded starts, and return where it has come to."""
        states = self._starts[: self._recorded]
        for number in range(ITERATED if len(states) else 0):
            before, states = states, self._map.step(states, self._inputs)
            if number % _LOOKED_EVERY:
                continue
            yield
            with np.errstate(invalid="ignore"):  # what has grown beyond all numbers settles nowhere
                moved = np.abs(states - before).max(axis=1)
            if not (moved > _SETTLED * np.abs(states).max(axis=1, initial=1.0)).any():
                break
        return states

    def _with(self, ends: Numbers) -> Numbers:
        """Return the starts, and besides where the map leads: maybe to a point that none finds."""
        ends = ends[np.isfinite(ends).all(axis=1)]
        firsts = [int(group[0]) for group in merged(ends, self._arrived)]
        return np.concatenate([self._starts, ends[firsts]])

    def _fixed(self, newton: Newton, counted: NDArray[np.bool_]) -> Found:
        """Return which states are fixed points, each once, and how many starts led there."""
        rest = np.flatnonzero(newton.residuals <= RESIDUAL)
        states = newton.states[rest]
        groups = merged(states, SAME * np.maximum(1.0, np.abs(states).max(axis=1, initial=0.0)))
        return self._best(newton, [rest[group] for group in groups], counted)

    def _slow(
        self, newton: Newton, fixed: Numbers, counted: NDArray[np.bool_]
    ) -> Generator[None, None, Found]:
        """Return which states are slow points, each once, and how many starts led there."""
        slowest, close = SLOW * self._spread, _SLOW_SAME * self._spread
        rest = np.flatnonzero((newton.residuals > RESIDUAL) & (newton.speeds <= slowest))
        rest = rest[near(newton.states[rest], fixed, close) < 0]
        groups = [rest[group] for group in merged(newton.states[rest], close)]
        places, reached = self._best(newton, groups, counted)
        low = np.zeros(len(places), bool)
        for number, place in enumerate(places):
            low[number] = is_minimum(self._map, self._inputs, newton.states[place], close)
            yield
        return places[low], reached[low]

    def _best(
        self, newton: Newton, groups: Sequence[NDArray[np.intp]], counted: NDArray[np.bool_]
    ) -> Found:
        """Return of each group the state with the smallest residual, and how many are counted."""
        best = [int(group[newton.residuals[group].argmin()]) for group in groups]
        return np.array(best, np.intp), members(groups, counted)

    def _basin(self, resting: Resting, ends: Numbers) -> NDArray[np.intp]:
        """Count for each point from how many recorded states the iterated map ends there."""
        stable = np.flatnonzero([kind == "stable" for kind in resting.kinds])
        arrived = near(ends, resting.points[stable], self._arrived)
        counts = np.zeros(len(resting.points), np.intp)
        counts[stable] = np.bincount(arrived[arrived >= 0], minlength=len(stable))
        return counts
