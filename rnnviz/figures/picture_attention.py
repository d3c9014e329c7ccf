"""Attention in a packet for the canvas: what each step looks at, and what it sends back.

`picture.py` describes the format. A matrix of all pairs of steps grows with the square of their
number, so of a long sequence each step keeps only its largest weights.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import AttentionTrace
from rnnviz.recording.trace import Trace

#: Up to so many steps all pairs are sent; of longer sequences the largest weights of each step.
ALL = 64
LARGEST = 24

#: Most decades between the largest gradient and the smallest that is told from others.
_DECADES = 24


class Range(NamedTuple):
    """Powers of ten between which gradients are quantised."""

    low: int
    high: int


def kept(steps: int) -> int:
    """Return the most pairs that a step has."""
    return steps if steps <= ALL else LARGEST


def pair_count(steps: int) -> int:
    """Return how many pairs a sequence of this length has."""
    return sum(min(t + 1, kept(steps)) for t in range(steps))


def pair_bytes(trace: Trace, *, exact: bool) -> int:
    """Return how many bytes `pairs` makes of a trace of this shape."""
    if trace.attending is None:
        return 0
    of_one = (2 if trace.steps > ALL else 0) + (12 if exact else 2)
    return pair_count(trace.steps) * of_one


def about(traces: Sequence[Trace], sent: Range) -> dict[str, int | None] | None:
    """Return what the header tells of attention; None without.

    `answers` is the step from which on only the steps before it are looked at.
    """
    trace = traces[-1]
    if trace.attending is None:
        return None
    answers = None if trace.answering is None else trace.answering.first
    return {"kept": kept(trace.steps), "low": sent.low, "high": sent.high, "answers": answers}


def sent_range(traces: Sequence[Trace]) -> Range:
    """Return the range of all gradients that are sent over attention."""
    found = [trace.attending.sent for trace in traces if trace.attending is not None]
    every = np.array(found)
    sizes = np.log10(every[np.isfinite(every) & (every > 0)])
    if not sizes.size:
        return Range(-1, 0)
    high = math.floor(sizes.max()) + 1
    return Range(max(math.floor(sizes.min()), high - _DECADES), high)


def pairs(attending: AttentionTrace | None, sent: Range | None) -> list[NDArray[Any]]:
    """Return the parts of a frame that tell attention; `sent` is None for an exact frame."""
    if attending is None:
        return []
    asking, looked_at = _kept_pairs(attending.weights)
    weights = attending.weights[asking, looked_at].astype(np.float64)
    gradients = attending.sent[asking, looked_at].astype(np.float64)
    which = [looked_at.astype("<u2")] if len(attending.weights) > ALL else []
    if sent is None:
        return [*which, weights.astype("<f4"), gradients.astype("<f8")]
    shares = np.where(np.isfinite(weights), np.rint(1 + 254 * weights), 0).astype(np.uint8)
    return [*which, shares, _levels(gradients, sent)]


def _kept_pairs(weights: NDArray[Any]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs of steps that are sent, in the order of both."""
    T = len(weights)
    if T <= ALL:
        return np.tril_indices(T)
    # What is no number comes first, and what is never looked at last.
    sizes = np.where(np.isnan(weights), 2.0, weights)
    sizes = np.where(np.tri(T, dtype=bool), sizes, -1.0)
    largest = np.sort(np.argpartition(-sizes, LARGEST, axis=1)[:, :LARGEST], axis=1)
    asking, place = np.nonzero(np.arange(LARGEST) <= np.arange(T)[:, None])
    return asking, largest[asking, place]


def _levels(gradients: NDArray[np.float64], sent: Range) -> NDArray[np.uint8]:
    """Quantise by powers of ten: 0 is not finite, 1 is exactly 0, then 254 levels."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (np.log10(gradients) - sent.low) / (sent.high - sent.low)
    levels = 2 + np.rint(253 * np.clip(np.nan_to_num(share, posinf=1.0), 0, 1))
    levels[gradients == 0] = 1
    levels[~np.isfinite(gradients)] = 0
    return levels.astype(np.uint8)
