"""Matrix products over all time steps at once, on feature-major blocks `(T, features, B)`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Views = tuple[Array, ...]

# Number of multiplications up to which OpenBLAS uses the operands in place, on processors with
# AVX-512. Above it, it packs them first and is a fifth slower, until the matrices are much larger.
UNPACKED = 1_000_000
# Number of columns placed side by side for one product: at least so many for BLAS to be fast; and
# so many where it packs anyway, so that the copies stay in the cache.
FEW, MANY = 128, 256
# At most this share of the columns at once, so that the copies are small beside the buffers.
SHARE = 0.3


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


class Part(NamedTuple):
    """Which part of a sum of products is the gradient of a weight matrix.

    Parameters
    ----------
    rows, columns
        Of the sum.
    out : array, (rows, columns)
        Where that part is written; contiguous.
    """

    rows: slice
    columns: slice
    out: Array


def whole(out: Array) -> Part:
    """Return the part that is the whole sum."""
    return Part(slice(None), slice(None), out)


class SumOfProducts:
    """The sum over time steps of `left[t] @ right[t].T`: the gradients of weight matrices.

    One product per step and an addition would be slow. So as many steps as fit the scratch memory
    are placed side by side, for one product that does the summation. The right blocks are stored
    transposed, which BLAS reads fastest.

    Parameters
    ----------
    left : array, (T, M, B)
    right : array, (T, N, B)
    parts : sequence of Part
        The parts of the sum (M, N) to compute; written by each call.
    scratch : array, one-dimensional
        At least of the size `scratch_size`.
    """

    def __init__(self, left: Array, right: Array, parts: Sequence[Part], scratch: Array) -> None:
        steps, M, batch = left.shape
        N = right.shape[1]
        self._chunks: list[tuple[list[Views], list[Views]]] = []
        if batch == 1:  # one product without copies
            views: list[Views] = [
                (left[:, rows, 0].T, right[:, at, 0], out, out) for rows, at, out in parts
            ]
            self._chunks.append(([], views))
            return
        largest = max(part.out.size for part in parts)
        room = (scratch.size - largest) // ((M + N) * batch)
        length = min(room, _steps_at_once(largest, steps, batch))
        for start in range(0, steps, length):
            chunk = slice(start, min(start + length, steps))
            wide = (chunk.stop - chunk.start) * batch
            side_by_side = scratch[largest:][: M * wide].reshape(M, wide)
            transposed = scratch[largest + M * wide :][: wide * N].reshape(wide, N)
            copies: list[Views] = [
                (side_by_side.reshape(M, -1, batch), left[chunk].transpose(1, 0, 2)),
                (transposed.reshape(-1, batch, N), right[chunk].transpose(0, 2, 1)),
            ]
            views = [
                (side_by_side[rows], transposed[:, at], out, scratch[: out.size].reshape(out.shape))
                for rows, at, out in parts
            ]
            self._chunks.append((copies, views))

    @staticmethod
    def scratch_size(M: int, N: int, largest: int, steps: int, batch: int) -> int:
        """Return how many numbers are needed if the largest part has `largest` entries."""
        if batch == 1:
            return 0
        length = min(math.ceil(SHARE * steps), _steps_at_once(largest, steps, batch))
        return largest + (M + N) * batch * length

    def __call__(self) -> None:
        """Write the sums."""
        for number, (copies, views) in enumerate(self._chunks):
            for copy, blocks in copies:
                np.copyto(copy, blocks)
            for left, right, out, product_of_chunk in views:
                if number == 0:
                    np.dot(left, right, out)
                else:
                    np.dot(left, right, product_of_chunk)
                    np.add(out, product_of_chunk, out)


def _steps_at_once(largest: int, steps: int, batch: int) -> int:
    """Return how many steps side by side are fastest."""
    columns = UNPACKED // largest
    return min(steps, max(1, (columns if columns >= FEW else MANY) // batch))
