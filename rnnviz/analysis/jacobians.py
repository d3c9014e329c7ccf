"""What a single step does to the gradient: singular values, weights, nonlinearity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.gradients import Norms, last_scored_step, step_norms, steps_text
from rnnviz.engine import (
    Hold,
    Network,
    Silence,
    Spectrum,
    gate_label,
    recurrent_spectrum,
    spec_of,
    step_jacobians,
)
from rnnviz.engine.interventions import of_layer, units_of
from rnnviz.numbers import factor as factor_text
from rnnviz.numbers import number, share
from rnnviz.recording.trace import Trace

#: Most numbers (steps x units x units) whose singular values are computed: a tenth of a second.
MOST_NUMBERS = 2**17
#: A slope below this passes almost nothing: the unit is saturated there.
SATURATED = 0.1
#: Factors per step this close to 1 count as 1.
SAME = 0.01


_PAST_THE_STEPS = (
    "All of this is about the way over the recurrence: what comes over attention leads past the "
    "steps in between, and is not multiplied by any of it."
)


@dataclass(frozen=True)
class StepValues:
    """Singular values of dh_t/dh_{t-1}.

    Parameters
    ----------
    steps : array of int, (n,)
        The time steps measured: all but the first, or evenly spread ones if there are too many.
        Before the first step there is none to go back to.
    values : array, (n, H)
        The largest first; NaN where numbers are not finite. A value that is so far below the
        largest that it cannot be told from rounding is 0.
    left_out
        Number of steps that were not measured.
    """

    steps: NDArray[np.intp]
    values: NDArray[np.float64]
    left_out: int = 0


def step_values(trace: Trace, network: Network, layer: int = -1) -> StepValues:
    """Return the singular values of the Jacobian of each step of the probe.

    They are the factors by which the step stretches or shrinks a change of h_{t-1}, along H
    orthogonal directions. An LSTM's cell state is held fixed: it has its own path.
    """
    most = max(8, MOST_NUMBERS // trace.hidden_size**2)
    later = trace.steps - 1
    steps = np.unique(np.linspace(1, later, min(most, later)).astype(np.intp))
    jacobians = step_jacobians(
        network, trace.inputs[:, None], steps=steps.tolist(), answering=trace.answering
    )[trace.number_of(layer)]
    values = np.full(jacobians.shape[:2], np.nan)
    finite = np.isfinite(jacobians).all(axis=(1, 2))
    found = np.linalg.svd(jacobians[finite], compute_uv=False)
    # The tolerance of LAPACK, as in numpy.linalg.matrix_rank.
    rounding = found[:, :1] * trace.hidden_size * np.finfo(np.float64).eps
    values[finite] = np.where(found > rounding, found, 0.0)
    return StepValues(steps, values, later - steps.size)


def spectra(network: Network, layer: int = -1) -> list[Spectrum]:
    """Return the spectra of the recurrent weights of one layer, gate by gate."""
    number = network.architecture.number_of(layer)
    return [found for found in recurrent_spectrum(network) if found.layer == number]


def slopes(trace: Trace, layer: int = -1) -> NDArray[np.float64]:
    """Return the slope of the nonlinearity for each step and unit: a factor of the gradient.

    In a GRU and an LSTM the direct path from step to step bypasses it.

    Returns
    -------
    array of float64, (T, H)
        0..1. RNN: 1 - h². ReLU: 1 where h > 0, else 0. GRU: 1 - n². LSTM: 1 - tanh(c)², on the path
        from h to c; the path from c to c is multiplied by the forget gate instead.
    """
    return spec_of(trace.cell).slope.of(trace.layers[trace.number_of(layer)].quantities())


def around(cell: str) -> str:
    """Say which path bypasses this slope; empty if there is none."""
    spec = spec_of(cell)
    if spec.belt is None or spec.belt not in spec.formulas:
        return ""
    instead = "" if spec.valve is None else f" meets the {gate_label(spec.valve)} instead"
    return f"the direct path from {spec.belt} to {spec.belt}{instead or ' meets no slope'}"


@dataclass(frozen=True)
class Shares:
    """What is left of the last scored step's gradient after each factor.

    Parameters
    ----------
    by_slopes : array, (T,)
        Norm of the gradient times the slopes, divided by its norm before; NaN if there is none.
        What is `blocked` does not count. In cells with gates it is what the slopes alone would
        leave: the direct path bypasses them.
    by_weights : array, (T,)
        Norm at step t - 1 divided by that after the slopes of step t; NaN at the first step, and
        where more than slopes and weights acts on the gradient (gates, layers above, attention,
        truncation).
    """

    by_slopes: NDArray[np.float64]
    by_weights: NDArray[np.float64]


def shares(trace: Trace, layer: int = -1) -> Shares:
    """Measure the effect of slopes, and without gates of weights, on the gradient per step."""
    given = trace.layers[trace.number_of(layer)].last_d_h
    if given is None:  # no loss, so no gradient of which anything could be left
        return Shares(np.full(trace.steps, np.nan), np.full(trace.steps, np.nan))
    gradient = np.asarray(given, np.float64)
    passed = np.where(blocked(trace, layer), 0.0, gradient * slopes(trace, layer))
    before, behind = step_norms(gradient), step_norms(passed)
    by_weights = np.full(trace.steps, np.nan)
    on_top = trace.is_top(layer)
    spec = spec_of(trace.cell)
    if (
        spec.is_recurrent
        and "h" in spec.squashed
        and not spec.gates
        and on_top
        and trace.attending is None
    ):
        by_weights[1:] = _ratio(before[:-1], behind[1:])
    last = last_scored_step(trace, layer)
    if last is not None:
        by_weights[last + 1 :] = np.nan
    if trace.truncate is not None:
        by_weights[:: trace.truncate] = np.nan
    if trace.answering is not None and trace.answering.from_zero:
        by_weights[trace.answering.first] = np.nan
    return Shares(_ratio(behind, before), by_weights)


def blocked(trace: Trace, layer: int = -1) -> NDArray[np.bool_]:
    """Tell through the slopes of which units nothing passes, (H,): they are silenced, or held."""
    gate, units = spec_of(trace.cell).slope.gate, trace.layers[trace.number_of(layer)].h.shape[1]
    found = np.zeros(units, dtype=bool)
    for item in of_layer(trace.interventions, trace.number_of(layer)):
        if isinstance(item, Silence) or (isinstance(item, Hold) and item.gate == gate):
            found[units_of(item, units)] = True
    return found


def saturated_units(found: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the units whose slope is below 0.1 at more than half of the steps.

    Parameters
    ----------
    found : array, (T, H)
        As returned by `slopes`.
    """
    return np.flatnonzero((found < SATURATED).mean(axis=0) > 0.5)


