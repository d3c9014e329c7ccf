"""What the network predicts: probabilities, the symbol chosen, and how far its gates are open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from rnnviz.analysis.gates import SHARES
from rnnviz.engine import LayerRecord, softmax
from rnnviz.numbers import number


def probabilities(logits: ArrayLike, temperature: float = 1.0) -> NDArray[np.floating]:
    """Return the probability of each output: the softmax of logits / temperature.

    A temperature below 1 makes the most likely outputs even more likely, one above 1 evens them
    out; equal logits stay equally likely. Logits that are not numbers, or are infinite, give NaN.

    Parameters
    ----------
    logits : array, (K,)
    temperature
        Above 0.

    Raises
    ------
    ValueError
        If the temperature is not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature must be above 0, got {temperature!r}")
    values = np.asarray(logits, dtype=np.float64)
    with np.errstate(all="ignore"):
        # The largest becomes 0 first, so that division by a small temperature can't overflow.
        return softmax((values - values.max()) / temperature)


def likeliest(chances: ArrayLike) -> int:
    """Return the index of the largest; in a tie, the first."""
    return int(np.argmax(chances))


def draw(chances: ArrayLike, number: float) -> int:
    """Return the index in whose interval a number falls, if 0..1 is divided by the probabilities.

    With 0.2, 0.5 and 0.3 the first output has the numbers below 0.2, the second those from there to
    below 0.7, the third all others.

    Parameters
    ----------
    chances : array, (K,)
        Finite.
    number
        0 or more, below 1.
    """
    ends = np.cumsum(np.asarray(chances, dtype=np.float64))
    # Their sum can differ from 1 by a rounding error; a number just below 1 must still fall inside.
    return int(np.searchsorted(ends, number * ends[-1], side="right"))


def uniform(seed: int, place: int) -> float:
    """Return the random number (0..1) for a position in a text, the same at every call."""
    return float(np.random.default_rng([seed, place]).random())


def best(chances: ArrayLike, labels: Sequence[str], count: int = 5) -> pd.DataFrame:
    """Return the most likely symbols: `symbol`, `probability`, the most likely first.

    Parameters
    ----------
    chances : array, (K,)
    labels : sequence of str, length K
    """
    values = np.asarray(chances, dtype=np.float64)
    order = np.argsort(-values, kind="stable")[:count]
    return pd.DataFrame({"symbol": [labels[k] for k in order], "probability": values[order]})


def gate_activations(layers: Sequence[LayerRecord]) -> pd.DataFrame:
    """Measure how far the gates of each layer are open after the last time step.

    Returns
    -------
    pandas.DataFrame
        One row per `layer` and `gate` (its letter); `open` is the mean over units and sequences,
        from 0 (shut) to 1 (wide open). No rows for a cell without gates.
    """
    rows = [
        (layer, letter, float(of_layer.gates[letter][-1].mean()))
        for layer, of_layer in enumerate(layers)
        for letter in SHARES
        if letter in of_layer.gates
    ]
    return pd.DataFrame(rows, columns=["layer", "gate", "open"])


@dataclass(frozen=True)
class Day:
    """A day of a schedule, and what the network predicted for it the day before.

    Parameters
    ----------
    weekday
        Its name.
    due, done
        What the schedule says, and what was done.
    missed
        Whether the day was missed.
    said
        What the network predicted; None on the first day, and if there is no network yet.
    """

    weekday: str
    due: str
    done: str
    missed: bool
    said: str | None

    @property
    def is_mistake(self) -> bool:
        """Whether the network predicted something else than was due."""
        return self.said is not None and self.said != self.due


def days_of(
    table: pd.DataFrame, outputs: NDArray[np.floating] | None, labels: Sequence[str]
) -> list[Day]:
    """Combine each day of a schedule with the network's prediction for it.

    Parameters
    ----------
    table : pandas.DataFrame
        T days, as returned by `GymSchedule.weeks`.
    outputs : array, (T, K), or None
        Logits; those of a day are about the next one. None if there is no network yet.
    labels : sequence of str, length K
        Names of the outputs.
    """
    said = [None] * len(table)
    if outputs is not None:
        said[1:] = [labels[place] for place in outputs[:-1].argmax(axis=1)]
    columns = (table[name] for name in ("weekday", "due", "done", "missed"))
    return [Day(*day) for day in zip(*columns, said, strict=True)]


def forecast_sentence(
    values: NDArray[np.floating], said: NDArray[np.floating], held_out: NDArray[np.bool_]
) -> str:
    """Say how far off the network is on training values and on held-out values.

    Parameters
    ----------
    values, said : array, (N,)
        In the units of the data.
    held_out : array of bool, (N,)
    """
    if not np.isfinite(said).all():
        return "the network's predictions are no longer numbers."
    parts = [
        f"{number(_root_mean_square(values[which] - said[which]))} on {count:,} {name}"
        for name, which in (("trained", ~held_out), ("held out", held_out))
        if (count := int(which.sum()))
    ]
    return f"root mean squared error {', '.join(parts)}."


def _root_mean_square(errors: NDArray[np.floating]) -> float:
    return float(np.sqrt((errors**2).mean()))
