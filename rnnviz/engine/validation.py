"""Checks of all arguments: each error says what was expected and what was given.

All raise `ValueError`, before anything is changed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.losses import LOSSES, Mask, Targets
from rnnviz.engine.products import Array

SHOWN_CHARACTERS = 60


def shown(value: Any, characters: int = SHOWN_CHARACTERS) -> str:
    """Return a value as it appears in an error message: short, whatever it is."""
    try:
        text = repr(value)
    except Exception:  # Python refuses a number of 4300 digits; a user's class, anything
        text = f"a value of the type {type(value).__name__} that cannot be shown"
    return text if len(text) <= characters else text[: characters - 3] + "..."


def integer(name: str, value: Any, low: int, high: int | None = None) -> int:
    """Return an integer within low..high."""
    is_whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not is_whole or value < low or (high is not None and value > high):
        allowed = f"{low}..{high}" if high is not None else f"{low} or more"
        raise ValueError(f"{name} must be a whole number {allowed}, got {shown(value)}")
    return int(value)


def finite(name: str, value: Any) -> float:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise ValueError(f"{name} must be a number, got {shown(value)}")
    try:
        number = float(value)
    except OverflowError:  # a whole number of more than 308 digits
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a finite number, got {number}")
    return number


def at_least_0(name: str, value: Any) -> float:
    """Return a finite number that is not negative."""
    number = finite(name, value)
    if number < 0:
        raise ValueError(f"{name} must be 0 or more, got {shown(value)}")
    return number


def radius(value: Any, how: str, allowed: tuple[str, ...]) -> float:
    """Return a spectral radius, if these initial weights have one."""
    number = at_least_0("spectral_radius", value)
    if number != 1 and how not in allowed:
        raise ValueError(
            f"spectral_radius is only for the initial weights {', '.join(allowed)}, "
            f"got {shown(value)} with {how}"
        )
    return number


def yes_or_no(name: str, value: Any) -> bool:
    """Return True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be true or false, got {shown(value)}")
    return bool(value)


