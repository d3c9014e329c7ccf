"""Numbers about the recurrent map: whether it shrinks or blows up what passes through it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.itemise import groups
from rnnviz.engine.products import Array

if TYPE_CHECKING:
    from rnnviz.engine.network import Network


@dataclass(frozen=True)
class Spectrum:
    """Two sizes of a square matrix of recurrent weights.

    Parameters
    ----------
    layer
        From the input up, 0 first.
    gate
        Letter of the gate that the matrix feeds; `"h"` in a cell without gates.
    spectral_radius
        Largest absolute value of an eigenvalue: the factor per step in the long run, were there
        nothing but this matrix.
    largest_singular_value
        The most that the matrix stretches any vector in a single step. Below 1, gradients of a
        plain RNN must vanish: Pascanu, Mikolov and Bengio (2013).
    """

    layer: int
    gate: str
    spectral_radius: float
    largest_singular_value: float


def recurrent_spectrum(network: Network) -> list[Spectrum]:
    """Return the sizes of every matrix of recurrent weights, layer by layer, gate by gate.

    Where weights are not finite, so are the sizes (NaN). Empty for a network without memory.
    """
    H, cell = network.hidden_size, network.architecture.cell_type
    letters = cell.weight_gates or "h"
    found = []
    for layer in range(network.layers):
        weights = network.parameters.get(f"weight_hh_l{layer}")
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
    network: Network, x: Array, initial: Mapping[str, Array] | None = None
) -> NDArray[np.float64]:
    """Return the norm of dh_T/dh_t of one sequence: what the steps from t to the last one do.

    It is the largest factor by which they can stretch a small change of h_t, the 2-norm of the
    product of the Jacobians of the steps (in an LSTM with the way through the cell state; within a
    layer, as nothing goes down). The units of h_T go back side by side, as items do in itemise.py.

    Parameters
    ----------
    x : array, (T, 1, D), or (T, 1) of int with an embedding
    initial : mapping of array, (layers, 1, H)
        As in `Network.record`.

    Returns
    -------
    array of float64, (layers, T)
        1 at the last step; NaN where numbers are not finite.

    Raises
    ------
    ValueError
        If x does not fit, or has more than one sequence.
    """
    x = network.checked_inputs(x)
    if x.shape[1] != 1:
        raise ValueError(f"x must be a single sequence (B = 1), got B = {x.shape[1]}")
    state = network.checked_state(initial, 1)
    H, T = network.hidden_size, len(x)
    parts = [
        _columns(network, x, state, units) for units in groups(np.arange(H), T, H)
    ]  # of each layer (T, H, units)
    jacobians = [np.concatenate(of_layer, axis=2) for of_layer in zip(*parts, strict=True)]
    return np.array([[_norm(jacobian) for jacobian in of_layer] for of_layer in jacobians])


def _columns(
    network: Network, x: Array, state: Mapping[str, Array] | None, units: NDArray[np.intp]
) -> list[NDArray[np.float64]]:
    """Return, for each layer, the derivatives of these units of h_T by every h_t, (T, H, units)."""
    if state is not None:
        state = {name: np.repeat(values, len(units), axis=1) for name, values in state.items()}
    unrolled = network.unroll(np.repeat(x, len(units), axis=1), state, keep=False)
    with np.errstate(all="ignore"):
        for layer in unrolled.layers:
            layer.d_h[:] = 0
            layer.d_h[-1, units, np.arange(len(units))] = 1
            layer.backward([True] * len(x))
    return [layer.d_h.astype(np.float64) for layer in unrolled.layers]


def _norm(jacobian: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(jacobian, 2)) if np.isfinite(jacobian).all() else np.nan
