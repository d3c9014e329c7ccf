"""How far back the gradient of a trace reaches, from its norms over the lag.

Lag counts time steps back from the last scored step: lag 0 is that step itself. What is said about
these numbers is in `rnnviz.analysis.gradients`.
"""

from __future__ import annotations

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


def last_scored_step(trace: Trace, layer: int = -1) -> int | None:
    """Return the last time step that counts in the loss; None if there is none.

    In the time of the layer: for a backward one it is the first of the sequence.
    """
    scored = np.flatnonzero(trace.in_time_of(layer, trace.scored))
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
    gradient = trace.layers[trace.number_of(layer)].quantities().get(which)
    if gradient is None:
        return np.empty(0)
    return back_from(step_norms(gradient), last_scored_step(trace, layer))


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


def memory_norms(trace: Trace) -> Norms:
    """Return the norms over the lag of the gradient w.r.t. the state that carries the memory.

    In the top layer: the cell state of an LSTM, the hidden state of every other cell.
    """
    return backward_norms(trace, "last_d_h" if trace.c is None else "last_d_c")
