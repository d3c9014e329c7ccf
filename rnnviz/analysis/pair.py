"""Sentences about each of two networks side by side: its gradient and its score."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from rnnviz.analysis.gradients import (
    Norms,
    Which,
    backward_norms,
    before_first_zero,
    steps_text,
)
from rnnviz.numbers import factor, number, percent
from rnnviz.recording.trace import Trace
from rnnviz.training import Trainer
from rnnviz.training.pair import Pair


def carried_by(trace: Trace) -> tuple[Which, str]:
    """Return the gradient w.r.t. the state that carries the memory, and the name of that state."""
    return ("last_d_c", "cell state") if trace.c is not None else ("last_d_h", "hidden state")


def sentence(trace: Trace, trainer: Trainer) -> str:
    """Say how the gradient of the last answer changes going back, and how well the run does.

    Parameters
    ----------
    trace
        Of the trainer's run, at any iteration.
    trainer
        Its history has the score of that iteration's batch.
    """
    which, state = carried_by(trace)
    gradient = _way_back(backward_norms(trace, which), state)
    return f"{gradient} {_score(trace.iteration, trainer)}"


def second_sentence(pair: Pair, trace: Trace) -> str:
    """Say the same about the second run, and where it differs from the first."""
    second, first = pair.second, pair.first
    if not pair.level:
        return f"Catching up: iteration {second.iteration:,} of {first.iteration:,}."
    missing = " or ".join(pair.left_out)
    left_out = f" It has no {missing}: this intervention acts on {pair.names[0]} alone."
    begun = " It began from initial weights of its seed, not from the given ones."
    given = first.given_weights is not None
    return sentence(trace, second) + (begun if given else "") + (left_out if missing else "")


def states_sentence(traces: Sequence[Trace], names: Sequence[str]) -> str:
    """Say whose gradient, w.r.t. which state, a chart of several networks shows."""
    states = [carried_by(trace)[1] for trace in traces]
    named = [f"{state} ({name})" for state, name in zip(states, names, strict=True)]
    same = len(set(states)) == 1
    which = f"the {states[0]}" if same else f"what carries memory: {', '.join(named)}"
    return f"Gradient of the last answer w.r.t. {which}."


def _way_back(norms: Norms, state: str) -> str:
    """Say how much of the gradient w.r.t. a state reaches the earliest step."""
    if norms.size == 0:
        return "No step is scored, so there is no gradient."
    if not np.isfinite(norms).all():
        return "The gradient has grown beyond what can be computed."
    if norms[0] == 0:
        return f"The last answer has no gradient w.r.t. the {state}: it is exactly 0."
    if norms.size == 1:
        return "The last answer is at step 0: there is no earlier step."
    reached = before_first_zero(norms).size - 1
    if reached == 0:
        return f"Nothing of the last answer's gradient reaches an earlier {state}."
    last = f"the last answer's gradient w.r.t. the {state}"
    if reached < norms.size - 1:
        return f"Nothing of {last} reaches step 0: it ends {steps_text(reached)} back."
    with np.errstate(over="ignore", under="ignore"):
        share = float(norms[-1] / norms[0])
    if share >= 1.005:
        return f"Back at step 0, {last} has grown to {factor(share)} of what it was."
    return f"{percent(share)} of {last} reaches step 0."


def _score(iteration: int, trainer: Trainer) -> str:
    """Say the score of the batch that led to an iteration."""
    if trainer.diverged is not None and iteration == trainer.iteration:
        return f"Stopped at iteration {iteration:,}: it has diverged."
    history = trainer.history
    at = int(np.searchsorted(history.column("iteration"), iteration, side="right")) - 1
    if iteration == 0 or at < 0:
        return "Not trained yet."
    if trainer.task.measure != "accuracy":
        return f"Error of its batch {number(history.column('loss')[at])}."
    accuracy = float(history.column("accuracy")[at])
    return "" if math.isnan(accuracy) else f"Batch accuracy {percent(accuracy)}."
