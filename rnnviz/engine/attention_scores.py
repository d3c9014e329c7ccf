"""How well one hidden state fits another: the three scores of attention, and their gradients.

With h_t the state that asks and h_s one that is looked at::

    dot       e_ts = h_t . h_s / sqrt(H)
    general   e_ts = h_t' W h_s
    additive  e_ts = v' tanh(W_q h_t + W_k h_s)

The first two are those of Luong, Pham and Manning (2015), the first scaled as by Vaswani et al.
(2017); the third is that of Bahdanau, Cho and Bengio (2015).

Blocks here are batch-first, `(B, T, H)` and `(B, T, S)` with the step that asks before the one that
is looked at: BLAS then has one matrix for each sequence.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from rnnviz.engine.layout import Indices, Plan, Shapes, Weights
from rnnviz.engine.products import Array

#: Numbers of one block (asking steps, S, B, H) of additive scores: several asking steps in a block,
#: so that sums over them are fast, and still a small part of all pairs if there are many.
BLOCK = 131072


class Size(NamedTuple):
    """Sizes of the blocks: B, T and H."""

    batch: int
    steps: int
    hidden: int


class Scores(ABC):
    """The scores of all pairs of steps.

    What comes to a state that is looked at is a sum over the steps that look at it: of a_ts d_m_t
    over the sum, and, where the score is a product with `asking_t`, of d_e_ts asking_t over the
    score. Both are one product, of `ways` and `sent`.

    Parameters
    ----------
    weights : mapping of name to Weights
        What `plans` describes.
    h : array, (B, T, H)
        The hidden states, filled before `forward`.

    Attributes
    ----------
    ways : array, (B, count, T, T)
        The factors of what step t sends to h_s: a_ts first.
    sent : array, (B, count, T, H)
        What is multiplied by them: d_m_t first.
    d_scores : array, (B, T, S)
        dL/de_ts, filled before `backward`.
    """

    #: How many ways lead to a state that is looked at, as products.
    count: ClassVar[int] = 2

    def __init__(self, weights: Mapping[str, Weights], h: Array) -> None:
        B, T, H = h.shape
        self.weights, self.h = weights, h
        self.ways = np.zeros((B, self.count, T, T), h.dtype)
        self.sent = np.zeros((B, self.count, T, H), h.dtype)
        self._all_ways = self.ways.reshape(B, -1, T).transpose(0, 2, 1)
        self._all_sent = self.sent.reshape(B, -1, H)
        self.d_scores = self._place_of_gradients()

    def _place_of_gradients(self) -> Array:
        """Return where `d_scores` is kept."""
        result: Array = np.zeros_like(self.ways[:, 0])
        return result

    @staticmethod
    def shapes(H: int) -> Shapes:  # noqa: ARG004
        """Return the parameters, by name."""
        return {}

    @staticmethod
    def plans(index: Mapping[str, Indices]) -> dict[str, Plan]:  # noqa: ARG004
        """Describe how the fast matrices are made from the parameters."""
        return {}

    @staticmethod
    @abstractmethod
    def kept(size: Size) -> int:
        """Return how many numbers are kept for T steps of B sequences."""

    @staticmethod
    def products(size: Size) -> tuple[int, int]:
        """Return the multiplications in matrix products, and the numbers that take far longer."""
        B, T, H = size
        return 2 * B * T * T * H, 0

    @abstractmethod
    def forward(self, scores: Array) -> None:
        """Write the scores of all pairs with s <= t, (B, T, S)."""

    def backward(self, d_h: Array) -> None:
        """Write what the hidden states get over the sums, and from the scores in both roles.

        Parameters
        ----------
        d_h : array, (B, T, H)
        """
        np.matmul(self._all_ways, self._all_sent, out=d_h)

    def weight_gradients(self) -> None:  # noqa: B027  # there are scores without weights
        """Fill `gradient` of the weights. After `backward`."""

    @abstractmethod
    def own_step(self) -> Array:
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
        self._both_roles, self._asking = self.ways[:, 1], self.sent[:, 1]

    @staticmethod
    def kept(size: Size) -> int:
        """Return how many numbers are kept."""
        B, T, H = size
        return 2 * B * T * H + 3 * B * T * T

    def forward(self, scores: Array) -> None:
        """Write the scores."""
        np.multiply(self.h, self._scale, self._asking)
        np.matmul(self._asking, self.h.transpose(0, 2, 1), out=scores)

    def backward(self, d_h: Array) -> None:
        """Send to both roles at once: the score is the same with both states exchanged."""
        np.add(self.d_scores, self.d_scores.transpose(0, 2, 1), self._both_roles)
        super().backward(d_h)

    def own_step(self) -> Array:
        """Return the part that comes from the own step."""
        asking = np.matmul(self.d_scores, self._asking)
        result: Array = asking + diagonal(self.d_scores) * self._asking
        return result

    def slopes(self, sequence: int, t: int) -> Array:
        """Return the state that asks, scaled."""
        result: Array = self._asking[sequence, t, None]
        return result


class General(Scores):
    """`h_t' W h_s`; the asking side `W' h_t` is computed once for each step."""

    def __init__(self, weights: Mapping[str, Weights], h: Array) -> None:
        super().__init__(weights, h)
        self._asking = self.sent[:, 1]
        self._d_asking, self._by_asking = np.zeros((2, *h.shape), h.dtype)

    def _place_of_gradients(self) -> Array:
        result: Array = self.ways[:, 1]
        return result

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
        B, T, H = size
        return 4 * B * T * H + 2 * B * T * T

    @staticmethod
    def products(size: Size) -> tuple[int, int]:
        """Return the multiplications in matrix products."""
        B, T, H = size
        return 3 * B * T * T * H + 3 * B * T * H * H, 0

    def forward(self, scores: Array) -> None:
        """Write the scores."""
        np.matmul(self.h, self.weights["attention.weight"].W, out=self._asking)
        np.matmul(self._asking, self.h.transpose(0, 2, 1), out=scores)

    def backward(self, d_h: Array) -> None:
        """Send to the state that is looked at, then to the one that asks."""
        super().backward(d_h)
        np.matmul(self.d_scores, self.h, out=self._d_asking)
        W_T = self.weights["attention.weight"].W_T
        np.dot(_rows(self._d_asking), W_T, out=_rows(self._by_asking))
        np.add(d_h, self._by_asking, d_h)

    def weight_gradients(self) -> None:
        """Fill the gradient of W."""
        gradient = self.weights["attention.weight"].gradient
        np.dot(_rows(self.h).T, _rows(self._d_asking), out=gradient)

    def own_step(self) -> Array:
        """Return the part that comes from the own step."""
        result: Array = self._by_asking + diagonal(self.d_scores) * self._asking
        return result

    def slopes(self, sequence: int, t: int) -> Array:
        """Return `W' h_t`."""
        result: Array = self._asking[sequence, t, None]
        return result


class Additive(Scores):
    """`v' tanh(W_q h_t + W_k h_s)`, a tanh for each pair of steps and each unit.

    With q = W_q h_t, k = W_k h_s and r = exp(-2 q) / (exp(-2 q) + exp(2 k)), tanh(q + k) is
    1 - 2 r, and its derivative 4 r (1 - r): so the exponentials are those of each step and not
    those of each pair. Pairs are computed in blocks, and again on the way back, all but the last
    block: to keep them would take T times the memory of the hidden states. Here blocks are
    time-first, so that what is added up for a pair is contiguous over sequences and units.
    """

    count: ClassVar[int] = 1

    def __init__(self, weights: Mapping[str, Weights], h: Array) -> None:
        super().__init__(weights, h)
        B, T, H = h.shape
        dtype = h.dtype
        self._h, self._query, self._key, self._by_sides = np.zeros((4, T, B, H), dtype)
        # W_q h_t beside W_k h_s on the way forward, their gradients on the way back.
        self._sides = np.zeros((T, B, 2 * H), dtype)
        self._d_v = np.zeros(H, dtype)
        self._one, self._minus_2, self._4 = (np.array(n, dtype) for n in (1, -2, 4))
        # exp(2 q) and exp(2 k), and their sum, stay well within the range of the type up to here.
        self._largest = 0.49 * math.log(float(np.finfo(dtype).max))
        self._small = False
        rows = _asking_at_once(Size(B, T, H))
        self._r, self._slopes = np.zeros((2, rows * T * B * H), dtype)
        self._blocks = blocks(T, rows)
        self._r_of_last = self._r

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
        """Put both matrices into one, doubled; v as a column."""
        sides = np.concatenate([index[name] for name in list(Additive.shapes(1))[:2]])
        return {
            "attention.sides": Plan(sides, np.full((len(sides), 1), 2.0)),
            "attention.v": Plan.plain(index["attention.v"][:, None]),
        }

    @staticmethod
    def kept(size: Size) -> int:
        """Return how many numbers are kept."""
        B, T, H = size
        return 7 * B * T * H + 2 * B * T * T + 2 * _asking_at_once(size) * T * B * H + H

    @staticmethod
    def products(size: Size) -> tuple[int, int]:
        """Return the multiplications in matrix products, and the numbers of all pairs."""
        B, T, H = size
        rows = blocks(T, _asking_at_once(size))
        pairs = sum((steps.stop - steps.start) * steps.stop for steps in rows)
        return B * T * T * H + 6 * B * T * H * H, B * H * pairs

    def forward(self, scores: Array) -> None:
        """Write the scores."""
        np.copyto(self._h, self.h.transpose(1, 0, 2))
        H, v, sides = self.h.shape[2], self.weights["attention.v"].W[:, 0], self._sides
        np.dot(_rows(self._h), self.weights["attention.sides"].W.T, out=_rows(sides))
        largest = max(np.maximum.reduce(sides, axis=None), -np.minimum.reduce(sides, axis=None))
        self._small = bool(largest < self._largest)
        np.negative(sides[..., :H], self._query)
        np.copyto(self._key, sides[..., H:])
        if self._small:
            np.exp(self._query, self._query)
            np.exp(self._key, self._key)
        minus_2_v, total = self._minus_2 * v, v.sum()
        for steps in self._blocks:
            self._r_of_last = self._pairs(steps)
            found = np.dot(_rows(self._r_of_last), minus_2_v)
            found = found.reshape(-1, steps.stop, scores.shape[0])
            np.add(found.transpose(2, 0, 1), total, out=scores[:, steps, : steps.stop])

    def _pairs(self, steps: slice) -> Array:
        """Return r of these asking steps and all steps up to them, (asking, S, B, H)."""
        _, B, H = self._h.shape
        shape = (steps.stop - steps.start, steps.stop, B, H)
        r: Array = self._r[: math.prod(shape)].reshape(shape)
        return self._fraction(self._query[steps, None], self._key[None, : steps.stop], r)

    def _fraction(self, query: Array, key: Array, r: Array) -> Array:
        """Write r of what `forward` left of both sides."""
        if self._small:
            np.add(query, key, r)
            np.divide(query, r, r)
        else:
            np.subtract(key, query, r)
            np.exp(r, r)
            np.add(r, self._one, r)
            np.reciprocal(r, r)
        return r

    def backward(self, d_h: Array) -> None:
        """Send over the sums, then to both roles; the gradient of v is a by-product."""
        super().backward(d_h)
        H, sides = self.h.shape[2], self._sides
        d_query, d_key = sides[..., None, :H], sides[..., None, H:]
        self._d_v[:] = self.d_scores.sum()
        last = self._blocks[-1]
        for steps in reversed(self._blocks):
            r = self._r_of_last if steps is last else self._pairs(steps)
            d_pairs = self.d_scores[:, steps, : steps.stop].transpose(1, 2, 0).copy()
            self._d_v += self._minus_2 * np.dot(d_pairs.reshape(-1), _rows(r))
            slopes = self._slopes[: r.size].reshape(r.shape)
            np.subtract(self._one, r, slopes)
            np.multiply(slopes, r, slopes)
            np.matmul(
                d_pairs.transpose(0, 2, 1)[:, :, None],
                slopes.transpose(0, 2, 1, 3),
                out=d_query[steps],
            )
            to_key = d_pairs.transpose(1, 2, 0)[:, :, None], slopes.transpose(1, 2, 0, 3)
            if steps is last:
                np.matmul(*to_key, out=d_key)
            else:
                d_key[: steps.stop] += np.matmul(*to_key)
        four_v = self._4 * self.weights["attention.v"].W[:, 0]
        np.multiply(sides, np.concatenate([four_v, four_v]), sides)
        W = self.weights["attention.sides"].W_T.T
        np.dot(_rows(sides), W, out=_rows(self._by_sides))
        np.add(d_h, self._by_sides.transpose(1, 0, 2), d_h)

    def weight_gradients(self) -> None:
        """Fill the gradients of both matrices and of v."""
        gradient = self.weights["attention.sides"].gradient
        np.dot(_rows(self._sides).T, _rows(self._h), out=gradient)
        self.weights["attention.v"].gradient[:, 0] = self._d_v

    def own_step(self) -> Array:
        """Return the part that comes from the own step."""
        H, W = self.h.shape[2], self.weights["attention.sides"].W_T.T
        d_scores = diagonal(self.d_scores).transpose(1, 0, 2)
        looked_at = d_scores * self._inner_slopes(self._query, self._key)
        result: Array = self._sides[..., :H] @ W[:H] + looked_at @ W[H:]
        return result.transpose(1, 0, 2)

    def _inner_slopes(self, query: Array, key: Array) -> Array:
        """Return the derivative of the score by what is within tanh."""
        r = self._fraction(query, key, np.empty_like(key))
        result: Array = self._4 * self.weights["attention.v"].W[:, 0] * r * (1 - r)
        return result

    def slopes(self, sequence: int, t: int) -> Array:
        """Return the derivatives through tanh and W_k."""
        H, W = self.h.shape[2], self.weights["attention.sides"].W_T.T
        inner = self._inner_slopes(self._query[t, sequence], self._key[: t + 1, sequence])
        result: Array = inner @ W[H:]
        return result


#: Every kind of attention, by the name in the settings.
SCORES: dict[str, type[Scores]] = {"dot": Dot, "general": General, "additive": Additive}


def diagonal(block: Array) -> Array:
    """Return the entries of a block (B, T, T) where both steps are the same, (B, T, 1)."""
    return np.diagonal(block, axis1=1, axis2=2)[..., None]


def allowed(steps: int, first: int | None, dtype: DTypeLike) -> Array:
    """Return where step t may look at step s, (T, S): 1, else 0.

    Steps look at themselves and at the steps before; where there is an answering part, its steps
    look at the part that was read alone, s < first.
    """
    asking, looked_at = np.arange(steps)[:, None], np.arange(steps)
    may = looked_at <= asking
    if first is not None:
        may = np.where(asking >= first, looked_at < first, may)
    return may.astype(dtype)


def blocks(steps: int, rows: int) -> list[slice]:
    """Return consecutive blocks of so many asking steps; they look at what is before their end."""
    return [slice(start, min(start + rows, steps)) for start in range(0, steps, rows)]


def _rows(block: Array) -> Array:
    """Return a contiguous block as a matrix with its last axis as the columns."""
    return block.reshape(-1, block.shape[-1])


def _asking_at_once(size: Size) -> int:
    """Return how many asking steps of additive scores are computed at once."""
    return min(size.steps, max(1, BLOCK // max(1, math.prod(size))))
