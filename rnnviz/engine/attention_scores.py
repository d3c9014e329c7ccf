"""How well one hidden state fits another: the three scores of attention, and their gradients.

With h_t the state that asks and h_s one that is looked at::

    dot       e_ts = h_t . h_s / sqrt(H)
    general   e_ts = h_t' W h_s
    additive  e_ts = v' tanh(W_q h_t + W_k h_s)

The first two are those of Luong, Pham and Manning (2015), the first scaled as by Vaswani et al.
(2017); the third is that of Bahdanau, Cho and Bengio (2015).

Blocks here are batch-first, `(B, T, H)` and `(B, S, T)` with the step looked at before the one that
asks: BLAS then has one matrix for each sequence, and sums over s are sums of rows.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from rnnviz.engine.layout import Indices, Plan, Shapes, Weights
from rnnviz.engine.products import Array

#: Numbers of one block (B, asking steps, S, H) of additive scores: few calls if all is small, and
#: still in the cache if it is large.
BLOCK = 32768


class Size(NamedTuple):
    """Sizes of the blocks: B, T and H."""

    batch: int
    steps: int
    hidden: int


class Scores(ABC):
    """The scores of all pairs of steps.

    Parameters
    ----------
    weights : mapping of name to Weights
        What `plans` describes.
    h : array, (B, T, H)
        The hidden states, filled before `forward`.
    """

    def __init__(self, weights: Mapping[str, Weights], h: Array) -> None:
        self.weights, self.h = weights, h
        self.flat_h = h.reshape(-1, h.shape[2])
        self.free = np.zeros_like(h)

    @staticmethod
    def shapes(H: int) -> Shapes:  # noqa: ARG004
        """Return the parameters, by name."""
        return {}

    @staticmethod
    def plans(index: Mapping[str, Indices]) -> dict[str, Plan]:  # noqa: ARG004
        """Describe how the fast matrices are made from the parameters."""
        return {}

    @staticmethod
    def kept(size: Size) -> int:
        """Return how many numbers are kept for T steps of B sequences."""
        return math.prod(size)

    @staticmethod
    def products(size: Size) -> tuple[int, int]:
        """Return the multiplications in matrix products, and the numbers that take far longer."""
        B, T, H = size
        return 2 * B * T * T * H, 0

    @abstractmethod
    def forward(self, scores: Array) -> None:
        """Write the scores of all pairs with s <= t, (B, S, T)."""

    @abstractmethod
    def backward(self, d_scores: Array, d_h: Array) -> None:
        """Add what the hidden states get from the scores, as asking and as looked at, to `d_h`."""

    def weight_gradients(self) -> None:  # noqa: B027  # there are scores without weights
        """Fill `gradient` of the weights. After `backward`."""

    @abstractmethod
    def own_step(self, d_scores: Array) -> Array:
        """Return the part that h_t gets from the scores of step t alone, (B, T, H).

        As the state that asks, and as one that step t looks at.
        """

    @abstractmethod
    def slopes(self, sequence: int, t: int) -> Array:
        """Return de_ts/dh_s of step t for all s <= t, (t + 1, H); (1, H) if all are the same."""


class Dot(Scores):
    """`h_t . h_s / sqrt(H)`: no weights of its own."""

    def __init__(self, weights: Mapping[str, Weights], h: Array) -> None:
        super().__init__(weights, h)
        self._scale = np.array(1 / math.sqrt(h.shape[2]), h.dtype)
        self._both = np.zeros((h.shape[0], h.shape[1], h.shape[1]), h.dtype)

    @staticmethod
    def kept(size: Size) -> int:
        """Return how many numbers are kept."""
        return math.prod(size) + size.batch * size.steps**2

    def forward(self, scores: Array) -> None:
        """Write the scores."""
        np.multiply(self.h, self._scale, self.free)
        np.matmul(self.h, self.free.transpose(0, 2, 1), out=scores)

    def backward(self, d_scores: Array, d_h: Array) -> None:
        """Add both roles at once: the score is the same with both states exchanged."""
        np.add(d_scores, d_scores.transpose(0, 2, 1), self._both)
        np.matmul(self._both, self.h, out=self.free)
        np.multiply(self.free, self._scale, self.free)
        np.add(d_h, self.free, d_h)

    def own_step(self, d_scores: Array) -> Array:
        """Return the part that comes from the own step."""
        asking = np.matmul(d_scores.transpose(0, 2, 1), self.h)
        looked_at = diagonal(d_scores) * self.h
        result: Array = self._scale * (asking + looked_at)
        return result

    def slopes(self, sequence: int, t: int) -> Array:
        """Return the state that asks, scaled."""
        result: Array = self._scale * self.h[sequence, t, None]
        return result


class General(Scores):
    """`h_t' W h_s`; the asking side `W' h_t` is computed once for each step."""

    def __init__(self, weights: Mapping[str, Weights], h: Array) -> None:
        super().__init__(weights, h)
        self._asking, self._d_asking = np.zeros_like(h), np.zeros_like(h)

    @staticmethod
    def shapes(H: int) -> Shapes:
        """Return the one matrix."""
        return {"attention.weight": (H, H)}

    @staticmethod
    def plans(index: Mapping[str, Indices]) -> dict[str, Plan]:
        """Take it as it is."""
        return {"attention.weight": Plan.plain(index["attention.weight"])}

    @staticmethod
    def kept(size: Size) -> int:
        """Return how many numbers are kept."""
        return 3 * math.prod(size)

    @staticmethod
    def products(size: Size) -> tuple[int, int]:
        """Return the multiplications in matrix products."""
        B, T, H = size
        return 3 * B * T * T * H + 3 * B * T * H * H, 0

    def forward(self, scores: Array) -> None:
        """Write the scores."""
        asking = self._asking
        np.dot(
            self.flat_h, self.weights["attention.weight"].W, out=asking.reshape(self.flat_h.shape)
        )
        np.matmul(self.h, asking.transpose(0, 2, 1), out=scores)

    def backward(self, d_scores: Array, d_h: Array) -> None:
        """Add both roles."""
        np.matmul(d_scores, self._asking, out=self.free)
        np.add(d_h, self.free, d_h)
        np.matmul(d_scores.transpose(0, 2, 1), self.h, out=self._d_asking)
        np.add(d_h, self._by_asking(), d_h)

    def _by_asking(self) -> Array:
        flat = self.free.reshape(self.flat_h.shape)
        d_asking = self._d_asking.reshape(self.flat_h.shape)
        np.dot(d_asking, self.weights["attention.weight"].W_T, out=flat)
        return self.free

    def weight_gradients(self) -> None:
        """Fill the gradient of W."""
        d_asking = self._d_asking.reshape(self.flat_h.shape)
        np.dot(self.flat_h.T, d_asking, out=self.weights["attention.weight"].gradient)

    def own_step(self, d_scores: Array) -> Array:
        """Return the part that comes from the own step."""
        return self._by_asking() + diagonal(d_scores) * self._asking

    def slopes(self, sequence: int, t: int) -> Array:
        """Return `W' h_t`."""
        result: Array = self._asking[sequence, t, None]
        return result


class Additive(Scores):
    """`v' tanh(W_q h_t + W_k h_s)`, a tanh for each pair of steps and each unit.

    With r = 1 / (1 + exp(2 q) exp(2 k)), tanh(q + k) is 1 - 2 r: so the exponentials are those of
    each step and not those of each pair. Pairs are computed in blocks, and again on the way back:
    to keep them would take T times the memory of the hidden states.
    """

    def __init__(self, weights: Mapping[str, Weights], h: Array) -> None:
        super().__init__(weights, h)
        B, T, H = h.shape
        self._query, self._key = np.zeros_like(h), np.zeros_like(h)
        self._d_query, self._d_key = np.zeros_like(h), np.zeros_like(h)
        self._d_v = np.zeros(H, h.dtype)
        self._one, self._half = np.array(1, h.dtype), np.array(0.5, h.dtype)
        # exp(2 q) exp(2 k) stays within the range of the type up to here.
        self._largest = 0.49 * math.log(float(np.finfo(h.dtype).max))
        self._small = False
        rows = _rows(Size(B, T, H))
        self._r, self._slopes = np.zeros((2, B * rows * T * H), h.dtype)
        self._blocks = [slice(start, min(start + rows, T)) for start in range(0, T, rows)]

    @staticmethod
    def shapes(H: int) -> Shapes:
        """Return the matrices of both sides, and v."""
        return {
            "attention.query.weight": (H, H),
            "attention.key.weight": (H, H),
            "attention.v": (H,),
        }

    @staticmethod
    def plans(index: Mapping[str, Indices]) -> dict[str, Plan]:
        """Take them as they are; v as a column."""
        plans = {name: Plan.plain(index[name]) for name in list(Additive.shapes(1))[:2]}
        return plans | {"attention.v": Plan.plain(index["attention.v"][:, None])}

    @staticmethod
    def kept(size: Size) -> int:
        """Return how many numbers are kept."""
        B, T, H = size
        return 5 * B * T * H + 2 * B * _rows(size) * T * H + H

    @staticmethod
    def products(size: Size) -> tuple[int, int]:
        """Return the multiplications in matrix products, and the numbers of all pairs."""
        B, T, H = size
        rows = _rows(size)
        return 6 * B * T * H * H, B * H * sum(min(T, t + rows) for t in range(0, T, rows)) * rows

    def forward(self, scores: Array) -> None:
        """Write the scores."""
        flat, v = self.flat_h, self.weights["attention.v"].W[:, 0]
        for name, out in (("query", self._query), ("key", self._key)):
            np.dot(flat, self.weights[f"attention.{name}.weight"].W_T, out=out.reshape(flat.shape))
        largest = max(float(np.abs(self._query).max()), float(np.abs(self._key).max()))
        self._small = largest < self._largest / 2
        if self._small:
            for side in (self._query, self._key):
                np.add(side, side, side)
                np.exp(side, side)
        total = v.sum()
        for steps in self._blocks:
            r = self._pairs(steps)
            found = total - 2 * np.dot(r.reshape(-1, r.shape[3]), v).reshape(r.shape[:3])
            scores[:, : steps.stop, steps] = found.transpose(0, 2, 1)

    def _pairs(self, steps: slice) -> Array:
        """Return r of these asking steps and all steps up to them, (B, asking, S, H)."""
        B, _, H = self.h.shape
        shape = (B, steps.stop - steps.start, steps.stop, H)
        r: Array = self._r[: math.prod(shape)].reshape(shape)
        query, key = self._query[:, steps, None], self._key[:, None, : steps.stop]
        if self._small:
            np.multiply(query, key, r)
            np.add(r, self._one, r)
            np.reciprocal(r, r)
        else:
            np.add(query, key, r)
            np.tanh(r, r)
            np.multiply(r, self._half, r)
            np.subtract(self._half, r, r)
        return r

    def backward(self, d_scores: Array, d_h: Array) -> None:
        """Add both roles; the gradient of v is a by-product."""
        self._d_key[:] = 0
        self._d_v[:] = d_scores.sum()
        for steps in self._blocks:
            r = self._pairs(steps)
            d_pairs = np.ascontiguousarray(d_scores[:, : steps.stop, steps].transpose(0, 2, 1))
            self._d_v -= 2 * np.dot(d_pairs.reshape(-1), r.reshape(-1, r.shape[3]))
            slopes = self._slopes[: r.size].reshape(r.shape)
            np.subtract(self._one, r, slopes)
            np.multiply(slopes, r, slopes)
            np.multiply(slopes, d_pairs[..., None], slopes)
            np.add.reduce(slopes, axis=2, out=self._d_query[:, steps])
            self._d_key[:, : steps.stop] += np.add.reduce(slopes, axis=1)
        four_v = 4 * self.weights["attention.v"].W[:, 0]
        for name, side in (("query", self._d_query), ("key", self._d_key)):
            np.multiply(side, four_v, side)
            np.add(d_h, self._through(name, side), d_h)

    def _through(self, name: str, side: Array) -> Array:
        flat = self.flat_h.shape
        W = self.weights[f"attention.{name}.weight"].W
        np.dot(side.reshape(flat), W, out=self.free.reshape(flat))
        return self.free

    def weight_gradients(self) -> None:
        """Fill the gradients of both matrices and of v."""
        for name, side in (("query", self._d_query), ("key", self._d_key)):
            gradient = self.weights[f"attention.{name}.weight"].gradient
            np.dot(side.reshape(self.flat_h.shape).T, self.flat_h, out=gradient)
        self.weights["attention.v"].gradient[:, 0] = self._d_v

    def own_step(self, d_scores: Array) -> Array:
        """Return the part that comes from the own step."""
        looked_at = diagonal(d_scores) * self._inner_slopes(self._query, self._key)
        asking = self._through("query", self._d_query).copy()
        result: Array = asking + self._through("key", looked_at)
        return result

    def _inner_slopes(self, query: Array, key: Array) -> Array:
        """Return the derivative of the score by what is within tanh."""
        r = 1 / (1 + query * key) if self._small else 0.5 - 0.5 * np.tanh(query + key)
        result: Array = 4 * self.weights["attention.v"].W[:, 0] * r * (1 - r)
        return result

    def slopes(self, sequence: int, t: int) -> Array:
        """Return the derivatives through tanh and W_k."""
        inner = self._inner_slopes(self._query[sequence, t], self._key[sequence, : t + 1])
        result: Array = inner @ self.weights["attention.key.weight"].W
        return result


#: Every kind of attention, by the name in the settings.
SCORES: dict[str, type[Scores]] = {"dot": Dot, "general": General, "additive": Additive}


def diagonal(block: Array) -> Array:
    """Return the entries of a block (B, T, T) where both steps are the same, (B, T, 1)."""
    return np.diagonal(block, axis1=1, axis2=2)[..., None]


def allowed(steps: int, first: int | None, dtype: DTypeLike) -> Array:
    """Return what is added to the scores, (S, T): 0 where step t may look at step s, else -inf.

    Steps look at themselves and at the steps before; where there is an answering part, its steps
    look at the part that was read alone, s < first.
    """
    looked_at, asking = np.arange(steps)[:, None], np.arange(steps)
    may = looked_at <= asking
    if first is not None:
        may = np.where(asking >= first, looked_at < first, may)
    return np.where(may, 0, -np.inf).astype(dtype)


def _rows(size: Size) -> int:
    """Return how many asking steps are computed at once."""
    return min(size.steps, max(1, BLOCK // max(1, math.prod(size))))
