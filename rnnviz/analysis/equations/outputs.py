"""What the outputs of a step send back: where every gradient begins."""

from __future__ import annotations

import numpy as np

from rnnviz.analysis.equations.parts import Term
from rnnviz.analysis.equations.place import Place
from rnnviz.recording.trace import Array


def by_outputs(place: Place) -> Array:
    """Return dL/dy_t, (K,): for classes p - [k = target], for numbers 2 (y - target) / K.

    Both over the number of scored steps, whose losses are averaged; 0 at a step that is not scored.
    """
    trace, step = place.trace, place.input_step
    if not trace.scored[step]:
        return np.zeros(trace.outputs.shape[1])
    scored = np.count_nonzero(trace.scored)
    if trace.probabilities is None:
        wanted = trace.targets[step].astype(float)
        errors: Array = 2 * (trace.outputs[step].astype(float) - wanted) / wanted.size
        return errors / scored
    found: Array = trace.probabilities[step].astype(float)
    found[int(trace.targets[step])] -= 1
    return found / scored


def sizes_by_outputs(place: Place) -> Array:
    """Return the size of what dL/dy_t is a difference of, (K,): its rounding is in proportion."""
    trace, step = place.trace, place.input_step
    if not trace.scored[step]:
        return np.zeros(trace.outputs.shape[1])
    if trace.probabilities is None:
        values = (trace.outputs[step], trace.targets[step])
        found: Array = 2 * sum(np.abs(each.astype(float)) for each in values)
        found /= found.size
    else:
        found = trace.probabilities[step].astype(float)
        found[int(trace.targets[step])] += 1
    return found / np.count_nonzero(trace.scored)


def terms_of_outputs(place: Place, column: int) -> list[Term]:
    """Weigh dL/dy_t by a column of the readout's weights."""
    weights = place.parameters["readout.weight"][:, column]
    labels = place.trace.output_labels or [f"output {k}" for k in range(len(weights))]
    return [
        Term.of("y", label, weight, value)
        for label, weight, value in zip(labels, weights, by_outputs(place), strict=True)
    ]
