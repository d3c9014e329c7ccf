"""The modern network beside attention: the same numbers from two places of the code."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.engine import softmax
from rnnviz.engine.attention_scores import SCORES
from rnnviz.figures.chart import Chart
from rnnviz.figures.hopfield_charts import energy_spec, tiles_spec, weights_spec
from rnnviz.figures.spec import short_label, step_names
from rnnviz.hopfield import Modern
from rnnviz.numbers import number, percent
from rnnviz.views.panel import Panel, Table

Array = NDArray[np.float64]

#: Weights that differ from equal ones by at most this share count as the mean of all; a weight of
#: 1 less this, as one.
_NEAR = 0.05
#: Steps that a sentence names.
_NAMED = 3
#: Updates that are done one after the other; attention does one.
_UPDATES = 10
#: Least fall of the energy, as a share of its size, that is more than rounding.
_ROUNDING = 1e-9


def attention_weights(keys: Array, query: Array, beta: float) -> Array:
    """Return the weights (P,) that the engine's dot attention gives to keys (P, N).

    Its scores are divided by sqrt(N); to have another beta the query is multiplied by what is
    missing, which at beta = 1/sqrt(N) is 1.
    """
    units = keys.shape[1]
    states = np.vstack([keys, query * (beta * math.sqrt(units))])[None]
    scores = np.zeros((1, len(keys) + 1, len(keys) + 1))
    SCORES["dot"]({}, states).forward(scores)
    found: Array = softmax(scores[0, -1, :-1][None])[0]
    return found


def recalled_pattern(
    patterns: Array, names: Sequence[str], query: Array, beta: float, side: int
) -> Panel:
    """Show what a state recalls from stored patterns, and the same by attention.

    Parameters
    ----------
    patterns : array, (P, N)
    names
        Of the patterns.
    query : array, (N,)
    side
        Of the grid.
    """
    network = Modern(patterns, beta)
    weights = network.weights(query)
    most = int(weights.argmax())
    tiles = tiles_spec(
        [query, network.recall(query), network.recall(query, _UPDATES), patterns[most]],
        side,
        ["query: the grid", "recalled", f"{_UPDATES} updates", f"most: {short_label(names[most])}"],
    )
    said = _how_spread(weights, float(network.spread(query)), "patterns")
    labels = [short_label(name) for name in names]
    return Panel(
        charts=(
            Chart(
                tiles,
                f"At β = {number(beta)} the grid recalls {said}",
                "The query and what it recalls.",
            ),
            Chart(
                weights_spec(_distinct(labels), weights),
                "How much of each pattern is in what is recalled.",
                "Weights of the patterns.",
            ),
            _energy(network, query),
        ),
        table=_table("pattern", list(names), patterns, query, beta, weights),
        note=_apart(patterns, query, beta, weights),
    )


def recalled_steps(
    states: Array, labels: Sequence[str], step: int, beta: float, recorded: Array | None = None
) -> Panel:
    """Show which time steps the hidden state of one recalls.

    Parameters
    ----------
    states : array, (T, H)
        Of one sequence, at the steps that may be recalled.
    labels
        What was read at each step.
    step
        Whose state asks, from 0.
    recorded : array, (T,), optional
        Weights that the network's own dot attention has recorded for the same question.
    """
    network = Modern(states, beta)
    query = states[step]
    weights = network.weights(query)
    names = step_names(labels)
    best = [int(s) for s in np.argsort(-weights, kind="stable")[:_NAMED]]
    shown = ", ".join(f"{s} ({percent(weights[s])})" for s in best)
    said = (
        f"The state of step {step} recalls most of step{'s' * (len(best) > 1)} {shown}. "
        f"At β = {number(beta)} it recalls "
        f"{_how_spread(weights, float(network.spread(query)), 'steps')}"
    )
    same = np.array([label == labels[step] for label in labels])
    if labels[step] and 1 < same.sum() < len(same):
        said += (
            f" {percent(float(weights[same].sum()))} of the weight is on steps that read the same "
            f"symbol, which are {percent(float(same.mean()))} of all."
        )
    return Panel(
        charts=(
            Chart(
                weights_spec(names, weights, step, height=280),
                said,
                "Weight of each time step.",
            ),
            _energy(network, query),
        ),
        table=_with_recorded(_table("step", names, states, query, beta, weights), recorded),
        note=_apart(states, query, beta, weights) + _recorded_sentence(weights, recorded),
    )


def _energy(network: Modern, query: Array) -> Chart:
    """Show the energy over several updates, of which attention does the first."""
    energies = network.energies(query, _UPDATES)
    begun, once, last = (number(energies[k]) for k in (0, 1, -1))
    fall = energies[0] - energies[-1]
    said = (
        f"The energy of the query is {begun}, and {_UPDATES} updates lower it by next to nothing."
    )
    if fall > _ROUNDING * max(abs(energies[0]), 1):
        share = percent(float((energies[0] - energies[1]) / fall))
        said = (
            f"Energy: {begun} for the query, {once} after one update, {last} after {_UPDATES}. The "
            f"first update, which is all that attention does, makes {share} of this fall."
        )
    return Chart(energy_spec(energies), f"{said} No update can raise it.", "Energy over updates.")


def _with_recorded(table: Table, recorded: Array | None) -> Table:
    if recorded is None:
        return table
    return Table(table.rows.assign(**{"weight, recorded": _written(recorded)}))


def _recorded_sentence(weights: Array, recorded: Array | None) -> str:
    if recorded is None:
        return ""
    apart = float(np.abs(weights - recorded).max())
    return (
        " Your network has dot attention, and has recorded these weights itself: they differ by "
        f"{number(apart, 2)} at most."
    )


def _how_spread(weights: Array, spread: float, noun: str) -> str:
    """Say whether the mean of all, a mixture, or one is recalled."""
    count = len(weights)
    if count == 1:
        return f"the only one of the {noun} that there is."
    what = "a mixture"
    if np.abs(weights * count - 1).max() <= _NEAR:
        what = f"about the mean of all {noun}"
    elif weights.max() >= 1 - _NEAR:
        what = f"one of the {noun}"
    return f"{what}: the weight is spread over {number(spread)} of {count}."


def _table(
    noun: str, names: Sequence[str], keys: Array, query: Array, beta: float, weights: Array
) -> Table:
    other = attention_weights(keys, query, beta)
    rows = pd.DataFrame(
        {
            noun: list(names),
            "x · ξ": [number(score) for score in keys @ query],
            "β x · ξ": [number(score) for score in beta * (keys @ query)],
            "weight, Hopfield": _written(weights),
            "weight, attention": _written(other),
        }
    )
    return Table(rows)


def _written(weights: Array) -> list[str]:
    return [number(weight, 6) for weight in weights]


def _apart(keys: Array, query: Array, beta: float, weights: Array) -> str:
    units = keys.shape[1]
    apart = float(np.abs(weights - attention_weights(keys, query, beta)).max())
    scaled = (
        "its own scale, 1/√N"
        if math.isclose(beta, 1 / math.sqrt(units))
        else f"the query multiplied by β √N = {number(beta * math.sqrt(units))}"
    )
    return (
        "The column “weight, attention” is computed by the code of this app's dot attention, with "
        f"the same keys and {scaled} (N = {units}). It differs from the one beside it by "
        f"{number(apart, 2)} at most."
    )


def _distinct(labels: Sequence[str]) -> list[str]:
    """Give labels that come twice their place: an axis of names needs different ones."""
    return [
        label if labels.count(label) == 1 else f"{place + 1} {label}"
        for place, label in enumerate(labels)
    ]
