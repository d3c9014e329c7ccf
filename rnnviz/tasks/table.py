"""Tables that users upload: from the cells of a column to numbers, labels or dates.

What cannot be read is refused in a sentence, as a `ValueError`. Rows are counted as in a
spreadsheet: the column names are row 1.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import shown
from rnnviz.tasks.dates import reading_dates
from rnnviz.tasks.in_steps import finished
from rnnviz.tasks.vocabulary import check_label

LEAST_SPREAD = 1e-30
#: Rows that are read at a time: some milliseconds, unless they are very long.
ROWS_AT_ONCE = 2_000

Gaps = Literal["dropped", "filled"]

#: What a cell without a value may contain, in small letters.
_EMPTY = frozenset(("", "na", "n/a", "nan", "null", "none", "-", "?"))


@dataclass(frozen=True)
class Table:
    """The cells of a CSV file, as text.

    Parameters
    ----------
    names : tuple of str
        Names of the columns, all different.
    columns : tuple of tuple of str
        The cells of each column, stripped of blanks, all equally many.
    rows : tuple of int
        The row of the file from which each of them comes.
    comma
        Whether numbers have a decimal comma, as they do if columns are separated by `;`.
    known : dict
        Cache: the columns read as numbers so far, (rows,), or why they could not be read.
    labelled : dict
        The columns that were read as labels so far, by what happened to gaps, or why they could
        not be.
    dated : dict
        Of each column that was looked at so far: its dates, (rows,), or None if it has none.
    """

    names: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]
    comma: bool
    known: dict[str, NDArray[np.float64] | str] = field(
        default_factory=dict, compare=False, repr=False
    )
    labelled: dict[tuple[str, Gaps], Labels | str] = field(
        default_factory=dict, compare=False, repr=False
    )
    dated: dict[str, NDArray[np.datetime64] | None] = field(
        default_factory=dict, compare=False, repr=False
    )

    def column(self, name: str) -> tuple[str, ...]:
        """Return the cells of a column.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        if name not in self.names:
            known = ", ".join(map(shown, self.names[:10])) + (
                ", ..." if len(self.names) > 10 else ""
            )
            raise ValueError(f"column must be one of {known}, got {shown(name)}")
        return self.columns[self.names.index(name)]


@dataclass(frozen=True)
class Gap:
    """Missing values of a column.

    Parameters
    ----------
    rows : tuple of int
        Rows of the file without a value.
    how
        What was done about them.
    """

    rows: tuple[int, ...]
    how: Gaps

    def sentence(self) -> str:
        """Say which rows have no value and what was done about it; "" if all have one."""
        if not self.rows:
            return ""
        some = ", ".join(map(str, self.rows[:10])) + (", ..." if len(self.rows) > 10 else "")
        if len(self.rows) == 1:
            return f"Row {some} has no value and was {self.how}."
        return f"{len(self.rows):,} rows have no value and were {self.how}: {some}."


def is_numeric(table: Table, name: str) -> bool:
    """Tell whether a column holds numbers: at least one, and otherwise only gaps."""
    known = table.known.get(name)
    if isinstance(known, np.ndarray):
        return not np.isnan(known).all()
    # One after the other: mostly the first cell that is filled tells that it is no number.
    filled = (cell for cell in table.column(name) if cell.lower() not in _EMPTY)
    are_numbers = [_number(cell, table.comma) is not None for cell in islice(filled, 1)]
    return are_numbers == [True] and all(_number(cell, table.comma) is not None for cell in filled)


@dataclass(frozen=True)
class Numbers:
    """Columns of numbers.

    Parameters
    ----------
    values : array, (N, C)
        C columns, in the units of the file.
    places : array of int, (N,)
        The row of the table that each of them comes from, counted from 0.
    gap
        Rows in which a column has no value.
    """

    values: NDArray[np.float64]
    places: NDArray[np.int64]
    gap: Gap


def numbers(table: Table, names: Sequence[str], gaps: Gaps) -> Numbers:
    """Return the numbers of some columns, row by row.

    A row in which any of them has no value is dropped, or filled by linear interpolation between
    its neighbours, each column separately.

    Raises
    ------
    ValueError
        If a cell holds something else or an infinity, or all numbers of a column are equal
        (differences of a part in 10^12, or below 1e-30, are rounding), or no row is complete.
    """
    columns = np.stack([_numbers_of(table, name) for name in names], axis=1)
    missing = np.isnan(columns)
    incomplete = missing.any(axis=1)
    gap = Gap(tuple(np.array(table.rows)[incomplete].tolist()), gaps)
    places = np.arange(len(columns))
    if gaps == "dropped":
        complete = places[~incomplete]
        if not len(complete):
            raise ValueError(
                f"the columns {', '.join(map(shown, names))} must have a row in which "
                "each has a value, got none"
            )
        for name, column in zip(names, columns[complete].T, strict=True):
            _check_spread(name, column)
        return Numbers(columns[complete], complete, gap)
    filled = [
        np.interp(places, places[~empty], column[~empty])
        for column, empty in zip(columns.T, missing.T, strict=True)
    ]
    return Numbers(np.stack(filled, axis=1), places, gap)


