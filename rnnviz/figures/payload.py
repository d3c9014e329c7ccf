"""A spec as the bytes sent to the browser at each tick: short, and fast to make."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Magnitudes that float32 represents with its full seven digits, with a margin on both sides.
_SINGLE_LOWEST, _SINGLE_HIGHEST = 1e-30, 1e30

_SHORT_TYPES = {"float64": "f8", "float32": "f4", "int32": "i4", "uint8": "u1", "bool": "u1"}


def encode_arrays(value: Any) -> Any:
    """Encode every array in a spec in plotly.js's own base64 form, and leave everything else.

    Numbers are sent as float32 if it represents all of them to seven digits (the figures show six),
    which halves the payload; gradients of 1e-200 stay float64.
    """
    if isinstance(value, dict):
        return {key: encode_arrays(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode_arrays(part) for part in value]
    if isinstance(value, np.ndarray):
        return _packed(value)
    scalar = value.item() if isinstance(value, np.generic) else value
    # JSON has no NaN and no infinity.
    return None if isinstance(scalar, float) and not math.isfinite(scalar) else scalar


def to_bytes(document: dict[str, Any]) -> bytes:
    """Pack a document, specs included, and write it as JSON in UTF-8.

    (Escaped, an arrow would take six bytes instead of three. Only half of a surrogate pair, which
    UTF-8 does not have, is escaped, as Python writes it and JSON reads it.)
    """
    try:
        text = _WRITER.encode(document)
    except ValueError:  # a number that JSON does not have
        text = _WRITER.encode(encode_arrays(document))
    return text.encode("utf-8", "backslashreplace")


def _plain(value: Any) -> Any:
    """Return what JSON has for what the writer does not know."""
    if isinstance(value, np.ndarray):
        return _packed(value)
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"can't write {type(value).__name__} as JSON")


#: Walks through a document itself, several times as fast as `encode_arrays` does.
_WRITER = json.JSONEncoder(
    separators=(",", ":"), allow_nan=False, ensure_ascii=False, default=_plain
)


def _packed(array: NDArray[Any]) -> dict[str, str]:
    short = _shortened(array)
    packed = {
        "dtype": _SHORT_TYPES[short.dtype.name],
        "bdata": base64.b64encode(np.ascontiguousarray(short).data).decode("ascii"),
    }
    return packed if short.ndim == 1 else packed | {"shape": ", ".join(map(str, short.shape))}


def _shortened(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind in "iu":
        # Iterations fit into 32 bits, and plotly.js does not read 64-bit integers.
        return array.astype(np.int32)
    if array.dtype != np.float64:
        return array
    magnitudes = np.abs(array[array != 0])
    with np.errstate(invalid="ignore"):
        fits = not ((magnitudes < _SINGLE_LOWEST) | (magnitudes > _SINGLE_HIGHEST)).any()
    return array.astype(np.float32) if fits else array
