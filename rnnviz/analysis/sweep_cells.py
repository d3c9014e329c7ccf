"""What the seeds of one combination of settings tell, and how sure that is.

A run is a row: a mapping with the keys `solved`, `solved_at`, `reach`, `diverged` or `error`, and
one for each setting that is swept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Row = Mapping[str, Any]
#: The values of the swept settings, in their order.
Combination = tuple[Any, ...]

#: Quantile of the normal distribution for an interval of 95 %.
_Z = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A quantity over seeds, and the range that they leave.

    Parameters
    ----------
    value
        A share or a median; NaN where no run has told anything, infinite where most runs never got
        there.
    low, high
        The interval, or the lowest and the highest of all seeds.
    runs
        How many were counted.
    count
        Of those, how many did it: the numerator of a share.
    """

    value: float
    low: float
    high: float
    runs: int
    count: int = 0


NOTHING = Estimate(math.nan, math.nan, math.nan, 0)


def wilson(count: int, runs: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of which `count` of `runs` were seen.

    Unlike the usual one it is right with few runs, and at 0 and 1 it is not empty (Wilson 1927,
    without correction for continuity).

    Returns
    -------
    low, high : float
        0..1.

    Raises
    ------
    ValueError
        If there are no runs, or the count is not 0..runs.
    """
    if runs < 1 or not 0 <= count <= runs:
        raise ValueError(f"expected a count of 0..runs, and runs of at least 1: got {count}/{runs}")
    share, shrunk = count / runs, 1 + _Z**2 / runs
    middle = (share + _Z**2 / (2 * runs)) / shrunk
    half = _Z * math.sqrt(share * (1 - share) / runs + _Z**2 / (4 * runs**2)) / shrunk
    # At the ends it touches them, but for rounding.
    low = 0.0 if count == 0 else middle - half
    high = 1.0 if count == runs else middle + half
    return low, high


def share_solved(rows: Sequence[Row]) -> Estimate:
    """Return the share of the runs that solved the task, with its 95 % interval by Wilson.

    A run that diverged did not; one that failed, which says nothing of the settings, is left out.
    """
    counted = finished(rows)
    if not counted:
        return NOTHING
    count = sum(bool(row["solved"]) for row in counted)
    return Estimate(count / len(counted), *wilson(count, len(counted)), len(counted), count)


def iterations_to_solve(rows: Sequence[Row]) -> Estimate:
    """Return the median iteration at which the task was solved, with the first and the last.

    A run that did not solve it took longer than any that did: infinitely many.
    """
    counted = finished(rows)
    if not counted:
        return NOTHING
    taken = [float(row["solved_at"]) if row["solved"] else math.inf for row in counted]
    count = sum(map(math.isfinite, taken))
    return Estimate(_median(taken), min(taken), max(taken), len(taken), count)


def reach(rows: Sequence[Row]) -> Estimate:
    """Return the median reach, in time steps, with the lowest and the highest of the seeds."""
    return median_of(rows, "reach")


def median_of(rows: Sequence[Row], name: str) -> Estimate:
    """Return the median of a number of the runs, with the lowest and the highest of the seeds.

    Runs that have none are left out.
    """
    found = [float(row[name]) for row in finished(rows) if _is_number(row.get(name))]
    if not found:
        return NOTHING
    return Estimate(_median(found), min(found), max(found), len(found), len(found))


def finished(rows: Sequence[Row]) -> list[Row]:
    """Return the runs that came to an end, which a diverged one did too."""
    return [row for row in rows if not row.get("error")]


def by_combination(rows: Sequence[Row], names: Sequence[str]) -> dict[Combination, list[Row]]:
    """Return the runs of each combination of these settings, in the order in which they came."""
    grouped: dict[Combination, list[Row]] = {}
    for row in rows:
        grouped.setdefault(tuple(row[name] for name in names), []).append(row)
    return grouped


def overlaps(one: Estimate, other: Estimate) -> bool:
    """Tell whether two ranges have something in common: then nobody knows which is better."""
    return one.low <= other.high and other.low <= one.high


def _median(values: Sequence[float]) -> float:
    """Return the median; of an even number, one of which is infinite, the higher of both."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
    return float(high) if math.isinf(high) else float((low + high) / 2)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and math.isfinite(value)
