"""The way back: where the gradient by a hidden state comes from, for every cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from rnnviz.analysis.equations.attention import brings
from rnnviz.analysis.equations.outputs import terms_of_outputs
from rnnviz.analysis.equations.parts import Equation, Term, WeightedSum
from rnnviz.analysis.equations.place import Place
from rnnviz.recording.trace import Array, Trace

ByGate = dict[str, Array]


@dataclass(frozen=True)
class GateGradients:
    """dL/da of every gate: the gradient by what goes into its squashing function.

    Parameters
    ----------
    x, h : dict of array, (H,)
        By letter, in the order of the rows of the weights that act on the input, and on the state.
    """

    x: ByGate
    h: ByGate


@dataclass(frozen=True)
class Gradients:
    """What both parts of a hidden state's gradient are made of.

    Parameters
    ----------
    place
        Whose gradient it is.
    of
        How the cell turns the recorded gradients of a layer and step into those of its gates.
    """

    place: Place
    of: Callable[[Place], GateGradients]

    @property
    def here(self) -> GateGradients:
        """Of the gates of this step."""
        return self.of(self.place)

    def from_above(self) -> Equation:
        """Weigh what the same step brings: from the readout, or from the layer above."""
        place = self.place
        if place.is_top:
            total = WeightedSum.of(terms_of_outputs(place, place.column))
            symbols = r"\text{above} = W_{out}^\top\,\dfrac{dL}{dy_t}"
            scored = bool(place.trace.scored[place.input_step])
            note = "" if scored else "The step is not scored: it brings exactly 0."
        else:
            total = WeightedSum.of(
                [
                    term
                    for above in place.above
                    for term in _of_gates(
                        above, "weight_ih", self.of(above).x, f", {above.name}", place.column
                    )
                ]
            )
            symbols, note = r"\text{above} = W_{ih}^\top\,\dfrac{dL}{da_t}", ""
        return Equation.of_sum(symbols, total, note)

    @property
    def attention(self) -> Equation | None:
        """What attention brings to dL/dh_t of the unit; None where there is none above it."""
        return brings(self.place)

    def from_later(
        self, symbols: str = r"\text{later} = W_{hh}^\top\,\dfrac{dL}{da_{t+1}}"
    ) -> Equation:
        """Weigh the gradients of the next step's gates; exactly 0 where nothing comes back."""
        place, later = self.place, self.place.step + 1
        comes = place.gradient_comes_back
        nothing: ByGate = {letter: np.zeros_like(gate) for letter, gate in self.here.h.items()}
        by_gate = self.of(place.at(step=later)).h if comes else nothing
        names = f", step {later}" if later < place.trace.steps else ""
        terms = _of_gates(place, "weight_hh", by_gate, names, place.unit)
        if not comes:  # no product is made: it stays 0 where a weight is not a number, too
            terms = [replace(term, product=0.0) for term in terms]
        return Equation.of_sum(symbols, WeightedSum.of(terms), boundary(place))


def opening_step(trace: Trace) -> int:
    """Return a time step at which there is something to be seen, forward and backward.

    The one nearest to the middle that is scored, and to which a gradient comes back from the next;
    the last scored one where there is none. Without a gradient, the one in the middle.
    """
    k, last = trace.truncate, trace.steps - 1
    scored = [int(step) for step in np.flatnonzero(trace.scored)]
    both = [step for step in scored if step < last and (k is None or (step + 1) % k)]
    d_h = trace.d_h
    if d_h is None:
        return last // 2
    live = [step for step in both if d_h[step + 1].any()]
    return min(live, key=lambda step: abs(2 * step - trace.steps)) if live else scored[-1]


def boundary(place: Place) -> str:
    """Say why nothing comes back from the next step; empty where something does."""
    if place.gradient_comes_back:
        return ""
    if not place.spec.is_recurrent:
        return "There is no memory: exactly 0 comes from other steps."
    later = place.step + 1
    if later == place.trace.steps:
        return "This is the last step: exactly 0 comes from later ones."
    if later == place.cut:
        return f"Answers start from zero at step {later}: exactly 0 comes back over the recurrence."
    every = "step" if place.trace.truncate == 1 else f"{place.trace.truncate} steps"
    return f"Truncated every {every}, so between step {later} and this one: exactly 0 comes back."


def _of_gates(place: Place, weights: str, by_gate: ByGate, where: str, seen_as: int) -> list[Term]:
    """Weigh the gradients of all gates with what leads from a unit, by its column, to them."""
    column = place.weights(weights)[:, seen_as].reshape(len(by_gate), -1)
    return [
        Term.of(letter, f"unit {number}{where}", weight, value)
        for (letter, values), of_gate in zip(by_gate.items(), column, strict=True)
        for number, (weight, value) in enumerate(zip(of_gate, values, strict=True))
    ]
