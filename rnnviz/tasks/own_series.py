"""Predict the next value of the user's own series, or the value some rows later."""

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
from rnnviz.numbers import number
from rnnviz.tasks import memoryless, table
from rnnviz.tasks.column import Column, csv_fields, holdout_field, window_fields
from rnnviz.tasks.csv_text import read_table
from rnnviz.tasks.dates import Unit, date_labels, unit_of
from rnnviz.tasks.examples import Example
from rnnviz.tasks.task import Baseline, Batch, Loss, Measure

#: Sample data: how many people came to an imaginary gym, day by day.
SAMPLE_SERIES = Path(__file__).with_name("sample_series.csv").read_text(encoding="utf-8")


@dataclass(frozen=True)
class NextValue(Column):
    """Given a window of a series of numbers, predict its value some rows later.

    The network sees the column that it predicts and, if more columns are named, those too. Inputs
    and targets are scaled: the mean is subtracted and the result divided by the standard deviation,
    both taken from the training part of each column alone. Errors are in these units, squared.
    Every step of a window is scored; in held-out windows, only the steps whose target is held out.

    Parameters
    ----------
    csv
        CSV text of 1..5,000,000 characters.
    column
        Name of the column of numbers to predict; empty for the first one.
    inputs : tuple of str
        Names of up to 20 more columns of numbers that the network sees in the same rows.
    gaps
        Rows without a value in any of these columns are `dropped`, or `filled` by linear
        interpolation between the neighbours.
    length
        Number of rows T that the network sees, 1..200.
    ahead
        How many rows later, 1..100.
    holdout
        Share of the values, at the end, that is never trained, 0..0.5.

    Raises
    ------
    ValueError
        If the text or a setting is not allowed; says in which row.
    """

    csv: str = SAMPLE_SERIES
    column: str = ""
    inputs: tuple[str, ...] = ()
    gaps: table.Gaps = "dropped"
    length: int = 14
    ahead: int = 1
    holdout: float = 0.2

    key: ClassVar[str] = "values"
    title: ClassVar[str] = "Own series"
    teaches: ClassVar[str] = (
        "A network may fit the data it was trained on better than the data that come later: "
        "compare with the score on the held-out part."
    )
    usual: ClassVar[str] = "the first column of numbers"
    difficulty: ClassVar[str] = "ahead"
    fields: ClassVar[tuple[Field, ...]] = (
        *csv_fields(csv, column, "numbers to predict", "first one"),
        Field("inputs", "More input columns", tuple, inputs,
              "Columns of numbers that the network sees beside the one it predicts, in the same "
              "rows.", low=0, high=20, short="in"),
        *window_fields(gaps, length),
        Field("ahead", "Rows ahead", int, ahead, "How many rows ahead the network predicts.",
              low=1, high=100, short="ahead"),
        holdout_field(holdout),
    )  # fmt: skip

    def __post_init__(self) -> None:
        super().__post_init__()
        for place, name in enumerate(self.inputs):
            if name == self.chosen or name in self.inputs[:place]:
                raise ValueError(f"inputs must be other columns, each once, got {shown(name)}")

    @classmethod
    def preparing(cls, settings: Mapping[str, Any]) -> Iterator[None]:
        """Read the table in small steps, the columns of numbers that are asked for, and dates."""
        yield from super().preparing(settings)
        try:
            read = read_table(settings["csv"])
            for name in (settings["column"], *settings["inputs"]):
                if name:
                    yield from table.reading_numbers(read, name)
                    continue
                for each in read.names:  # By default, the first column of numbers.
                    yield from table.reading_numbers(read, each)
                    if table.is_numeric(read, each):
                        break
            yield from table.looking_for_dates(read)
        except (KeyError, TypeError, AttributeError, ValueError):
            return  # `make_task` will say what is wrong.

    @property
    def loss(self) -> Loss:
        """The targets are numbers."""
        return "squared_error"

    @property
    def measure(self) -> Measure:
        """How a score is measured."""
        return "error"

    @property
    def solved(self) -> float:
        """Half the error of a model without memory: for the user's own data no bound is known."""
        return 0.5 * self.memoryless

    @cached_property
    def memoryless(self) -> float:
        """Least error of a function of the current row, on the evaluation windows."""
        return memoryless.least_error(self._evaluation)

    @property
    def input_size(self) -> int:
        """One number for each column."""
        return 1 + len(self.inputs)

    @property
    def input_names(self) -> tuple[str, ...]:
        """The column that is predicted, and the others."""
        return (self.chosen, *self.inputs)

    @property
    def output_labels(self) -> tuple[str, ...]:
        """The predicted column, later."""
        return (f"next {self.chosen}",)

    @property
    def description(self) -> str:
        """The input, the required output, and what was done to the data."""
        rows = "row" if self.ahead == 1 else "rows"
        more = f", with {', '.join(map(shown, self.inputs))} of the same rows" * bool(self.inputs)
        each = ", each column separately" * bool(self.inputs)
        return (
            f"The input is {self.length} values of {shown(self.chosen)}{more}. At each step the "
            f"network predicts the value of {shown(self.chosen)} {self.ahead} {rows} later. Values "
            f"are scaled by the training part{each}: mean {number(self.mean, 4)} becomes 0, "
            f"standard deviation {number(self.deviation, 4)} becomes 1.{self._sentences}"
        )

    @property
    def scale(self) -> tuple[float, float]:
        """Mean and standard deviation of the column that is predicted, in the training part."""
        return self.mean, self.deviation

    @property
    def mean(self) -> float:
        """Mean of the column that is predicted, in the training part."""
        return float(self._scales[0][0])

    @property
    def deviation(self) -> float:
        """Standard deviation of that column in the training part; 1 if it is constant there."""
        return float(self._scales[1][0])

    @cached_property
    def _scales(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Means and standard deviations (C,) of all columns in the training part."""
        part = self._sequence[: self.trained]
        spread = part.std(axis=0)
        varies = spread > 1e-12 * np.abs(part).max(axis=0)
        return part.mean(axis=0), np.where(varies, spread, 1.0)

    def unscale(self, scaled: NDArray[np.floating] | float) -> NDArray[np.float64]:
        """Return values in the units of the file, for values that the network sees or outputs."""
        return np.asarray(scaled, dtype=np.float64) * self.deviation + self.mean

    def baseline(self) -> Baseline:
        """Return the score of always predicting the mean, in the units of the file."""
        scaled = Baseline.mean(self._evaluation)
        mean = float(self.unscale(np.asarray(self._evaluation.y, dtype=np.float64).mean()))
        return Baseline(number(mean, 4), scaled.score, "error", self.deviation)

    def symbols(self) -> pd.DataFrame:
        """Return an empty table: the inputs are numbers, not symbols."""
        return pd.DataFrame({"symbol": [], "integer": [], "count": []})

    def latest(self, most: int) -> tuple[NDArray[np.int64], NDArray[np.float64], Batch]:
        """Return the last windows of the data, one after the other.

        Parameters
        ----------
        most
            How many of them, or all if there are fewer.

        Returns
        -------
        places : array, (N,)
            Index of the value that each window's last step must predict, counted from 1.
        values : array, (N,)
            Those values, in the units of the file.
        batch : Batch
            The windows, (T, N, C).
        """
        first = np.arange(max(0, self._all_windows - most), self._all_windows)
        asked = first + self.length + self.ahead - 1
        return asked + 1, self._sequence[asked, 0], self._batch(first)

    def dates(self, places: NDArray[np.integer]) -> list[str] | None:
        """Return the dates of some values, counted from 1, if a column of the file tells them."""
        if self._dates is None:
            return None
        found, unit = self._dates
        return date_labels(found[places - 1], unit)

    def _usual_column(self) -> str:
        for name in self._table.names:
            if table.is_numeric(self._table, name):
                return name
        # No column is all numbers: the last one, most likely the one meant, gives the error
        # message.
        return self._table.names[-1]

    @cached_property
    def _numbers(self) -> table.Numbers:
        return table.numbers(self._table, self.input_names, self.gaps)

    @property
    def _read(self) -> tuple[NDArray[np.float64], table.Gap]:
        return self._numbers.values, self._numbers.gap

    @cached_property
    def _dates(self) -> tuple[NDArray[np.datetime64], Unit] | None:
        """The dates of all values, if a column of the file holds them, and how finely."""
        found = table.dates(self._table)
        if found is None:
            return None
        found = found[self._numbers.places]
        return found, unit_of(found)

    @cached_property
    def _scaled(self) -> NDArray[np.float64]:
        means, deviations = self._scales
        scaled: NDArray[np.float64] = (self._sequence - means) / deviations
        return scaled

    def _batch(self, places: NDArray[np.int64]) -> Batch:
        seen = self._steps + places
        x, y = self._scaled.take(seen, axis=0), self._scaled[:, :1].take(seen + self.ahead, axis=0)
        return Batch(x, y, None)

    def _name(self, place: int) -> str:
        dates = self.dates(np.array([place + 1]))
        return super()._name(place) + ("" if dates is None else f", {dates[0]}")

    def examples(self, generator: np.random.Generator, count: int) -> list[Example]:
        """Return training windows to read, of the predicted column."""
        places = generator.integers(self.windows, size=count).tolist()
        return [Example(*self._own_texts(place)) for place in places]

    def _texts(self, place: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        rows = self._sequence[place : place + self.length]
        seen = tuple(", ".join(f"{value:.4g}" for value in row) for row in rows)
        return seen, self._own_texts(place)[1]

    def _own_texts(self, place: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the inputs of the predicted column, and its targets."""
        own = self._sequence[place : place + self.ahead + self.length, 0]
        texts = tuple(f"{value:.4g}" for value in own)
        return texts[: self.length], texts[self.ahead :]
