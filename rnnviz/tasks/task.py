"""What a task is: where sequences come from, and how a person reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field


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
