"""The two ways back of a gradient: over the recurrence, and over attention."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.gradients import Norms, back_from, last_scored_step, step_norms, steps_text
from rnnviz.numbers import number
from rnnviz.recording.trace import Array, Trace


@dataclass(frozen=True)
class Ways:
    """The gradient w.r.t. the topmost hidden states, by the way on which it came.

    At each step the three add up to the whole, as vectors; their norms do not.

    Parameters
    ----------
    own : array, (T, H)
        Through the output of the same step: directly, and through its own scores and sum.
    attention : array, (T, H)
        Over attention: from the scores and sums of later steps, in a single step.
    recurrence : array, (T, H)
        From the next step, over the recurrence: whatever reached that step on either way.
    """

    own: Array
    attention: Array
    recurrence: Array


def ways(trace: Trace, of_last: bool = False) -> Ways | None:
    """Split the gradient w.r.t. the topmost hidden states; None without attention or gradient.

    Parameters
    ----------
    of_last
        Of the last scored step's share of the loss, not of the whole loss.
    """
    attending, top = trace.attending, trace.layers[trace.top]
    if attending is None or top.d_h is None or top.last_d_h is None:
        return None
    if of_last:
        own, later, whole = attending.last_own, attending.last_later, top.last_d_h
    else:
        own, later, whole = attending.own, attending.later, top.d_h
    rest = np.where(_comes_back(trace)[:, None], whole - own - later, 0)
    # What is left of two equal numbers is rounding, not a gradient.
    rounding = 8 * np.finfo(rest.dtype).eps * np.maximum(np.abs(own), np.abs(later))
    return Ways(own, later, np.where(np.abs(rest) > rounding, rest, 0))


def _comes_back(trace: Trace) -> NDArray[np.bool_]:
    """Tell at which steps anything comes back from the next one over the recurrence, (T,)."""
    later, last = np.arange(trace.steps) + 1, last_scored_step(trace)
    comes: NDArray[np.bool_] = later <= (-1 if last is None else last)
    if trace.truncate is not None:
        comes &= later % trace.truncate != 0
    if trace.answering is not None and trace.answering.from_zero:
        comes &= later != trace.answering.first
    return comes


@dataclass(frozen=True)
class WayNorms:
    """Norms over lag of what came on each way, of the last scored step's gradient."""

    attention: Norms
    recurrence: Norms


def way_norms(trace: Trace, layer: int = -1) -> WayNorms | None:
    """Return the norms of both ways over lag; None in other layers than the top, or without."""
    on_top = trace.is_top(layer)
    found = ways(trace, of_last=True) if on_top else None
    if found is None:
        return None
    last = last_scored_step(trace)
    return WayNorms(
        back_from(step_norms(found.attention), last), back_from(step_norms(found.recurrence), last)
    )


def ways_sentence(found: WayNorms) -> str:
    """Say how much arrives on each way at the first step."""
    steps = found.attention.size - 1
    if steps < 1:
        return ""
    over, along = float(found.attention[-1]), float(found.recurrence[-1])
    if not np.isfinite([over, along]).all():
        return ""
    return (
        f"It has two ways back: {steps_text(steps)} back a gradient of {number(over)} arrives "
        f"over attention, in a single step, and {number(along)} over the recurrence."
    )
