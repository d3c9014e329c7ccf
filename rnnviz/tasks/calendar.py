"""The calendar: weekday and month of each day, and the inputs that a network sees of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
#: How one feels on a day. It is pure chance.
FEELINGS = ("tired", "fine", "strong")
#: Names of the inputs.
INPUTS = (*WEEKDAYS, *MONTHS, *FEELINGS)

_COMMON = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_LEAP = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_YEARS = (_LEAP, _COMMON, _COMMON, _COMMON)

#: Days after which weekdays and months repeat: 28 years, each fourth a leap year.
PERIOD = 28 * 365 + 7

#: (PERIOD,): month 0..11 of each day; day 0 is a Monday, the first of January of a leap year.
MONTH = np.tile(np.concatenate([np.repeat(np.arange(12), days) for days in _YEARS]), 7)
_PARTS = (WEEKDAYS, MONTHS, FEELINGS)
_ENDS = np.cumsum([len(names) for names in _PARTS])
_EYES = tuple(np.eye(len(names)) for names in _PARTS)


def one_hot(day: NDArray[np.int64], feeling: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return weekday, month and feeling as inputs.

    Parameters
    ----------
    day : array of int, (T, B)
        Counted from a first of January that is a Monday.
    feeling : array of int, (T, B)
        Index in `FEELINGS`.

    Returns
    -------
    array, (T, B, D)
        In the order of `INPUTS`.
    """
    codes = (day % len(WEEKDAYS), MONTH.take(day % PERIOD), feeling)
    x = np.zeros((*day.shape, len(INPUTS)))
    for part, eye, code in zip(np.split(x, _ENDS[:-1], axis=2), _EYES, codes, strict=True):
        part[...] = eye.take(code, axis=0)
    return x


def read(x: NDArray[np.float64]) -> list[tuple[str, ...]]:
    """Return what inputs (T, B, D) say of each day, in a few words: a tuple for each sequence."""
    labels = [
        np.array(names, dtype=object)[part.argmax(axis=2)]
        for names, part in zip(_PARTS, np.split(x, _ENDS[:-1], axis=2), strict=True)
    ]
    return [
        tuple(
            f"{day[:3]}, {month[:3]}, {feeling}" for day, month, feeling in zip(*rows, strict=True)
        )
        for rows in zip(*(label.T for label in labels), strict=True)
    ]
