"""What theory foretells of the gradient on its way back, to stand beside what is measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from rnnviz.analysis.gradients import (
    Norms,
    backward_norms,
    backward_sentence,
    factor_per_step,
    factor_text,
    last_scored_step,
    step_norms,
)
from rnnviz.engine import Network, jacobian_norms
from rnnviz.recording.trace import Array, Trace

Letter = Literal["h", "c"]

#: What is left after the last lag: below the first the gradient has vanished, above the second it
#: has exploded. The first is also what counts as reached.
VANISHED, EXPLODED = 0.01, 100.0
#: What is left after the last lag is about what there was, up to this factor.
KEPT = 2.0
#: Most numbers (time steps x units x units) for the Jacobians: some tenths of a second at most.
MOST_NUMBERS = 2**22
#: Factors per step within so much of each other count as the same.
SAME = 0.03


@dataclass(frozen=True)
class Foretold:
    """A line of theory, beside the measured gradient by one state.

    Parameters
    ----------
    letter
        Of the state: `h` or `c`.
    source
        What it is made from, such as `forget gates alone`.
    norms : array, (lags,)
        Starts where the measured one does.
    factor
        Per step back, on geometric average.
    """

    letter: Letter
    source: str
    norms: Norms
    factor: float


@dataclass(frozen=True)
class WayBack:
    """How the gradient of the last scored step's loss fares on its way back in one layer.

    Parameters
    ----------
    h, c : array, (lags,)
        Its norm by hidden and by cell state, over lag; `c` is empty where there is no cell state.
    foretold : tuple of Foretold
    """

    h: Norms
    c: Norms
    foretold: tuple[Foretold, ...]

    def by(self, letter: Letter) -> Norms:
        """Return the norm by one of the two states."""
        return self.c if letter == "c" else self.h


def way_back(trace: Trace, network: Network, layer: int = -1) -> WayBack:
    """Measure the way back, and foretell it.

    From the Jacobians comes a straight line on the logarithmic axis: its factor per step is that by
    which the product of all steps' Jacobians stretches what is stretched most. Within one layer no
    gradient can lose less. From the gates comes what the direct path alone would leave: in an
    LSTM `d_c` times the product of the forget gates, in a GRU `d_h` times that of the update gates.
    The Jacobians are left out where they would take too long (100 units: beyond 400 steps).

    Parameters
    ----------
    trace
    network
        With the weights of the trace, as `Trainer.network_of` gives it.
    layer
        From the input up; -1 is the top.
    """
    h = backward_norms(trace, "last_d_h", layer)
    foretold = (_by_jacobians(trace, network, layer, h), *_by_gates(trace, layer))
    return WayBack(
        h=h,
        c=backward_norms(trace, "last_d_c", layer),
        foretold=tuple(line for line in foretold if line is not None),
    )


def through_gates(gradient: Array, gates: Array) -> Norms:
    """Measure what is left of a gradient that meets nothing but gates on its way back.

    Parameters
    ----------
    gradient : array, (H,)
        At the last time step.
    gates : array, (lags, H)
        Over lag: the first row is the gate of the last time step, which the gradient meets on its
        way to the step before.

    Returns
    -------
    norms : array of float64, (lags + 1,)
    """
    wide = np.asarray(gates, np.float64)
    left = np.vstack([np.ones(wide.shape[1]), np.cumprod(wide, axis=0)])
    return step_norms(left * np.asarray(gradient, np.float64))


def verdict(norms: Norms) -> str:
    """Say in a few words what happens over all lags; empty where there is no factor."""
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
    return "arrives weakened" if power < 0 else "arrives enlarged"


def way_back_sentence(way: WayBack, letter: Letter) -> str:
    """Say what happens to the gradient by one state, and how that compares with theory."""
    norms = way.by(letter)
    word = verdict(norms)
    if not word:
        return backward_sentence(norms)
    name = "The gradient by the cell state" if letter == "c" else "The gradient"
    course = backward_sentence(norms)
    said = f"{name} {word}. It {course[0].lower()}{course[1:]}"
    compared = (_compared(norms, line) for line in way.foretold if line.letter == letter)
    return " ".join([said, *compared])


def _by_jacobians(trace: Trace, network: Network, layer: int, h: Norms) -> Foretold | None:
    lags = h.size - 1
    if lags < 1 or not np.isfinite(h[0]) or h[0] == 0:
        return None
    if h.size * trace.hidden_size**2 > MOST_NUMBERS:
        return None
    whole = jacobian_norms(network, trace.inputs[: h.size, None], steps=[0])[layer, 0]
    if not (np.isfinite(whole) and whole > 0):
        return None
    power = np.log(whole) / lags
    with np.errstate(over="ignore", under="ignore"):
        norms = np.exp(np.log(h[0]) + power * np.arange(h.size))
    return Foretold("h", "Jacobians", norms, float(np.exp(power)))


def _by_gates(trace: Trace, layer: int) -> tuple[Foretold, ...]:
    last = last_scored_step(trace)
    of_layer = trace.layers[layer]
    paths: dict[str, tuple[Letter, str, Array | None]] = {
        "lstm": ("c", "forget gates alone", of_layer.last_d_c),
        "gru": ("h", "update gates alone", of_layer.last_d_h),
    }
    letter, source, gradient = paths.get(trace.cell, ("h", "", None))
    if gradient is None or not last:
        return ()
    gates = of_layer.gates["f" if letter == "c" else "z"]
    norms = through_gates(gradient[last], gates[last:0:-1])
    factor = factor_per_step(norms)
    return () if factor is None else (Foretold(letter, source, norms, factor),)


def _compared(norms: Norms, line: Foretold) -> str:
    shown = factor_text(line.factor)
    measured = factor_per_step(norms)
    if line.source == "Jacobians":
        return f"The Jacobians stretch by {shown} per step at most."
    if measured is None:
        return f"The {line.source} would make it {shown} per step."
    ratio = measured / line.factor
    if abs(np.log(ratio)) < SAME:
        return f"The {line.source} foretell {shown}: nearly all of it comes along that path."
    what = "other paths add to it" if ratio > 1 else "other paths take from it"
    return f"The {line.source} foretell {shown}: {what}."
