"""`.npz`: arrays with PyTorch's names, or a run that this app exported.

Each array is checked before any number is read: what its header declares must be what the archive
has. An array of Python objects would be a pickle, and is refused.
"""

from __future__ import annotations

import io
import json
import math
import tokenize
from collections.abc import Mapping
from typing import Any

import numpy as np

from rnnviz.weights.archives import Archive
from rnnviz.weights.contents import Array, Contents, Tensor
from rnnviz.weights.errors import WeightsError, named
from rnnviz.weights.finding import find, told

_SUFFIX = ".npy"
_PREFIX = "weights."
_ABOUT = "description"
#: Most bytes of the header of an array; NumPy's own limit is 10 000.
_HEADER = 10_200
#: Most characters of the settings of an exported run, which may hold a CSV of 5 MB, and most
#: brackets among them: 15 million characters of brackets would become 400 MB of objects.
_MOST_ABOUT, _MOST_BRACKETS = 6_000_000, 200_000
# What NumPy raises on a header of broken bytes, which it reads as Python literals.
_BROKEN = (
    *(ValueError, TypeError, SyntaxError, OverflowError, tokenize.TokenError),
    *(RecursionError, MemoryError, UserWarning),
)


class _Header:
    """What the header of an array declares."""

    def __init__(self, name: str, archive: Archive) -> None:
        self.entry = name + _SUFFIX
        size, start = archive.sizes[self.entry], archive.beginning(self.entry, _HEADER)
        stream = io.BytesIO(start)
        try:
            version = np.lib.format.read_magic(stream)
            reader = {
                (1, 0): np.lib.format.read_array_header_1_0,
                (2, 0): np.lib.format.read_array_header_2_0,
            }[version]
            self.shape, self.by_columns, self.dtype = reader(stream)
        except (*_BROKEN, KeyError):
            raise WeightsError(f"{named(name)} is no array that NumPy wrote.") from None
        self.start = stream.tell()
        if self.dtype.hasobject:
            raise WeightsError(
                f"{named(name)} holds Python objects, which are a pickle and could run code: "
                "plain numbers were expected."
            )
        declared, stored = math.prod(self.shape) * self.dtype.itemsize, size - self.start
        if any(count < 0 for count in self.shape) or declared != stored:
            raise WeightsError(
                f"{named(name)} declares the shape {self.shape} of {self.dtype}, "
                f"{declared:,} bytes, and the archive has {stored:,}."
            )

    def array(self, archive: Archive) -> Array:
        """Return the numbers."""
        flat = np.frombuffer(archive.read(self.entry), self.dtype, offset=self.start)
        return flat.reshape(self.shape, order="F" if self.by_columns else "C")


def read_npz(archive: Archive) -> Contents:
    """Read an `.npz` with PyTorch's names, or one that `rnnviz.export.npz` made.

    Raises
    ------
    WeightsError
        If the archive or an array is broken, or there is no recurrent network.
    """
    headers = {}
    for entry in archive.sizes:
        if entry.endswith(_SUFFIX):
            name = entry.removesuffix(_SUFFIX)
            headers[name] = _Header(name, archive)
    if _ABOUT in headers and any(name.startswith(_PREFIX) for name in headers):
        return _run(headers, archive)
    floats = {name: each for name, each in headers.items() if each.dtype.kind == "f"}
    arrays = {name: _array(each, archive) for name, each in floats.items()}
    tensors = tuple(Tensor(name, each.shape, each.dtype.name) for name, each in headers.items())
    return find("npz", tensors, arrays)


def _array(header: _Header, archive: Archive) -> Array:
    try:
        return header.array(archive)
    except ValueError as error:  # more axes than NumPy has, or a size that it cannot count
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(f"{named(header.entry)} must be an array of numbers.") from None


def _run(headers: Mapping[str, _Header], archive: Archive) -> Contents:
    """Return the weights of the last iteration of an exported run."""
    arrays = {}
    for name, header in headers.items():
        if name.startswith(_PREFIX) and header.dtype.kind == "f":
            values = _array(header, archive)
            if not values.ndim or not len(values):
                raise WeightsError(f"{named(name)} must have one entry for each kept iteration.")
            arrays[name.removeprefix(_PREFIX)] = values[-1]
    tensors = tuple(Tensor(name, each.shape, each.dtype.name) for name, each in arrays.items())
    about = _about(headers[_ABOUT], archive)
    note = "The file is a run of this app: its last kept iteration is taken."
    found = find("npz", tensors, arrays, notes=(note,))
    return told(found, about)


def _about(header: _Header, archive: Archive) -> Mapping[str, Any]:
    """Return the settings of an exported run, unchecked; {} where they can't be read."""
    text = str(_array(header, archive))
    if len(text) > _MOST_ABOUT or text.count("{") + text.count("[") > _MOST_BRACKETS:
        return {}
    try:
        about = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    config = about.get("config") if isinstance(about, dict) else None
    return config if isinstance(config, dict) else {}