def values_sentence(
    found: StepValues, sizes: Sequence[Spectrum], cell: str, attends: bool = False
) -> str:
    """Say whether steps shrink or stretch, and how large the recurrent weights are.

    Parameters
    ----------
    attends
        Whether the network attends: its gradient then has a way back past all steps.
    """
    if not sizes:
        return "There are no recurrent weights: nothing is carried from one step to the next."
    if not found.steps.size:
        return "There is only one step: the gradient has no earlier step to reach."
    if not np.isfinite(found.values).all():
        return "The Jacobians are not numbers: training has grown beyond what can be computed."
    largest = found.values[:, 0]
    low, high = number(largest.min()), number(largest.max())
    span = f"{low} at every step" if low == high else f"{low} to {high} over the steps"
    growth, aside, product = _growth(largest), "", _product(found)
    if spec_of(cell).has_cell_state:
        growth = f"with c held, {growth}"
        aside, product = " (with c held)", (
            "More of the gradient can flow through the cell state, which is not included here: "
            "this does not say how much is left in the end."
        )  # fmt: skip
    if attends:
        product = f"{product} {_PAST_THE_STEPS}".strip()
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
    """Say where the nonlinearity shrinks the gradient, and which units are saturated."""
    found, left = slopes(trace, layer), shares(trace, layer)
    if not np.isfinite(found).all():
        return "The states are not numbers: training has grown beyond what can be computed."
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
    if shut := int(blocked(trace, layer).sum()):
        said.append(f"Nothing comes through {shut} of {of}: what was done to the network stops it.")
    return " ".join(said)


def _growth(largest: NDArray[np.float64]) -> str:
    """Say whether single steps can amplify anything."""
    if (np.abs(largest - 1) < SAME).all():
        return "the direction that a step stretches most keeps about its length"
    if largest.min() > 1:
        return (
            "every step can amplify something; whether the gradient grows depends on whether the "
            "steps amplify the same directions"
        )
    if largest.max() > 1:
        return "some steps can amplify something, the others cannot"
    if not largest.all():
        return "some steps pass nothing on"
    return "no step can amplify anything"


def _product(found: StepValues) -> str:
    """Say what all steps can leave at most, the product of their largest; empty if above 1."""
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
    """Return the geometric mean of those that are numbers; 0 if one of them is."""
    counted = ratios[np.isfinite(ratios)]
    return float(np.exp(np.log(counted).mean())) if counted.all() else 0.0


def _spectra_text(sizes: Sequence[Spectrum]) -> str:
    if len(sizes) == 1:
        return f"Spectral radius of the recurrent weights: {number(sizes[0].spectral_radius)}."
    radii = ", ".join(f"{size.gate} {number(size.spectral_radius)}" for size in sizes)
    return f"Spectral radius of the recurrent weights of each gate: {radii}."
