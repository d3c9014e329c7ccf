"""Attention over the network's own hidden states, as part of the readout.

Luong, Pham and Manning (2015) and Bahdanau, Cho and Bengio (2015), within one network. At step t
the topmost hidden state asks, and looks at the states so far::

    e_ts = score(h_t, h_s)                      attention_scores.py
    a_ts = exp(e_ts) / sum_s' exp(e_ts')        over the steps s <= t
    m_t  = sum_s a_ts h_s
    y_t  = W_h h_t + W_m m_t + b                [W_h W_m] is `readout.weight`, (K, 2H)

The present step is looked at too, so that the first step has something to look at. Where there is
an answering part (answering.py), its steps look at the part that was read, and at nothing else.
The sum goes to the output alone: no hidden state depends on it.

Backward::

    d_m_t  = W_m' d_y_t
    d_a_ts = d_m_t . h_s
    d_e_ts = a_ts (d_a_ts - sum_s' a_ts' d_a_ts')   = a_ts (d_a_ts - d_m_t . m_t)
    d_h_s += sum_t a_ts d_m_t, and what the scores send to h_t and to h_s

So the gradient of a late output reaches an early state in a single step, besides the way over the
recurrence. Truncation cuts only that other way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from rnnviz.engine.answering import Answering
from rnnviz.engine.attention_scores import SCORES, Size, allowed, blocks
from rnnviz.engine.layout import Weights
from rnnviz.engine.losses import softmax
from rnnviz.engine.norms import norms
from rnnviz.engine.products import Array

ATTENTION = ("none", *SCORES)

#: Asking steps whose exponentials are computed at once: only of what they look at, and few calls.
ROWS = 10


@dataclass(frozen=True)
class AttentionRecord:
    """What attention computed on a batch.

    The gradient of a topmost hidden state is a sum of three: `own`, `later`, and what comes over
    the recurrence, which is the rest of `d_h`.

    Parameters
    ----------
    weights : array, (T, T, B)
        a_ts: row t over the steps s looked at. Rows add up to 1; 0 where step t may not look.
    scores : array, (T, T, B)
        e_ts; -inf where step t may not look.
    sums : array, (T, B, H)
        m_t.
    d_weights, d_scores : array, (T, T, B)
        dL/da_ts and dL/de_ts; 0 where step t may not look.
    d_sums : array, (T, B, H)
        dL/dm_t.
    own : array, (T, B, H)
        The part of dL/dh_t that comes through the output of step t itself: directly, and through
        its own scores and sum.
    later : array, (T, B, H)
        The part that comes over attention from the scores and sums of later steps.
    """

    weights: Array
    scores: Array
    sums: Array
    d_weights: Array
    d_scores: Array
    d_sums: Array
    own: Array
    later: Array


class Attention:
    """Attention over T steps of B sequences, with its buffers.

    Parameters
    ----------
    kind
        A key of `SCORES`.
    weights : mapping of name to Weights
        What the kind's `plans` describes, and `readout.sums`, W_m, (K, H).
    outputs, d_outputs : array, (T, K, B)
        Of the network.
    size : Size
    """

    def __init__(
        self,
        kind: str,
        weights: Mapping[str, Weights],
        outputs: Array,
        d_outputs: Array,
        size: Size,
    ) -> None:
        B, T, H = size
        dtype, K = outputs.dtype, outputs.shape[1]
        self.h, self.sums, self.d_h = np.zeros((3, B, T, H), dtype)
        self.scores = np.zeros((B, T, T), dtype)
        self._scores = SCORES[kind](weights, self.h)
        self.weights, self.d_scores = self._scores.ways[:, 0], self._scores.d_scores
        self.d_sums = self._scores.sent[:, 0]
        self._readout = weights["readout.sums"]
        self._part = np.zeros((B, T, K), dtype)
        self._totals, self._mean = np.zeros((2, B, T), dtype)
        self._ones = np.ones(max(T, K), dtype)
        self._exponentials = [
            (self.scores[:, rows, : rows.stop], self.weights[:, rows, : rows.stop])
            for rows in blocks(T, ROWS)
        ]
        # A row whose sum is within these has its largest exponential well within the range of the
        # type: then nothing is lost in the others but what is nothing beside it.
        self._least, self._most = np.finfo(dtype).max ** -0.4, np.finfo(dtype).max ** 0.4
        self._outputs, self._d_outputs = outputs.transpose(2, 0, 1), d_outputs.transpose(2, 0, 1)
        self._allowed: dict[int | None, Array] = {}
        self._may: Array = self.allowed(None)

    @staticmethod
    def kept(kind: str, size: Size, K: int) -> int:
        """Return how many numbers are kept for T steps of B sequences."""
        B, T, H = size
        own = B * T * (3 * H + T + K + 2) + T * T + max(T, K)
        return own + SCORES[kind].kept(size)

    def allowed(self, first: int | None) -> Array:
        """Return where step t may look at step s, (T, S): 1, else 0."""
        if first not in self._allowed:
            self._allowed.clear()  # only the last one is kept, since batches rarely differ
            self._allowed[first] = allowed(self.h.shape[1], first, self.h.dtype)
        return self._allowed[first]

    def forward(self, h: Sequence[Array], answering: Answering | None) -> None:
        """Compute scores, weights and sums, and add W_m m_t to the outputs.

        Parameters
        ----------
        h : sequence of array, (steps, H, B)
            The topmost hidden states, in consecutive parts.
        """
        self._may = self.allowed(None if answering is None else answering.first)
        start = 0
        for part in h:
            np.copyto(self.h[:, start : start + len(part)], part.transpose(2, 0, 1))
            start += len(part)
        self._scores.forward(self.scores)
        self._softmax()
        np.matmul(self.weights, self.h, out=self.sums)
        np.matmul(self.sums, self._readout.W.T, out=self._part)
        np.add(self._outputs, self._part, self._outputs)

    def _softmax(self) -> None:
        """Turn scores into weights."""
        weights, totals, ones = self.weights, self._totals, self._ones[: self.h.shape[1]]
        for scores, powers in self._exponentials:
            np.exp(scores, powers)
        np.multiply(weights, self._may, weights)
        np.matvec(weights, ones, out=totals)
        least = np.minimum.reduce(totals, axis=None)
        if self._least < least and np.maximum.reduce(totals, axis=None) < self._most:
            np.divide(weights, totals[..., None], weights)
        else:  # exp of a score may have left the range of the type
            np.copyto(weights, softmax(np.where(self._may, self.scores, -np.inf)))
            np.copyto(weights, 0, where=self._may == 0)  # also over NaN, for the passes after it

    def backward(self, d_h: Sequence[Array]) -> None:
        """Add what comes over attention to dL/dh_t; `d_outputs` is known.

        Parameters
        ----------
        d_h : sequence of array, (steps, H, B)
            Of the same parts as in `forward`.
        """
        weights, d_scores, mean = self.weights, self.d_scores, self._mean
        np.copyto(self._part, self._d_outputs)
        np.matmul(self._part, self._readout.W, out=self.d_sums)
        np.matmul(self.d_sums, self.h.transpose(0, 2, 1), out=d_scores)
        # Not d_m_t . m_t: this is exact where a step looks at a single one.
        np.vecdot(weights, d_scores, out=mean)
        np.subtract(d_scores, mean[..., None], d_scores)
        np.multiply(d_scores, weights, d_scores)
        self._scores.backward(self.d_h)
        start = 0
        for to in d_h:
            more = self.d_h[:, start : start + len(to)].transpose(1, 2, 0)
            np.add(to, more, to)
            start += len(to)

    def weight_gradients(self) -> None:
        """Fill `gradient` of the weights. After `backward`."""
        K, H = self._readout.W.shape
        np.dot(self._part.reshape(-1, K).T, self.sums.reshape(-1, H), out=self._readout.gradient)
        self._scores.weight_gradients()

    def record(self, direct: Array) -> AttentionRecord:
        """Copy everything. After `backward`.

        Parameters
        ----------
        direct : array, (T, H, B)
            What each topmost hidden state gets from its own step's output without attention.
        """
        own_sum = np.diagonal(self.weights, axis1=1, axis2=2)[..., None] * self.d_sums
        own = self._scores.own_step() + own_sum
        looked_at_later = np.any(np.tril(self._may, -1), axis=0, keepdims=True).T
        later = np.where(looked_at_later, self.d_h - own, 0)
        d_weights = np.matmul(self.d_sums, self.h.transpose(0, 2, 1))
        return AttentionRecord(
            weights=_asking_first(self.weights),
            scores=_asking_first(np.where(self._may, self.scores, -np.inf).astype(self.h.dtype)),
            sums=_steps_first(self.sums),
            d_weights=_asking_first(np.where(self._may, d_weights, 0)),
            d_scores=_asking_first(self.d_scores),
            d_sums=_steps_first(self.d_sums),
            own=_steps_first(own) + direct.transpose(0, 2, 1),
            later=_steps_first(later),
        )

    def sent(self, sequence: int) -> Array:
        """Return the norm of what step t sends to h_s of a sequence, (T, T). After `backward`.

        Through the weight in the sum, and through the score; what the score sends to the state that
        asks is not in it.
        """
        T = self.h.shape[1]
        result = np.zeros((T, T))
        sends = self.d_sums[sequence].any(axis=1)  # the others are not scored
        for t in np.flatnonzero(sends).tolist():
            weights, d_scores = (
                block[sequence, t, : t + 1, None] for block in (self.weights, self.d_scores)
            )
            by_sum = weights * self.d_sums[sequence, t]
            by_score = d_scores * self._scores.slopes(sequence, t)
            result[t, : t + 1] = norms(by_sum + by_score)
        return result


def _asking_first(block: Array) -> Array:
    """Copy `(B, T, S)` to `(T, S, B)`."""
    return np.ascontiguousarray(block.transpose(1, 2, 0))


def _steps_first(block: Array) -> Array:
    """Copy `(B, T, H)` to `(T, B, H)`."""
    return np.ascontiguousarray(block.transpose(1, 0, 2))
