"""safetensors: a header in JSON, then the numbers (https://huggingface.co/docs/safetensors).

The library checks the file. The header is read here as well, since from bytes the library returns
neither the metadata nor names that are there twice.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize

from rnnviz.engine import WITHOUT_MEMORY
from rnnviz.weights.contents import Array, Contents, Tensor
from rnnviz.weights.errors import WeightsError, named
from rnnviz.weights.finding import find, told

#: Most bytes of a header. It may hold an experiment, and this the text that it is trained on.
MOST_HEADER = 4_000_000
#: Most axes of a tensor: those of a network have one or two.
MOST_AXES = 8
#: Keys of the metadata that this app writes: the experiment's link, and the variant of the cell.
EXPERIMENT, VARIANT = "experiment", "rnnviz"

_TYPES = {
    "F16": "float16", "F32": "float32", "F64": "float64", "BF16": "bfloat16", "BOOL": "bool",
    **{f"I{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"U{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
}  # fmt: skip
_FLOATS = ("F16", "F32", "F64")


def looks_like_safetensors(data: bytes) -> bool:
    """Tell whether a file begins as a safetensors file does: 8 bytes of length, then JSON."""
    return len(data) >= 9 and data[8:9] == b"{"


def read_safetensors(data: bytes) -> Contents:
    """Read a safetensors file with PyTorch's names.

    Raises
    ------
    WeightsError
        If the file is broken, or holds no recurrent network.
    """
    length = _header_length(data)
    try:
        entries = deserialize(data)  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise WeightsError(f"This is no complete safetensors file: {named(error)}.") from None
    metadata = _metadata(data[8 : 8 + length])
    tensors, arrays = [], {}
    for name, entry in entries:
        shape, kind = tuple(entry["shape"]), str(entry["dtype"])
        if len(shape) > MOST_AXES:
            raise WeightsError(
                f"{named(name)} must have 0 to {MOST_AXES} axes, got {len(shape):,}."
            )
        tensors.append(Tensor(name, shape, _TYPES.get(kind, kind)))
        if kind in _FLOATS:
            arrays[name] = _array(entry["data"], kind, shape)
    tensors.sort()
    variant = _variant(metadata.get(VARIANT, "{}"))
    if variant.get("cell") in WITHOUT_MEMORY:
        raise WeightsError(
            "This file holds a network without recurrence, which has no gates or states to show: "
            "a recurrent one was expected."
        )
    found = find("safetensors", tuple(tensors), arrays, metadata.get(EXPERIMENT))
    return told(found, variant)


def _array(data: Any, kind: str, shape: tuple[int, ...]) -> Array:
    return np.frombuffer(data, np.dtype(_TYPES[kind]).newbyteorder("<")).reshape(shape)


def _header_length(data: bytes) -> int:
    length = int.from_bytes(data[:8], "little")
    if length > len(data) - 8:
        raise WeightsError(
            f"This is no complete safetensors file: its header is said to have {length:,} bytes, "
            f"and the whole file has {len(data):,}."
        )
    if length > MOST_HEADER:
        raise WeightsError(
            f"The header of a safetensors file may have {MOST_HEADER:,} bytes here, got {length:,}."
        )
    return length


def _metadata(header: bytes) -> dict[str, str]:
    """Return the metadata of a header that the library has read; refuse a name that is there twice.

    Only after the library: it accepts nothing but tensors, so that JSON of deep or very many parts
    never gets here.
    """
    metadata = json.loads(header, object_pairs_hook=_once).get("__metadata__")
    return metadata if isinstance(metadata, dict) else {}


def _variant(text: str) -> dict[str, Any]:
    """Return which variant of a cell it is, unchecked; {} if the metadata does not tell."""
    try:
        about = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return about if isinstance(about, dict) else {}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise WeightsError(f"The name {named(name)} is in this file twice.")
        found[name] = value
    return found
