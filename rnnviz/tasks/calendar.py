"""The calendar: weekday and month of each day, and how often they repeat."""

from __future__ import annotations

import numpy as np

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip

_COMMON = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_LEAP = np.array([31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
_YEARS = (_LEAP, _COMMON, _COMMON, _COMMON)

#: Days after which weekdays and months repeat: 28 years, each fourth a leap year.
PERIOD = 28 * 365 + 7

#: (PERIOD,): month 0..11 of each day; day 0 is a Monday, the first of January of a leap year.
MONTH = np.tile(np.concatenate([np.repeat(np.arange(12), days) for days in _YEARS]), 7)
