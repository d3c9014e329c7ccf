"""The entrance: from the network's inputs to those of the first layer, and the gradient back.

Inputs are numbers `(T, B, D)`, or integers `(T, B)` that are looked up in a learned table (the
embedding). A window of w concatenates the last w of them, the newest last, with zeros before the
start: so a network without memory can see something of the past.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.layout import Weights
from rnnviz.engine.products import Array


class Entrance:
    """What comes before the first layer.

    Parameters
    ----------
    x : array, (T, window * D, B)
        Inputs of the first layer, written by `forward`.
    window
        How many time steps are concatenated.
    embedding : Weights, (input_size, D), or of R networks (R, input_size, D), or None
        The table in which integers are looked up.
    scratch : array, one-dimensional
        At least of the size `scratch_size`.
    """

    def __init__(self, x: Array, window: int, embedding: Weights | None, scratch: Array) -> None:
        steps, wide, batch = x.shape
        D = wide // window
        self._x, self._window, self._embedding = x, window, embedding
        # Training needs dL/dx only for an embedding, so it gets no memory of its own.
        self.d_wide = scratch[: x.size].reshape(x.shape)
        self._d_x = self.d_wide if window == 1 else scratch[x.size :][: x.size // window]
        self._d_x = self._d_x.reshape(steps, D, batch)
        self._ids: Any = np.zeros((0, batch), np.intp)
        # Of R networks: the table of each sequence.
        self._tables = None
        if embedding is not None and embedding.W.ndim == 3:
            networks = len(embedding.W)
            self._tables = np.repeat(np.arange(networks), batch // networks)
        # For each position in the window: its rows, and by how many steps it is delayed.
        self._places = [(slice(k * D, (k + 1) * D), window - 1 - k) for k in range(window)]

    @staticmethod
    def scratch_size(D: int, window: int, steps: int, batch: int) -> int:
        """Return how many numbers of scratch memory are needed."""
        return steps * batch * D * (1 if window == 1 else window + 1)

    @property
    def learns(self) -> bool:
        """Whether there is a table to learn."""
        return self._embedding is not None

    def forward(self, x: NDArray[Any]) -> None:
        """Fill the inputs of the first layer; positions before the start of the sequence stay 0."""
        if self._embedding is not None:
            self._ids = x if self._tables is None else (self._tables, x)
            x = self._embedding.W[self._ids]
        block = x.transpose(0, 2, 1)
        if self._window == 1:
            np.copyto(self._x, block, casting="same_kind")
            return
        for rows, late in self._places:
            np.copyto(self._x[late:, rows], block[: max(len(block) - late, 0)], casting="same_kind")

    def backward(self) -> Array:
        """Turn `d_wide`, the gradient w.r.t. the first layer's inputs, into dL/dx_t, (T, D, B)."""
        if self._window > 1:
            self._d_x[:] = 0
            for rows, late in self._places:
                self._d_x[: max(len(self._d_x) - late, 0)] += self.d_wide[late:, rows]
        return self._d_x

    def weight_gradients(self, d_x: Array) -> None:
        """Add up, for each entry of the table, the gradients of the steps that used it."""
        if self._embedding is not None:
            self._embedding.gradient[:] = 0
            np.add.at(self._embedding.gradient, self._ids, d_x.transpose(0, 2, 1))
