"""The next value of a series of one's own, or the value some rows later."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field, shown
from rnnviz.numbers import number
from rnnviz.tasks import memoryless, table
from rnnviz.tasks.column import HOLDOUT, Column, column_fields
from rnnviz.tasks.task import Baseline, Batch, Loss, Measure

#: A series of our own: how many people came to an imaginary gym, day by day.
SAMPLE_SERIES = Path(__file__).with_name("sample_series.csv").read_text(encoding="utf-8")


@dataclass(frozen=True)
class NextValue(Column):
    """See a window of a series of numbers, say the value some rows later.

    What the network sees and says is scaled: less the mean, divided by the standard deviation,
    both of the training part alone. Errors are in these units, squared. Every step of a window is
    scored; among held-out ones, those whose target is held out.

    Parameters
    ----------
    csv
        CSV text of 1..5,000,000 characters.
    column
        Name of a column of numbers; empty for the first one.
    gaps
        `dropped`, or `filled` on a straight line between the neighbours.
    length
        Number of rows T that the network sees, 1..200.
    ahead
        How many rows later, 1..100.
    holdout
        Share of the values, the last ones, that is never trained, 0..0.5.

    Raises
    ------
    ValueError
        If the text or a setting is not allowed; says in which row.
    """

    csv: str = SAMPLE_SERIES
    column: str = ""
    gaps: table.Gaps = "dropped"
    length: int = 14
    ahead: int = 1
    holdout: float = 0.2

    key: ClassVar[str] = "values"
    title: ClassVar[str] = "Own series"
    teaches: ClassVar[str] = (
        "A network may fit what it was trained on better than what comes later: compare with the "
        "score on what was held out."
    )
    usual: ClassVar[str] = "the first column of numbers"
    difficulty: ClassVar[str] = "ahead"
    fields: ClassVar[tuple[Field, ...]] = (
        *column_fields(SAMPLE_SERIES, 14, "numbers", "first one"),
        Field("ahead", "Rows ahead", int, 1, "How many rows later the value is to be said.",
              low=1, high=100, short="ahead"),
        HOLDOUT,
    )  # fmt: skip

    @property
    def loss(self) -> Loss:
        """The targets are numbers."""
        return "squared_error"

    @property
    def measure(self) -> Measure:
        """How a score is to be read."""
        return "error"

    @property
    def solved(self) -> float:
        """Half the error of a model without memory: no bound is known for data of one's own."""
        return 0.5 * self.memoryless

    @cached_property
    def memoryless(self) -> float:
        """Least error of a function of the present value, on the evaluation windows."""
        return memoryless.least_error(self._evaluation)

    @property
    def input_size(self) -> int:
        """One number."""
        return 1

    @property
    def input_names(self) -> tuple[str, ...]:
        """The column."""
        return (self.chosen,)

    @property
    def output_labels(self) -> tuple[str, ...]:
        """The column, later."""
        return (f"next {self.chosen}",)

    @property
    def description(self) -> str:
        """What comes in, what is to be said, and what was done to the data."""
        rows = "row" if self.ahead == 1 else "rows"
        return (
            f"{self.length} values of {shown(self.chosen)} come in; at each step the network "
            f"predicts the value {self.ahead} {rows} later. It sees values scaled by the training "
            f"part: mean {number(self.mean, 4)} becomes 0, standard deviation "
            f"{number(self.deviation, 4)} becomes 1."
            f"{self._sentences}"
        )

    @property
    def scale(self) -> tuple[float, float]:
        """Mean and standard deviation of the training part."""
        return self.mean, self.deviation

    @cached_property
    def mean(self) -> float:
        """Mean of the training part."""
        return float(self._sequence[: self.trained].mean())

    @cached_property
    def deviation(self) -> float:
        """Standard deviation of the training part; 1 if that is constant."""
        part = self._sequence[: self.trained]
        spread = float(part.std())
        return spread if spread > 1e-12 * np.abs(part).max() else 1.0

    def unscale(self, scaled: NDArray[np.floating] | float) -> NDArray[np.float64]:
        """Return values as they stand in the file for values as the network sees or says them."""
        return np.asarray(scaled, dtype=np.float64) * self.deviation + self.mean

    def baseline(self) -> Baseline:
        """Return the score of always saying the mean, as it stands in the file."""
        scaled = Baseline.mean(self._evaluation)
        mean = float(self.unscale(np.asarray(self._evaluation.y, dtype=np.float64).mean()))
        return Baseline(number(mean, 4), scaled.score, "error", self.deviation)

    def symbols(self) -> pd.DataFrame:
        """Return an empty table: there are numbers, no symbols."""
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
            Which value each last step asks for, counted from 1.
        values : array, (N,)
            Those values, as they stand in the file.
        batch : Batch
            The windows, (T, N, 1).
        """
        first = np.arange(max(0, self._all_windows - most), self._all_windows)
        asked = first + self.length + self.ahead - 1
        return asked + 1, self._sequence[asked], self._batch(first)

    def _usual_column(self) -> str:
        for name in self._table.names:
            if table.is_numeric(self._table, name):
                return name
        # No column is all numbers: let the last one, most likely meant, say what is wrong with it.
        return self._table.names[-1]

    @cached_property
    def _read(self) -> tuple[NDArray[np.float64], table.Gap]:
        return table.numbers(self._table, self.chosen, self.gaps)

    @cached_property
    def _scaled(self) -> NDArray[np.float64]:
        scaled: NDArray[np.float64] = (self._sequence - self.mean) / self.deviation
        return scaled

    def _batch(self, places: NDArray[np.int64]) -> Batch:
        seen = self._steps + places
        x, y = self._scaled.take(seen), self._scaled.take(seen + self.ahead)
        return Batch(x[:, :, None], y[:, :, None], None)

    def _texts(self, place: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        texts = tuple(
            f"{value:.4g}" for value in self._sequence[place : place + self.ahead + self.length]
        )
        return texts[: self.length], texts[self.ahead :]
