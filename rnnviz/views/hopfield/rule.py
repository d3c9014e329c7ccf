"""Hebb's rule and the local field with a network's numbers as formulas, and the two-unit cycle."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rnnviz.hopfield import Hopfield
from rnnviz.hopfield.validation import Array
from rnnviz.numbers import number

#: Terms of a sum that are written out.
_TERMS = 8


def weight_latex(network: Hopfield, i: int, j: int) -> str:
    """Write the weight between two units with the patterns' numbers in it."""
    pairs = network.patterns[:, [i, j]].astype(int)
    terms = [f"({a:+d})({b:+d})" for a, b in pairs[:_TERMS]]
    total = _written(network.weights[i, j])
    if i == j:
        return rf"w_{{{i + 1},{j + 1}}} = 0 \quad\text{{(no unit speaks to itself)}}"
    return (
        rf"w_{{{i + 1},{j + 1}}} = \frac{{1}}{{N}}\sum_p \xi^p_{{{i + 1}}}\,\xi^p_{{{j + 1}}}"
        rf" = \frac{{1}}{{{network.units}}}\big({_summed(terms, len(pairs))}\big) = {total}"
    )


def field_latex(network: Hopfield, state: Array, i: int) -> str:
    """Write the local field of a unit in a state, as the sum over patterns that it is."""
    overlaps, signs = network.overlaps(state), network.patterns[:, i].astype(int)
    terms = [
        rf"({sign:+d})({_written(m)})"
        for sign, m in zip(signs[:_TERMS], overlaps[:_TERMS], strict=True)
    ]
    own = rf"\frac{{{len(signs)}}}{{{network.units}}}({int(state[i]):+d})"
    return (
        rf"h_{{{i + 1}}} = \sum_j w_{{{i + 1},j}}\, s_j = \sum_p \xi^p_{{{i + 1}}}\, m^p - "
        rf"\tfrac{{P}}{{N}}\, s_{{{i + 1}}} = {_summed(terms, len(signs))} - {own} = "
        rf"{_written(network.fields(state)[i])}"
    )


def field_sentence(network: Hopfield, state: Array, i: int) -> str:
    """Say what the unit makes of its local field."""
    field, sign = float(network.fields(state)[i]), int(state[i])
    if field == 0:
        return f"Its local field is 0, so unit {i + 1} stays as it is, {_sign(sign)}."
    if field * sign > 0:
        return f"Unit {i + 1} is {_sign(sign)}, as its local field is: it stays."
    return (
        f"Unit {i + 1} is {_sign(sign)} against its local field: when it is asked it turns, and "
        f"the energy falls by 2 |h| = {number(2 * abs(field))}."
    )


def two_unit_cycle(steps: int = 4) -> pd.DataFrame:
    """Return what two units with one pattern (+1, −1) do, both at once, from (+1, +1)."""
    network = Hopfield([[1, -1]])
    rows, state = [], np.array([1.0, 1.0])
    for step in range(steps + 1):
        fields = network.fields(state)
        rows.append(
            {
                "step": step,
                "unit 1": _sign(state[0]),
                "unit 2": _sign(state[1]),
                "field of 1": number(fields[0]),
                "field of 2": number(fields[1]),
                "energy": number(network.energy(state)),
            }
        )
        state = np.where(fields == 0, state, np.sign(fields))
    return pd.DataFrame(rows)


def _summed(terms: list[str], count: int) -> str:
    return " + ".join(terms) + (rf" + \cdots_{{\,{count}}}" if count > len(terms) else "")


def _written(value: float) -> str:
    return number(value).replace("−", "-")


def _sign(value: float) -> str:
    return "+1" if value > 0 else "−1"
