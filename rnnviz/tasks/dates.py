"""Dates in a text column, read only if they are unambiguous."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_TIME = r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?))?"
#: Year first: `2024-03-05`, `2024/3/5`, with or without a time of day.
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})([-/.])(?P<m>\d\d?)\2(?P<d>\d\d?)" + _TIME)
#: Year last: `05.03.2024`, `3/5/2024`. With dots the day comes first; else a number above 12 must
#: show which is the day.
_YEAR_LAST = re.compile(r"(?P<a>\d\d?)(?P<sign>[-/.])(?P<b>\d\d?)(?P=sign)(?P<y>\d{4})" + _TIME)
_MONTHS = 12


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
    written = _year_first(cells)
    if written is None:
        written = _year_last(cells)
    if written is None:
        return None
    try:
        dates = np.array(written, dtype="datetime64[s]")
    except ValueError:  # such as the 30th of February
        return None
    return dates if (np.diff(dates) > np.timedelta64(0)).all() else None


def date_labels(dates: NDArray[np.datetime64]) -> list[str]:
    """Write dates as ISO 8601 does, with the time of day where any of them has one."""
    whole_days = (dates == dates.astype("datetime64[D]")).all()
    unit = "D" if whole_days else "s" if (dates != dates.astype("datetime64[m]")).any() else "m"
    return [str(date).replace("T", " ") for date in dates.astype(f"datetime64[{unit}]")]


def _year_first(cells: Sequence[str]) -> list[str] | None:
    found = _matches(_YEAR_FIRST, cells)
    if found is None:
        return None
    return [_iso(each["y"], each["m"], each["d"], each["time"]) for each in found]


def _year_last(cells: Sequence[str]) -> list[str] | None:
    found = _matches(_YEAR_LAST, cells)
    if found is None or len({each["sign"] for each in found}) > 1:
        return None
    first, second = (max(int(each[name]) for each in found) for name in "ab")
    day_first = found[0]["sign"] == "." or first > _MONTHS
    if not day_first and second <= _MONTHS:
        return None
    day, month = ("a", "b") if day_first else ("b", "a")
    return [_iso(each["y"], each[month], each[day], each["time"]) for each in found]


def _matches(pattern: re.Pattern[str], cells: Sequence[str]) -> list[re.Match[str]] | None:
    found = []
    for cell in cells:
        match = pattern.fullmatch(cell)
        if match is None:
            return None
        found.append(match)
    return found or None


def _iso(year: str, month: str, day: str, time: str | None) -> str:
    return f"{year}-{month:0>2}-{day:0>2}" + (f"T{time}" if time else "")
