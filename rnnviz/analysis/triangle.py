"""The itemised matrix: how sensitive the loss of each single prediction is to earlier states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.gradients import REACHED, REACHED_SHARE, Norms, back_from, reach, steps_text
from rnnviz.engine import Network, itemised
from rnnviz.recording.trace import Trace

#: Most numbers (predictions x time steps x units of all layers) in the backward pass: a tenth of a
#: second.
MOST_NUMBERS = 2**19


#: Why there is no such matrix for a lower layer of a bidirectional network.
BOTH_WAYS = (
    "Here a prediction’s gradient arrives from both sides: the layer above reads in both "
    "directions, so there are no steps back to count. Choose the top layer."
)


@dataclass(frozen=True)
class Triangle:
    """The gradient of the loss of each prediction, at each time step.

    In the time of the layer: of a backward one, the last prediction is the first of the sequence.

    Parameters
    ----------
    steps : array of int, (S,)
        The time steps whose predictions are itemised.
    norms : array, (S, T)
        Norm of the gradient of that prediction's share of the loss; 0 after its own step.
    left_out
        Number of scored predictions that are not itemised, because there are too many.
    """

    steps: NDArray[np.intp]
    norms: Norms
    left_out: int = 0

    def back(self, row: int) -> Norms:
        """Return a row over lag, from the prediction's own step backwards."""
        return back_from(self.norms[row], int(self.steps[row]))

    def nearest_row(self, step: int) -> int:
        """Return the row of the prediction at a time step, or of the nearest one to it."""
        return int(np.abs(self.steps - step).argmin())


def triangle(
    trace: Trace, network: Network, layer: int = -1, by: Literal["h", "c"] = "h"
) -> Triangle:
    """Split the probe's loss by predictions.

    Parameters
    ----------
    trace
    network
        With the weights of the trace, as `Trainer.network_of` returns it.
    layer
        From the input up; -1 is the top.
    by
        Gradient w.r.t. the hidden state, or w.r.t. the cell state of an LSTM.

    Raises
    ------
    ValueError
        Where `can_be_itemised` is false.
    """
    if not can_be_itemised(trace, layer):
        raise ValueError(BOTH_WAYS)
    number = trace.number_of(layer)
    scored = np.flatnonzero(trace.scored)
    units = trace.hidden_size * len(trace.layers)
    most = max(8, MOST_NUMBERS // (trace.steps * units))
    chosen = scored[np.unique(np.linspace(0, scored.size - 1, min(most, scored.size)).astype(int))]
    mask = np.zeros((trace.steps, 1), bool)
    mask[chosen] = True
    found = itemised(
        network,
        trace.inputs[:, None],
        trace.targets[:, None],
        mask,
        "squared_error" if trace.probabilities is None else "cross_entropy",
        trace.truncate,
        trace.answering,
    )
    # Their share of the loss of all scored steps, if only some were itemised.
    share = chosen.size / scored.size
    norms = (found.d_c if by == "c" else found.d_h)[number] * share
    steps, left_out = found.scored, scored.size - chosen.size
    if trace.is_backward(number):  # in its own time
        steps, norms = trace.steps - 1 - steps[::-1], norms[::-1]
    return Triangle(steps, norms, left_out)


def can_be_itemised(trace: Trace, layer: int = -1) -> bool:
    """Tell whether a prediction's gradient reaches the steps of a layer up to its own alone."""
    return trace.is_top(layer) or not trace.bidirectional


def triangle_sentence(found: Triangle) -> str:
    """Say how far back the predictions reach: the median one, and the furthest."""
    reaches = [reach(found.back(row)) for row in range(found.steps.size)]
    if any(steps is None for steps in reaches):
        return "The gradient is not a number: it has grown beyond what can be computed."
    if not found.norms.any():
        return "No prediction has a gradient: every one is exactly zero."
    numbers = np.array(reaches, dtype=int)
    if numbers.size == 1:
        return f"One prediction is scored, at step {found.steps[0]}: {_back(int(numbers[0]))}."
    furthest = int(numbers.argmax())
    all_the_way = int(((numbers == found.steps) & found.norms.any(axis=1)).sum())
    if numbers[furthest] == 0:
        return f"None of the {numbers.size} predictions reaches an earlier step."
    if all_the_way == numbers.size:
        return f"All {numbers.size} predictions reach back to the first step."
    half = int(np.sort(numbers)[(numbers.size - 1) // 2])
    reaches_half = f"{steps_text(half)} back or less" if half else "no earlier step"
    return (
        f"At least half of the {numbers.size} predictions reach {reaches_half}. The one at step "
        f"{found.steps[furthest]} reaches furthest: {steps_text(int(numbers[furthest]))} back. "
        f"{all_the_way} of {numbers.size} reach the first step."
    )


def row_sentence(
    found: Triangle, row: int, labels: Sequence[str] = (), by: Literal["h", "c"] = "h"
) -> str:
    """Say to which state one prediction is most sensitive.

    Parameters
    ----------
    labels : sequence of str, length T
        What the time steps are called, to name the one with the largest gradient.
    by
        As in `triangle`.
    """
    step, norms = int(found.steps[row]), found.norms[row]
    if not np.isfinite(norms).all():
        return f"The gradient of the prediction at step {step} is not a number."
    if not norms.any():
        return f"The prediction at step {step} has no gradient: it is exactly zero."
    largest = int(norms.argmax())
    heard = np.flatnonzero(norms > REACHED_SHARE * norms[largest])
    name = f" “{labels[largest]}”" if labels and labels[largest] else ""
    state = "cell state" if by == "c" else "hidden state"
    said = (
        f"The loss of the prediction at step {step} is most sensitive to the {state} at step "
        f"{largest}{name}."
    )
    if heard.size == 1:
        return f"{said} At every other step its gradient is at most {REACHED} of that."
    return f"{said} Its gradient is above {REACHED} of that at {_span(heard)}."


def _span(steps: NDArray[np.intp]) -> str:
    gaps = steps[-1] - steps[0] + 1 - steps.size
    less = f", except {gaps} of those between" if gaps else ""
    return f"steps {steps[0]} to {steps[-1]}{less}"


def _back(steps: int) -> str:
    return f"it reaches {steps_text(steps)} back"
