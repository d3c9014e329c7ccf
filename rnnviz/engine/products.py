"""Matrix products over all time steps at once, on feature-major blocks `(T, features, B)`.

Where R networks are computed in one pass (stacked.py), a block has R B columns, B of each network
in turn, and a weight matrix is an array (R, M, N). Everything that acts on single numbers does not
notice. Products do: `by_network` gives each network its columns.
"""

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


def by_network(blocks: Array, networks: int | None) -> Array:
    """Return a view in which each network has its own columns.

    Parameters
    ----------
    blocks : array, (..., features, R B)
    networks
        R; None for a network alone.

    Returns
    -------
    array, (..., R, features, B)
        `blocks` itself for a network alone.
    """
    if networks is None:
        return blocks
    return np.moveaxis(blocks.reshape(*blocks.shape[:-1], networks, -1), -2, -3)


def product(W: Array, blocks: Array, out: Array) -> None:
    """Write `W @ blocks[t]` into `out[t]` for every time step.

    Parameters
    ----------
    W : array, (M, N), or of R networks (R, M, N)
    blocks : array, (T, N, B), or (T, N, R B)
    out : array, (T, M, B), or (T, M, R B)
    """
    if W.ndim == 3:
        _product_of_each(W, by_network(blocks, len(W)), by_network(out, len(W)))
    elif blocks.shape[2] == 1:  # one product instead of T
        np.matmul(blocks[:, :, 0], W.T, out=out[:, :, 0])
    else:
        np.matmul(W, blocks, out=out)


def _product_of_each(W: Array, blocks: Array, out: Array) -> None:
    """Write the products of each network, (T, R, M, B), as `product` does for one alone."""
    if blocks.shape[3] == 1:
        rows = np.ascontiguousarray(blocks[..., 0].transpose(1, 0, 2))  # as BLAS needs them
        out[..., 0] = np.matmul(rows, W.transpose(0, 2, 1)).transpose(1, 0, 2)
    else:
        np.matmul(W, blocks, out=out)


class Part(NamedTuple):
    """Which part of a sum of products is the gradient of a weight matrix.

    Parameters
    ----------
    rows, columns
        Of the sum.
    out : array, (rows, columns), or of R networks (R, rows, columns)
        Where that part is written; rows are contiguous.
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
    left : array, (T, M, B), or of R networks (T, M, R B)
    right : array, (T, N, B), or (T, N, R B)
    parts : sequence of Part
        The parts of the sum (M, N) to compute; written by each call.
    scratch : array, one-dimensional
        At least of the size `scratch_size`, R times that for R networks.
    """

    def __init__(self, left: Array, right: Array, parts: Sequence[Part], scratch: Array) -> None:
        of_each = parts[0].out.shape[:-2]
        networks = of_each[0] if of_each else None
        self._dot = np.matmul if of_each else np.dot
        left, right = by_network(left, networks), by_network(right, networks)
        self._chunks: list[tuple[list[Views], list[Views]]] = []
        if left.shape[-1] == 1:
            self._in_one(left[..., 0], right[..., 0], parts)
            return
        steps, (M, batch), N, R = len(left), left.shape[-2:], right.shape[-2], networks or 1
        largest = max(part.out.size for part in parts)
        room = (scratch.size - largest) // ((M + N) * batch * R)
        length = min(room, _steps_at_once(largest // R, steps, batch))
        for start in range(0, steps, length):
            chunk = slice(start, min(start + length, steps))
            wide = (chunk.stop - chunk.start) * batch
            side_by_side = scratch[largest:][: R * M * wide].reshape(*of_each, M, wide)
            transposed = scratch[largest + R * M * wide :][: R * wide * N].reshape(
                *of_each, wide, N
            )
            copies: list[Views] = [
                (side_by_side.reshape(*of_each, M, -1, batch), np.moveaxis(left[chunk], 0, -2)),
                (
                    transposed.reshape(*of_each, -1, batch, N),
                    np.moveaxis(right[chunk], 0, -3).swapaxes(-1, -2),
                ),
            ]
            views: list[Views] = [
                (
                    side_by_side[..., rows, :],
                    transposed[..., at],
                    out,
                    scratch[: out.size].reshape(out.shape),
                )
                for rows, at, out in parts
            ]
            self._chunks.append((copies, views))

    def _in_one(self, left: Array, right: Array, parts: Sequence[Part]) -> None:
        """Prepare one product over all steps, (T, M) and (T, N), for a single sequence.

        A network alone needs no copies. Of several, the columns lie too far apart for BLAS.
        """
        copies: list[Views] = []
        if left.ndim == 3:
            sources = left.transpose(1, 0, 2), right.transpose(1, 0, 2)
            left, right = (np.empty(source.shape, source.dtype) for source in sources)
            copies = list(zip((left, right), sources, strict=True))
        views: list[Views] = [
            (left[..., rows].swapaxes(-1, -2), right[..., at], out, out) for rows, at, out in parts
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
        dot = self._dot
        for number, (copies, views) in enumerate(self._chunks):
            for copy, blocks in copies:
                np.copyto(copy, blocks)
            for left, right, out, product_of_chunk in views:
                if number == 0:
                    dot(left, right, out)
                else:
                    dot(left, right, product_of_chunk)
                    np.add(out, product_of_chunk, out)


def _steps_at_once(largest: int, steps: int, batch: int) -> int:
    """Return how many steps side by side are fastest."""
    columns = UNPACKED // largest
    return min(steps, max(1, (columns if columns >= FEW else MANY) // batch))
