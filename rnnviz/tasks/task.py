"""What a task is: where sequences come from, and how a person reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field, shown


@dataclass(frozen=True)
class Batch:
    """Sequences that the network learns from in one iteration.

    Parameters
    ----------
    x : array of float64, (T, B, D)
    y : array, (T, B) int, or (T, B, K) float
        Target of every step; the value at a step that is not scored is never read, but is valid.
    mask : array of bool, (T, B), or None
        Which steps are scored; None means all.
    """

    x: NDArray[np.float64]
    y: NDArray[np.generic]
    mask: NDArray[np.bool_] | None


@dataclass(frozen=True)
class Probe:
    """The fixed example sequence whose inside is shown.

    Parameters
    ----------
    name
        What a person reads in the list to choose from.
    batch : Batch
        The sequence itself, with B = 1.
    input_labels, target_labels : tuple of str, length T
        What a person reads at each time step; `""` for the target of a step that is not scored.
    """

    name: str
    batch: Batch
    input_labels: tuple[str, ...]
    target_labels: tuple[str, ...]


@dataclass(frozen=True)
class Baseline:
    """What always saying the commonest target would score.

    Parameters
    ----------
    label
        That target, as a person reads it.
    accuracy
        Share of the scored steps of the evaluation batch that it hits, 0..1.
    """

    label: str
    accuracy: float

    @classmethod
    def commonest(cls, batch: Batch, labels: tuple[str, ...]) -> Baseline:
        """Count the scored targets (integers) of a batch; of several equals, take the first."""
        scored = batch.y if batch.mask is None else batch.y[batch.mask]
        counts = np.bincount(scored.ravel(), minlength=len(labels))
        return cls(labels[int(counts.argmax())], float(counts.max() / counts.sum()))


def check_index(what: str, index: int, count: int) -> None:
    """Raise `ValueError` unless the index is a whole number in 0..count-1."""
    whole = isinstance(index, (int, np.integer)) and not isinstance(index, bool)
    if not whole or not 0 <= index < count:
        raise ValueError(f"{what} must be a whole number 0..{count - 1}, got {shown(index)}")


def read_only(batch: Batch) -> Batch:
    """Lock the arrays of a batch that is handed out more than once, and return it."""
    for array in (batch.x, batch.y, batch.mask):
        if array is not None:
            array.flags.writeable = False
    return batch


class Task(Protocol):
    """A source of sequences. Frozen: a changed setting makes another task.

    `fields` describes the settings, each of which is an attribute of the same name; the attribute
    `length` (number of time steps T) exists in every task.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]

    @property
    def length(self) -> int:
        """Number of time steps T of every sequence."""

    @property
    def loss(self) -> Literal["cross_entropy", "squared_error"]:
        """Which loss fits the targets."""

    @property
    def input_size(self) -> int:
        """Number of inputs D."""

    @property
    def output_labels(self) -> tuple[str, ...]:
        """Names of the K outputs."""

    @property
    def description(self) -> str:
        """One or two sentences: what comes in, what is to be said, what must be remembered."""

    @property
    def probe_names(self) -> tuple[str, ...]:
        """Names of the probes to choose from."""

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw a batch; the same generator state gives the same batch."""

    def probe(self, index: int) -> Probe:
        """Return one of the probes named in `probe_names`; `ValueError` if there is no such one."""

    def evaluation(self) -> Batch:
        """Return the fixed sequences on which accuracy is reported; the same at every call."""

    def baseline(self) -> Baseline:
        """Return the score of always saying the commonest target of the evaluation batch."""

    def symbols(self) -> pd.DataFrame:
        """Return the table of symbols: `symbol`, `integer`, `count`."""

    def examples(self, generator: np.random.Generator, count: int) -> pd.DataFrame:
        """Return sequences to read: one row each, one column per time step, last the target(s)."""
