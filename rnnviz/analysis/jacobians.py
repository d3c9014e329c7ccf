"""What a single step does to what passes through it: singular values, weights, nonlinearity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.gradients import Norms, last_scored_step, step_norms, steps_text
from rnnviz.engine import (
    Network,
    Spectrum,
    gate_label,
    recurrent_spectrum,
    spec_of,
    step_jacobians,
)
from rnnviz.numbers import factor as factor_text
from rnnviz.numbers import number, share
from rnnviz.recording.trace import Trace

#: Most numbers (steps x units x units) whose singular values are taken: a tenth of a second.
MOST_NUMBERS = 2**17
#: A slope below this passes next to nothing: the unit is saturated there.
SATURATED = 0.1
#: Factors of a step within so much of 1 count as 1.
SAME = 0.01


@dataclass(frozen=True)
class StepValues:
    """Singular values of dh_t/dh_{t-1}.

    Parameters
    ----------
    steps : array of int, (n,)
        Time steps that were looked at: all but the first, or evenly spread ones where there are too
        many. Nothing comes back before the first.
    values : array, (n, H)
        The largest first; NaN where numbers are not finite. What is so far below the largest that
        it can't be told from rounding is 0.
    left_out
        Number of steps that were not looked at.
    """

    steps: NDArray[np.intp]
    values: NDArray[np.float64]
    left_out: int = 0


def step_values(trace: Trace, network: Network, layer: int = -1) -> StepValues:
    """Take the singular values of the Jacobian of each step of the probe.

    They are the factors by which the step stretches or shrinks a change of h_{t-1}, along the H
    directions that it does not mix. An LSTM's cell state is held: it has a path of its own.
    """
    most = max(8, MOST_NUMBERS // trace.hidden_size**2)
    later = trace.steps - 1
    steps = np.unique(np.linspace(1, later, min(most, later)).astype(np.intp))
    jacobians = step_jacobians(network, trace.inputs[:, None], steps=steps.tolist())[layer]
    values = np.full(jacobians.shape[:2], np.nan)
    finite = np.isfinite(jacobians).all(axis=(1, 2))
    found = np.linalg.svd(jacobians[finite], compute_uv=False)
    # The tolerance of LAPACK, as in numpy.linalg.matrix_rank.
    rounding = found[:, :1] * trace.hidden_size * np.finfo(np.float64).eps
    values[finite] = np.where(found > rounding, found, 0.0)
    return StepValues(steps, values, later - steps.size)


def spectra(network: Network, layer: int = -1) -> list[Spectrum]:
    """Return the sizes of the recurrent weights of one layer, gate by gate."""
    number = range(network.layers)[layer]
    return [found for found in recurrent_spectrum(network) if found.layer == number]


def slopes(trace: Trace, layer: int = -1) -> NDArray[np.float64]:
    """Return the slope of the nonlinearity that the gradient meets at each step in each unit.

    In a GRU and an LSTM the direct path from step to step goes around it.

    Returns
    -------
    array of float64, (T, H)
        0..1. RNN: 1 - h². ReLU: 1 where h > 0, else 0. GRU: 1 - n². LSTM: 1 - tanh(c)², on the way
        from h to c; the way on from c to c meets the forget gate instead.
    """
    return spec_of(trace.cell).slope.of(trace.layers[layer].quantities())


def around(cell: str) -> str:
    """Say which way back meets no such slope; empty where there is none."""
    spec = spec_of(cell)
    if spec.belt is None or spec.belt not in spec.formulas:
        return ""
    instead = "" if spec.valve is None else f" meets the {gate_label(spec.valve)} instead"
    return f"the direct path from {spec.belt} to {spec.belt}{instead or ' meets no slope'}"


@dataclass(frozen=True)
class Shares:
    """What is left of the last scored step's gradient behind each thing that it meets.

    Parameters
    ----------
    by_slopes : array, (T,)
        Norm of the gradient times the slopes, over its norm before; NaN where there is none. With
        gates that is what the slopes alone would leave: the direct path goes around them.
    by_weights : array, (T,)
        Norm at step t - 1 over that behind the slopes of step t; NaN at the first step, and where
        there is more than slopes and weights on the way (gates, layers above, a cut of truncation).
    """

    by_slopes: NDArray[np.float64]
    by_weights: NDArray[np.float64]


def shares(trace: Trace, layer: int = -1) -> Shares:
    """Measure what slopes, and in a cell without gates the weights, do to the gradient per step."""
    gradient = np.asarray(trace.layers[layer].last_d_h, np.float64)
    before, behind = step_norms(gradient), step_norms(gradient * slopes(trace, layer))
    by_weights = np.full(trace.steps, np.nan)
    on_top = layer in (-1, len(trace.layers) - 1)
    spec = spec_of(trace.cell)
    if spec.is_recurrent and "h" in spec.squashed and not spec.gates and on_top:
        by_weights[1:] = _ratio(before[:-1], behind[1:])
    last = last_scored_step(trace)
    if last is not None:
        by_weights[last + 1 :] = np.nan
    if trace.truncate is not None:
        by_weights[:: trace.truncate] = np.nan
    return Shares(_ratio(behind, before), by_weights)


def saturated_units(found: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the units whose slope is below 0.1 at more than half of the steps.

    Parameters
    ----------
    found : array, (T, H)
        As `slopes` gives them.
    """
    return np.flatnonzero((found < SATURATED).mean(axis=0) > 0.5)


