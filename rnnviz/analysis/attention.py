"""What learned attention, and the one hidden in a gate, look at: in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.gradients import steps_text
from rnnviz.numbers import number
from rnnviz.recording.trace import Trace

Weights = NDArray[np.floating]


@dataclass(frozen=True)
class Focus:
    """Where the weights of the asking steps lie, on average.

    Parameters
    ----------
    asking : array of int, (n,)
        The steps that are looked at: those that are scored.
    largest
        Mean of the largest weight of each.
    even
        What it would be if all steps that may be looked at had the same weight.
    back
        Median of how many steps back the largest weight lies.
    """

    asking: NDArray[np.intp]
    largest: float
    even: float
    back: float


def focus(weights: Weights, trace: Trace) -> Focus | None:
    """Measure where the weights of the scored steps lie; None where they are no numbers."""
    asking = np.flatnonzero(trace.scored)
    rows = np.asarray(weights, np.float64)[asking]
    if not asking.size or not np.isfinite(rows).all():
        return None
    allowed = asking + 1
    if trace.answering is not None:
        allowed = np.where(asking >= trace.answering.first, trace.answering.first, allowed)
    back = asking - rows.argmax(axis=1)
    return Focus(
        asking, float(rows.max(axis=1).mean()), float((1 / allowed).mean()), float(np.median(back))
    )


def attention_sentence(weights: Weights, trace: Trace) -> str:
    """Say how sharply the scored steps look, and how far back."""
    found = focus(weights, trace)
    if found is None:
        return "The weights are not numbers: training has grown beyond what can be computed."
    one = found.asking.size == 1
    if one:
        who = f"Step {found.asking[0]}, the one that is scored, gives"
        whom, where = "the step it looks at most", "that lies"
    else:
        who = f"The {found.asking.size} scored steps give on average"
        whom, where = "the step each looks at most", "for at least half of them that lies"
    if found.back >= 1:
        where += f" {steps_text(round(found.back))} back{'' if one else ' or more'}"
    else:
        where = where.replace("lies", "is the step itself")
    return (
        f"{who} {number(found.largest)} to {whom}, where even weights would give "
        f"{number(found.even)}; {where}."
    )


def hidden_sentence(weights: Weights, state: str, candidate: str, unit: int | None = None) -> str:
    """Say what the attention hidden in a gate adds up to, of a unit, or as the mean of all."""
    last = np.asarray(weights, np.float64)[-1]
    if not np.isfinite(last).all():
        return "The gates are not numbers: training has grown beyond what can be computed."
    most = int(last.argmax())
    whose = "each unit’s" if unit is None else f"unit {unit}’s"
    which = "weights of its own; shown is their mean over all units" if unit is None else "these"
    if unit is not None:
        which += " weights"
    return (
        f"From the gates: {whose} {state} is exactly the sum of its candidates {candidate} of all "
        f"steps so far, with {which}. At the last step they add up to "
        f"{number(float(last.sum()))}, and the largest, {number(float(last[most]))}, is that of "
        f"step {most}."
    )
