"""What the tasks share that generate new sequences without end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field, check_settings
from rnnviz.tasks import memoryless
from rnnviz.tasks.examples import Example
from rnnviz.tasks.task import (
    Baseline,
    Batch,
    Loss,
    Measure,
    Probe,
    check_index,
    read_only,
)

_EVALUATION_SEED = 20_000
_EVALUATED = 256
_EVALUATED_NUMBERS = 1_000_000  # 8 MB of inputs
_PROBE_SEED = 30_000
_PROBES = 12


class Generated(ABC):
    """Base of tasks whose sequences follow from a rule.

    A subclass is a frozen dataclass with `key`, `title`, `teaches`, `difficulty`, `fields`, an
    attribute `length`, and the abstract methods below. By default each step's input is one symbol
    of `input_names`, one-hot (all zeros after the end of a short sequence), and the targets are
    classes.
    classes.
    """

    key: ClassVar[str]
    title: ClassVar[str]
    teaches: ClassVar[str]
    difficulty: ClassVar[str] = "length"
    fields: ClassVar[tuple[Field, ...]]

    length: int
    signals: ClassVar[tuple[str, ...]] = ()
    suggested: ClassVar[Mapping[str, Any]] = {}
    simplest: ClassVar[Mapping[str, Any]] = {}

    def __post_init__(self) -> None:
        check_settings(self, self.fields)

    @property
    def loss(self) -> Loss:
        """Which loss fits the targets."""
        return "cross_entropy"

    @property
    def measure(self) -> Measure:
        """How a score is measured."""
        return "accuracy" if self.loss == "cross_entropy" else "error"

    @property
    def solved(self) -> float:
        """Score on the evaluation batch at which the task counts as solved."""
        return 0.99

    @property
    @abstractmethod
    def input_names(self) -> tuple[str, ...]:
        """The input symbols."""

    @property
    def input_size(self) -> int:
        """One input for each symbol."""
        return len(self.input_names)

    @property
    def scale(self) -> tuple[float, float]:
        """Nothing is scaled."""
        return 0.0, 1.0

    @property
    def embedding_size(self) -> None:
        """None: inputs are not looked up."""
        return None

    @property
    @abstractmethod
    def output_labels(self) -> tuple[str, ...]:
        """Names of the outputs."""

    @property
    @abstractmethod
    def description(self) -> str:
        """The input, the required output, and what must be remembered."""

    @abstractmethod
    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw a batch."""

    @cached_property
    def memoryless(self) -> float:
        """Best score on the evaluation batch of any model that sees the current input alone."""
        return memoryless.best_accuracy(self._evaluation)

    @cached_property
    def probe_names(self) -> tuple[str, ...]:
        """Some sequences, each named by what matters in it."""
        return tuple(
            f"{number + 1}: {self._name(self._probe_batch(number))}" for number in range(_PROBES)
        )

    def probe(self, index: int) -> Probe:
        """Return one of the probes named in `probe_names`."""
        check_index("probe", index, len(self.probe_names))
        batch = self._probe_batch(int(index))  # 30 000 more does not fit into an np.int8
        return Probe(
            self.probe_names[index],
            batch,
            self._read_inputs(batch)[0],
            self._read_targets(batch)[0],
        )

    def evaluation(self) -> Batch:
        """Return 256 sequences, or fewer if they are long; read-only."""
        return self._evaluation

    def held_out(self) -> Batch | None:
        """Return None: `sample` draws new sequences without end."""
        return None

    def baseline(self) -> Baseline:
        """Return the score of the best constant prediction."""
        if self.measure == "error":
            return Baseline.mean(self._evaluation)
        return Baseline.commonest(self._evaluation, self.output_labels)

    def symbols(self) -> pd.DataFrame:
        """Return `symbol`, `integer`, and `count` in the inputs of the evaluation sequences."""
        counts = self._evaluation.x.sum(axis=(0, 1)).astype(np.int64)
        return pd.DataFrame(
            {"symbol": self.input_names, "integer": np.arange(len(counts)), "count": counts}
        )

    def examples(self, generator: np.random.Generator, count: int) -> list[Example]:
        """Return sequences to read, with the answers that count in the score."""
        batch = self.sample(generator, count)
        counted = replace(batch, mask=self.knowable(batch))
        return list(map(Example, self._read_inputs(batch), self._read_targets(counted)))

    def knowable(self, batch: Batch) -> NDArray[np.bool_] | None:
        """Return which steps (T, B) count in the score: all that are trained, unless overridden."""
        return batch.mask

    def _name(self, batch: Batch) -> str:
        """Return what matters in a sequence, for the name of a probe."""
        inputs = "".join(self._read_inputs(batch)[0])
        return inputs if len(inputs) <= 30 else f"{inputs[:30]}…"

    def _probe_batch(self, index: int) -> Batch:
        return self.sample(np.random.default_rng(_PROBE_SEED + index), 1)

    @cached_property
    def _evaluation(self) -> Batch:
        affordable = max(16, _EVALUATED_NUMBERS // (self.length * self.input_size))
        count = min(_EVALUATED, affordable)
        batch = self.sample(np.random.default_rng(_EVALUATION_SEED), count)
        return read_only(replace(batch, mask=self.knowable(batch)))

    @cached_property
    def _identity(self) -> NDArray[np.float64]:
        return np.eye(len(self.input_names))

    def _one_hot(self, integers: NDArray[np.integer]) -> NDArray[np.float64]:
        return self._identity.take(integers, axis=0)

    def _read_inputs(self, batch: Batch) -> list[tuple[str, ...]]:
        names = np.array(["", *self.input_names], dtype=object)
        places = np.where(batch.x.any(axis=2), batch.x.argmax(axis=2) + 1, 0)
        return [tuple(row) for row in names[places.T]]

    def _read_targets(self, batch: Batch) -> list[tuple[str, ...]]:
        names = np.array(self.output_labels, dtype=object)
        words = names[np.asarray(batch.y, dtype=np.int64)]
        if batch.mask is not None:
            words = np.where(batch.mask, words, "")
        return [tuple(row) for row in words.T]


def length_field(default: int, low: int, high: int, help: str) -> Field:
    """Return the description of the setting `length`."""
    return Field("length", "Sequence length", int, default, help, low=low, high=high, short="len")
