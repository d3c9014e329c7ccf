"""Tasks from a CSV file of one's own: the next value of a series, or the next label."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field, check_settings, shown
from rnnviz.tasks import memoryless, table
from rnnviz.tasks.task import (
    Baseline,
    Batch,
    Loss,
    Measure,
    Probe,
    check_index,
    read_only,
)
from rnnviz.tasks.vocabulary import Vocabulary

_HERE = Path(__file__)

#: A series of our own: how many people came to an imaginary gym, day by day.
SAMPLE_SERIES = _HERE.with_name("sample_series.csv").read_text(encoding="utf-8")

#: Labels of our own: the weather of an imaginary town, day by day.
SAMPLE_LABELS = _HERE.with_name("sample_labels.csv").read_text(encoding="utf-8")

MOST_LABELS = 500

_MOST_EVALUATED = 500
_EVALUATED_NUMBERS = 1_000_000  # 8 MB of inputs
_MOST_PROBES = 100


def _fields(csv: str, length: int, what: str, usual: str) -> tuple[Field, ...]:
    """Return the settings that both kinds of columns have."""
    return (
        Field("csv", "CSV", str, csv, "Names of columns in the first row, then a row for each step "
              "in time. At most 5 MB in UTF-8.", low=1, high=table.MOST_BYTES, short="csv"),
        Field("column", "Column", str, "", f"Name of the column of {what}; empty for the {usual}.",
              low=0, high=40, short="col"),
        Field("gaps", "Gaps are", str, "dropped",
              "What happens to rows without a value: they are left out, or filled from what stands "
              "beside them.", choices=("dropped", "filled"), short="gaps"),
        Field("length", "Window", int, length,
              "How many rows the network sees before the one that is asked for.",
              low=1, high=200, short="len"),
    )  # fmt: skip


_HOLDOUT = Field(
    "holdout", "Held out", float, 0.2,
    "Share at the end of the data that is never trained and tells how well the future is foreseen.",
    low=0.0, high=0.5, short="held",
)  # fmt: skip


class _Windows:
    """What both tasks share: windows of a long sequence, the last ones of which are held out."""

    fields: ClassVar[tuple[Field, ...]]
    csv: str
    column: str
    gaps: table.Gaps
    length: int
    holdout: float
    #: Rows from the last one seen to the one that is asked for.
    ahead: int = 1

    def __post_init__(self) -> None:
        check_settings(self, self.fields)
        found = len(self._sequence)
        if found < self.length + self.ahead + 1:
            raise ValueError(
                f"column {shown(self.chosen)} must have at least "
                f"{self.length + self.ahead + 1} values "
                f"for a window of {self.length}, got {found}"
            )

    @cached_property
    def chosen(self) -> str:
        """Name of the column that is learned."""
        return self.column or self._usual_column()

    @property
    def windows(self) -> int:
        """Number of windows that are trained; none of them touches a value held out."""
        return self._training - self.length - self.ahead + 1

    @property
    def _training(self) -> int:
        """Number of values that are not held out; at least one window must be left."""
        held_out = int(self.holdout * len(self._sequence))
        return max(len(self._sequence) - held_out, self.length + self.ahead)

    @property
    def _all_windows(self) -> int:
        return len(self._sequence) - self.length - self.ahead + 1

    @property
    def scale(self) -> tuple[float, float]:
        """Nothing is scaled."""
        return 0.0, 1.0

    @property
    def embedding_size(self) -> None:
        """None: inputs are not looked up."""
        return None

    @property
    def gap(self) -> table.Gap:
        """Which rows have no value, and what was done about them."""
        return self._read[1]

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw windows from random places of the part that is trained."""
        return self._batch(generator.integers(self.windows, size=batch_size))

    def knowable(self, batch: Batch) -> NDArray[np.bool_] | None:
        """Return all scored steps: which of them can be known, data do not tell."""
        return batch.mask

    def evaluation(self) -> Batch:
        """Return up to 500 trained windows, evenly spread; read-only."""
        return self._evaluation

    def held_out(self) -> Batch | None:
        """Return up to 500 windows whose target is held out, evenly spread; read-only."""
        return self._held_out

    @cached_property
    def probe_names(self) -> tuple[str, ...]:
        """Up to 100 windows by their place in the data, also held-out ones."""
        return tuple(
            f"from value {place + 1}" + (" (held out)" if place >= self.windows else "")
            for place in self._probed.tolist()
        )

    def probe(self, index: int) -> Probe:
        """Return one of the probes named in `probe_names`."""
        check_index("probe", index, len(self.probe_names))
        place = int(self._probed[index])
        seen, target = self._texts(place)
        batch = self._batch(np.array([place]))
        targets = (*[""] * (self.length - 1), target)
        return Probe(self.probe_names[index], batch, seen, targets)

    @property
    def _sentences(self) -> str:
        held_out = len(self._sequence) - self._training
        split = f" The last {held_out:,} values are held out." if held_out > 1 else ""
        gap = self.gap.sentence()
        return split + (f" {gap}" if gap else "")

    @property
    def _table(self) -> table.Table:
        return table.read_table(self.csv)

    @cached_property
    def _probed(self) -> NDArray[np.int64]:
        return _spread(_MOST_PROBES, 0, self._all_windows)

    @cached_property
    def _evaluation(self) -> Batch:
        return read_only(self._batch(_spread(self._affordable, 0, self.windows)))

    @cached_property
    def _held_out(self) -> Batch | None:
        # A step is held out if its target is, whatever it sees.
        places = _spread(self._affordable, self.windows, self._all_windows)
        if not len(places):
            return None
        batch = self._batch(places)
        late: NDArray[np.bool_] = self._steps + places + self.ahead >= self._training
        return read_only(Batch(batch.x, batch.y, late if batch.mask is None else batch.mask & late))

    @property
    def _affordable(self) -> int:
        numbers = self.length * self.input_size
        return min(_MOST_EVALUATED, max(16, _EVALUATED_NUMBERS // numbers))

    @property
    def input_size(self) -> int:
        """Number of inputs."""
        raise NotImplementedError

    @cached_property
    def _steps(self) -> NDArray[np.int64]:
        return np.arange(self.length)[:, None]

    @property
    def _sequence(self) -> Any:
        return self._read[0]

    @property
    def _read(self) -> tuple[Any, table.Gap]:
        raise NotImplementedError

    def _usual_column(self) -> str:
        raise NotImplementedError

    def _batch(self, places: NDArray[np.int64]) -> Batch:
        raise NotImplementedError

    def _texts(self, place: int) -> tuple[tuple[str, ...], str]:
        raise NotImplementedError


@dataclass(frozen=True)
class NextValue(_Windows):
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
        "Past data are fitted more closely than the future is foreseen: look at the score on what "
        "was held out."
    )
    difficulty: ClassVar[str] = "ahead"
    fields: ClassVar[tuple[Field, ...]] = (
        *_fields(SAMPLE_SERIES, 14, "numbers", "first one"),
        Field("ahead", "Rows ahead", int, 1, "How many rows later the value is to be said.",
              low=1, high=100, short="ahead"),
        _HOLDOUT,
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
            f"{self.length} values of {shown(self.chosen)} come in; at each step the network says "
            f"the value {self.ahead} {rows} later. It sees values scaled by the training part: "
            f"mean {self.mean:.4g} becomes 0, standard deviation {self.deviation:.4g} becomes 1."
            f"{self._sentences}"
        )

    @property
    def scale(self) -> tuple[float, float]:
        """Mean and standard deviation of the training part."""
        return self.mean, self.deviation

    @cached_property
    def mean(self) -> float:
        """Mean of the training part."""
        return float(self._sequence[: self._training].mean())

    @cached_property
    def deviation(self) -> float:
        """Standard deviation of the training part; 1 if that is constant."""
        part = self._sequence[: self._training]
        spread = float(part.std())
        return spread if spread > 1e-12 * np.abs(part).max() else 1.0

    def unscale(self, scaled: NDArray[np.floating] | float) -> NDArray[np.float64]:
        """Return values as they stand in the file for values as the network sees or says them."""
        return np.asarray(scaled, dtype=np.float64) * self.deviation + self.mean

    def baseline(self) -> Baseline:
        """Return the score of always saying the mean, as it stands in the file."""
        scaled = Baseline.mean(self._evaluation)
        mean = float(self.unscale(np.asarray(self._evaluation.y, dtype=np.float64).mean()))
        return Baseline(f"{mean:.4g}", scaled.score, "error", self.deviation)

    def symbols(self) -> pd.DataFrame:
        """Return an empty table: there are numbers, no symbols."""
        return pd.DataFrame({"symbol": [], "integer": [], "count": []})

    def examples(self, generator: np.random.Generator, count: int) -> pd.DataFrame:
        """Return windows as numbers of the file, and the target of the last step."""
        places = generator.integers(self.windows, size=count)
        steps = np.append(np.arange(self.length), self.length + self.ahead - 1)
        columns = [*map(str, range(1, self.length + 1)), "target"]
        return pd.DataFrame(self._sequence[places[:, None] + steps], columns=columns)

    def probe(self, index: int) -> Probe:
        """Return one of the probes named in `probe_names`; all steps have a target."""
        probe = super().probe(index)
        place = int(self._probed[index]) + self.ahead
        targets = tuple(f"{value:.4g}" for value in self._sequence[place : place + self.length])
        return Probe(probe.name, probe.batch, probe.input_labels, targets)

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

    @property
    def trained(self) -> int:
        """Number of values, the first ones, that are not held out."""
        return self._training

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

    def _texts(self, place: int) -> tuple[tuple[str, ...], str]:
        seen = self._sequence[place : place + self.length]
        return tuple(f"{value:.4g}" for value in seen), ""


@dataclass(frozen=True)
class NextLabel(_Windows):
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
        "How much of what comes next lies in what came before, in data of your own."
    )
    difficulty: ClassVar[str] = "length"
    fields: ClassVar[tuple[Field, ...]] = (
        *_fields(SAMPLE_LABELS, 6, "labels", "last one"),
        _HOLDOUT,
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
            f"{self.length} labels of {shown(self.chosen)} in a row come in; the network says "
            f"which one is next. There are {len(self._sequence):,}, {len(self.vocabulary)} of them "
            "different."
            f"{self._sentences}"
        )

    def baseline(self) -> Baseline:
        """Return the score of always saying the label that comes next most often."""
        return Baseline.commonest(self._evaluation, self.output_labels)

    def symbols(self) -> pd.DataFrame:
        """Return `symbol`, `integer`, and `count` in the column."""
        size = len(self.vocabulary)
        counts = np.bincount(self._codes, minlength=size)
        return pd.DataFrame(
            {"symbol": self.vocabulary.labels, "integer": np.arange(size), "count": counts}
        )

    def examples(self, generator: np.random.Generator, count: int) -> pd.DataFrame:
        """Return windows to read: a column for each label seen, and the next."""
        places = generator.integers(self.windows, size=count).tolist()
        rows = [self._sequence[place : place + self.length + 1] for place in places]
        return pd.DataFrame(rows, columns=[*map(str, range(1, self.length + 1)), "next"])

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
        mask = np.zeros(seen.shape, dtype=bool)
        mask[-1] = True
        x = self.vocabulary.one_hot(self._codes.take(seen))
        return Batch(x, self._codes.take(seen + 1), mask)

    def _texts(self, place: int) -> tuple[tuple[str, ...], str]:
        *seen, following = self._sequence[place : place + self.length + 1]
        return tuple(seen), following


def _spread(most: int, start: int, stop: int) -> NDArray[np.int64]:
    """Return up to `most` places, evenly spread from `start` up to before `stop`."""
    count = min(most, stop - start)
    return start + np.arange(count) * (stop - start) // max(count, 1)
