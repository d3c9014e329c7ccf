"""Matrix products over all time steps at once, on feature-major blocks `(T, features, B)`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

# Columns that are laid side by side for one product. Wide enough that BLAS is at its speed, small
# enough that the copies stay in the cache (and do not count beside the buffers).
COLUMNS = 1024


def product(W: Array, blocks: Array, out: Array) -> None:
    """Write `W @ blocks[t]` into `out[t]` for every time step.

    Parameters
    ----------
    W : array, (M, N)
    blocks : array, (T, N, B)
    out : array, (T, M, B)
    """
    if blocks.shape[2] == 1:  # one product instead of T
        np.matmul(blocks[:, :, 0], W.T, out=out[:, :, 0])
    else:
        np.matmul(W, blocks, out=out)


# Up to so many numbers, the products of all steps are made first and added up then.
FEW = 32768


class SumOfProducts:
    """The sum over time steps of `left[t] @ right[t].T`: the gradient of a weight matrix.

    For large matrices the time steps are laid side by side, so that it is one product and not T.

    Parameters
    ----------
    left : array, (T, M, B)
    right : array, (T, N, B)
    out : array, (M, N)
        Written by each call; contiguous.
    """

    def __init__(self, left: Array, right: Array, out: Array) -> None:
        steps, rows, batch = left.shape
        self._left, self._right, self._out = left, right, out
        self._all: Array | None = None
        if batch > 1 and steps * out.size <= FEW:
            self._all = np.empty((steps, *out.shape), out.dtype)
            return
        self._chunk = min(steps, max(1, COLUMNS // batch))
        if batch > 1:
            width = self._chunk * batch
            self._left_wide = np.empty(rows * width, left.dtype)
            self._right_wide = np.empty(right.shape[1] * width, left.dtype)
        self._part = np.empty_like(out) if self._chunk < steps else out

    def __call__(self) -> None:
        """Write the sum into `out`."""
        steps, _, batch = self._left.shape
        if batch == 1:
            np.dot(self._left[:, :, 0].T, self._right[:, :, 0], self._out)
            return
        if self._all is not None:
            np.matmul(self._left, self._right.transpose(0, 2, 1), out=self._all)
            np.add.reduce(self._all, axis=0, out=self._out)
            return
        for start in range(0, steps, self._chunk):
            chunk = slice(start, min(start + self._chunk, steps))
            left = _side_by_side(self._left[chunk], self._left_wide)
            right = _side_by_side(self._right[chunk], self._right_wide)
            if start == 0:
                np.dot(left, right.T, self._out)
            else:
                np.dot(left, right.T, self._part)
                np.add(self._out, self._part, self._out)


def _side_by_side(blocks: Array, memory: Array) -> Array:
    """Copy `(steps, features, B)` into the memory as `(features, steps * B)`."""
    steps, features, batch = blocks.shape
    wide = memory[: blocks.size].reshape(features, steps, batch)
    np.copyto(wide, blocks.transpose(1, 0, 2))
    return wide.reshape(features, steps * batch)
