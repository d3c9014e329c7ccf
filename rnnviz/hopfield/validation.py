"""Checks of patterns and states: each error says what was expected and what was given.

All raise `ValueError`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import shown

Array = NDArray[np.float64]

#: Most units of a classic network: its weights then take 134 MB.
MOST_UNITS = 4096
#: Most numbers in all patterns together.
MOST_NUMBERS = 20_000_000
#: Largest size of a number, so that no product of three and no sum of products overflows.
LARGEST = 1e50


def patterns_of_signs(value: Any) -> Array:
    """Return patterns (P, N) of +1 and -1, P at least 1, not all of them the same."""
    array = _signs("patterns", _rows(value))
    if array.shape[1] > MOST_UNITS:
        raise ValueError(
            f"patterns must have at most {MOST_UNITS:,} units, as the weights grow with their "
            f"square, got {array.shape[1]:,}"
        )
    if len(array) > 1 and (array == array[0]).all():
        raise ValueError(
            f"patterns must differ from each other, got {len(array):,} that are all the same"
        )
    return array


def patterns_of_numbers(value: Any) -> Array:
    """Return patterns (P, N) of finite numbers, P at least 1."""
    return _finite("patterns", _rows(value))


def state_of_signs(name: str, value: Any, units: int) -> Array:
    """Return states (..., N) of +1 and -1."""
    return _signs(name, _fitting(name, value, units))


def state_of_numbers(name: str, value: Any, units: int) -> Array:
    """Return states (..., N) of finite numbers."""
    return _finite(name, _fitting(name, value, units))


def number(name: str, value: Any, low: float, high: float) -> float:
    """Return a number within low..high."""
    is_one = isinstance(value, (int, float, np.integer, np.floating))
    # NaN is within no range.
    if not is_one or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} must be a number {low:g}..{high:g}, got {shown(value)}")
    return float(value)


def whole(name: str, value: Any, low: int, high: int) -> int:
    """Return a whole number within low..high."""
    is_one = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not is_one or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number {low}..{high}, got {shown(value)}")
    return int(value)


def positive(name: str, value: Any) -> float:
    """Return a number above 0."""
    is_one = isinstance(value, (int, float, np.integer, np.floating))
    if not is_one or isinstance(value, bool) or not 0 < value <= LARGEST:
        raise ValueError(f"{name} must be a number above 0, got {shown(value)}")
    return float(value)


def _rows(value: Any) -> NDArray[Any]:
    array = _numbers("patterns", value)
    if array.size == 0:
        raise ValueError("patterns must hold at least one pattern of at least one unit, got none")
    if array.ndim != 2:
        raise ValueError(
            f"patterns must have the shape (patterns, units), got the shape {array.shape}"
        )
    if array.size > MOST_NUMBERS:
        raise ValueError(
            f"patterns must hold at most {MOST_NUMBERS:,} numbers together, got {array.size:,}"
        )
    return array


def _fitting(name: str, value: Any, units: int) -> NDArray[Any]:
    array = _numbers(name, value)
    if array.ndim == 0 or array.shape[-1] != units:
        raise ValueError(
            f"{name} must have as many units as the patterns, {units}, got the shape {array.shape}"
        )
    return array


def _numbers(name: str, value: Any) -> NDArray[Any]:
    try:
        array = np.asarray(value)
    except ValueError:  # rows of unequal length
        raise ValueError(
            f"{name} must all have the same number of units, got {_lengths(value)}"
        ) from None
    if array.size and array.dtype.kind not in "fiu":
        raise ValueError(f"{name} must be numbers, got {shown(value)}")
    return array


def _lengths(value: Any) -> str:
    """Name up to five of the lengths that rows have, the shortest first."""
    found = sorted({len(row) for row in value if hasattr(row, "__len__")})
    named = ", ".join(map(str, found[:5])) or "rows of several shapes"
    return f"{named}, ..." if len(found) > 5 else named


def _signs(name: str, array: NDArray[Any]) -> Array:
    wrong = array[(array != 1) & (array != -1)]
    if wrong.size:
        raise ValueError(f"{name} must be +1 or -1 in every unit, got {_said(wrong[0])}")
    return array.astype(np.float64)


def _finite(name: str, array: NDArray[Any]) -> Array:
    wrong = array[~(np.abs(array) <= LARGEST)]
    if wrong.size:
        raise ValueError(f"{name} must be finite, at most {LARGEST:g}, got {_said(wrong[0])}")
    return array.astype(np.float64)


def _said(number: Any) -> str:
    value = float(number)
    return "NaN" if math.isnan(value) else f"{value:g}"
