"""CSV text that users upload: read in small steps into a `Table`, or clearly refused.

Rows are counted as in a spreadsheet: the column names are row 1. Only `ValueError` is raised.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from rnnviz.fields import shown
from rnnviz.tasks.in_steps import Reader
from rnnviz.tasks.table import ROWS_AT_ONCE, Table
from rnnviz.tasks.text_file import MOST_BYTES
from rnnviz.tasks.vocabulary import check_label

MOST_COLUMNS = 100
LONGEST_CELL = 1_000


@dataclass(frozen=True)
class Glance:
    """What a page shows of a table: little, however large the table is.

    Parameters
    ----------
    text
        The text that it was read from.
    names
        Column names; none if the text cannot be read.
    rows
        Number of rows.
    first
        The first cells of each column.
    """

    text: str
    names: tuple[str, ...] = ()
    rows: int = 0
    first: tuple[tuple[str, ...], ...] = ()


def glance(text: str, count: int) -> Glance:
    """Read CSV text, and return what a page shows of it, with this many of its first rows."""
    try:
        table = read_table(text)
    except ValueError:
        return Glance(text)  # `make_task` will say what is wrong.
    first = tuple(column[:count] for column in table.columns)
    return Glance(text, table.names, len(table.rows), first)


def read_table(text: str) -> Table:
    """Read CSV text: names in the first row, separated by comma, semicolon, tab or bar.

    Empty lines are skipped, but count as gaps if there is only one column. Reading the same text
    again comes from a cache, also if it was refused.

    Raises
    ------
    ValueError
        If it is malformed; says in which row.
    """
    return READER.get(text)


def reading(text: str) -> Iterator[None]:
    """Read CSV text in small steps; `read_table` then returns or refuses it at once."""
    yield from READER.prepare(text)


def _read(text: str) -> Generator[None, None, Table]:
    if len(text) > MOST_BYTES:
        raise ValueError(f"CSV text must have at most {MOST_BYTES:,} characters, got {len(text):,}")
    separator = _separator(text)
    names: tuple[str, ...] | None = None
    # Column by column: a list for each of a million rows would take twice as long.
    columns: list[list[str]] = []
    rows: list[int] = []
    blank: list[int] = []
    shared: dict[str, str] = {}  # equal cells are stored once
    for row, line in _lines(text, separator):
        if not row % ROWS_AT_ONCE:
            yield
        if not line:
            blank.append(row)
            continue
        if names is None:
            names = _names(line)
            columns = [[] for _ in names]
            blank = []
            continue
        if len(names) == 1 and blank:  # a gap in the only column, but not at the end
            columns[0] += [""] * len(blank)
            rows += blank
        blank = []
        if len(line) != len(names):
            raise ValueError(
                f"each row must have {len(names)} cells, as many as there are names in row 1, "
                f"got {len(line)} in row {row}"
            )
        for cell, column in zip(line, columns, strict=True):
            column.append(shared.setdefault(cell, cell))
        rows.append(row)
    if names is None:
        raise ValueError("CSV text must have a row of names and rows of values, got nothing")
    if len(rows) < 2:
        raise ValueError(
            f"CSV text must have at least 2 rows of values below the names, got {len(rows)}"
        )
    return Table(names, tuple(map(tuple, columns)), tuple(rows), separator == ";")


#: A table of 5 MB takes up to 100 MB.
READER = Reader(_read, most=2)


def _separator(text: str) -> str:
    """Return the separator that is most frequent in the first row, outside quotes."""
    # The rest, which may be long, is not split into lines for it.
    first = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")
    bare = "".join(first.split('"')[::2])
    return max(",;\t|", key=bare.count)


def _lines(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows as lists of stripped cells, empty for an empty line, with their numbers."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 0
    try:
        for line in reader:
            row += 1
            trimmed = [cell.strip() for cell in line]
            if not any(trimmed) and len(trimmed) < 2:
                yield row, []
                continue
            if len(trimmed) > MOST_COLUMNS:
                raise ValueError(
                    f"CSV text must have at most {MOST_COLUMNS} columns, "
                    f"got {len(trimmed):,} in row {row}"
                )
            longest = max(map(len, trimmed))
            if longest > LONGEST_CELL:
                raise ValueError(
                    f"each cell must have at most {LONGEST_CELL:,} characters, "
                    f"got {longest:,} in row {row}"
                )
            yield row, trimmed
    except csv.Error as problem:
        raise ValueError(f"row {row + 1} cannot be read as CSV: {problem}") from None


def _names(line: Sequence[str]) -> tuple[str, ...]:
    """Check the column names; a column without a name is named by its position."""
    names = [
        check_label(name, f"the name of column {place}") if name else f"column {place}"
        for place, name in enumerate(line, 1)
    ]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise ValueError(f"the names of columns must all be different, got {shown(name)} twice")
    return tuple(names)