def values_sentence(found: StepValues, sizes: Sequence[Spectrum], cell: str) -> str:
    """Say whether steps shrink or stretch, and how large the recurrent weights are."""
    if not sizes:
        return "There are no recurrent weights: nothing goes from one step to the next."
    if not found.steps.size:
        return "One step only: there is no step before it that a gradient could go back to."
    if not np.isfinite(found.values).all():
        return "The Jacobians are not numbers: training has gone beyond what can be computed with."
    largest = found.values[:, 0]
    low, high = number(largest.min()), number(largest.max())
    span = f"{low} at every step" if low == high else f"{low} to {high} over the steps"
    growth, aside, product = _growth(largest), "", _product(found)
    if spec_of(cell).has_cell_state:
        growth = f"with c held, {growth}"
        aside, product = " (with c held)", (
            "More can go back through the cell state, which is not in it: it says nothing of how "
            "much is left in the end."
        )  # fmt: skip
    looked = f"Looked at: {steps_text(found.steps.size)}, evenly spread." if found.left_out else ""
    said = (
        f"The largest singular value of dh(t)/dh(t−1){aside} is {span}: {growth}.",
        product,
        f"The median of all singular values is {number(float(np.median(found.values)))}.",
        _spectra_text(sizes),
        looked,
    )
    return " ".join(filter(None, said))


def slopes_sentence(trace: Trace, layer: int = -1) -> str:
    """Say where the nonlinearity eats the gradient, and which units are saturated."""
    found, left = slopes(trace, layer), shares(trace, layer)
    if not np.isfinite(found).all():
        return "The states are not numbers: training has gone beyond what can be computed with."
    slope, besides = spec_of(trace.cell).slope, around(trace.cell)
    name = slope.name
    units = saturated_units(found)
    said = [f"On average {name} is {number(float(found.mean()), 2)}."]
    if np.isfinite(left.by_slopes).any():
        worst = int(np.nanargmin(left.by_slopes))
        what = "What goes through it keeps" if besides else "It leaves the gradient"
        aside = f"; {besides}" if besides else ""
        said.append(
            f"{what} {factor_text(_typical(left.by_slopes))} per step on average, and least at "
            f"step {worst}: {factor_text(float(left.by_slopes[worst]))}{aside}."
        )
    if np.isfinite(left.by_weights).any():
        said.append(
            f"The recurrent weights then make {factor_text(_typical(left.by_weights))} of it."
        )
    kind = slope.off or f"saturated ({name} below 0.1)"
    of = "1 unit" if found.shape[1] == 1 else f"{found.shape[1]} units"
    are = "is" if units.size == 1 else "are"
    said.append(f"{units.size} of {of} {are} {kind} at more than half of the steps.")
    return " ".join(said)


def _growth(largest: NDArray[np.float64]) -> str:
    """Say whether single steps can make something grow."""
    if (np.abs(largest - 1) < SAME).all():
        return "what a step stretches most, it hands on about as large as it was"
    if largest.min() > 1:
        return (
            "every step can make something grow; whether the gradient does depends on the steps "
            "pulling the same way"
        )
    if largest.max() > 1:
        return "some steps can make something grow, the others can't"
    if not largest.all():
        return "there are steps that pass nothing on"
    return "no step can make anything grow"


def _product(found: StepValues) -> str:
    """Say what all steps can leave at most: the product of what each can; empty where it grows."""
    largest, steps = found.values[:, 0], found.steps.size
    if found.left_out or steps < 2 or not largest.all() or largest.max() > 1:
        return ""
    with np.errstate(under="ignore"):
        most = float(np.exp(np.log(largest).sum()))
    return f"What stays in this layer is at most about {share(most)} after all {steps_text(steps)}."


def _ratio(above: Norms, below: Norms) -> NDArray[np.float64]:
    usable = (below > 0) & np.isfinite(below) & np.isfinite(above)
    ratios: NDArray[np.float64] = np.full(above.shape, np.nan)
    with np.errstate(over="ignore", under="ignore"):
        np.divide(above, below, out=ratios, where=usable)
    return ratios


def _typical(ratios: NDArray[np.float64]) -> float:
    """Return the geometric mean of those that are numbers; 0 where one of them is."""
    counted = ratios[np.isfinite(ratios)]
    return float(np.exp(np.log(counted).mean())) if counted.all() else 0.0


def _spectra_text(sizes: Sequence[Spectrum]) -> str:
    if len(sizes) == 1:
        return f"Spectral radius of the recurrent weights: {number(sizes[0].spectral_radius)}."
    radii = ", ".join(f"{size.gate} {number(size.spectral_radius)}" for size in sizes)
    return f"Spectral radius of the recurrent weights of each gate: {radii}."
