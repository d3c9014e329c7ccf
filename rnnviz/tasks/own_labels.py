"""Predict the next label in a column of the user's own data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field, shown
from rnnviz.tasks import memoryless, table
from rnnviz.tasks.column import Column, csv_fields, holdout_field, window_fields
from rnnviz.tasks.csv_text import read_table
from rnnviz.tasks.task import Baseline, Batch, Loss, Measure, only_last
from rnnviz.tasks.vocabulary import Vocabulary

#: Sample data: the weather of an imaginary town, day by day.
SAMPLE_LABELS = Path(__file__).with_name("sample_labels.csv").read_text(encoding="utf-8")

MOST_LABELS = 500


@dataclass(frozen=True)
class NextLabel(Column):
    """Given a window of a column of labels, predict the label of the next row.

    Labels are plain data: they are never executed or rendered as markup. They are numbered in the
    order of first appearance. Only the last step of a window is scored.

    Parameters
    ----------
    csv
        CSV text of 1..5,000,000 characters.
    column
        Name of a column with 2..500 different labels; empty for the last one.
    gaps
        `dropped`, or `filled` with the label before.
    length
        Number of rows T that the network sees, 1..200.
    holdout
        Share of the labels, at the end, that is never trained, 0..0.5.

    Raises
    ------
    ValueError
        If the text or a setting is not allowed; says in which row.
    """

    csv: str = SAMPLE_LABELS
    column: str = ""
    gaps: table.Gaps = "dropped"
    length: int = 6
    holdout: float = 0.2

    key: ClassVar[str] = "labels"
    title: ClassVar[str] = "Own labels"
    teaches: ClassVar[str] = (
        "Data differ in how well the past predicts what comes next: compare the score with that of "
        "a model without memory."
    )
    usual: ClassVar[str] = "the last column"
    difficulty: ClassVar[str] = "length"
    fields: ClassVar[tuple[Field, ...]] = (
        *csv_fields(csv, column, "labels", "last one"),
        *window_fields(gaps, length),
        holdout_field(holdout),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        different = len(self._labels.distinct)
        if not 2 <= different <= MOST_LABELS:
            raise ValueError(
                f"column {shown(self.chosen)} must have 2..{MOST_LABELS} different labels, "
                f"got {different}"
            )

    @classmethod
    def preparing(cls, settings: Mapping[str, Any]) -> Iterator[None]:
        """Read the table, and the column of labels, in small steps."""
        yield from super().preparing(settings)
        try:
            read = read_table(settings["csv"])
            name = settings["column"] or read.names[-1]
            yield from table.reading_labels(read, name, settings["gaps"])
        except (KeyError, TypeError, AttributeError, ValueError):
            return  # Who makes a task of it says what is wrong.

    @property
    def loss(self) -> Loss:
        """The targets are classes."""
        return "cross_entropy"

    @property
    def measure(self) -> Measure:
        """How a score is measured."""
        return "accuracy"

    @property
    def solved(self) -> float:
        """A third of the way from a model without memory to perfection: no upper bound is known."""
        return self.memoryless + (1 - self.memoryless) / 3

    @cached_property
    def memoryless(self) -> float:
        """Best accuracy of a function of the current label, on the evaluation windows."""
        return memoryless.best_accuracy(self._evaluation)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The labels in the order of first appearance."""
        return Vocabulary(self._labels.distinct)

    @property
    def input_size(self) -> int:
        """One input for each label."""
        return len(self.vocabulary)

    @property
    def input_names(self) -> tuple[str, ...]:
        """The labels."""
        return self.vocabulary.labels

    @property
    def output_labels(self) -> tuple[str, ...]:
        """The labels."""
        return self.vocabulary.labels

    @property
    def description(self) -> str:
        """The input, the required output, and what was done to the data."""
        return (
            f"The input is {self.length} consecutive labels of {shown(self.chosen)}; the network "
            f"predicts the next one. The column has {len(self._sequence):,} labels, "
            f"{len(self.vocabulary)} distinct.{self._sentences}"
        )

    def baseline(self) -> Baseline:
        """Return the score of always predicting the most frequent next label."""
        return Baseline.commonest(self._evaluation, self.output_labels)

    def symbols(self) -> pd.DataFrame:
        """Return `symbol`, `integer`, and `count` in the column."""
        size = len(self.vocabulary)
        counts = np.bincount(self._codes, minlength=size)
        return pd.DataFrame(
            {"symbol": self.vocabulary.labels, "integer": np.arange(size), "count": counts}
        )

    def _usual_column(self) -> str:
        return self._table.names[-1]

    @cached_property
    def _labels(self) -> table.Labels:
        return table.labels(self._table, self.chosen, self.gaps)

    @property
    def _read(self) -> tuple[tuple[str, ...], table.Gap]:
        return self._labels.values, self._labels.gap

    @property
    def _codes(self) -> NDArray[np.int64]:
        return self._labels.codes

    def _batch(self, places: NDArray[np.int64]) -> Batch:
        seen = self._steps + places
        x = self.vocabulary.one_hot(self._codes.take(seen))
        return Batch(x, self._codes.take(seen + 1), only_last(*seen.shape))

    def _texts(self, place: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        *seen, following = self._sequence[place : place + self.length + 1]
        return tuple(seen), (*[""] * (self.length - 1), following)
