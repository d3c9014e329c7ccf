"""The next label in a column of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field, shown
from rnnviz.tasks import memoryless, table
from rnnviz.tasks.column import HOLDOUT, Column, column_fields
from rnnviz.tasks.task import Baseline, Batch, Loss, Measure, only_last
from rnnviz.tasks.vocabulary import Vocabulary

#: Labels of our own: the weather of an imaginary town, day by day.
SAMPLE_LABELS = Path(__file__).with_name("sample_labels.csv").read_text(encoding="utf-8")

MOST_LABELS = 500


@dataclass(frozen=True)
class NextLabel(Column):
    """See a window of a column of labels, say which label the next row has.

    Labels are plain data, never run or drawn as markup; they are numbered in the order of their
    first appearance. Only the last step of a window is scored.

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
        Share of the labels, the last ones, that is never trained, 0..0.5.

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
        "Data differ in how much of what comes next lies in what came before: compare the score "
        "with that of a model without memory."
    )
    usual: ClassVar[str] = "the last column"
    difficulty: ClassVar[str] = "length"
    fields: ClassVar[tuple[Field, ...]] = (
        *column_fields(SAMPLE_LABELS, 6, "labels", "last one"),
        HOLDOUT,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        different = len(dict.fromkeys(self._sequence))
        if not 2 <= different <= MOST_LABELS:
            raise ValueError(
                f"column {shown(self.chosen)} must have 2..{MOST_LABELS} different labels, "
                f"got {different}"
            )

    @property
    def loss(self) -> Loss:
        """The targets are classes."""
        return "cross_entropy"

    @property
    def measure(self) -> Measure:
        """How a score is to be read."""
        return "accuracy"

    @property
    def solved(self) -> float:
        """A third of the way from a model without memory to perfection: no bound is known."""
        return self.memoryless + (1 - self.memoryless) / 3

    @cached_property
    def memoryless(self) -> float:
        """Best accuracy of a function of the present label, on the evaluation windows."""
        return memoryless.best_accuracy(self._evaluation)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The labels in the order of their first appearance."""
        return Vocabulary.of(self._sequence)

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
        """What comes in, what is to be said, and what was done to the data."""
        return (
            f"{self.length} labels of {shown(self.chosen)} in a row come in; the network predicts "
            f"the next one. The column has {len(self._sequence):,} labels, "
            f"{len(self.vocabulary)} distinct.{self._sentences}"
        )

    def baseline(self) -> Baseline:
        """Return the score of always guessing the label that comes next most often."""
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
    def _read(self) -> tuple[tuple[str, ...], table.Gap]:
        return table.labels(self._table, self.chosen, self.gaps)

    @cached_property
    def _codes(self) -> NDArray[np.int64]:
        return self.vocabulary.encode(self._sequence)

    def _batch(self, places: NDArray[np.int64]) -> Batch:
        seen = self._steps + places
        x = self.vocabulary.one_hot(self._codes.take(seen))
        return Batch(x, self._codes.take(seen + 1), only_last(*seen.shape))

    def _texts(self, place: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        *seen, following = self._sequence[place : place + self.length + 1]
        return tuple(seen), (*[""] * (self.length - 1), following)
