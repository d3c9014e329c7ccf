"""Properties of the recurrent map: whether it shrinks or amplifies what passes through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import validation
from rnnviz.engine.answering import Answering, fitting
from rnnviz.engine.cells import Cell, Span
from rnnviz.engine.interventions import of_layer
from rnnviz.engine.itemise import NUMBERS, groups
from rnnviz.engine.products import Array

if TYPE_CHECKING:
    from rnnviz.engine.network import Network


@dataclass(frozen=True)
class Spectrum:
    """Spectral radius and largest singular value of a recurrent weight matrix.

    Parameters
    ----------
    layer
        From the input up, 0 first; each direction is a layer of its own.
    gate
        Letter of the gate that the matrix belongs to; `"h"` in a cell without gates.
    spectral_radius
        Largest absolute value of an eigenvalue: the long-run factor per step if this matrix were
        all that acts.
    largest_singular_value
        The most by which the matrix can stretch any vector in a single step. Below 1, gradients of
        a plain RNN must vanish: Pascanu, Mikolov and Bengio (2013).
    """

    layer: int
    gate: str
    spectral_radius: float
    largest_singular_value: float


def recurrent_spectrum(network: Network) -> list[Spectrum]:
    """Return the spectrum of every recurrent weight matrix, layer by layer, gate by gate.

    NaN where weights are not finite. Empty for a network without memory.
    """
    H, cell = network.hidden_size, network.architecture.cell_type
    letters = cell.weight_gates or "h"
    found = []
    for layer in range(network.layers):
        weights = network.parameters.get(f"weight_hh{network.architecture.suffix(layer)}")
        if weights is None:
            continue
        for gate, matrix in zip(letters, weights.reshape(-1, H, H), strict=True):
            found.append(Spectrum(layer, gate, *_sizes(matrix.astype(np.float64))))
    return found


def _sizes(matrix: NDArray[np.float64]) -> tuple[float, float]:
    if not np.isfinite(matrix).all():
        return np.nan, np.nan
    radius = np.abs(np.linalg.eigvals(matrix)).max()
    return float(radius), float(np.linalg.norm(matrix, 2))


def jacobian_norms(
    network: Network,
    x: Array,
    initial: Mapping[str, Array] | None = None,
    *,
    steps: Sequence[int] | None = None,
    answering: Answering | None = None,
) -> NDArray[np.float64]:
    """Return the norm of dh_T/dh_t of one sequence: the effect of the steps from t to the last one.

    It is the largest factor by which these steps can stretch a small change of h_t: the 2-norm of
    the product of the Jacobians of the steps (in an LSTM including the path through the cell state;
    within one layer, as nothing goes down). All units of h_T are processed side by side, like the
    items in itemise.py. Attention is no part of it: no hidden state depends on it.

    Parameters
    ----------
    x : array, (T, 1, D), or (T, 1) of int with an embedding
    initial : mapping of array, (layers, 1, H)
        As in `Network.record`.
    steps : sequence of int
        Which time steps t; None means all.
    answering
        Where the states start from zero again, nothing comes from the steps before.

    Returns
    -------
    array of float64, (layers, T), or (layers, steps)
        1 at the last step; NaN where numbers are not finite.

    Raises
    ------
    ValueError
        If x does not fit or has more than one sequence, or there is no such time step.
    """
    x, state = _checked(network, x, initial)
    H, T = network.hidden_size, len(x)
    chosen = _chosen(steps, T)
    parts = [
        _columns(network, x, state, units, chosen, fitting(answering, len(x)))
        for units in groups(np.arange(H), T, H * network.layers)
    ]  # of each layer (steps, H, units)
    jacobians = [np.concatenate(of_layer, axis=2) for of_layer in zip(*parts, strict=True)]
    return np.array([[_norm(jacobian) for jacobian in of_layer] for of_layer in jacobians])


def step_jacobians(
    network: Network,
    x: Array,
    initial: Mapping[str, Array] | None = None,
    *,
    steps: Sequence[int] | None = None,
    answering: Answering | None = None,
) -> NDArray[np.float64]:
    """Return dh_t/dh_{t-1} of one sequence: the effect of a single step on what passes through it.

    Within each layer, with everything else that step t receives held fixed: the input, and an
    LSTM's c_{t-1}. Every step starts from the state that the sequence has there, and runs backward
    once for each unit of its h_t, side by side.

    Parameters
    ----------
    x, initial, steps, answering
        As in `jacobian_norms`.

    Returns
    -------
    array of float64, (layers, steps, H, H)
        Entry `[l, k, i, j]`: derivative of unit i after the step w.r.t. unit j before it. 0 for a
        network without memory. Steps of a backward layer are those of its own time.

    Raises
    ------
    ValueError
        If x does not fit or has more than one sequence, or there is no such time step.
    """
    x, state = _checked(network, x, initial)
    H = network.hidden_size
    chosen = _chosen(steps, len(x))
    found: NDArray[np.float64] = np.zeros((network.layers, len(chosen), H, H))
    if "weight_hh_l0" not in network.parameters:
        return found
    unrolled = network.unroll(x, state, answering=fitting(answering, len(x)))
    at_once = max(1, NUMBERS // H**2)
    for start in range(0, len(chosen), at_once):
        part = chosen[start : start + at_once]
        for number in range(network.layers):
            layer = _single_steps(unrolled.parts(number), part)
            layer.intervene(of_layer(network.interventions, number))
            with np.errstate(all="ignore"):
                layer.forward()
                layer.d_h[0] = np.tile(np.eye(H), len(part))
                layer.backward([True])
            back = layer.d_h_all[0].reshape(H, len(part), H)
            found[number, start : start + at_once] = back.transpose(1, 2, 0)
    if answering is not None and answering.from_zero:
        found[:, chosen == answering.first] = 0
    return found


def _single_steps(parts: Sequence[Cell], steps: NDArray[np.intp]) -> Cell:
    """Return a cell that does these steps of a layer side by side, H times each.

    It has the layer's inputs and the states before the steps; in each layer's own time.
    """
    of = parts[0]
    D, H = of.x.shape[1], of.hidden_size
    batch = len(steps) * H
    scratch = np.empty(type(of).scratch_size(D, H, 1, batch), of.dtype)
    single = type(of)(of.weights, (D, H), Span(1, batch, of.dtype, scratch))
    x = np.concatenate([part.x[:, :, 0] for part in parts])
    single.x[0] = np.repeat(x[steps], H, axis=0).T
    for name, state in single.states.items():
        before = np.concatenate([part.states[name][:-1, :, 0] for part in parts])
        state[0] = np.repeat(before[steps], H, axis=0).T
    return single


def _checked(
    network: Network, x: Array, initial: Mapping[str, Array] | None
) -> tuple[Array, Mapping[str, Array] | None]:
    x = network.checked_inputs(x)
    if x.shape[1] != 1:
        raise ValueError(f"x must be a single sequence (B = 1), got B = {x.shape[1]}")
    return x, network.checked_state(initial, 1)


def _chosen(steps: Sequence[int] | None, T: int) -> NDArray[np.intp]:
    if steps is None:
        return np.arange(T)
    return np.array([validation.integer("steps", step, 0, T - 1) for step in steps], np.intp)


def _columns(
    network: Network,
    x: Array,
    state: Mapping[str, Array] | None,
    units: NDArray[np.intp],
    steps: NDArray[np.intp],
    answering: Answering | None,
) -> list[NDArray[np.float64]]:
    """Return, for each layer, dh_T/dh_t for these units of h_T, (steps, H, units)."""
    if state is not None:
        state = {name: np.repeat(values, len(units), axis=1) for name, values in state.items()}
    side_by_side = np.repeat(x, len(units), axis=1)
    unrolled = network.unroll(side_by_side, state, keep=False, answering=answering)
    with np.errstate(all="ignore"):
        for number in range(network.layers):
            parts = unrolled.parts(number)
            for part in parts:
                part.d_h[:] = 0
            parts[-1].d_h[-1, units, np.arange(len(units))] = 1
            for part in parts:
                part.backward([True] * part.steps)
    return [values.d_h[steps].astype(np.float64) for values in unrolled.layer_values()]


def _norm(jacobian: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(jacobian, 2)) if np.isfinite(jacobian).all() else np.nan
