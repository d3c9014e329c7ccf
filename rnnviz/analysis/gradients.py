"""How much of the gradient is left at each earlier time step, in numbers and in words.

Lag counts time steps back from the last scored step: lag 0 is that step itself.
"""

from __future__ import annotations

import math

import numpy as np

from rnnviz.numbers import factor, number, percent, power_of_ten, share
from rnnviz.recording.reach import (
    REACHED_SHARE,
    Norms,
    Which,
    back_from,
    backward_norms,
    before_first_zero,
    last_scored_step,
    reach,
    step_norms,
)

__all__ = [
    "REACHED",
    "REACHED_SHARE",
    "Norms",
    "Which",
    "back_from",
    "backward_norms",
    "backward_sentence",
    "before_first_zero",
    "factor_per_step",
    "last_scored_step",
    "left_text",
    "reach",
    "reach_sentence",
    "step_norms",
    "steps_text",
]

#: The share of the largest norm below which a step no longer counts as reached, as it is written.
REACHED = percent(REACHED_SHARE)


def factor_per_step(norms: Norms) -> float | None:
    """Return the factor by which the gradient changes per step back, as a geometric mean.

    The factors of the single steps multiply to what is left at the end, so their geometric mean is
    a root of the ratio of the two ends. It is not a fit: `factor ** lag` is exactly what is left
    after the last lag counted.

    Parameters
    ----------
    norms : array, (lags,)
        Over lag, as returned by `back_from`. Only the lags before the first norm of exactly zero
        are counted; after it nothing is left to multiply (truncation, or a ReLU that is off).

    Returns
    -------
    float or None
        None if there is no such factor: fewer than two norms above zero, or one of all norms is
        infinite or not a number.
    """
    counted = before_first_zero(norms)
    if counted.size < 2 or not np.isfinite(norms).all():
        return None
    # Logarithms: the ratio itself may be too small or too large for a float.
    return math.exp((math.log(counted[-1]) - math.log(counted[0])) / (counted.size - 1))


def backward_sentence(norms: Norms) -> str:
    """Say in words what happens to the gradient as it is backpropagated.

    Parameters
    ----------
    norms : array, (lags,)
        Over lag, as returned by `backward_norms`.
    """
    if norms.size == 0:
        return "No step is scored, so there is no gradient."
    if not np.isfinite(norms).all():
        return "The gradient is not a number: it has grown beyond what can be computed."
    if not norms.any():
        return "The gradient is exactly zero at every step: nothing is backpropagated."
    if factor_per_step(norms) is None:
        return _only_one(norms)
    counted = before_first_zero(norms)
    return _course(counted) + _cut(norms, counted.size)


def reach_sentence(norms: Norms) -> str:
    """Say in words how far back the gradient reaches; empty if there is nothing to say."""
    steps = reach(norms)
    if steps is None or norms.size < 2 or not norms.any():
        return ""
    largest = int(norms.argmax())
    peak = "" if largest == 0 else f" It is largest {steps_text(largest)} back."
    if steps == norms.size - 1:
        if (np.diff(norms) >= 0).all():
            return f"It grows all the way back: {steps_text(steps)}."
        if norms.min() > REACHED_SHARE * norms[largest]:
            return (
                f"It reaches all the way back: {steps_text(steps)}, never below {REACHED} of its "
                "largest value."
            )
        return f"It reaches all the way back: {steps_text(steps)}.{peak}"
    if steps == 0:
        return f"Already one step back it is down to {REACHED} of its largest value, or less."
    return (
        f"It reaches {steps_text(steps)} back; one step further it is down to {REACHED} of its "
        f"largest value, or less.{peak}"
    )


def left_text(norms: Norms) -> str:
    """Write the share of the first norm that is left at the last lag, both above zero.

    Their ratio may be too small or too large for a float.
    """
    exponent = math.log10(norms[-1]) - math.log10(norms[0])
    if abs(exponent) < 300:
        return share(float(norms[-1] / norms[0]))
    return f"{power_of_ten(exponent)} of it"


def _course(norms: Norms) -> str:
    steps = norms.size - 1
    left = math.log10(norms[-1]) - math.log10(norms[0])
    by = left / steps
    if abs(left) < math.log10(1.005):
        return f"After {steps_text(steps)} it is as large as at first."
    # Two decimals cannot tell a factor near 1 from 1; over many steps the difference matters.
    shown = factor(10**by) if abs(10**by - 1) >= 0.005 else f"×{number(10**by, 5)}"
    each = "in one step" if steps == 1 else "per step on average"
    if left < 0:
        return f"It shrinks {shown} {each}: {left_text(norms)} is left after {steps_text(steps)}."
    times = number(10**left) if left < 300 else power_of_ten(left)
    return f"It grows {shown} {each}: after {steps_text(steps)} it is {times} times as large."


def _cut(norms: Norms, counted: int) -> str:
    if counted == norms.size:
        return ""
    if norms[counted:].any():
        return (
            f" {steps_text(counted).capitalize()} back it is exactly zero; further back it is not."
        )
    return f" From {steps_text(counted)} back on it is exactly zero."


def _only_one(norms: Norms) -> str:
    if norms.size == 1:
        return "The last prediction is at step 0 of the layer: there is no earlier step to reach."
    if norms[0] == 0.0:
        return "The gradient is exactly zero at the last scored step itself."
    if norms[1:].any():
        return "The gradient is exactly zero one step back; further back it is not."
    return "The gradient is exactly zero one step back: it reaches no earlier step."


def steps_text(steps: int) -> str:
    """Write a number of time steps."""
    return "1 step" if steps == 1 else f"{steps} steps"