def dates(table: Table) -> NDArray[np.datetime64] | None:
    """Return the dates (rows,) of the first column that holds only dates; None without one.

    Each must be later than the one before, as `read_dates` says.
    """
    return finished(looking_for_dates(table))


def looking_for_dates(table: Table) -> Generator[None, None, NDArray[np.datetime64] | None]:
    """Do what `dates` does in small steps; what was read is known from then on."""
    for name, column in zip(table.names, table.columns, strict=True):
        if name not in table.dated:
            table.dated[name] = yield from reading_dates(column)
        found = table.dated[name]
        if found is not None:
            return found
    return None


def _check_spread(name: str, known: NDArray[np.float64]) -> None:
    if not len(known) or np.ptp(known) <= max(LEAST_SPREAD, 1e-12 * np.abs(known).max()):
        raise ValueError(
            f"column {shown(name)} must hold at least 2 different numbers, "
            + (f"got {known[0]:g} throughout" if len(known) else "got none")
        )


def _numbers_of(table: Table, name: str) -> NDArray[np.float64]:
    """Return the numbers of a column (rows,), NaN where it has none."""
    for _ in reading_numbers(table, name):
        pass
    known = table.known[name]
    if isinstance(known, str):
        raise ValueError(known)
    _check_spread(name, known[~np.isnan(known)])
    return known


def reading_numbers(table: Table, name: str) -> Iterator[None]:
    """Read a column as numbers in small steps, unless it is cached.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    cells = table.column(name)
    if name in table.known:
        return
    values = np.full(len(table.rows), math.nan)
    for place, (cell, row) in enumerate(zip(cells, table.rows, strict=True)):
        if not place % ROWS_AT_ONCE:
            yield
        if cell.lower() in _EMPTY:
            continue
        value = _number(cell, table.comma)
        if value is None or not abs(value) <= 1e30:
            table.known[name] = (
                f"column {shown(name)} must hold numbers from -1e30 to 1e30, "
                f"got {shown(cell)} in row {row}"
            )
            return
        values[place] = value
    values.flags.writeable = False
    table.known[name] = values


@dataclass(frozen=True)
class Labels:
    """A column of labels.

    Parameters
    ----------
    values : tuple of str
        In their order.
    codes : array of int, (N,)
        Which of the distinct ones each of them is.
    distinct : tuple of str
        In the order of their first appearance.
    gap
        Rows without a label.
    """

    values: tuple[str, ...]
    codes: NDArray[np.int64]
    distinct: tuple[str, ...]
    gap: Gap


def labels(table: Table, name: str, gaps: Gaps) -> Labels:
    """Return the labels of a column; gaps are dropped, or filled with the label before them.

    Gaps before the first label are dropped in any case.

    Raises
    ------
    ValueError
        If a cell is not a label.
    """
    for _ in reading_labels(table, name, gaps):
        pass
    known = table.labelled[name, gaps]
    if isinstance(known, str):
        raise ValueError(known)
    return known


def reading_labels(table: Table, name: str, gaps: Gaps) -> Iterator[None]:
    """Read a column as labels in small steps, unless it is known.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    cells = table.column(name)
    if (name, gaps) in table.labelled:
        return
    found: list[str] = []
    codes = array("q")
    missing: list[int] = []
    known: dict[str, tuple[str, int]] = {}  # by cell
    integers: dict[str, int] = {}
    for place, (cell, row) in enumerate(zip(cells, table.rows, strict=True)):
        if not place % ROWS_AT_ONCE:
            yield
        if not cell:
            missing.append(row)
            if gaps == "filled" and found:
                found.append(found[-1])
                codes.append(codes[-1])
            continue
        if cell not in known:
            try:
                label = check_label(cell, f"the label in row {row} of column {shown(name)}")
            except ValueError as refused:
                table.labelled[name, gaps] = str(refused)
                return
            known[cell] = label, integers.setdefault(label, len(integers))
        label, code = known[cell]
        found.append(label)
        codes.append(code)
    table.labelled[name, gaps] = Labels(
        tuple(found), np.array(codes, np.int64), tuple(integers), Gap(tuple(missing), gaps)
    )


def _number(cell: str, comma: bool) -> float | None:
    """Return the number in a cell, possibly infinite, or None if it holds none."""
    plain = cell.replace(",", ".") if comma and cell.count(",") == 1 else cell
    if "_" in plain:
        return None  # Python reads 1_000 as a number; nobody else does
    try:
        return float(plain)
    except ValueError:
        return None
