"""What the tasks share that learn a column of the user's own CSV file."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, ClassVar

from rnnviz.fields import Field, shown
from rnnviz.tasks import table
from rnnviz.tasks.csv_text import read_table, reading
from rnnviz.tasks.text_file import MOST_BYTES
from rnnviz.tasks.windows import Windows


class Column(Windows):
    """Base of tasks on windows of a column; the share `holdout` at its end is held out.

    Parameters
    ----------
    csv
        CSV text of 1..5,000,000 characters.
    column
        Name of the column; empty for the default one.
    gaps
        What happens to rows without a value: `dropped` or `filled`.
    """

    #: Which column is learned if none is chosen, in words.
    usual: ClassVar[str]

    csv: str
    column: str
    gaps: table.Gaps

    def __post_init__(self) -> None:
        super().__post_init__()
        if self._all_windows < 2:
            least = self.length + self.ahead + 1
            raise ValueError(
                f"column {shown(self.chosen)} must have at least {least} values "
                f"for a window of {self.length}, got {self._size}"
            )

    @classmethod
    def preparing(cls, settings: Mapping[str, Any]) -> Iterator[None]:
        """Read the table that the settings name in small steps; making the task is then quick."""
        text = settings.get("csv")
        if isinstance(text, str):
            yield from reading(text)

    @cached_property
    def chosen(self) -> str:
        """Name of the column that is learned."""
        return self.column or self._usual_column()

    @property
    def windows(self) -> int:
        """Number of windows used for training, at least 1; none contains a held-out value."""
        return max(1, self._all_windows - int(self.holdout * self._size))

    @property
    def gap(self) -> table.Gap:
        """Which rows have no value, and what was done about them."""
        return self._read[1]

    @abstractmethod
    def _usual_column(self) -> str:
        """Return the name of the column that is learned by default."""

    @property
    @abstractmethod
    def _read(self) -> tuple[Any, table.Gap]:
        """The values of the column, and its gaps."""

    @property
    def _sequence(self) -> Any:
        return self._read[0]

    @property
    def _size(self) -> int:
        return len(self._sequence)

    @property
    def _table(self) -> table.Table:
        return read_table(self.csv)

    @property
    def _sentences(self) -> str:
        """What is held out, and which values are missing: the end of a description."""
        held_out = self._size - self.trained
        split = f" The last {held_out:,} values are held out." if held_out > 1 else ""
        gap = self.gap.sentence()
        return split + (f" {gap}" if gap else "")

    def _name(self, place: int) -> str:
        return f"from value {place + 1}"


def csv_fields(csv: str, column: str, what: str, usual: str) -> tuple[Field, ...]:
    """Return the settings of the text and of the column in it, with their defaults."""
    return (
        Field("csv", "CSV", str, csv, "Column names in the first row, then one row per time step. "
              "At most 5 MB in UTF-8.", low=1, high=MOST_BYTES, short="csv"),
        Field("column", "Column", str, column,
              f"Name of the column of {what}; empty for the {usual}.",
              low=0, high=40, short="col"),
    )  # fmt: skip


def window_fields(gaps: str, length: int) -> tuple[Field, ...]:
    """Return the settings of how windows are cut from the column, with their defaults."""
    return (
        Field("gaps", "Gaps are", str, gaps,
              "What happens to rows without a value: they are left out, or filled in from their "
              "neighbours.", choices=("dropped", "filled"), short="gaps"),
        Field("length", "Window", int, length,
              "How many rows the network sees before the one that it must predict.",
              low=1, high=200, short="len"),
    )  # fmt: skip


def holdout_field(holdout: float) -> Field:
    """Return the setting of what is held out, with its default."""
    return Field(
        "holdout", "Held out", float, holdout,
        "Share of the data, at its end, that is never used for training. It measures how well the "
        "network predicts what it has not seen.",
        low=0.0, high=0.5, short="held",
    )  # fmt: skip
