"""How far gates are open: shares of nearly shut and nearly open, and distributions of values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.engine import CELLS
from rnnviz.numbers import number, percent
from rnnviz.recording.trace import Array, Trace

#: Gates between 0 and 1. Candidates are signed, so they are not gates in this sense.
SHARES = tuple(
    gate.letter for cell in CELLS.values() for gate in cell.spec.gates if gate.range == "share"
)
#: Karpathy, Johnson and Li (2015), section 4.2.
LOW, HIGH = 0.1, 0.9
#: A unit that is shut, or open, in more than this share of all cases is called mostly so.
MOSTLY = 0.5

Shares = NDArray[np.float32]


def saturation(trace: Trace, low: float = LOW, high: float = HIGH) -> pd.DataFrame:
    """Count how often each unit's gate is nearly shut or nearly open.

    The measure is that of Karpathy, Johnson and Li (2015), "Visualizing and Understanding
    Recurrent Networks", section 4.2, with their limits as defaults.

    Returns
    -------
    pandas.DataFrame
        One row per `layer`, `gate` (its letter) and `unit`; `below` and `above` are the shares
        (0..1) of time steps at which the gate is less than `low`, or more than `high`. A value that
        is not a number counts as neither; a unit without any number has NaN. No rows for a cell
        without gates.
    """
    parts = [
        _of_gate(layer, letter, of_layer.gates[letter], low, high)
        for layer, of_layer in enumerate(trace.layers)
        for letter in SHARES
        if letter in of_layer.gates
    ]
    if not parts:
        return _no_rows()
    return pd.concat(parts, ignore_index=True)


def saturation_by_gate(saturated: pd.DataFrame) -> pd.DataFrame:
    """Average `saturation` over the units of each gate.

    Returns
    -------
    pandas.DataFrame
        One row per `layer` and `gate`, in the order in which they came; `below` and `above` are
        shares (0..1) over units and time steps.
    """
    groups = saturated.groupby(["layer", "gate"], sort=False, as_index=False)
    return groups[["below", "above"]].mean()


def saturation_sentence(label: str, below: float, above: float) -> str:
    """Say what the two shares of one gate mean; `label` is such as "forget gate"."""
    return (
        f"{label[:1].upper()}{label[1:]}: nearly shut in {percent(below)} of all cases, nearly "
        f"open in {percent(above)}."
    )


@dataclass(frozen=True)
class Saturation:
    """How often each unit's gates are nearly shut or nearly open, at one iteration.

    Parameters
    ----------
    iteration
    below, above : mapping of letter to array, (H,)
        Shares (0..1) of all time steps and sequences; NaN for a unit without any number.
    """

    iteration: int
    below: Mapping[str, Shares]
    above: Mapping[str, Shares]

    @classmethod
    def of(cls, iteration: int, quantities: Mapping[str, Array]) -> Saturation:
        """Count in arrays (..., H) by letter; only gates between 0 and 1 are counted."""
        gates = {letter: quantities[letter] for letter in SHARES if letter in quantities}
        counted = {letter: _shares(values, LOW, HIGH) for letter, values in gates.items()}
        return cls(
            iteration,
            {letter: below.astype(np.float32) for letter, (below, _) in counted.items()},
            {letter: above.astype(np.float32) for letter, (_, above) in counted.items()},
        )

    def frame(self, layer: int) -> pd.DataFrame:
        """Return the table that `saturation` returns for one trace, for this layer."""
        parts = [
            _rows(layer, letter, self.below[letter], self.above[letter]) for letter in self.below
        ]
        return pd.concat(parts, ignore_index=True) if parts else _no_rows()

    def sentence(self, letter: str, label: str) -> str:
        """Say how many units of a gate, such as "forget gate", are mostly shut or mostly open."""
        below, above = self.below[letter], self.above[letter]
        name, units = f"{label[:1].upper()}{label[1:]}", len(below)
        numbers = int(np.isfinite(below).sum())
        if not numbers:
            return f"{name}: no value is a finite number."
        shut, wide = int((below > MOSTLY).sum()), int((above > MOSTLY).sum())
        never = int(((below == 0) & (above == 0)).sum())
        lost = f" {units - numbers} with no finite number." if numbers < units else ""
        return (
            f"{name}: nearly open in more than half of the cases: {wide} of {units} "
            f"unit{'' if units == 1 else 's'}; nearly shut: {shut}; never either: {never}.{lost}"
        )


def saturation_table(history: Sequence[Saturation], layer: int) -> pd.DataFrame:
    """Stack the shares of several iterations: `iteration`, then as `saturation`."""
    parts = [found.frame(layer).assign(iteration=found.iteration) for found in history]
    whole = pd.concat(parts, ignore_index=True)
    return whole[["iteration", *whole.columns.drop("iteration")]]


@dataclass(frozen=True)
class Distribution:
    """The distribution of the values of one quantity, at each of several iterations.

    Parameters
    ----------
    edges : array, (bins + 1,)
        Edges of the bins, ascending.
    percent : array, (N, bins)
        Of all values of an iteration; less than 100 in total if some are not numbers.
    middle : array, (N, 3)
        The median between two values with at least 80 % of all values between them: the 10th and
        90th percentile, rounded outwards to values that occur. NaN if there is no number.
    """

    edges: NDArray[np.float64]
    percent: NDArray[np.float64]
    middle: NDArray[np.float64]

    @classmethod
    def of(cls, letter: str, values: Sequence[Array], bins: int = 20) -> Distribution:
        """Count the values of each iteration in bins of equal width.

        Gates from 0 to 1; everything else from -1 to 1, or up to the largest magnitude.
        """
        edges = np.linspace(*_limits(letter, values), bins + 1)
        rows, middle = [], []
        for each in values:
            finite = each[np.isfinite(each)].astype(np.float64)
            rows.append(100 * np.histogram(finite, edges)[0] / each.size)
            middle.append(_middle(finite) if finite.size else (np.nan,) * 3)
        return cls(edges, np.array(rows), np.array(middle))

    def sentence(self, label: str, iterations: Sequence[int]) -> str:
        """Say where the middle of the values is, at the first and at the last iteration."""
        name = f"{label[:1].upper()}{label[1:]}"
        (_, first, _), (low, last, high) = self.middle[0], self.middle[-1]
        if np.isnan(last):
            return f"{name}: no value is a finite number at iteration {iterations[-1]:,}."
        now = (
            f"{number(last)} at iteration {iterations[-1]:,}, where at least 80 % of the values "
            f"lie between {number(low)} and {number(high)}"
        )
        if len(iterations) == 1:
            return f"{name}: median {now}."
        return f"{name}: median {number(first)} at iteration {iterations[0]:,}, {now}."


def _middle(finite: NDArray[np.float64]) -> tuple[float, float, float]:
    low = np.percentile(finite, 10, method="lower")
    high = np.percentile(finite, 90, method="higher")
    return float(low), float(np.median(finite)), float(high)


def distribution_table(
    iterations: Sequence[int], found: Mapping[str, Distribution]
) -> pd.DataFrame:
    """Write distributions in long form: `quantity`, `iteration`, `from`, `to`, `percent`."""
    parts = []
    for name, spread in found.items():
        bins = spread.percent.shape[1]
        parts.append(
            pd.DataFrame(
                {
                    "quantity": name,
                    "iteration": np.repeat(np.asarray(iterations), bins),
                    "from": np.tile(spread.edges[:-1], len(iterations)),
                    "to": np.tile(spread.edges[1:], len(iterations)),
                    "percent": spread.percent.ravel(),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _limits(letter: str, values: Sequence[Array]) -> tuple[float, float]:
    if letter in SHARES:
        return 0.0, 1.0
    largest = max(float(np.abs(each[np.isfinite(each)]).max(initial=1.0)) for each in values)
    return -largest, largest


def _of_gate(layer: int, letter: str, values: Array, low: float, high: float) -> pd.DataFrame:
    return _rows(layer, letter, *_shares(values, low, high))


def _shares(values: Array, low: float, high: float) -> tuple[Array, Array]:
    """Return the shares (H,) of values (..., H) below `low` and above `high`."""
    flat = values.reshape(-1, values.shape[-1])
    known = np.where(np.isfinite(flat).any(axis=0), 1.0, np.nan)
    return known * (flat < low).mean(axis=0), known * (flat > high).mean(axis=0)


def _rows(layer: int, letter: str, below: Array, above: Array) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "layer": layer,
            "gate": letter,
            "unit": np.arange(len(below)),
            "below": below,
            "above": above,
        }
    )


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in ("layer", "gate", "unit", "below", "above")})
