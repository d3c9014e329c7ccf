"""What a task is: it generates sequences, and says how a person reads them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.engine.answering import Answering
from rnnviz.fields import Field, shown
from rnnviz.numbers import number
from rnnviz.tasks.examples import Example

Loss = Literal["cross_entropy", "squared_error"]
Measure = Literal["accuracy", "error"]


@dataclass(frozen=True)
class Batch:
    """Sequences that the network learns from in one iteration.

    Parameters
    ----------
    x : array of float64, (T, B, D), or of int, (T, B)
        Integers if the task has an `embedding_size`: the network looks them up.
    y : array, (T, B) int, or (T, B, K) float
        Target of every step; at a step that is not scored the value is never read, but is valid.
    mask : array of bool, (T, B), or None
        Which steps are scored; None means all.
    answering : Answering or None
        Where the sequences first are read and then answered: from which step on.
    """

    x: NDArray[Any]
    y: NDArray[np.generic]
    mask: NDArray[np.bool_] | None
    answering: Answering | None = None


@dataclass(frozen=True)
class Probe:
    """The fixed example sequence on which the inside of the network is shown.

    Parameters
    ----------
    name
        What a person reads in the list of probes.
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
    """The score of a constant prediction: the most frequent target, or the mean.

    Parameters
    ----------
    label
        That prediction, as a person reads it.
    score
        Over the scored steps of the evaluation batch, in the task's measure.
    measure
        `"accuracy"`: share of the steps predicted correctly, 0..1, more is better. `"error"`: mean
        squared error, less is better.
    deviation
        By what the numbers were divided when they were scaled; 1 if they were not.
    """

    label: str
    score: float
    measure: Measure = "accuracy"
    deviation: float = 1.0

    @property
    def accuracy(self) -> float:
        """The share of correct steps; NaN for targets that are numbers: none is met exactly."""
        return self.score if self.measure == "accuracy" else math.nan

    def error_in_words(self, error: float) -> str:
        """Write a mean squared error; for scaled numbers also its root in the units of the data."""
        if self.deviation == 1.0:
            return number(error)
        in_units = number(math.sqrt(error) * self.deviation)
        return f"{number(error)} (±{in_units} in the units of the data)"

    @classmethod
    def commonest(cls, batch: Batch, labels: tuple[str, ...]) -> Baseline:
        """Count the scored targets (integers) of a batch; in a tie, take the first."""
        counts = np.bincount(scored_targets(batch), minlength=len(labels))
        return cls(labels[int(counts.argmax())], float(counts.max() / counts.sum()))

    @classmethod
    def mean(cls, batch: Batch) -> Baseline:
        """Average the scored targets (numbers) of a batch."""
        targets = scored_targets(batch)
        mean = targets.mean(axis=0)
        label = ", ".join(number(value) for value in mean)
        return cls(label, float(((targets - mean) ** 2).mean()), "error")


def scored_targets(batch: Batch) -> NDArray[Any]:
    """Return the targets of all scored steps together: (N,) int or (N, K) float."""
    if batch.mask is not None:
        return np.asarray(batch.y[batch.mask])
    return batch.y.reshape(-1, *batch.y.shape[2:])


def is_scored(batch: Batch) -> bool:
    """Tell whether any step of a batch has a target that counts: without one there is no loss."""
    return batch.mask is None or bool(batch.mask.any())


def score_of(outputs: NDArray[np.floating], batch: Batch, measure: Measure) -> float:
    """Return how good the outputs of a network are.

    Parameters
    ----------
    outputs : array, (T, B, K)
        Logits, or the numbers themselves.
    batch : Batch
    measure
        `"accuracy"`: share of the scored steps whose largest output is the target.
        `"error"`: squared error, mean over scored steps and outputs.
    """
    given = outputs.argmax(axis=2) if measure == "accuracy" else outputs
    of_scored = given.reshape(-1, *given.shape[2:]) if batch.mask is None else given[batch.mask]
    targets = scored_targets(batch)
    if measure == "accuracy":
        return float((of_scored == targets).mean())
    return float(((of_scored - targets) ** 2).mean())


def is_solved(task: Task, score: float) -> bool:
    """Tell whether a score on the evaluation batch is at least as good as the task's `solved`."""
    return score >= task.solved if task.measure == "accuracy" else score <= task.solved


