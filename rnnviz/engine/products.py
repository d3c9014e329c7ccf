"""Matrix products over all time steps at once, on feature-major blocks `(T, features, B)`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Views = tuple[Array, ...]

# Columns that are laid side by side for one product: wide enough for BLAS to be at its speed,
# narrow enough for the copies to stay in the cache.
COLUMNS = 256
# At most this share of the columns at once, so that the copies do not count beside the buffers.
SHARE = 0.25
# As many products at once, and at most this share of them.
PRODUCTS = 8
SHARE_OF_PRODUCTS = 0.4
# Entries of a matrix up to which products are made first and added up then.
SMALL = 4096


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


class SumOfProducts:
    """The sum over time steps of `left[t] @ right[t].T`: the gradient of a weight matrix.

    A product for each step and an addition is slow, so many steps are taken at once, as many as fit
    the scratch memory. Where the products are small, they are made first and added up then; where
    they are large, the steps are laid side by side for one product, which adds up by itself.

    Parameters
    ----------
    left : array, (T, M, B)
    right : array, (T, N, B)
    out : array, (M, N)
        Written by each call; contiguous.
    scratch : array, one-dimensional
        At least what `scratch_size` says.
    """

    def __init__(self, left: Array, right: Array, out: Array, scratch: Array) -> None:
        steps, M, batch = left.shape
        N = right.shape[1]
        self._left, self._right, self._out = left, right, out
        if batch == 1:  # one product without copies
            return
        small = _is_small(M, N, batch)
        views = _views_of_products if small else _views_side_by_side
        self._sum = _sum_of_small if small else _sum_of_large
        room = scratch.size // (M * N) if small else (scratch.size - M * N) // ((M + N) * batch)
        length = min(steps, room)
        self._chunks = [
            views(left[start : start + length], right[start : start + length], scratch)
            for start in range(0, steps, length)
        ]

    @staticmethod
    def scratch_size(M: int, N: int, steps: int, batch: int) -> int:
        """Return how many numbers are enough; more makes it hardly faster."""
        if batch == 1:
            return 0
        if _is_small(M, N, batch):
            return M * N * min(PRODUCTS, math.ceil(SHARE_OF_PRODUCTS * steps))
        return M * N + (M + N) * max(batch, min(COLUMNS, int(SHARE * steps * batch)))

    def __call__(self) -> None:
        """Write the sum into `out`."""
        if self._left.shape[2] == 1:
            np.dot(self._left[:, :, 0].T, self._right[:, :, 0], self._out)
            return
        for number, views in enumerate(self._chunks):
            self._sum(views, self._out, number > 0)


def _is_small(M: int, N: int, batch: int) -> bool:
    """Say whether a product is small, and hardly larger than the two blocks that it is made of."""
    return min(SMALL, 1.2 * (M + N) * batch) >= M * N


def _views_of_products(left: Array, right: Array, scratch: Array) -> Views:
    steps, M, _ = left.shape
    N = right.shape[1]
    return left, right.transpose(0, 2, 1), scratch[: steps * M * N].reshape(steps, M, N)


def _sum_of_small(views: Views, out: Array, add: bool) -> None:
    left, right_T, products = views
    np.matmul(left, right_T, out=products)
    if add:
        np.add(products[0], out, products[0])
    np.add.reduce(products, axis=0, out=out)


def _views_side_by_side(left: Array, right: Array, scratch: Array) -> Views:
    steps, M, batch = left.shape
    N, wide = right.shape[1], steps * batch
    part, scratch = scratch[: M * N], scratch[M * N :]
    wide_left, wide_right = scratch[: M * wide], scratch[M * wide : (M + N) * wide]
    return (
        *(wide_left.reshape(M, steps, batch), left.transpose(1, 0, 2)),
        *(wide_right.reshape(N, steps, batch), right.transpose(1, 0, 2)),
        *(wide_left.reshape(M, wide), wide_right.reshape(N, wide).T, part.reshape(M, N)),
    )


def _sum_of_large(views: Views, out: Array, add: bool) -> None:
    left_copy, left, right_copy, right, wide_left, wide_right_T, part = views
    np.copyto(left_copy, left)
    np.copyto(right_copy, right)
    if add:
        np.dot(wide_left, wide_right_T, part)
        np.add(out, part, out)
    else:
        np.dot(wide_left, wide_right_T, out)
