"""HDF5 files, as Keras writes them: groups, datasets in one piece, attributes that are text.

They are read by hdf5_child.py in a process of its own, because the library in C crashes on some
broken files, and hangs on others. The process has limits, and what it says is checked here.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnviz.weights.errors import WeightsError, named

#: The first bytes of a file.
SIGNATURE = b"\x89HDF\r\n\x1a\n"
#: What installs the library.
INSTALL = "pip install h5py"
#: Most seconds that a file may take, and files that are read at the same time. The process has
#: 5 s of the processor; a busy machine needs some more to start it.
SECONDS, AT_ONCE = 40, 2

#: Megabytes of the process for a small file, and for each megabyte of a larger one: measured, 41 MB
#: for a small file and 305 MB for one of 62 MB.
PROCESS_MB, EACH_MB = 45.0, 4.5

_CHILD = Path(__file__).with_name("hdf5_child.py")
_ROOM = threading.BoundedSemaphore(AT_ONCE)
# No filter is ever loaded from a library of the machine; numbers are not computed with, only read.
_SETTINGS = {"HDF5_PLUGIN_PRELOAD": "::", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Dataset(NamedTuple):
    """An array of a file; `values` is None where it holds no floating-point numbers.

    `address` is where it lies: what was written earlier usually lies in front.
    """

    shape: tuple[int, ...]
    dtype: str
    address: int
    values: NDArray[Any] | None


class Hdf5(NamedTuple):
    """What a file holds: arrays by path, and the texts of its groups by path and name."""

    datasets: Mapping[str, Dataset]
    texts: Mapping[str, Mapping[str, list[str]]]


def looks_like_hdf5(data: bytes) -> bool:
    """Tell whether a file begins as an HDF5 file does."""
    return data.startswith(SIGNATURE)


def read_hdf5(data: bytes) -> Hdf5:
    """Read an HDF5 file, without the state of an optimiser.

    Raises
    ------
    WeightsError
        If h5py is not installed, or the file is broken, or holds what Keras does not write.
    """
    if importlib.util.find_spec("h5py") is None:
        raise WeightsError(
            "Files of Keras are HDF5 inside, and reading them needs h5py, which is not installed "
            "here.",
            code=INSTALL,
        )
    head, _, numbers = _answer(data).partition(b"\n")
    try:
        answer = json.loads(head)
    except ValueError:
        raise WeightsError("This HDF5 file is broken: it could not be read to its end.") from None
    if "refused" in answer:
        raise WeightsError(f"This is no file as Keras writes it. {named(answer['refused'], 300)}")
    if "broken" in answer:
        raise WeightsError(
            "This HDF5 file is broken or not complete: "
            f"{named(answer['broken'], 200).rstrip('.') or 'it cannot be read'}."
        )
    return Hdf5(_datasets(answer["datasets"], numbers), answer["texts"])


def _answer(data: bytes) -> bytes:
    """Return what the process says about a file."""
    with _ROOM:
        try:
            done = subprocess.run(
                [sys.executable, "-P", str(_CHILD)],
                input=data,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                env=os.environ | _SETTINGS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise WeightsError(
                f"This HDF5 file is broken: reading it took more than {SECONDS} s."
            ) from None
        except OSError as error:
            raise WeightsError(
                "HDF5 files are read in a process of its own, and none could be started: "
                f"{named(error)}."
            ) from None
    return done.stdout if done.returncode == 0 else b""


def _datasets(entries: list[dict[str, Any]], numbers: bytes) -> dict[str, Dataset]:
    """Return the arrays, as views on the bytes that came."""
    found, start = {}, 0
    for entry in entries:
        shape, values = tuple(entry["shape"]), None
        if entry["read"]:
            dtype = np.dtype(entry["dtype"]).newbyteorder("<")
            size = math.prod(shape)
            if start + size * dtype.itemsize > len(numbers):
                raise WeightsError("This HDF5 file is broken: some of its numbers are missing.")
            values = np.frombuffer(numbers, dtype, size, start).reshape(shape)
            start += size * dtype.itemsize
        found[entry["path"]] = Dataset(shape, entry["dtype"], entry["address"], values)
    return found
