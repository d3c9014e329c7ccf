"""Units side by side: the order in which to show them, and how each changes over training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.numbers import number
from rnnviz.recording.trace import Array, Trace

Numbers = NDArray[np.int64]
Names = Sequence[object] | Numbers | range

#: A unit whose values vary by less than this share of the largest value is constant: the remaining
#: variation is rounding.
CONSTANT_SHARE = 1e-6


def iterations_of(traces: Sequence[Trace]) -> Numbers:
    """Return the iterations of traces, (N,)."""
    return np.array([trace.iteration for trace in traces], dtype=np.int64)


def at_step(traces: Sequence[Trace], layer: int, letter: str, step: int) -> Array:
    """Return one quantity of every unit at one time step, for each trace of a run: (N, H)."""
    return np.stack([trace.layers[layer].quantities()[letter][step] for trace in traces])


def of_unit(traces: Sequence[Trace], layer: int, letter: str, unit: int | None) -> Array:
    """Return one quantity at every time step, for each trace of a run.

    Parameters
    ----------
    unit
        Index of the unit; None gives the mean over all units.

    Returns
    -------
    array, (N, T)
    """
    with np.errstate(all="ignore"):
        arrays = [trace.layers[layer].quantities()[letter] for trace in traces]
        return np.stack([a.mean(axis=1) if unit is None else a[:, unit] for a in arrays])


def by_size(courses: Array) -> Numbers:
    """Order units by the mean of a quantity over time, the largest first.

    Parameters
    ----------
    courses : array, (T, H)

    Returns
    -------
    array of int, (H,)
        Equal ones keep the order of their numbers. Units with a value that is not a number come
        last.
    """
    with np.errstate(all="ignore"):
        means = courses.mean(axis=0)
    return np.argsort(-np.where(np.isfinite(means), means, -np.inf), kind="stable")


def by_likeness(courses: Array) -> Numbers:
    """Order units so that those with a similar course over time are adjacent.

    Hierarchical clustering by average linkage (Sokal and Michener 1958) with the distance 1 - r,
    where r is Pearson's correlation of two courses. When two groups are joined, each is turned so
    that the two units that become adjacent are as close as possible.

    Parameters
    ----------
    courses : array, (T, H)

    Returns
    -------
    array of int, (H,)
        Constant units are similar to each other and to no other unit (r = 0). Units with a value
        that is not a number come last.
    """
    is_number = np.isfinite(courses).all(axis=0)
    numbers = np.flatnonzero(is_number)
    if not numbers.size:
        return np.arange(courses.shape[1])
    likeness = correlations(courses[:, numbers])
    constant = np.isnan(np.diagonal(likeness))
    likeness[np.ix_(constant, constant)] = 1.0
    order = _leaves(1.0 - np.nan_to_num(likeness, nan=0.0))
    return np.concatenate([numbers[order], np.flatnonzero(~is_number)])


def correlations(courses: Array) -> NDArray[np.float64]:
    """Return Pearson's r of every two units, (H, H), from courses (T, H); NaN for constant ones."""
    units = courses.astype(np.float64)
    largest = np.abs(units).max(axis=0)
    with np.errstate(all="ignore"):
        units /= largest
        units -= units.mean(axis=0)
        spread = np.sqrt((units**2).sum(axis=0))
        units /= np.where(spread > CONSTANT_SHARE * np.sqrt(len(units)), spread, np.nan)
    return units.T @ units


def greatest_change(values: Array) -> int | None:
    """Return the column that differs most between the first and the last row.

    Parameters
    ----------
    values : array, (N, K)

    Returns
    -------
    int or None
        None if no difference is a number.
    """
    with np.errstate(all="ignore"):
        change = np.abs(values[-1] - values[0])
    return None if np.isnan(change).all() else int(np.nanargmax(change))


def range_sentence(label: str, courses: Array) -> str:
    """Say which unit's quantity varies most over the time steps, and which varies least.

    Parameters
    ----------
    label
        Of the quantity, such as "forget gate".
    courses : array, (T, H)
    """
    name = label[:1].upper() + label[1:]
    if not np.isfinite(courses).all():
        return f"{name}: {_not_numbers(courses)}"
    low, high = courses.min(axis=0), courses.max(axis=0)
    if len(courses) == 1:
        return _of_one_step(name, courses[0])
    most, least = int((high - low).argmax()), int((high - low).argmin())
    over = f"over the {len(courses)} time steps"
    if high[most] - low[most] <= CONSTANT_SHARE * np.abs(courses).max():
        return f"{name}: no unit changes {over}."
    moves = f"between {number(low[most])} and {number(high[most])}"
    if courses.shape[1] == 1:
        return f"{name} {over}: the one unit moves {moves}."
    # If several vary equally, one stands for them.
    return (
        f"{name} {over}: unit {most} moves most, {moves}; unit {least} least, between "
        f"{number(low[least])} and {number(high[least])}."
    )


