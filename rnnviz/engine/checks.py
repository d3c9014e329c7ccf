"""What is refused at the door: each check says what was expected and what came.

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


def whole(name: str, value: Any, low: int, high: int | None = None) -> int:
    """Return a whole number within low..high."""
    is_whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not is_whole or value < low or (high is not None and value > high):
        allowed = f"{low}..{high}" if high is not None else f"{low} or more"
        raise ValueError(f"{name} must be a whole number {allowed}, got {value!r}")
    return int(value)


def finite(name: str, value: Any) -> float:
    """Return a finite number."""
    if isinstance(value, (bool, str)) or not hasattr(value, "__float__"):
        raise ValueError(f"{name} must be a number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value!r}")
    return float(value)


def radius(value: Any, how: str, allowed: tuple[str, ...]) -> float:
    """Return a spectral radius, where the initial weights have one to choose."""
    number = finite("spectral_radius", value)
    if number < 0:
        raise ValueError(f"spectral_radius must be 0 or more, got {value!r}")
    if number != 1 and how not in allowed:
        raise ValueError(
            f"spectral_radius is only for the initial weights {', '.join(allowed)}, "
            f"got {value!r} with {how}"
        )
    return number


def yes_or_no(name: str, value: Any) -> bool:
    """Return True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise ValueError(f"{name} must be true or false, got {value!r}")
    return bool(value)


def choice(name: str, value: Any, allowed: Any) -> str:
    """Return one of the allowed words."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return value


def float_type(value: Any) -> np.dtype[Any]:
    """Return float32 or float64 as a NumPy dtype."""
    try:
        dtype: np.dtype[Any] = np.dtype(value)
    except TypeError:
        dtype = np.dtype(object)
    if dtype not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"dtype must be float32 or float64, got {value!r}")
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
    array = np.asarray(x)
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"x must be whole numbers, for the embedding, got {array.dtype}")
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"x must have the shape (T, B), T and B at least 1, got {array.shape}")
    if array.min() < 0 or array.max() >= count:
        raise ValueError(f"x must be 0..{count - 1}, got {array.min()}..{array.max()}")
    return array


def targets(y: Any, mask: Mask | None, loss: str, shape: tuple[int, int, int]) -> Targets:
    """Return the targets of a loss for outputs of the given shape (T, B, K).

    Without the axis of time they are the targets of the last step.
    """
    choice("loss", loss, LOSSES)
    array = np.asarray(y)
    if array.ndim == LOSSES[loss].target_axes - 1:
        if mask is not None:
            raise ValueError("mask must be None where y is the target of the last step alone")
        _same_shape("y", array, shape[1 : array.ndim + 1], " (last step) or with time in front")
        last: Targets = targets(array[None], None, loss, (1, *shape[1:]))[0]
        return last
    scored = np.ones(shape[:2], bool) if mask is None else mask
    if loss == "squared_error":
        return _values(array, scored, shape)
    return _classes(array, scored, shape)


def _classes(y: Targets, scored: Mask, shape: tuple[int, int, int]) -> Targets:
    if not np.issubdtype(y.dtype, np.integer):
        raise ValueError(f"y must be whole numbers (classes) for cross_entropy, got {y.dtype}")
    _same_shape("y", y, shape[:2])
    low, high = y[scored].min(), y[scored].max()
    if low < 0 or high >= shape[2]:
        raise ValueError(f"y must be classes 0..{shape[2] - 1}, got {low}..{high}")
    return y


def _values(y: Targets, scored: Mask, shape: tuple[int, int, int]) -> Targets:
    if not _is_real(y):
        raise ValueError(f"y must be numbers for squared_error, got {y.dtype}")
    _same_shape("y", y, shape)
    if not np.isfinite(y[scored]).all():
        raise ValueError("y must be finite where it is scored, got NaN or infinity")
    return y.astype(np.float64)


def mask(value: Any, shape: tuple[int, int]) -> Mask | None:
    """Return the mask as an array of bool (T, B) that scores something, or None."""
    if value is None:
        return None
    array = np.asarray(value)
    if array.dtype != np.bool_:
        raise ValueError(f"mask must be true or false (bool), got {array.dtype}")
    _same_shape("mask", array, shape)
    if not array.any():
        raise ValueError("mask must score at least one step, got none")
    return array


def initial(
    value: Any, names: tuple[str, ...], shape: tuple[int, int, int]
) -> dict[str, Array] | None:
    """Return the initial state: for each name an array (layers, B, H), zero where none is given."""
    if value is None:
        return None
    if not isinstance(value, Mapping) or not set(value) <= set(names):
        came = list(value) if isinstance(value, Mapping) else type(value).__name__
        raise ValueError(f"initial must be a mapping with the keys {list(names)}, got {came}")
    state = {
        name: numbers(f"initial[{name!r}]", value.get(name, np.zeros(shape))) for name in names
    }
    for name, array in state.items():
        _same_shape(f"initial[{name!r}]", array, shape)
    return state


def parameters(value: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Return arrays for exactly these names, of exactly these shapes."""
    if not isinstance(value, Mapping):
        raise ValueError(f"weights must be a mapping of names, got {type(value).__name__}")
    missing, unknown = sorted(set(shapes) - set(value)), sorted(set(value) - set(shapes))
    if missing or unknown:
        raise ValueError(
            f"weights must be exactly {sorted(shapes)}; missing {missing}, unknown {unknown}"
        )
    arrays = {name: numbers(name, value[name]) for name in shapes}
    for name, shape in shapes.items():
        _same_shape(name, arrays[name], shape)
    return arrays


def numbers(name: str, value: Any) -> NDArray[Any]:
    """Return an array of finite floats."""
    try:
        array = np.asarray(value)
    except ValueError as error:  # rows of unequal length
        raise ValueError(f"{name} must be an array of numbers, got {error}") from None
    if not _is_real(array):
        raise ValueError(f"{name} must be an array of numbers, got {array.dtype}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got NaN or infinity")
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)


def _is_real(array: NDArray[Any]) -> bool:
    return np.issubdtype(array.dtype, np.floating) or np.issubdtype(array.dtype, np.integer)


def _same_shape(name: str, array: NDArray[Any], shape: tuple[int, ...], note: str = "") -> None:
    if array.shape != shape:
        raise ValueError(f"{name} must have the shape {shape}{note}, got {array.shape}")
