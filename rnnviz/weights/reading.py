"""Which kind of file it is: told by its first bytes, never by its name."""

from __future__ import annotations

from rnnviz.weights.contents import Contents
from rnnviz.weights.errors import WeightsError, named
from rnnviz.weights.safetensors_file import looks_like_safetensors, read_safetensors

#: Most bytes of a file that is read.
MOST_BYTES = 64_000_000


def read(data: bytes, filename: str = "") -> Contents:
    """Read a file of weights, and find the networks in it. Nothing in it is executed.

    Parameters
    ----------
    data
        The whole file: safetensors, or `.npz`.
    filename
        Only for sentences; what kind of file it is, its content tells.

    Raises
    ------
    WeightsError
        If no network can be made of it: says what was expected, and what came.
    """
    if not data:
        raise WeightsError(f"{named(filename) or 'The file'} is empty.")
    if len(data) > MOST_BYTES:
        raise WeightsError(
            f"A file of weights may have {MOST_BYTES / 1e6:.0f} MB, got {len(data) / 1e6:,.0f} MB."
        )
    if looks_like_safetensors(data):
        return read_safetensors(data)
    raise WeightsError(
        f"{named(filename) or 'This'} is no file of weights that can be read: "
        "safetensors was expected."
    )
