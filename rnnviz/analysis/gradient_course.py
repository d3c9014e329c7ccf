"""The gradient over all of training: its factor per step, its reach, and a map over lag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.gradients import (
    Norms,
    Which,
    backward_norms,
    factor_per_step,
    left_text,
    reach,
    steps_text,
)
from rnnviz.numbers import factor as factor_text
from rnnviz.numbers import share
from rnnviz.recording.trace import Trace


@dataclass(frozen=True)
class Course:
    """The backpropagated gradient at each kept iteration.

    Parameters
    ----------
    iterations : array of int, (N,)
    norms : array, (N, lags)
    factors, reaches : array of float, (N,)
        NaN if there is none.
    """

    iterations: NDArray[np.int64]
    norms: Norms
    factors: NDArray[np.float64]
    reaches: NDArray[np.float64]


def course(traces: Sequence[Trace], which: Which = "last_d_h", layer: int = -1) -> Course:
    """Measure the backpropagated gradient at each trace of a run.

    Empty if there is no trace, no scored step, or if the cell has no such gradient.
    """
    rows = [(trace.iteration, backward_norms(trace, which, layer)) for trace in traces]
    rows = [(iteration, norms) for iteration, norms in rows if norms.size]
    if not rows:
        return Course(np.empty(0, np.int64), np.empty((0, 0)), np.empty(0), np.empty(0))
    iterations, norms = zip(*rows, strict=True)
    return Course(
        np.array(iterations, np.int64),
        np.stack(norms),
        np.array([_number(factor_per_step(row)) for row in norms]),
        np.array([_number(reach(row)) for row in norms]),
    )


def course_sentence(found: Course) -> str:
    """Say how factor and reach changed from the first to the last kept iteration."""
    if found.iterations.size < 2:
        return "Nothing to compare with yet: train for a few iterations."
    first, last = (f"{iteration:,}" for iteration in found.iterations[[0, -1]])
    factor = _went(*(factor_text(factor) for factor in found.factors[[0, -1]]))
    steps = _went(*(_whole(steps) for steps in found.reaches[[0, -1]]))
    return f"From iteration {first} to {last}: factor per step {factor}; reach {steps}."


def map_sentence(found: Course) -> str:
    """Say how much was left at the largest lag, at the start and now."""
    lags = found.norms.shape[1] - 1
    if found.iterations.size < 2 or lags < 1:
        return ""
    parts = [
        f"{left} at iteration {iteration:,}"
        for iteration, norms in zip(found.iterations[[0, -1]], found.norms[[0, -1]], strict=True)
        if (left := _left(norms))
    ]
    return f"What is left {steps_text(lags)} back: {', '.join(parts)}." if parts else ""


def _left(norms: Norms) -> str:
    if not np.isfinite(norms).all() or norms[0] == 0:
        return ""
    return left_text(norms) if norms[-1] > 0 else share(0.0)


def _went(first: str, last: str) -> str:
    first, last = (text.replace("–", "none") for text in (first, last))
    return f"{last} at both" if first == last else f"{first}, then {last}"


def _number(found: float | None) -> float:
    return np.nan if found is None else float(found)


def _whole(steps: float) -> str:
    return "–" if np.isnan(steps) else steps_text(int(steps))