def choice(name: str, value: Any, allowed: Any) -> str:
    """Return one of the allowed words."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {shown(value)}")
    return value


def float_type(value: Any) -> np.dtype[Any]:
    """Return float32 or float64 as a NumPy dtype."""
    try:
        dtype: np.dtype[Any] = np.dtype(value)
    except (TypeError, ValueError):
        dtype = np.dtype(object)
    if dtype not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"dtype must be float32 or float64, got {shown(value)}")
    return dtype


def inputs(x: Any, size: int) -> Array:
    """Return the inputs as an array (T, B, D) of finite floats."""
    array = numbers("x", x)
    if array.ndim != 3 or array.shape[2] != size or 0 in array.shape:
        raise ValueError(
            f"x must have the shape (T, B, {size}), T and B at least 1, got {array.shape}"
        )
    return array


def ids(x: Any, count: int) -> NDArray[Any]:
    """Return the inputs as an array (T, B) of integers 0..count - 1."""
    array = _array("x", x)
    if array.dtype.kind not in "iu":
        raise ValueError(f"x must be whole numbers, for the embedding, got {array.dtype}")
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"x must have the shape (T, B), T and B at least 1, got {array.shape}")
    if array.min() < 0 or array.max() >= count:
        raise ValueError(f"x must be 0..{count - 1}, got {array.min()}..{array.max()}")
    return array


def targets(y: Any, mask: Mask | None, loss: str, shape: tuple[int, int, int]) -> Targets:
    """Return the targets of a loss for outputs of the given shape (T, B, K).

    Without a time axis they are the targets of the last step.
    """
    choice("loss", loss, LOSSES)
    array = _array("y", y)
    if array.ndim == LOSSES[loss].target_axes - 1:
        if mask is not None:
            raise ValueError("mask must be None where y is the target of the last step alone")
        same_shape("y", array, shape[1 : array.ndim + 1], " (last step) or with time in front")
        last: Targets = targets(array[None], None, loss, (1, *shape[1:]))[0]
        return last
    return _values(array, mask, shape) if loss == "squared_error" else _classes(array, mask, shape)


def is_plain_batch(x: Any, y: Any, loss: Any, features: int, classes: int) -> bool:
    """Tell quickly whether a batch is the usual kind, with the right shapes and classes.

    The usual kind is floats (T, B, D) and classes (T, B) in NumPy arrays. A full check would take
    up to a tenth of an iteration of a small network; this takes 1.5 µs, and does not look for NaN.
    """
    return (
        isinstance(loss, str)
        and loss == "cross_entropy"
        and isinstance(x, np.ndarray)
        and isinstance(y, np.ndarray)
        and x.dtype.char in "fd"
        and y.dtype == np.intp
        and y.ndim == 2
        and y.size > 0
        and x.shape == (*y.shape, features)
        and _maximum(y.view(np.uintp)) < classes
    )


def _maximum(numbers: NDArray[np.uintp]) -> int:
    """Return the maximum; read as unsigned, a negative number is greater than any class.

    Found by argmax, which for the few numbers of a small batch takes half the time of max.
    """
    return int(numbers.item(numbers.argmax()))


def _classes(y: Targets, mask: Mask | None, shape: tuple[int, int, int]) -> Targets:
    if y.dtype.kind not in "iu":
        raise ValueError(f"y must be whole numbers (classes) for cross_entropy, got {y.dtype}")
    same_shape("y", y, shape[:2])
    scored = y if mask is None else y[mask]
    low, high = scored.min(), scored.max()
    if low < 0 or high >= shape[2]:
        raise ValueError(f"y must be classes 0..{shape[2] - 1}, got {low}..{high}")
    return y.astype(np.intp, copy=False)


def _values(y: Targets, mask: Mask | None, shape: tuple[int, int, int]) -> Targets:
    if y.dtype.kind not in "fiu":
        raise ValueError(f"y must be numbers for squared_error, got {y.dtype}")
    same_shape("y", y, shape)
    if not np.isfinite(y if mask is None else y[mask]).all():
        raise ValueError("y must be finite where it is scored, got NaN or infinity")
    return y.astype(np.float64)


def mask(value: Any, shape: tuple[int, int]) -> Mask | None:
    """Return the mask as an array of bool (T, B) that scores at least one step, or None."""
    if value is None:
        return None
    array = _array("mask", value)
    if array.dtype != np.bool_:
        raise ValueError(f"mask must be true or false (bool), got {array.dtype}")
    same_shape("mask", array, shape)
    if not array.any():
        raise ValueError("mask must score at least one step, got none")
    return array


def initial(
    value: Any, names: tuple[str, ...], shape: tuple[int, int, int]
) -> dict[str, Array] | None:
    """Return the initial state: for each name an array (layers, B, H), zero if none is given."""
    if value is None:
        return None
    if not isinstance(value, Mapping) or not set(value) <= set(names):
        given = shown(list(value)) if isinstance(value, Mapping) else type(value).__name__
        raise ValueError(f"initial must be a mapping with the keys {list(names)}, got {given}")
    state = {
        name: numbers(f"initial[{name!r}]", value.get(name, np.zeros(shape))) for name in names
    }
    for name, array in state.items():
        same_shape(f"initial[{name!r}]", array, shape)
    return state


def truncation(value: Any) -> None:
    """Refuse an invalid truncation length; None means the whole sequence."""
    if value is not None:
        integer("truncate", value, 1)


def numbers(name: str, value: Any, *, finite: bool = True) -> NDArray[Any]:
    """Return an array of floats, finite ones if required."""
    array = _array(name, value)
    if array.dtype.kind not in "fiu":
        raise ValueError(f"{name} must be an array of numbers, got {array.dtype}")
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity")
    return array if array.dtype.char in "fd" else array.astype(np.float64)


def _array(name: str, value: Any) -> NDArray[Any]:
    try:
        return np.asarray(value)
    # Rows of unequal length, or an array of another library that can't be converted.
    except (ValueError, TypeError, RuntimeError) as error:
        raise ValueError(f"{name} must be an array, got: {error}") from None


def same_shape(name: str, array: NDArray[Any], shape: tuple[int, ...], note: str = "") -> None:
    """Refuse an array of another shape, which NumPy might broadcast silently."""
    if array.shape != shape:
        raise ValueError(f"{name} must have the shape {shape}{note}, got {array.shape}")
