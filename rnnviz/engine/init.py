"""Initial weights."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.architecture import Architecture
from rnnviz.engine.products import Array

Matrix = NDArray[np.float64]

CHOICES = ("default", "uniform", "glorot", "orthogonal", "identity")
WITH_RADIUS = ("default", "orthogonal", "identity")


def draw(
    parameters: Mapping[str, Array],
    architecture: Architecture,
    generator: np.random.Generator,
    how: str,
    radius: float,
) -> None:
    """Fill the parameters of a new network.

    Parameters
    ----------
    how
        Initial recurrent weights of each gate: `"orthogonal"` and `"identity"` times the radius,
        `"glorot"`; `"default"` is the identity for ReLU and orthogonal for all others. Input
        weights and readout follow Glorot and biases are 0, except for `"uniform"`, which draws
        everything from +-1/sqrt(H), as PyTorch does.
    """
    if how == "uniform":
        limit = 1 / math.sqrt(architecture.hidden_size)
        for values in parameters.values():
            values[...] = generator.uniform(-limit, limit, values.shape)
        return
    if how == "default":
        how = architecture.cell_type.spec.starts_as
    H = architecture.hidden_size
    for name, values in parameters.items():
        if name == "embedding.weight":
            values[...] = generator.standard_normal(values.shape)
        elif name == "readout.weight":
            # Hidden state and sum one after the other: the first is as it would be without.
            seen = architecture.seen
            for columns in range(0, values.shape[1], seen):
                values[:, columns : columns + seen] = glorot(generator, len(values), seen)
        elif name.startswith("attention."):
            of_matrix = values.reshape(-1, H)
            of_matrix[...] = glorot(generator, *of_matrix.shape)
        elif name.startswith("weight"):
            for block in values.reshape(-1, H, values.shape[1]):
                block[...] = _block(name, generator, H, values.shape[1], how, radius)


def set_forget_bias(
    parameters: Mapping[str, Array], architecture: Architecture, value: float
) -> None:
    """Set the sum of both biases of the forget gate to this value, which goes to `bias_ih`.

    Gers, Schmidhuber and Cummins (2000); 1 as in Jozefowicz, Zaremba and Sutskever (2015).
    With coupled gates f has no bias of its own: the bias of i gets the opposite sign.
    """
    if not architecture.cell_type.spec.forget_gate:
        return
    place, _ = _forget_place(architecture)
    for layer in range(architecture.recorded_layers):
        end = architecture.suffix(layer)
        for name in (f"bias_ih{end}", f"bias_hh{end}"):
            parameters[name][place] = 0
        add_to_forget_bias(parameters[f"bias_ih{end}"], architecture, value)


def add_to_forget_bias(bias: Array, architecture: Architecture, amount: float) -> None:
    """Add to the entries of a bias vector that belong to the forget gate."""
    place, sign = _forget_place(architecture)
    bias[place] += sign * amount


def _forget_place(architecture: Architecture) -> tuple[slice, int]:
    cell, H = architecture.cell_type, architecture.hidden_size
    letter, sign = ("i", -1) if architecture.coupled else (cell.spec.forget_gate, 1)
    block = cell.weight_gates.index(letter)
    return slice(block * H, (block + 1) * H), sign


def _block(
    name: str, generator: np.random.Generator, H: int, columns: int, how: str, radius: float
) -> Matrix:
    if name.startswith("weight_ih") or how == "glorot":
        return glorot(generator, H, columns)
    return identity(H, radius) if how == "identity" else orthogonal(generator, H, radius)


def uniform(generator: np.random.Generator, rows: int, columns: int, limit: float) -> Matrix:
    """Draw from -limit..limit; PyTorch's recurrent layers take 1 / sqrt(H) for all weights."""
    return generator.uniform(-limit, limit, (rows, columns))


def glorot(generator: np.random.Generator, rows: int, columns: int) -> Matrix:
    """Draw from -limit..limit with limit = sqrt(6 / (inputs + outputs)).

    Glorot and Bengio (2010), eq. 16.
    """
    return uniform(generator, rows, columns, math.sqrt(6 / (rows + columns)))


def orthogonal(generator: np.random.Generator, size: int, radius: float = 1.0) -> Matrix:
    """Draw an orthogonal matrix, rotation or reflection, all equally likely, times `radius`.

    All its eigenvalues have the absolute value `radius`, and all its singular values equal it. With
    radius 1 it neither shrinks nor amplifies what passes through it many times. Saxe, McClelland
    and Ganguli (2014); the correction of signs is that of Mezzadri (2007).
    """
    Q, R = np.linalg.qr(generator.standard_normal((size, size)))
    orthogonal: Matrix = Q * np.where(np.diag(R) < 0, -1.0, 1.0) * radius
    return orthogonal


def identity(size: int, radius: float = 1.0) -> Matrix:
    """Return the identity times `radius`; Le, Jaitly and Hinton (2015) for ReLU."""
    return radius * np.eye(size)
