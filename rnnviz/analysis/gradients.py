"""How much of the gradient is left at each earlier time step, in numbers and in words.

Lag counts time steps back from the last scored step: lag 0 is that step itself.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz import engine
from rnnviz.numbers import factor, number, percent, power_of_ten, share
from rnnviz.recording.trace import Array, Trace

Norms = NDArray[np.float64]
Which = Literal["d_h", "d_c", "last_d_h", "last_d_c"]

#: Below this share of the largest norm a step no longer counts as reached; and how it is written.
REACHED_SHARE = 0.01
REACHED = percent(REACHED_SHARE)


def step_norms(gradient: Array) -> Norms:
    """Return the 2-norm of the gradient over the units, for each time step.

    Parameters
    ----------
    gradient : array, (T, H)

    Returns
    -------
    norms : array of float64, (T,)
        Correct for 1e-200 and 1e+200, too. A step with an entry that is not a number, or infinite,
        has such a norm.
    """
    return engine.norms(gradient)


def last_scored_step(trace: Trace) -> int | None:
    """Return the last time step that counts in the loss; None if there is none."""
    scored = np.flatnonzero(trace.scored)
    return int(scored[-1]) if scored.size else None


def back_from(norms: Norms, last: int | None) -> Norms:
    """Turn norms over time steps into norms over lag: entry 0 is the last scored step."""
    return norms[:0] if last is None else norms[last::-1]


def backward_norms(trace: Trace, which: Which = "last_d_h", layer: int = -1) -> Norms:
    """Return the norms of the backpropagated gradient, over lag.

    The default is the gradient of the last scored step's share of the loss. When every step is
    scored, each step adds its own gradient to `d_h`. The norm of `d_h` then says how much loss lies
    ahead, and stays large at early steps even if nothing from the late ones reaches them. Only the
    gradient of a single output can be seen to vanish.

    Returns
    -------
    norms : array of float64, (last scored step + 1,)
        Empty if no step is scored, or if the cell has no such gradient.
    """
    gradient = trace.layers[layer].quantities().get(which)
    if gradient is None:
        return np.empty(0)
    return back_from(step_norms(gradient), last_scored_step(trace))


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


def before_first_zero(norms: Norms) -> Norms:
    """Return the norms over lag before the first that is exactly zero."""
    zeros = np.flatnonzero(norms == 0.0)
    return norms[: zeros[0]] if zeros.size else norms


def reach(norms: Norms, above: float = REACHED_SHARE) -> int | None:
    """Count how many steps back the gradient norm stays above a share of its largest value.

    If the gradient grows going back, this is counted from where it is largest.

    Parameters
    ----------
    norms : array, (lags,)
        Over lag, as returned by `back_from`.

    Returns
    -------
    int or None
        The lag of the last step above that share, going back without interruption from the largest.
        0 if every norm is zero; None if there is no norm, or one is infinite or not a number.
    """
    if norms.size == 0 or not np.isfinite(norms).all():
        return None
    largest = int(norms.argmax())
    if norms[largest] == 0.0:
        return 0
    fallen = np.flatnonzero(norms[largest:] <= above * norms[largest])
    return largest + int(fallen[0]) - 1 if fallen.size else norms.size - 1


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
        return "There is only one step, so there is nothing to backpropagate through."
    if norms[0] == 0.0:
        return "The gradient is exactly zero at the last scored step itself."
    if norms[1:].any():
        return "The gradient is exactly zero one step back; further back it is not."
    return "The gradient is exactly zero one step back: it reaches no earlier step."


def steps_text(steps: int) -> str:
    """Write a number of time steps."""
    return "1 step" if steps == 1 else f"{steps} steps"