def change_sentence(
    label: str, iterations: Numbers, values: Array, columns: Sequence[str], where: str = ""
) -> str:
    """Say what training changed most: in which column, from what to what, and on average.

    Parameters
    ----------
    label
        Of the quantity, such as "forget gate".
    iterations : array of int, (N,)
    values : array, (N, K)
    columns : sequence of str, length K
        What each column is, such as "unit 3".
    where
        What all of them have in common, such as "at time step 3".
    """
    name = " ".join(filter(None, (label[:1].upper() + label[1:], where)))
    if len(iterations) == 1:
        return f"Only iteration {iterations[0]:,} is kept so far: train, and the chart fills up."
    if not np.isfinite(values).all():
        return f"{name}: {_not_numbers(values)}"
    most = greatest_change(values) or 0
    first, last = values[0, most], values[-1, most]
    span = f"iteration {iterations[0]:,} to {iterations[-1]:,}"
    if first == last:
        return f"{name}: the same at {span.replace(' to ', ' and at ')}."
    moved = f"from {number(first)} to {number(last)}"
    if len(columns) == 1:
        return f"{name}, from {span}: {moved} in {columns[0]}."
    average = float(np.abs(values[-1] - values[0]).mean())
    return (
        f"{name}, from {span}: {columns[most]} changed most, {moved}; on average the change is "
        f"{number(average)}, up or down."
    )


def table(
    rows: tuple[str, Names],
    columns: tuple[str, Names],
    quantities: Mapping[str, Array],
) -> pd.DataFrame:
    """Write maps as a table in long form, for a file.

    Parameters
    ----------
    rows, columns
        What the rows and columns of the maps are called, and the name of each.
    quantities : mapping of str to array, (rows, columns)

    Returns
    -------
    pandas.DataFrame
        Columns `quantity`, the two names, and `value`.
    """
    (of_rows, row_names), (of_columns, column_names) = rows, columns
    index = pd.MultiIndex.from_product(
        [list(quantities), list(row_names), list(column_names)],
        names=["quantity", of_rows, of_columns],
    )
    values = np.concatenate([np.ravel(values) for values in quantities.values()])
    return pd.DataFrame({"value": values}, index=index).reset_index()


def _of_one_step(name: str, values: Array) -> str:
    first, last = int(values.argmin()), int(values.argmax())
    low, high = number(values[first]), number(values[last])
    if values.size == 1:
        return f"{name}, one time step, one unit: {low}."
    if values[first] == values[last]:
        return f"{name}, one time step: {low} in every unit."
    return f"{name}, one time step: from {low} in unit {first} to {high} in unit {last}."


def _leaves(distances: NDArray[np.float64]) -> list[int]:
    """Return the leaves of the average linkage tree, from left to right; distances (H, H)."""
    between = distances.copy()
    np.fill_diagonal(between, np.inf)
    groups = {unit: [unit] for unit in range(len(distances))}
    while len(groups) > 1:
        one, other = sorted(divmod(int(between.argmin()), len(between)))
        share = len(groups[one]) / (len(groups[one]) + len(groups[other]))
        joined = share * between[one] + (1 - share) * between[other]
        between[one] = between[:, one] = joined
        between[other] = between[:, other] = between[one, one] = np.inf
        groups[one] = _joined(groups[one], groups.pop(other), distances)
    return next(iter(groups.values()))


def _joined(left: list[int], right: list[int], distances: NDArray[np.float64]) -> list[int]:
    """Put two groups side by side, each turned if necessary, so that adjacent units are close."""
    turned = [(a, b) for a in (left, left[::-1]) for b in (right, right[::-1])]
    nearest = min(turned, key=lambda pair: distances[pair[0][-1], pair[1][0]])
    return nearest[0] + nearest[1]


def _not_numbers(values: Array) -> str:
    missing = int((~np.isfinite(values)).sum())
    return (
        f"{missing:,} of {values.size:,} values are not finite numbers, and stay blank: training "
        "has diverged."
    )
