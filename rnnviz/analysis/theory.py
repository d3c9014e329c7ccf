"""What theory predicts for the backpropagated gradient, for comparison with the measured one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.gradients import (
    REACHED_SHARE,
    Norms,
    backward_norms,
    backward_sentence,
    before_first_zero,
    factor_per_step,
    last_scored_step,
    step_norms,
    steps_text,
)
from rnnviz.analysis.ways_back import WayNorms, way_norms, ways_sentence
from rnnviz.engine import Network, gate_label, jacobian_norms, spec_of
from rnnviz.numbers import factor as factor_text
from rnnviz.recording.trace import Array, Trace

Letter = Literal["h", "c"]

#: Source of the line that is a bound; the other lines are one path among several.
JACOBIANS = "Jacobians"

#: What is left after the last lag: below the first the gradient has vanished, above the second it
#: has exploded. The first is also what counts as reached.
VANISHED, EXPLODED = REACHED_SHARE, 100.0
#: What is left after the last lag is about what there was, up to this factor.
KEPT = 2.0
#: Most numbers (time steps x units x units of all layers) in the backward pass for the bound: a
#: tenth of a second.
MOST_NUMBERS = 2**19
#: Most numbers (lags x units x units) whose norms are computed: less than that.
MOST_LOOKED_AT = 2**16
#: Factors per step this close to each other count as the same.
SAME = 0.03


@dataclass(frozen=True)
class Estimate:
    """A line predicted by theory, for comparison with the measured gradient w.r.t. one state.

    Parameters
    ----------
    letter
        The state: `h` or `c`.
    source
        What it is computed from: `JACOBIANS`, or a text such as `forget gates alone`.
    lags : array of int, (n,)
        Where it is known: the first is 0, the last is the last at which the measured gradient is
        above zero, so that both are about the same steps.
    norms : array, (n,)
        Starts at the measured value.
    """

    letter: Letter
    source: str
    lags: NDArray[np.intp]
    norms: Norms

    @property
    def factor(self) -> float:
        """Factor per step back, as a geometric mean over all of its lags; NaN if there is none."""
        first, last = self.norms[0], self.norms[-1]
        if not (first > 0 and last > 0):
            return np.nan if np.isnan(last) else 0.0
        return float(np.exp((np.log(last) - np.log(first)) / self.lags[-1]))


@dataclass(frozen=True)
class WayBack:
    """The gradient of the last scored step's share of the loss, backpropagated step by step.

    Parameters
    ----------
    h, c : array, (lags,)
        Its norm w.r.t. hidden and cell state of one layer, over lag; `c` is empty if there is no
        cell state.
    estimates : tuple of Estimate
        Of the way over the recurrence alone: attention is none of them.
    ways : WayNorms or None
        With attention, in the top layer: what came on each of the two ways, w.r.t. the hidden
        state.
    attends : bool
        Whether the network attends, so that there is a way past the recurrence.
    """

    h: Norms
    c: Norms
    estimates: tuple[Estimate, ...]
    ways: WayNorms | None = None
    attends: bool = False

    def by(self, letter: Letter) -> Norms:
        """Return the norm of the gradient w.r.t. one of the two states."""
        return self.c if letter == "c" else self.h


def way_back(trace: Trace, network: Network, layer: int = -1) -> WayBack:
    """Measure the backpropagated gradient, and compute what theory predicts for it.

    The Jacobians give a bound in the top layer: at each lag, the most that the steps up to there
    could leave of a gradient as large as that of the last scored step. In lower layers more comes
    from above at every step, so there is no such bound. The gates give what one path alone would
    leave: in an LSTM `d_c` times the product of the forget gates, in a GRU `d_h` times that of the
    update gates. Other paths may add to it or cancel some of it: it is not a bound. Both are about
    the recurrence: what comes over attention leads past it, and may be above either. The Jacobians
    are left out if they would take too long (100 units: beyond 200 steps).

    Parameters
    ----------
    trace
    network
        With the weights of the trace, as `Trainer.network_of` returns it.
    layer
        From the input up; -1 is the top.
    """
    h = backward_norms(trace, "last_d_h", layer)
    c = backward_norms(trace, "last_d_c", layer)
    bound = _by_jacobians(trace, network, h, layer) if trace.is_top(layer) else None
    estimates = (bound, _by_gates(trace, layer, c if c.size else h))
    known = tuple(line for line in estimates if line is not None)
    return WayBack(h, c, known, way_norms(trace, layer), trace.attending is not None)


def through_gates(gradient: Array, gates: Array) -> Norms:
    """Return what is left of a gradient that is multiplied by gates and nothing else.

    Parameters
    ----------
    gradient : array, (H,)
        At the last time step.
    gates : array, (lags, H)
        Over lag: the first row is the gate of the last time step, which multiplies the gradient
        between that step and the one before.

    Returns
    -------
    norms : array of float64, (lags + 1,)
    """
    wide = np.asarray(gates, np.float64)
    left = np.vstack([np.ones(wide.shape[1]), np.cumprod(wide, axis=0)])
    return step_norms(left * np.asarray(gradient, np.float64))


def verdict(norms: Norms) -> str:
    """Say in a few words what happens over all lags; empty if there is no factor."""
    factor = factor_per_step(norms)
    if factor is None:
        return ""
    if not norms.all():
        return "is cut off"
    power = (norms.size - 1) * np.log10(factor)
    if power < np.log10(VANISHED):
        return "vanishes"
    if power > np.log10(EXPLODED):
        return "explodes"
    if abs(power) <= np.log10(KEPT):
        return "is kept"
    return "arrives attenuated" if power < 0 else "arrives amplified"


def way_back_sentence(way: WayBack, letter: Letter) -> str:
    """Say what happens to the gradient w.r.t. one state, and how that compares with theory."""
    norms = way.by(letter)
    word = verdict(norms)
    if not word:
        return backward_sentence(norms)
    state = "cell state (dL/dc)" if letter == "c" else "hidden state (dL/dh)"
    said = f"The gradient w.r.t. the {state} {word}. {backward_sentence(norms)}"
    compared = [
        _compared(norms, line, way.attends) for line in way.estimates if line.letter == letter
    ]
    apart = [ways_sentence(way.ways)] if way.ways is not None and letter == "h" else []
    return " ".join(filter(None, [said, *apart, *compared]))


def _by_jacobians(trace: Trace, network: Network, h: Norms, layer: int) -> Estimate | None:
    """Return the most that can be left in the top layer.

    In two directions only where the last step of the layer is scored: a shorter sequence would be
    another one for the other direction.
    """
    if trace.bidirectional and h.size < trace.steps:
        return None
    lags = before_first_zero(h).size - 1
    numbers = h.size * trace.hidden_size**2 * len(trace.layers)
    if lags < 1 or not np.isfinite(h[0]) or numbers > MOST_NUMBERS:
        return None
    most = max(2, MOST_LOOKED_AT // trace.hidden_size**2)
    looked_at = np.unique(np.linspace(0, lags, min(most, lags + 1)).astype(np.intp))
    steps = (h.size - 1 - looked_at).tolist()
    answering = trace.answering
    if answering is not None and answering.first >= h.size:  # no answer was looked at yet
        answering = None
    stretched = jacobian_norms(
        network, trace.inputs[: h.size, None], steps=steps, answering=answering
    )[trace.number_of(layer)]
    if not np.isfinite(stretched).all():
        return None
    with np.errstate(over="ignore", under="ignore"):
        return Estimate("h", JACOBIANS, looked_at, stretched * h[0])


def _by_gates(trace: Trace, layer: int, measured: Norms) -> Estimate | None:
    """Return what the gates alone would leave, over the lags at which there is a gradient."""
    last, lags = last_scored_step(trace, layer), before_first_zero(measured).size - 1
    if last is not None and trace.answering is not None and trace.answering.from_zero:
        lags = min(lags, last - trace.answering.first)  # no gate leads past the zero state
    of_layer = trace.layers[trace.number_of(layer)]
    spec = spec_of(trace.cell)
    letter: Letter = "c" if spec.belt == "c" else "h"
    gradient = of_layer.last_d_c if letter == "c" else of_layer.last_d_h
    if spec.valve is None or gradient is None or last is None or lags < 1:
        return None
    norms = through_gates(gradient[last], of_layer.gates[spec.valve][last:0:-1][:lags])
    source = f"{gate_label(spec.valve)}s alone"
    return Estimate(letter, source, np.arange(lags + 1), norms) if norms.all() else None


def _compared(norms: Norms, line: Estimate, attends: bool) -> str:
    shown = factor_text(line.factor)
    over = f"over these {steps_text(int(line.lags[-1]))}, on average"
    if line.source == JACOBIANS:
        if attends:
            return (
                f"The Jacobians allow {shown} per step at most {over}, to what comes over the "
                "recurrence alone; attention leads past them."
            )
        return f"The Jacobians allow {shown} per step at most {over}."
    measured = factor_per_step(norms)
    if measured is None:
        return f"The {line.source} would leave {shown} per step {over}."
    ratio = measured / line.factor
    said = f"The {line.source} would leave {shown} per step {over}"
    if abs(np.log(ratio)) < SAME:
        return f"{said}: about what is measured."
    more = "more" if ratio > 1 else "less"
    return f"{said}; with the other paths it is {more}."