def has_targets(task: Task) -> bool:
    """Tell whether any step of a task is scored: without, nothing can be learned or measured.

    Every task has targets but one with `has_targets` False, such as the user's own sequences.
    """
    return bool(getattr(task, "has_targets", True))


def check_index(what: str, index: int, count: int) -> None:
    """Raise `ValueError` unless the index is a whole number in 0..count-1."""
    whole = isinstance(index, (int, np.integer)) and not isinstance(index, bool)
    if not whole or not 0 <= index < count:
        raise ValueError(f"{what} must be a whole number 0..{count - 1}, got {shown(index)}")


def only_last(length: int, batch_size: int) -> NDArray[np.bool_]:
    """Return the mask (T, B) that scores the last step alone."""
    mask = np.zeros((length, batch_size), dtype=bool)
    mask[-1] = True
    return mask


def read_only(batch: Batch) -> Batch:
    """Lock the arrays of a batch that is handed out more than once, and return it."""
    for array in (batch.x, batch.y, batch.mask):
        if array is not None:
            array.flags.writeable = False
    return batch


class Task(Protocol):
    """A source of sequences. Frozen: changing a setting makes another task.

    `fields` describes the settings, each of which is an attribute of the same name; the attribute
    `length` (number of time steps T) exists in every task.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    #: One sentence: what a person learns from watching a network learn this task.
    teaches: ClassVar[str]
    #: Name of the field that sets the difficulty: the length, a lag, ...
    difficulty: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    #: Symbols that only mark a position, such as blanks, start and end: drawn in grey.
    signals: ClassVar[tuple[str, ...]]
    #: Settings of a run, by name, with which the task is learned where the default ones may fail.
    suggested: ClassVar[Mapping[str, Any]]
    #: Settings of the task itself, by name, that give its simplest example; empty if it has none.
    simplest: ClassVar[Mapping[str, Any]]

    @property
    def length(self) -> int:
        """Number of time steps T of every sequence."""

    @property
    def loss(self) -> Loss:
        """Which loss fits the targets."""

    @property
    def measure(self) -> Measure:
        """How a score is measured: `"accuracy"` of classes, squared `"error"` of numbers."""

    @property
    def solved(self) -> float:
        """Score on the evaluation batch at which the task counts as solved."""

    @property
    def memoryless(self) -> float:
        """Best score on the evaluation batch of a model that sees the current input alone."""

    @property
    def scale(self) -> tuple[float, float]:
        """Mean and standard deviation by which numbers are scaled; (0, 1) where they are not."""

    @property
    def input_size(self) -> int:
        """Number of inputs D, or of different integers that can come in."""

    @property
    def embedding_size(self) -> int | None:
        """Length of the vectors that the network learns for integers; None for other inputs."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs."""

    @property
    def output_labels(self) -> tuple[str, ...]:
        """Names of the K outputs."""

    @property
    def description(self) -> str:
        """One or two sentences: the input, the required output, and what must be remembered."""

    @property
    def probe_names(self) -> tuple[str, ...]:
        """Names of the probes to choose from."""

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw a batch; the same generator state gives the same batch."""

    def probe(self, index: int) -> Probe:
        """Return one of the probes named in `probe_names`; `ValueError` if there is no such one."""

    def knowable(self, batch: Batch) -> NDArray[np.bool_] | None:
        """Return the scored steps (T, B) whose target can be known; None means all steps.

        The network is trained on all scored steps. Targets that cannot be known would only blur the
        score, so accuracy and score count these steps alone.
        """

    def evaluation(self) -> Batch:
        """Return the fixed sequences on which the score is measured; the same at every call.

        Its mask is that of the `knowable` steps.
        """

    def held_out(self) -> Batch | None:
        """Return sequences that `sample` never draws; None where it draws new ones without end."""

    def baseline(self) -> Baseline:
        """Return the score of the best constant prediction on the evaluation batch."""

    def symbols(self) -> pd.DataFrame:
        """Return the table of symbols: `symbol`, `integer`, `count`."""

    def examples(self, generator: np.random.Generator, count: int) -> list[Example]:
        """Return sequences to read, with the targets that count in the score."""
