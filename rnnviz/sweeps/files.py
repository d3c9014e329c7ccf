"""Results on disk: a row is there as soon as its run has finished, and stays whatever happens.

A CSV file grows by whole lines, each written at once; a line that a killed process left unfinished
is dropped when the file is opened again. A Parquet file can't grow, so it is written anew beside
the old one, which it then replaces: at every moment the file is complete.
"""

from __future__ import annotations

import csv
import io
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from rnnviz.fields import shown
from rnnviz.sweeps.plan import Plan
from rnnviz.sweeps.run import RESULTS, Row, row_of
from rnnviz.tasks.safe_csv import escape


class File(Protocol):
    """Rows on disk.

    Attributes
    ----------
    rows : dict
        Those of the runs that have finished, by the name of the run.
    """

    rows: dict[str, Row]

    def add(self, rows: Iterable[Row]) -> None:
        """Write more rows; `OSError` if they can't be written, and the file is then as before."""


def open_file(path: str | Path, plan: Plan) -> File:
    """Open a file for the results of a plan; what it already holds of them is not done again.

    Runs that failed are not taken over: they are tried again.

    Parameters
    ----------
    path
        Ends in `.csv` or `.parquet`.
    plan : Plan

    Raises
    ------
    ValueError
        If the file holds anything but results of this plan, which it then keeps; if its name ends
        otherwise, or there is no such folder.
    """
    path = Path(path).resolve()
    if path.suffix not in KINDS:
        raise ValueError(f"file must end in {' or '.join(KINDS)}, got {shown(path.name)}")
    if not path.parent.is_dir():
        raise ValueError(f"there is no folder for {path}")
    return KINDS[path.suffix](path, plan)


def columns(plan: Plan) -> list[str]:
    """Return the columns of the results: what is varied, the results, and all other settings."""
    settings = dict.fromkeys(name for run in plan.runs for name in run.settings)
    rest = [name for name in settings if name not in plan.varied]
    return ["run", *plan.varied, "seed", *RESULTS, *rest]


def frame(rows: Iterable[Row], names: Sequence[str]) -> pd.DataFrame:
    """Return rows as a table with these columns."""
    table = pd.DataFrame(list(rows), columns=list(names))
    return table.astype(dict.fromkeys(_COUNTS, "Int64"))


def text_of(rows: Iterable[Row], plan: Plan) -> str:
    """Return rows as the text of a CSV file, with its header."""
    names = columns(plan)
    return _lines([dict(zip(names, names, strict=True)), *rows], names)


class Csv:
    """A CSV file of results."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self._path = path
        self._names, self.rows = columns(plan), {}
        text = _text_of(path)
        whole = text[: text.rfind("\n") + 1]
        if whole or not self._header.startswith(text):
            self._names, found = _table(path, _cells(path, whole), plan)
            self.rows = _finished(path, found, plan)
        wanted = self._header + self._text(self.rows.values())
        if wanted != text:
            _replace(path, lambda new: new.write_text(wanted, encoding="utf-8"))

    def add(self, rows: Iterable[Row]) -> None:
        """Write more rows at the end."""
        new = list(rows)
        data = self._text(new).encode()
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        try:
            size = os.fstat(file).st_size
            try:
                while data:
                    data = data[os.write(file, data) :]
            except OSError:
                os.ftruncate(file, size)  # no half of a line
                raise
        finally:
            os.close(file)
        self.rows |= {row["run"]: row for row in new}

    @property
    def _header(self) -> str:
        return self._text([dict(zip(self._names, self._names, strict=True))])

    def _text(self, rows: Iterable[Row]) -> str:
        return _lines(rows, self._names)


class Parquet:
    """A Parquet file of results."""

    def __init__(self, path: Path, plan: Plan) -> None:
        self._path = path
        self._names, self.rows = columns(plan), {}
        if path.exists():
            try:
                table = pd.read_parquet(path)
            except (OSError, ValueError):  # of pyarrow, too
                raise _other(path, "it is not a Parquet file") from None
            rows = table.astype(object).where(table.notna(), None)
            self._names, found = _table(path, [list(table.columns), *rows.values.tolist()], plan)
            self.rows = _finished(path, found, plan)

    def add(self, rows: Iterable[Row]) -> None:
        """Write all rows anew, with more."""
        more = self.rows | {row["run"]: row for row in rows}
        table = frame(more.values(), self._names)
        _replace(self._path, lambda new: table.to_parquet(new, index=False))
        self.rows = more


#: What a file may end in.
KINDS: dict[str, Callable[[Path, Plan], File]] = {".csv": Csv, ".parquet": Parquet}


def _replace(path: Path, write: Callable[[Path], Any]) -> None:
    """Write a file beside an old one, and put it in its place once it is whole."""
    new = path.with_name(f".{path.name}.new")
    try:
        write(new)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except UnicodeDecodeError:
        raise _other(path, "it is not a text") from None


def _cells(path: Path, text: str) -> list[list[str]]:
    """Return the cells of a CSV file, however long: a link holds the texts of its task."""
    before = csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error:
        raise _other(path, "it is not a CSV file") from None
    finally:
        csv.field_size_limit(before)


def _other(path: Path, reason: str) -> ValueError:
    return ValueError(
        f"{path} holds something else than results of this sweep, and is left as it is: {reason}. "
        "Choose another file."
    )


def _table(
    path: Path, lines: Iterable[Sequence[Any]], plan: Plan
) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the columns of a file, in its own order, and its rows."""
    names, *rest = [list(line) for line in lines] or [[""]]
    expected = columns(plan)
    if set(names) != set(expected) or len(names) != len(expected):
        odd = sorted(map(str, set(names) ^ set(expected)))
        raise _other(path, f"its columns differ, such as {shown(odd[0] if odd else names[0])}")
    if any(len(line) != len(names) for line in rest):
        raise _other(path, "not all of its lines are equally long")
    return names, [dict(zip(names, line, strict=True)) for line in rest]


def _finished(path: Path, found: Iterable[Mapping[str, Any]], plan: Plan) -> dict[str, Row]:
    """Return the rows of runs that have finished; their settings are those of the plan."""
    runs = {run.key: run for run in plan.runs}
    rows = {}
    for given in found:
        run = runs.get(given["run"])
        if run is None:
            raise _other(path, f"a run of it, with seed {shown(given['seed'])}, is none of these")
        try:
            results = {name: _READ[name](given[name]) for name in RESULTS}
        except ValueError:
            raise _other(path, f"the run with seed {run.seed} has no valid results") from None
        if not results["error"]:
            rows[run.key] = row_of(run, results)
    return rows


def _cell(value: Any) -> Any:
    """Return a value as it is written; numbers as they are, so that they are read back exactly."""
    if isinstance(value, str):
        return escape(value)
    return "" if value is None else repr(value)


def _lines(rows: Iterable[Row], names: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return text.getvalue()


def _whole(cell: Any) -> int | None:
    return None if cell in ("", None) else int(cell)


def _number(cell: Any) -> float:
    return math.nan if cell is None else float(cell)


def _truth(cell: Any) -> bool:
    if cell not in ("True", "False", True, False):
        raise ValueError(cell)
    return cell in ("True", True)


def _words(cell: Any) -> str:
    return str(cell)


_READ: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("solved", "diverged"), _truth),
    **dict.fromkeys(("solved_at", "reach", "reach_at_start", "iterations"), _whole),
    **dict.fromkeys(("loss", "score", "seconds"), _number),
    **dict.fromkeys(("link", "error"), _words),
}
#: Columns of whole numbers of which some may be missing.
_COUNTS = ("solved_at", "reach", "reach_at_start")
