"""Which kind of file it is: told by its content, never by its name."""

from __future__ import annotations

from rnnviz.weights.archives import MOST_UNPACKED, Archive, is_zip
from rnnviz.weights.contents import Contents
from rnnviz.weights.errors import WeightsError, listed, named
from rnnviz.weights.hdf5 import EACH_MB, PROCESS_MB, looks_like_hdf5
from rnnviz.weights.keras import is_keras, read_h5, read_keras
from rnnviz.weights.npz_file import read_npz
from rnnviz.weights.pickles import is_pickle, pickle_refusal
from rnnviz.weights.safetensors_file import looks_like_safetensors, read_safetensors

#: Most bytes of a file that is read.
MOST_BYTES = 64_000_000

#: How often what a file holds is in memory while it is read: its bytes, its arrays, and a copy.
_TIMES = 3

_EXPECTED = "safetensors, .npz, .keras, .weights.h5 or .h5 was expected"


def read(data: bytes, filename: str = "") -> Contents:
    """Read a file of weights, and find the networks in it. Nothing in it is executed.

    Parameters
    ----------
    data
        The whole file: safetensors, `.npz`, or Keras's `.keras`, `.weights.h5` and `.h5`.
    filename
        Only for sentences; what kind of file it is, its content tells.

    Raises
    ------
    WeightsError
        If no network can be made of it: says what was expected, and what came.
    """
    what = named(filename) or "The file"
    if not data:
        raise WeightsError(f"{what} is empty: {_EXPECTED}.")
    if len(data) > MOST_BYTES:
        raise WeightsError(
            f"A file of weights may have {MOST_BYTES / 1e6:.0f} MB, got {len(data) / 1e6:,.0f} MB."
        )
    if is_zip(data):
        return _read_zip(Archive(data), filename)
    if looks_like_hdf5(data):
        return read_h5(data)
    if is_pickle(data):
        raise pickle_refusal(filename)
    if looks_like_safetensors(data):
        return read_safetensors(data)
    if data.startswith(b"version https://git-lfs"):
        raise WeightsError(f"{what} is a pointer of Git LFS: the file itself was expected.")
    raise WeightsError(f"{what} is no file of weights that can be read: {_EXPECTED}.")


def reading_mb(data: bytes) -> float:
    """Return about how many megabytes it takes to read a file, before it is read.

    An archive counts as large as it says that it unpacks to; `read` takes no more of it. A file of
    HDF5 is read in a process of its own, which counts too.

    Raises
    ------
    WeightsError
        If it is a broken archive.
    """
    unpacked, is_hdf5 = len(data), looks_like_hdf5(data)
    if is_zip(data):
        archive = Archive(data)
        unpacked, is_hdf5 = min(sum(archive.sizes.values()), MOST_UNPACKED), is_keras(archive)
    size = unpacked / 1e6
    return _TIMES * size + (PROCESS_MB + EACH_MB * size if is_hdf5 else 0.0)


def _read_zip(archive: Archive, filename: str) -> Contents:
    if is_keras(archive):
        return read_keras(archive)
    names = list(archive.sizes)
    if any(name.endswith(".pkl") for name in names):
        raise pickle_refusal(filename)
    if any(name.endswith(".npy") for name in names):
        return read_npz(archive)
    held = listed(names) if names else "nothing"
    raise WeightsError(f"This archive holds no weights that can be read, but {held}: {_EXPECTED}.")
