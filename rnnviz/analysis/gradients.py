"""How much of the gradient is left at each earlier time step, and what that means in words.

Lag counts steps back from the last scored step: lag 0 is that step itself.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz import engine
from rnnviz.recording.trace import Array, Trace

Norms = NDArray[np.float64]
Which = Literal["d_h", "d_c", "last_d_h", "last_d_c"]

#: Below this share of the largest norm a step no longer counts as reached.
REACHED_SHARE = 0.01


def step_norms(gradient: Array) -> Norms:
    """Measure the gradient of each time step: its 2-norm over the units.

    Parameters
    ----------
    gradient : array, (T, H)

    Returns
    -------
    norms : array of float64, (T,)
        True for 1e-200 and 1e+200, too. A step with an entry that is not a
        number, or infinite, has such a norm.
    """
    return engine.norms(gradient)


def last_scored_step(trace: Trace) -> int | None:
    """Return the last time step that counts in the loss; None when none does."""
    scored = np.flatnonzero(trace.scored)
    return int(scored[-1]) if scored.size else None


def back_from(norms: Norms, last: int | None) -> Norms:
    """Turn norms over time steps into norms over lag: entry 0 is the last scored step."""
    return norms[:0] if last is None else norms[last::-1]


def backward_norms(trace: Trace, which: Which = "last_d_h", layer: int = -1) -> Norms:
    """Measure how the gradient fares on its way back, over lag.

    The default is the gradient of the loss of the last scored step alone. When every step is
    scored, each adds a gradient of its own to `d_h`: its norm then says how much loss lies ahead,
    and stays large at early steps even where nothing comes through from the late ones. Only what
    one single output sends back can be seen to vanish.

    Returns
    -------
    norms : array of float64, (last scored step + 1,)
        Empty when no step is scored, or when the cell has no such gradient.
    """
    gradient = trace.layers[layer].quantities().get(which)
    if gradient is None:
        return np.empty(0)
    return back_from(step_norms(gradient), last_scored_step(trace))


def factor_per_step(norms: Norms) -> float | None:
    """Return the factor by which the gradient changes per step back, on geometric average.

    The factors of the single steps multiply to what is left at the end, so their geometric mean is
    the root of the ratio of the two ends: no fit, and `factor ** lag` is exactly what is
    left after the last lag counted.

    Parameters
    ----------
    norms : array, (lags,)
        Over lag, as `back_from` gives them. Counted are the lags before the first norm of exactly
        zero, where nothing is left to multiply (truncation, or a ReLU that is off).

    Returns
    -------
    float or None
        None where there is no such factor: fewer than two norms above zero, or one among all of
        them that is infinite or not a number.
    """
    counted = before_first_zero(norms)
    if counted.size < 2 or not np.isfinite(norms).all():
        return None
    # Logarithms: the ratio itself may be too small or too large for a float.
    return math.exp((math.log(counted[-1]) - math.log(counted[0])) / (counted.size - 1))


def before_first_zero(norms: Norms) -> Norms:
    """Return the norms over lag before the first that is exactly zero: what is there to follow."""
    zeros = np.flatnonzero(norms == 0.0)
    return norms[: zeros[0]] if zeros.size else norms


def reach(norms: Norms, share: float = REACHED_SHARE) -> int | None:
    """Count how many steps back the gradient norm stays above 1 % of its largest value.

    Parameters
    ----------
    norms : array, (lags,)
        Over lag, as `back_from` gives them.

    Returns
    -------
    int or None
        The lag of the last step above that share, going back without interruption from the
        largest. 0 when every norm is zero; None when there is no norm, or one is infinite or not a
        number.
    """
    if norms.size == 0 or not np.isfinite(norms).all():
        return None
    largest = int(norms.argmax())
    if norms[largest] == 0.0:
        return 0
    fallen = np.flatnonzero(norms[largest:] <= share * norms[largest])
    return largest + int(fallen[0]) - 1 if fallen.size else norms.size - 1


def backward_sentence(norms: Norms) -> str:
    """Say in words what happens to the gradient on its way back.

    Parameters
    ----------
    norms : array, (lags,)
        Over lag, as `backward_norms` gives them.
    """
    if norms.size == 0:
        return "No step is scored, so there is no gradient."
    if not np.isfinite(norms).all():
        return "The gradient is not a number: it has grown beyond what can be computed with."
    if not norms.any():
        return "The gradient is exactly zero at every step: there is nothing to learn from."
    factor = factor_per_step(norms)
    if factor is None:
        return _only_one(norms)
    counted = before_first_zero(norms)
    return _course(factor, counted.size - 1) + _cut(counted.size, norms.size)


def reach_sentence(norms: Norms) -> str:
    """Say in words how far back the gradient reaches; empty where there is nothing to say."""
    steps = reach(norms)
    if steps is None or norms.size < 2 or not norms.any():
        return ""
    if steps == 0:
        return "Already one step back it is below 1 % of its largest value."
    if steps == norms.size - 1:
        return (
            f"Reaches all the way back: {steps_text(steps)}, never below 1 % of its largest value."
        )
    return f"Reaches {steps_text(steps)} back before it is below 1 % of its largest value."


def share_text(share: float) -> str:
    """Write a share for people: `63 %`, `1.2 %`, `0.004 %`, `2e-09 of it`, `35 times as much`."""
    if share >= 9.995:
        return f"{share:.3g} times as much"
    if share < 1e-5:
        return f"{share:.1g} of it" if share > 0 else "0 %"
    percent = share * 100
    digits = 0 if percent >= 9.95 else 1 - math.floor(math.log10(percent))
    text = f"{percent:.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + " %"


def factor_text(factor: float | None) -> str:
    """Write a factor for people: `×0.63`, `×1e-09`, and a dash where there is none."""
    if factor is None or math.isnan(factor):
        return "–"
    return f"×{factor:.2f}" if 0.095 <= factor < 99.5 else f"×{factor:.2g}"


def _course(factor: float, steps: int) -> str:
    shown = factor_text(factor)
    if shown == "×1.00":
        return f"Stays the same over {steps_text(steps)} back (×1.00 per step)."
    exponent = steps * math.log10(factor)
    # A float holds about 308 decades; two norms may lie further apart than that.
    left = share_text(10**exponent) if abs(exponent) < 300 else f"1e{exponent:.0f} of it"
    if factor < 1:
        return f"Falls by {shown} per step: after {steps_text(steps)} {left} is left."
    return f"Grows by {shown} per step: after {steps_text(steps)} it is at {left}."


def _cut(counted: int, all_lags: int) -> str:
    if counted == all_lags:
        return ""
    return f" From {steps_text(counted)} back on it is exactly zero."


def _only_one(norms: Norms) -> str:
    if norms.size == 1:
        return "One step only: there is no way back along which the gradient could change."
    if norms[0] == 0.0:
        return "The gradient of the last scored step is exactly zero there."
    return "The gradient is exactly zero one step back: nothing goes to earlier steps."


def steps_text(steps: int) -> str:
    """Write a number of time steps."""
    return "1 step" if steps == 1 else f"{steps} steps"
