"""What units follow: their correlation with symbols, targets, position, and time since a symbol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.analysis.observation import Sequences, scored_steps
from rnnviz.analysis.units import CONSTANT_SHARE
from rnnviz.numbers import number
from rnnviz.recording.trace import Array

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Number of features listed for each unit.
BEST = 3
#: For a symbol that has been seen before fewer than this share of all steps, "steps since" is left
#: out: whether it is known at all would say more than how many steps it is.
SEEN_SHARE = 0.5
#: With fewer cases nothing is concluded: two points always lie on a line.
FEWEST_CASES = 10


@dataclass(frozen=True)
class Features:
    """What is known about each time step of each sequence, apart from the network.

    Parameters
    ----------
    names : tuple of str, length F
        Names of features that are identical in all these sequences are joined by " = ".
    values : array, (T, B, F)
        0 where unknown.
    known : array of bool, (T, B, F)
        Where a feature has a value: a symbol not seen yet has no time since.
    """

    names: tuple[str, ...]
    values: Numbers
    known: Flags


@dataclass(frozen=True)
class Correlations:
    """Correlations of units with features.

    Parameters
    ----------
    names : tuple of str, length F
    r : array, (F, H)
        Pearson's correlation over all steps of all sequences at which the feature is known. NaN for
        a constant unit, for one with values that are not numbers, and if there are too few cases.
    cases : array of int, (F,)
        The number of these steps.
    """

    names: tuple[str, ...]
    r: Numbers
    cases: NDArray[np.int64]

    def best(self, unit: int, count: int = BEST) -> list[int]:
        """Return the features that correlate most with a unit, with either sign."""
        sizes = np.abs(self.r[:, unit])
        order = np.argsort(-np.where(np.isnan(sizes), -1.0, sizes), kind="stable")
        return [int(feature) for feature in order[:count] if not np.isnan(sizes[feature])]

    def leading(self, most: int) -> list[int]:
        """Return the features that are among the best of some unit, in their own order.

        If there are more than `most`, those with the largest |r| of any unit.
        """
        among = {feature for unit in range(self.r.shape[1]) for feature in self.best(unit)}
        largest = sorted(among, key=lambda feature: -float(np.nanmax(np.abs(self.r[feature]))))
        return sorted(largest[:most])

    def sentence(self, label: str, unit: int | None) -> str:
        """Say what a unit follows; if None, the unit that follows something most closely.

        Parameters
        ----------
        label
            Of the quantity, such as "hidden state".
        """
        if not self.names:
            return "Nothing varies over these cases, so there is nothing to correlate with."
        if (self.cases < FEWEST_CASES).all():
            return f"With fewer than {FEWEST_CASES} cases nothing can be concluded."
        if np.isnan(self.r).all():
            return (
                f"The {label} is constant in every unit, or not a number: there is no correlation."
            )
        if unit is None:
            unit = int(np.unravel_index(int(np.nanargmax(np.abs(self.r))), self.r.shape)[1])
            of_all = "Of all units, the" if self.r.shape[1] > 1 else "The"
            subject = f"{of_all} {label} of unit {unit} tracks"
        elif not self.best(unit):
            return (
                f"The {label} of unit {unit} is constant, or not a number: there is no correlation."
            )
        else:
            subject = f"The {label} of unit {unit} tracks"
        most, *others = self.best(unit)
        tracked = [f"“{self.names[at]}” (r = {number(self.r[at, unit], 2)})" for at in others]
        then = f", then {' and '.join(tracked)}" if tracked else ""
        return (
            f"{subject} “{self.names[most]}” most closely (r = {number(self.r[most, unit], 2)})"
            f"{then}."
        )

    def frame(self) -> pd.DataFrame:
        """Return the best features of each unit: `unit`, `place`, `follows`, `r`, `cases`."""
        rows = [
            (unit, place, self.names[at], self.r[at, unit], self.cases[at])
            for unit in range(self.r.shape[1])
            for place, at in enumerate(self.best(unit), 1)
        ]
        return pd.DataFrame(rows, columns=["unit", "place", "follows", "r", "cases"])


def features_of(
    sequences: Sequences, input_names: Sequence[str], output_labels: Sequence[str]
) -> Features:
    """Collect the features that units may follow.

    For symbols: which one is the current input, how many steps ago each was last seen, and which
    one is the target at a scored step. For inputs and targets that are numbers: the numbers. And
    the position in the sequence. Constant features are left out, and so is a feature that is the
    complement of another: of two symbols one is enough.

    Parameters
    ----------
    sequences : Sequences
    input_names, output_labels : sequence of str
        As the task has them.
    """
    names: list[str] = []
    kept: list[tuple[Numbers, Flags]] = []
    places: dict[tuple[bytes, bytes], int | None] = {}
    for name, raw, known in _all_features(sequences, input_names, output_labels):
        if not known.any() or np.ptp(raw[known]) == 0:
            continue
        values = np.where(known, raw, 0.0)
        key = (values.tobytes(), known.tobytes())
        if key not in places:
            places[key] = len(names)
            opposite = np.where(known, 1.0 - raw, 0.0)
            places.setdefault((opposite.tobytes(), known.tobytes()), None)
            names.append(name)
            kept.append((values, known))
        elif (place := places[key]) is not None:
            names[place] += f" = {name}"
    return Features(
        tuple(names),
        np.stack([values for values, _ in kept], axis=-1) if kept else np.empty((0, 0, 0)),
        np.stack([known for _, known in kept], axis=-1) if kept else np.empty((0, 0, 0), bool),
    )


def correlate(quantity: Array, features: Features) -> Correlations:
    """Correlate every unit with every feature.

    Parameters
    ----------
    quantity : array, (T, B, H)
    features : Features
        Of the same sequences.
    """
    count = len(features.names)
    units = quantity.reshape(-1, quantity.shape[-1]).astype(np.float64)
    if not count:
        return Correlations((), np.empty((0, units.shape[1])), np.empty(0, np.int64))
    known = features.known.reshape(-1, count).astype(np.float64)
    values = features.values.reshape(-1, count)
    cases = known.sum(axis=0)
    with np.errstate(all="ignore"):
        units = units / np.abs(units).max(axis=0)
        units -= units.mean(axis=0)
        values = (values - values.sum(axis=0) / cases) * known
        # Over the cases of each feature, (F, H); the features are centred already.
        variance = known.T @ units**2 / cases[:, None] - (known.T @ units / cases[:, None]) ** 2
        spread = np.sqrt(variance)
        together = values.T @ units / cases[:, None]
        r = together / (np.sqrt((values**2).mean(axis=0) * len(values) / cases)[:, None] * spread)
        r[~(spread > CONSTANT_SHARE)] = np.nan
    r[cases < FEWEST_CASES] = np.nan
    return Correlations(features.names, np.clip(r, -1.0, 1.0), cases.astype(np.int64))


def _all_features(
    sequences: Sequences, input_names: Sequence[str], output_labels: Sequence[str]
) -> Iterator[tuple[str, Numbers, Flags]]:
    """Yield name, values (T, B) and where they are known (T, B)."""
    batch = sequences.batch
    shape = batch.x.shape[:2]
    everywhere = np.ones(shape, dtype=bool)
    position = np.broadcast_to(np.arange(shape[0], dtype=np.float64)[:, None], shape)
    yield "position", position, everywhere
    inputs = np.eye(len(input_names))[batch.x] if batch.x.ndim == 2 else batch.x
    for name, values in zip(input_names, np.moveaxis(inputs, 2, 0), strict=True):
        if not np.isin(values, (0, 1)).all():
            yield f"input {name}", values, everywhere
            continue
        yield f"now {name}", values, everywhere
        since, seen = _steps_since(values == 1)
        if seen.mean() >= SEEN_SHARE:
            yield f"steps since {name}", since, seen
    if not (output_labels and scored_steps(batch).any()):
        return
    classes = batch.y.ndim == 2
    targets = np.eye(len(output_labels))[batch.y] if classes else batch.y
    for name, values in zip(output_labels, np.moveaxis(targets, 2, 0), strict=True):
        yield f"target {name}", values.astype(np.float64), scored_steps(batch)


def _steps_since(seen: Flags) -> tuple[Numbers, Flags]:
    """Return how many steps ago something was last seen, and whether it ever was; (T, B) each."""
    steps = np.arange(len(seen))[:, None]
    last = np.maximum.accumulate(np.where(seen, steps, -1), axis=0)
    return (steps - last).astype(np.float64), last >= 0
