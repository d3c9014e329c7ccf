"""Dates in a text column, read only if they are unambiguous."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rnnviz.tasks.in_steps import finished

_TIME = r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?))?"
#: Year first: `2024-03-05`, `2024/3/5`, with or without a time of day.
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d\d?)\2(?P<d>\d\d?)" + _TIME)
#: Year last: `05.03.2024`, `3/5/2024`. With dots the day comes first; else a number above 12 must
#: show which is the day.
_YEAR_LAST = re.compile(r"(?P<a>\d\d?)(?P<sign>[-/.])(?P<b>\d\d?)(?P=sign)(?P<y>\d{4})" + _TIME)
_MONTHS = 12
#: How finely a date is written: to the day, the minute or the second.
Unit = Literal["D", "m", "s"]
#: Cells that are read at a time: some milliseconds.
_AT_ONCE = 500


def read_dates(cells: Sequence[str]) -> NDArray[np.datetime64] | None:
    """Return the dates in a column, to the second; None if they are not dates, or are ambiguous.

    `03/04/2024` alone is in March or in April. A column of such dates is read if some number above
    12 shows which one is the day, consistently in all rows.

    Parameters
    ----------
    cells : sequence of str, length N
        At least 1, each with a date.

    Returns
    -------
    array of datetime64[s], (N,), or None
        Each later than the one before; None if they are not in order.
    """
    return finished(reading_dates(cells))


def reading_dates(cells: Sequence[str]) -> Generator[None, None, NDArray[np.datetime64] | None]:
    """Do what `read_dates` does in small steps, and return the same at the end."""
    parts = yield from _year_first(cells)
    if parts is None:
        parts = yield from _year_last(cells)
    if not parts:
        return None
    dates = np.concatenate(parts)
    return dates if (np.diff(dates) > np.timedelta64(0)).all() else None


def unit_of(dates: NDArray[np.datetime64]) -> Unit:
    """Return how finely dates must be written: to the day, or to the minute or second of some."""
    if (dates == dates.astype("datetime64[D]")).all():
        return "D"
    return "s" if (dates != dates.astype("datetime64[m]")).any() else "m"


def date_labels(dates: NDArray[np.datetime64], unit: Unit | None = None) -> list[str]:
    """Write dates as ISO 8601 does, with the time of day where any of them has one.

    `unit` says how finely, for a part of dates that are to be written like the others.
    """
    written = dates.astype(f"datetime64[{unit or unit_of(dates)}]")
    return [str(date).replace("T", " ") for date in written]


_Parts = Generator[None, None, list[NDArray[np.datetime64]] | None]


def _year_first(cells: Sequence[str]) -> _Parts:
    return (yield from _dates(cells, _YEAR_FIRST, "m", "d"))


def _year_last(cells: Sequence[str]) -> _Parts:
    """Find out first which number is the day, then read; matches kept would cost time and room."""
    signs = set()
    first = second = 0
    for place, cell in enumerate(cells):
        if not place % _AT_ONCE:
            yield
        match = _YEAR_LAST.fullmatch(cell)
        if match is None:
            return None
        signs.add(match["sign"])
        first, second = max(first, int(match["a"])), max(second, int(match["b"]))
    if len(signs) != 1:
        return None
    day_first = signs == {"."} or first > _MONTHS
    if not day_first and second <= _MONTHS:
        return None
    day, month = ("a", "b") if day_first else ("b", "a")
    return (yield from _dates(cells, _YEAR_LAST, month, day))


def _dates(cells: Sequence[str], pattern: re.Pattern[str], month: str, day: str) -> _Parts:
    """Make dates of cells, some at a time; None where one is written otherwise, or is none."""
    parts = []
    for start in range(0, len(cells), _AT_ONCE):
        yield
        found = [pattern.fullmatch(cell) for cell in cells[start : start + _AT_ONCE]]
        written = [_iso(each["y"], each[month], each[day], each["time"]) for each in found if each]
        if len(written) < len(found):
            return None
        try:
            parts.append(np.array(written, dtype="datetime64[s]"))
        except ValueError:  # such as the 30th of February
            return None
    return parts


def _iso(year: str, month: str, day: str, time: str | None) -> str:
    return f"{year}-{month:0>2}-{day:0>2}" + (f"T{time}" if time else "")
