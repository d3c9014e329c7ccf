"""Eigenvalues of what one step does to the state, and which of them the gradient follows.

The state s of a layer is all that a step hands on: h, or [h; c]. An eigenvalue of the step's
Jacobian J_t = ds_t/ds_{t-1} says what becomes of a small change along its direction: inside the
unit circle it fades, outside it grows, and a complex pair turns it. If every step did the same, a
change would be e times smaller after -1/ln|lambda| steps: its time constant.

The gradient goes the other way, dL/ds_{t-1} = J_t' dL/ds_t, so its directions are the left
eigenvectors of J_t. As a rule these are not orthogonal (J_t is not normal). The parts of a gradient
along them then need not add up, and a part may be larger than the whole. What is measured here is
therefore the angle: the squared cosine between the gradient and the left eigenvectors of the
slowest eigenvalue, which is always 0..1. A gradient in a random direction has d/S on average, where
d is the number of dimensions they span: 1, or 2 for a complex pair.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.gradients import REACHED, last_scored_step, steps_text
from rnnviz.engine import Network, norm
from rnnviz.engine.step_map import StepMap
from rnnviz.numbers import factor as factor_text
from rnnviz.numbers import number, percent, share
from rnnviz.recording.reach import REACHED_SHARE
from rnnviz.recording.trace import Trace

Numbers = NDArray[np.float64]
Complex = NDArray[np.complex128]

#: Of a long sequence so many steps are looked at, evenly spread.
LOOKED_AT = 24
#: Entries of the Jacobians that are computed at once.
_ENTRIES = 2**16
#: Eigenvalues whose moduli differ by less than this share count as equally slow.
EQUAL = 1e-9
#: A modulus this close to 1 is neither inside nor outside: that is rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class StepSpectrum:
    """The eigenvalues of one step, and how the gradient stands to the slowest.

    Parameters
    ----------
    step
        Time step t of J_t, in the layer's own time; 1 or later, because nothing is handed to the
        first step.
    values : array of complex, (S,)
        Those of the largest modulus first; NaN where J_t is not finite.
    along
        Squared cosine of the angle between dL/ds_t and the left eigenvectors of the slowest
        eigenvalue, 0..1. L is the last scored step's share of the loss. NaN where no gradient
        arrives, or none of the eigenvalues is above 0.
    by_chance
        What that would be on average for a gradient in a random direction.
    factor
        Norm of dL/ds_{t-1} over that of dL/ds_t; NaN where no gradient arrives.
    cut
        Whether truncation ends the gradient at this step: it arrives, and does not go back over it.
    """

    step: int
    values: Complex
    along: float = math.nan
    by_chance: float = math.nan
    factor: float = math.nan
    cut: bool = False

    @property
    def is_finite(self) -> bool:
        """Whether the Jacobian is made of finite numbers."""
        return bool(np.isfinite(self.values).all())

    @property
    def largest(self) -> float:
        """The largest modulus."""
        return float(np.abs(self.values[0]))

    @property
    def outside(self) -> int:
        """How many eigenvalues lie outside the unit circle."""
        return int((np.abs(self.values) > 1 + ROUNDING).sum())


@dataclass(frozen=True)
class Spectra:
    """The eigenvalues of the steps of one sequence, with the weights of one iteration.

    Parameters
    ----------
    iteration
    steps : tuple of StepSpectrum
        In the order of time.
    weights : dict of letter to array of complex, (H,)
        Eigenvalues of the recurrent weights of each gate, the largest first; `h` in a cell without
        gates. Those of weights that are not finite are missing.
    left_out
        Number of steps up to the last scored one that were not looked at.
    """

    iteration: int
    steps: tuple[StepSpectrum, ...]
    weights: dict[str, Complex]
    left_out: int = 0

    @property
    def is_finite(self) -> bool:
        """Whether all Jacobians are made of finite numbers."""
        return all(each.is_finite for each in self.steps)

    def at(self, step: int) -> StepSpectrum | None:
        """Return the spectrum of a step, if it was looked at."""
        return next((each for each in self.steps if each.step == step), None)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        arrays = [*(each.values for each in self.steps), *self.weights.values()]
        return 200 * (len(self.steps) + 1) + sum(array.nbytes for array in arrays)

    def summary(self) -> Summary:
        """Return what is shown over training."""
        largest = np.array([each.largest for each in self.steps] or [np.nan])
        radius = math.nan
        if len(self.weights) == 1:
            (values,) = self.weights.values()
            radius = float(np.abs(values[0]))
        return Summary(
            self.iteration,
            float(np.median(largest)),
            float(largest.min()),
            float(largest.max()),
            radius,
        )


@dataclass(frozen=True)
class Summary:
    """The eigenvalues of one iteration in a few numbers, over the steps looked at.

    Parameters
    ----------
    iteration
    largest, low, high
        Median, minimum and maximum of the largest modulus of a step.
    radius
        Spectral radius of the recurrent weights; NaN where there are several matrices.
    """

    iteration: int
    largest: float
    low: float
    high: float
    radius: float


def time_constant(modulus: float) -> float:
    """Return -1/ln of a modulus: the steps in which a change becomes e times smaller.

    0 for a modulus of 0, infinite for 1; negative above 1, where it becomes e times larger in so
    many steps.
    """
    if math.isnan(modulus) or modulus < 0:
        return math.nan
    if modulus == 0:
        return 0.0
    return math.inf if modulus == 1 else -1 / math.log(modulus)


def modulus_of(steps: float) -> float:
    """Return the modulus that has a time constant; `time_constant` the other way round."""
    return 1.0 if math.isinf(steps) else math.exp(-1 / steps)


def evenly(first: int, last: int, most: int) -> list[int]:
    """Return at most so many whole numbers from first to last, evenly spread; both ends if two."""
    if last < first:
        return []
    found = np.linspace(first, last, min(most, last - first + 1)).round()
    return [int(each) for each in np.unique(found)]


def eigenvalues_of(matrix: Numbers) -> Complex:
    """Return the eigenvalues, those of the largest modulus first; NaN if it is not finite."""
    if not np.isfinite(matrix).all():
        return np.full(len(matrix), complex(np.nan, np.nan))
    values = np.linalg.eigvals(matrix).astype(np.complex128)
    return values[np.argsort(-np.abs(values), kind="stable")]


def slowest_directions(jacobian: Numbers) -> tuple[Complex, Numbers]:
    """Return the eigenvalues, and a basis of the left eigenvectors of the slowest.

    Returns
    -------
    values : array of complex, (S,)
        Those of the largest modulus first.
    basis : array, (S, d)
        Orthonormal: what the left eigenvectors of all eigenvalues with the largest modulus span, as
        real vectors. Without columns where all eigenvalues are 0.
    """
    values, vectors = np.linalg.eig(jacobian.T)
    order = np.argsort(-np.abs(values), kind="stable")
    values, vectors = values[order].astype(np.complex128), vectors[:, order]
    sizes = np.abs(values)
    if sizes[0] == 0:
        return values, np.empty((len(jacobian), 0))
    slow = vectors[:, sizes >= (1 - EQUAL) * sizes[0]]
    both = np.concatenate([slow.real, slow.imag], axis=1)
    left, spread, _ = np.linalg.svd(both, full_matrices=False)
    return values, left[:, spread > 1e-7 * spread[0]]


def spectrum_of(
    step: int, jacobian: Numbers, gradient: Numbers | None, cut: bool = False
) -> StepSpectrum:
    """Return the eigenvalues of a step, and how the gradient stands to the slowest.

    Parameters
    ----------
    step
    jacobian : array, (S, S)
        ds_t/ds_{t-1}.
    gradient : array, (S,), or None
        dL/ds_t, of any length.
    cut
        Whether truncation ends the gradient at this step.
    """
    if not np.isfinite(jacobian).all():
        return StepSpectrum(step, eigenvalues_of(jacobian))
    if gradient is None or not np.isfinite(gradient).all() or not gradient.any():
        return StepSpectrum(step, eigenvalues_of(jacobian))
    values, basis = slowest_directions(jacobian)
    unit = gradient / norm(gradient)
    along = float(((basis.T @ unit) ** 2).sum()) if basis.size else math.nan
    by_chance = basis.shape[1] / len(jacobian) if basis.size else math.nan
    factor = 0.0 if cut else norm(jacobian.T @ unit)
    return StepSpectrum(step, values, min(along, 1.0), by_chance, factor, cut)


def spectra(
    network: Network, trace: Trace, layer: int, also: Iterable[int] = (), most: int = LOOKED_AT,
    with_gradient: bool = True,
) -> Generator[None, None, Spectra]:  # fmt: skip
    """Measure the eigenvalues of the steps of the probe, one step at a time.

    The gradient starts at the last scored step, and is carried back by the Jacobians of this layer:
    it is what arrives over this layer's recurrence alone, and ends where truncation cuts it. In the
    top layer of a network without attention that is the whole gradient of the last prediction.

    Parameters
    ----------
    network
        With the weights of the trace, as `Trainer.network_of` returns it.
    trace
    layer
    also
        Steps that are looked at in any case.
    most
        How many others are, evenly spread.
    with_gradient
        Whether to compare them with the gradient, for which the Jacobians of all steps are needed.

    Raises
    ------
    ValueError
        If the layer has no state that goes from step to step (`StepMap` says why).
    """
    step_map = StepMap(network, layer)
    last = last_scored_step(trace, layer)
    end = trace.steps - 1 if last is None else last
    wanted = {*evenly(1, end, most), *(step for step in also if 1 <= step < trace.steps)}
    found = []
    start = _start(step_map, trace, layer, last) if with_gradient else None
    for step, jacobian, gradient in _backward(step_map, trace, start, last, wanted):
        if step in wanted:
            found.append(spectrum_of(step, jacobian, gradient, _is_cut(trace, step)))
        yield
    weights = weight_eigenvalues(network, layer)
    left_out = end - sum(each.step <= end for each in found)
    return Spectra(trace.iteration, tuple(found[::-1]), weights, left_out)


def carried(
    step_map: StepMap, trace: Trace, layer: int, last: int | None
) -> Generator[tuple[int, Numbers], None, None]:
    """Yield dL/ds_t from the last scored step back to step 0, each divided by its length.

    Nothing where there is no gradient; it ends where the gradient does.
    """
    start = _start(step_map, trace, layer, last)
    for step, jacobian, gradient in _backward(step_map, trace, start, last, None):
        if gradient is None:
            continue
        yield step, gradient
        if step == 1 and not _is_cut(trace, step):
            unit = jacobian.T @ gradient
            if unit.any():
                yield 0, unit / norm(unit)


def _backward(
    step_map: StepMap,
    trace: Trace,
    start: Numbers | None,
    last: int | None,
    wanted: set[int] | None,
) -> Generator[tuple[int, Numbers, Numbers | None], None, None]:
    """Yield step, J_t and dL/ds_t (unit length) from the last step to step 1; None after its end.

    Parameters
    ----------
    start : array, (S,), or None
        The gradient at the last scored step.
    wanted
        Where there is no gradient, only these steps are yielded; None is all of them.
    """
    gradient = start
    steps = range(trace.steps - 1, 0, -1)
    # Those that are needed for themselves; while there is a gradient, all of them.
    alone = [step for step in steps if wanted is None or step in wanted]
    with_gradient = start is not None and last is not None
    needed = [step for step in steps if step <= (last or 0)] if with_gradient else []
    for step, jacobian in _jacobians(step_map, trace, sorted({*alone, *needed}, reverse=True)):
        here = gradient if last is not None and step <= last else None
        if here is None and wanted is not None and step not in wanted:
            continue
        yield step, jacobian, here
        if here is not None:
            gradient = None if _is_cut(trace, step) else _one_back(jacobian, here)


def _is_cut(trace: Trace, step: int) -> bool:
    """Tell whether truncation keeps the gradient from going back over a step."""
    return trace.truncate is not None and step % trace.truncate == 0


def _jacobians(
    step_map: StepMap, trace: Trace, steps: Sequence[int]
) -> Generator[tuple[int, Numbers], None, None]:
    """Yield the Jacobians of steps of a trace; 0 where the state before was replaced by zero."""
    states, inputs = step_map.of_trace(trace), step_map.inputs_of(trace)
    zero = trace.answering.first if trace.answering and trace.answering.from_zero else None
    at_once = max(1, _ENTRIES // step_map.size**2)
    for start in range(0, len(steps), at_once):
        some = np.array(steps[start : start + at_once])
        jacobians = step_map.jacobians(states[some - 1], inputs[some])
        for step, jacobian in zip(some.tolist(), jacobians, strict=True):
            yield step, np.zeros_like(jacobian) if step == zero else jacobian


def _one_back(jacobian: Numbers, gradient: Numbers) -> Numbers | None:
    with np.errstate(all="ignore"):
        back: Numbers = jacobian.T @ gradient
    size = norm(back)
    return back / size if size > 0 and math.isfinite(size) else None


def _start(step_map: StepMap, trace: Trace, layer: int, last: int | None) -> Numbers | None:
    """Return the gradient w.r.t. the state at the last scored step, as a unit vector.

    There the loss depends on h alone: c enters it through h.
    """
    given = trace.layers[trace.number_of(layer)].last_d_h
    if given is None or last is None:
        return None
    gradient: Numbers = np.zeros(step_map.size)
    for _, letter, where in step_map.parts:
        if letter == "h":
            gradient[where] = given[last]
    size = norm(gradient)
    return gradient / size if size > 0 and math.isfinite(size) else None


def weight_eigenvalues(network: Network, layer: int) -> dict[str, Complex]:
    """Return the eigenvalues of the recurrent weights of a layer by gate, the largest first."""
    number_ = network.architecture.number_of(layer)
    weights = network.parameters.get(f"weight_hh{network.architecture.suffix(number_)}")
    if weights is None:
        return {}
    H, letters = network.hidden_size, network.architecture.cell_type.weight_gates or "h"
    found = {
        letter: eigenvalues_of(matrix.astype(np.float64))
        for letter, matrix in zip(letters, weights.reshape(-1, H, H), strict=True)
    }
    return {letter: values for letter, values in found.items() if np.isfinite(values).all()}


#: What is compared where other layers or attention act on the gradient too.
_CARRIED = "what this layer’s recurrence alone carries of the gradient of the last prediction"


def step_sentence(found: StepSpectrum, whole: bool = True) -> str:
    """Say where the eigenvalues of a step lie, and how much of the gradient follows the slowest.

    Parameters
    ----------
    found
    whole
        Whether the recurrence of this layer carries the whole gradient of the last prediction.
    """
    if not found.is_finite:
        return (
            f"The Jacobian of step {found.step} is not made of numbers: training has grown beyond "
            "what can be computed."
        )
    of = "The only eigenvalue" if found.values.size == 1 else "The largest eigenvalue"
    said = [f"Step {found.step}: {_fades(of, found.largest)}"]
    if found.values.size > 1:
        said.append(f"Outside the unit circle: {found.outside} of {found.values.size}.")
    gradient = "the gradient of the last prediction" if whole else _CARRIED
    if found.cut and math.isfinite(found.factor):
        said.append(f"Truncation ends {gradient} here: it does not go back over this step.")
    elif math.isfinite(found.factor):
        said.append(
            f"On its way back over this step {gradient} changes by {factor_text(found.factor)}."
        )
    if math.isfinite(found.along):
        said.append(
            f"{percent(found.along)} of it (squared cosine) lies along the left eigenvectors of "
            f"the largest; a random direction has {percent(found.by_chance)} on average."
        )
    return " ".join(said)


def _fades(what: str, modulus: float) -> str:
    # Three digits cannot tell a modulus near 1 from 1; over many steps the difference matters.
    shown = number(modulus) if abs(modulus - 1) >= 0.005 else number(modulus, 5)
    said = f"{what} has a modulus of {shown}"
    if modulus == 0:
        return f"{said}: nothing of the state before is left."
    steps = time_constant(modulus)
    if abs(modulus - 1) <= ROUNDING:
        return f"{said}: along its direction a change keeps its size."
    if modulus < 1:
        return f"{said}: a time constant of {_steps(steps)}."
    return f"{said}: if every step did so, a change would grow e-fold in {_steps(-steps)}."


def _steps(steps: float) -> str:
    """Write a time constant."""
    return f"{number(steps)} step{'' if number(steps) == '1' else 's'}"


def steps_sentence(found: Spectra, state: str, factor: float | None, reach: int | None) -> str:
    """Say how the largest eigenvalues of all steps compare with what the gradient does.

    Parameters
    ----------
    state
        Label of the state of which the gradient is measured.
    factor, reach
        Measured factor per step and reach of the gradient w.r.t. that state.
    """
    if not found.steps:
        return "There is only one step: nothing is handed on."
    if not found.is_finite:
        return "The Jacobians are not numbers: training has grown beyond what can be computed."
    largest = np.array([each.largest for each in found.steps])
    over = f"Over {steps_text(len(found.steps))}"
    looked = ", evenly spread" if found.left_out else ""
    low, high = number(float(largest.min())), number(float(largest.max()))
    middle = number(float(np.median(largest)))
    lie = low if low == high else f"{low} to {high}, {middle} in the middle"
    said = [f"{over}{looked}, the largest modulus is {lie}."]
    if factor is not None:
        said.append(
            f"The gradient w.r.t. the {state} changes by {factor_text(factor)} per step on "
            f"average{_reaches(reach)}."
        )
    mean = float(np.exp(np.log(largest).mean())) if largest.all() else 0.0
    if 0 < mean < 1 - ROUNDING:
        alone = math.log(REACHED_SHARE) / math.log(mean)
        said.append(
            f"A gradient that shrank by the geometric mean of these moduli, {number(mean)}, at "
            f"each step would be down to {REACHED} after {_steps(alone)}. It need not: the "
            "directions of one step are not those of the next."
        )
    return " ".join(said)


def _reaches(reach: int | None) -> str:
    return "" if reach is None else f" and reaches {steps_text(reach)} back"


@dataclass(frozen=True)
class RunSpectra:
    """The eigenvalues of one of several runs, and what its gradient does.

    Parameters
    ----------
    name
        Of the run.
    spectra
    reach
        Of the gradient of the last prediction w.r.t. the hidden or cell state, in steps.
    """

    name: str
    spectra: Spectra
    reach: int | None


def runs_sentence(runs: Sequence[RunSpectra]) -> str:
    """Say how the largest eigenvalues of several runs compare with the reach of their gradient."""
    parts = []
    for run in runs:
        largest = [each.largest for each in run.spectra.steps]
        if not largest or not run.spectra.is_finite:
            parts.append(f"{run.name}: not numbers")
            continue
        reached = "" if run.reach is None else f", reach {steps_text(run.reach)}"
        parts.append(
            f"{run.name}: largest modulus {number(float(np.median(largest)))} in the median "
            f"step{reached}"
        )
    return f"{'; '.join(parts)}." if parts else ""


def along_sentence(found: Spectra, whole: bool = True) -> str:
    """Say how much of the gradient lies along the slowest direction, late and early.

    Parameters
    ----------
    found
    whole
        As in `step_sentence`.
    """
    known = [each for each in found.steps if math.isfinite(each.along)]
    if len(known) < 2:
        return ""
    first, last = known[0], known[-1]
    gradient = "the gradient" if whole else _CARRIED
    return (
        f"Along the slowest direction of its step lies {percent(last.along)} of {gradient} at "
        f"step {last.step}, and {percent(first.along)} at step {first.step}; by chance "
        f"{share(float(np.mean([each.by_chance for each in known])))}."
    )


def course_sentence(found: Sequence[Summary]) -> str:
    """Say how the largest eigenvalue changed over training."""
    known = [each for each in found if math.isfinite(each.largest)]
    if len(known) < 2:
        return "Nothing to compare with yet: train for a few iterations."
    first, last = known[0], known[-1]
    return (
        f"Largest modulus of a step, median over the steps: {number(first.largest)} at iteration "
        f"{first.iteration:,}, {number(last.largest)} at iteration {last.iteration:,}."
    )
