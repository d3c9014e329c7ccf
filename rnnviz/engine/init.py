"""Initial weights."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


def uniform(generator: np.random.Generator, rows: int, columns: int, limit: float) -> Matrix:
    """Draw from -limit..limit; PyTorch's recurrent layers take 1 / sqrt(H) for all weights."""
    return generator.uniform(-limit, limit, (rows, columns))


def glorot(generator: np.random.Generator, rows: int, columns: int) -> Matrix:
    """Draw from -limit..limit with limit = sqrt(6 / (inputs + outputs)).

    Glorot and Bengio (2010), eq. 16.
    """
    return uniform(generator, rows, columns, math.sqrt(6 / (rows + columns)))


def orthogonal(generator: np.random.Generator, size: int, radius: float = 1.0) -> Matrix:
    """Draw a rotation, all rotations equally likely, times `radius`.

    All its eigenvalues have the absolute value `radius`, and so have its singular values: it is the
    matrix that neither shrinks nor blows up what passes through it many times.
    Saxe, McClelland and Ganguli (2014); the correction of signs is that of Mezzadri (2007).
    """
    Q, R = np.linalg.qr(generator.standard_normal((size, size)))
    rotation: Matrix = Q * np.where(np.diag(R) < 0, -1.0, 1.0) * radius
    return rotation


def identity(size: int, radius: float = 1.0) -> Matrix:
    """Return the identity times `radius`; Le, Jaitly and Hinton (2015) for ReLU."""
    return radius * np.eye(size)
