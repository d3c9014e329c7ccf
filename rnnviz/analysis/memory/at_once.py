"""All time steps at once: Newton's method over a whole sequence, sweep by sweep.

A loop needs the state of one step before it can compute the next. Newton's method begins with a
guess for all steps, and corrects all of them together (Lim et al. 2024, "Parallelizing non-linear
sequential models over the sequence length"; ParaRNN). With the map F of a step, its Jacobian J at
the guess, and the known state before the first step, one sweep is::

    new_t = F(old_{t-1}, x_t) + J_t (new_{t-1} - old_{t-1})

which is linear in the new states. Such a recurrence can be computed for all steps in parallel; here
it is computed in order, because what counts is how many sweeps are needed. Where the old state of
step t - 1 is exact, so is the new one of step t. So after k sweeps the first k steps are exact, and
T sweeps are enough for T steps, whatever the guess was.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.memory.eigenvalues import eigenvalues_of, evenly
from rnnviz.engine import Network
from rnnviz.engine.step_map import Part, StepMap
from rnnviz.numbers import number
from rnnviz.recording.trace import Trace

Numbers = NDArray[np.float64]

#: A state is found where it differs from that of the loop by no more than this, or by this share of
#: the largest state of the sequence if that is above 1.
TOLERANCE = 1e-10
#: Entries of the Jacobians that are computed at once, in one part of the work: 4 MB.
_MOST_ENTRIES = 2**19
#: States of sweeps that are kept to be shown, as float32: 4 MB.
_MOST_KEPT = 2**20
#: Steps whose Jacobians have their eigenvalues computed, for the radius beside the sweeps.
_LOOKED_AT = 8


@dataclass
class Solution:
    """What the sweeps over one sequence found.

    Parameters
    ----------
    parts
        Where h and c are in the whole state, as in `StepMap.parts`.
    truth : array, (T, S)
        The states of the loop; NaN where it has not come yet.
    errors : list of array, (T,)
        After each sweep, and first of the guess: the largest difference from the loop over the
        entries of the state, as a share of the largest state of the sequence if that is above 1.
    states : list of array of float32, (T, S)
        The states themselves, of the guess and of the first sweeps, as many as there is room for.
    residual : array, (T,)
        Largest |new_t - F(new_{t-1}, x_t)| after the last sweep, on the same scale.
    left_out : int
        At how many steps, over all sweeps, the correction was no finite number and was left out.
    """

    parts: tuple[Part, ...]
    truth: Numbers
    errors: list[Numbers] = field(default_factory=list)
    states: list[NDArray[np.float32]] = field(default_factory=list)
    residual: Numbers = field(default_factory=lambda: np.empty(0))
    left_out: int = 0

    @property
    def steps(self) -> int:
        """Number of time steps T."""
        return len(self.truth)

    @property
    def sweeps(self) -> int:
        """Number of sweeps that were done."""
        return max(0, len(self.errors) - 1)

    @property
    def needed(self) -> int | None:
        """Number of sweeps after which all steps are as in the loop; None if none was enough."""
        found = self.errors and bool((self.errors[-1] <= TOLERANCE).all())
        return self.sweeps if found else None

    @property
    def is_finite(self) -> bool:
        """Whether the loop itself gives finite numbers."""
        return bool(np.isfinite(self.truth).all())

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        states = sum(each.nbytes for each in self.states)
        return states + sum(each.nbytes for each in (self.truth, self.residual, *self.errors))


class AtOnce:
    """Newton's method over one sequence, which can be done in slices.

    Parameters
    ----------
    step_map : StepMap
    inputs : array, (T, D)
        What it receives at each step.
    zero_before
        Step before which every state is replaced by zero; None where there is none.

    Attributes
    ----------
    found : Solution
        So far.
    done : bool
    """

    def __init__(self, step_map: StepMap, inputs: Numbers, zero_before: int | None = None) -> None:
        self.step_map, self.inputs, self._zero = step_map, inputs, zero_before
        truth = np.full((len(inputs), step_map.size), np.nan)
        self.found = Solution(step_map.parts, truth)
        self.done = False
        self._work = self._working()

    def advance(self, seconds: float) -> None:
        """Work for about this long."""
        end = time.monotonic() + seconds
        for _ in self._work:
            if time.monotonic() >= end:
                return

    def work(self) -> Iterator[None]:
        """Yield after each small part of the work, until it is done."""
        yield from self._work

    def _working(self) -> Generator[None, None, None]:
        yield from self._loop()
        if self.found.is_finite:
            yield from self._sweep_until_found()
        self.done = True

    def _loop(self) -> Iterator[None]:
        """Compute the states in order, one after the other."""
        state: Numbers = np.zeros((1, self.step_map.size))
        for t in range(self.found.steps):
            if t == self._zero:
                state = np.zeros_like(state)
            state = self.step_map.step(state, self.inputs[t : t + 1])
            self.found.truth[t] = state[0]
            if t % 32 == 31:
                yield

    def _sweep_until_found(self) -> Iterator[None]:
        largest = max(1.0, float(np.abs(self.found.truth).max(initial=0.0)))
        old: Numbers = np.zeros_like(self.found.truth)
        self._keep(old, largest)
        while self.found.needed is None and self.found.sweeps < self.found.steps:
            new: Numbers = np.empty_like(old)
            yield from self._sweep(old, new)
            old = new
            self._keep(old, largest)
            yield
        before = self._before(old)
        self.found.residual = (
            np.abs(self.step_map.step(before, self.inputs) - old).max(axis=1) / largest
        )

    def _keep(self, states: Numbers, largest: float) -> None:
        with np.errstate(over="ignore"):
            self.found.errors.append(
                np.abs(states - self.found.truth).max(axis=1, initial=0.0) / largest
            )
            if (len(self.found.states) + 1) * states.size <= max(_MOST_KEPT, 2 * states.size):
                self.found.states.append(states.astype(np.float32))

    def _before(self, states: Numbers) -> Numbers:
        """Return the states before each step, (T, S)."""
        before = np.concatenate([np.zeros((1, self.step_map.size)), states[:-1]])
        if self._zero is not None:
            before[self._zero] = 0
        return before

    def _sweep(self, old: Numbers, new: Numbers) -> Iterator[None]:
        """Write the states after one sweep into `new`."""
        size = self.step_map.size
        at_once = max(1, min(self.found.steps, _MOST_ENTRIES // size**2))
        before = self._before(old)
        last: Numbers = np.zeros(size)
        for start in range(0, self.found.steps, at_once):
            some = slice(start, start + at_once)
            plain = self.step_map.step(before[some], self.inputs[some])
            yield
            jacobians = self.step_map.jacobians(before[some], self.inputs[some])
            yield
            for t, F, J in zip(range(start, self.found.steps), plain, jacobians, strict=False):
                last = np.zeros(size) if t == self._zero else last
                last = new[t] = self._corrected(F, J, last - before[t])

    def _corrected(self, F: Numbers, J: Numbers, change: Numbers) -> Numbers:
        """Return F + J change; without the correction where that is not finite.

        A wrong state far outside of what the network ever has can be so large that its successor is
        no number; there the guess is 0 again. What is exact never needs either.
        """
        with np.errstate(all="ignore"):
            found: Numbers = F + J @ change
        if np.isfinite(found).all():
            return found
        self.found.left_out += 1
        return np.where(np.isfinite(F), F, 0.0)


def of_trace(network: Network, trace: Trace, layer: int) -> AtOnce:
    """Prepare Newton's method for one layer on the probe, with the inputs that the layer received.

    Parameters
    ----------
    network
        With the weights of the trace, as `Trainer.network_of` returns it.
    trace
    layer

    Raises
    ------
    ValueError
        If the layer has no state that goes from step to step (`StepMap` says why).
    """
    step_map = StepMap(network, layer)
    answering = trace.answering
    zero = answering.first if answering is not None and answering.from_zero else None
    return AtOnce(step_map, step_map.inputs_of(trace), zero)


@dataclass(frozen=True)
class Sweeps:
    """How many sweeps the network of one iteration needs.

    Parameters
    ----------
    iteration
    needed
        None where T sweeps did not come within the tolerance, or the states are not finite.
    steps
        Number of time steps T.
    radius
        Median over the steps looked at of the largest modulus of an eigenvalue of the step's
        Jacobian, at the states of the loop; NaN if there is none.
    is_finite
        Whether the states are finite numbers.
    """

    iteration: int
    needed: int | None
    steps: int
    radius: float
    is_finite: bool = True


def sweeps_of(network: Network, trace: Trace, layer: int) -> Generator[None, None, Sweeps]:
    """Count the sweeps for the probe with the weights of a trace, in small parts.

    Parameters
    ----------
    network, trace, layer
        As in `of_trace`.
    """
    at_once = of_trace(network, trace, layer)
    yield from at_once.work()
    found = at_once.found
    if not found.is_finite:
        return Sweeps(trace.iteration, None, found.steps, math.nan, is_finite=False)
    largest = []
    for t in evenly(1, trace.steps - 1, _LOOKED_AT):
        before, inputs = found.truth[t - 1 : t], at_once.inputs[t : t + 1]
        largest.append(
            float(np.abs(eigenvalues_of(at_once.step_map.jacobians(before, inputs)[0])[0]))
        )
        yield
    radius = float(np.median(largest)) if largest else math.nan
    return Sweeps(trace.iteration, found.needed, found.steps, radius)


def sentence(found: Solution) -> str:
    """Say how many sweeps it took, and what happened on the way."""
    if not found.is_finite:
        return "The states are not numbers: training has grown beyond what can be computed."
    all_steps = "the only step is" if found.steps == 1 else f"all {found.steps} steps are"
    if found.needed is not None:
        said = (
            f"After {sweeps_text(found.needed)} {all_steps} as in the loop, to {number(TOLERANCE)}."
        )
        if found.needed < found.steps:
            said += " The loop needs as many steps as the sequence has, one after the other."
    else:
        said = _not_found(found)
    worst = max(float(errors.max()) for errors in found.errors)
    if worst > 10:
        said += f" On the way a state was wrong by {number(worst)}."
    if found.left_out:
        said += (
            f" The correction was too large for a number {_times(found.left_out)}, and was left "
            "out there."
        )
    return said


def _not_found(found: Solution) -> str:
    error, residual = float(found.errors[-1].max()), float(found.residual.max())
    said = (
        f"After {sweeps_text(found.sweeps)}, as many as there are steps, the largest difference "
        f"from the loop is {number(error)}."
    )
    if residual <= TOLERANCE:
        said += (
            f" Each step does follow from the one before, to {number(residual)}: this network "
            "makes rounding errors grow, so two ways to compute the same states come apart."
        )
    return said


def course_sentence(found: Sequence[Sweeps]) -> str:
    """Say how the number of sweeps changed over training."""
    known = [each for each in found if each.needed is not None]
    if len(known) < 2:
        return "Nothing to compare with yet: train for a few iterations."
    first, last = known[0], known[-1]
    counts = [each.needed for each in known if each.needed is not None]
    if min(counts) == max(counts):
        which = "that was measured" if len(known) == len(found) else "with a number"
        said = f"{sweeps_text(counts[0])} at every iteration {which}."
    else:
        said = (
            f"{sweeps_text(counts[0])} at iteration {first.iteration:,}, {last.needed} at "
            f"iteration {last.iteration:,}; between {min(counts)} and {max(counts)} over training."
        )
    missing = len(found) - len(known)
    if missing:
        iterations = "1 kept iteration" if missing == 1 else f"{missing} kept iterations"
        said += f" At {iterations} no number was found."
    return said


def sweeps_text(sweeps: int) -> str:
    """Write a number of sweeps."""
    return "1 sweep" if sweeps == 1 else f"{sweeps} sweeps"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
