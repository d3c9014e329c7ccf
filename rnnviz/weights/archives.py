"""Zip archives from strangers: what is in them is listed, limited, and never written to a disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

from rnnviz.weights.errors import WeightsError, listed, named

#: Most bytes that all that is read of an archive may have when unpacked.
MOST_UNPACKED = 64_000_000
#: Most entries: a network that can be shown has a hundredth of it.
MOST_ENTRIES = 2_000

_ENTRY = b"PK\x01\x02"
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
# What zipfile raises on broken bytes; NotImplementedError and RuntimeError of kinds it has not.
_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError),
    *(OverflowError, NotImplementedError, RuntimeError),
)


def is_zip(data: bytes) -> bool:
    """Tell whether a file begins as a zip archive does."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


class Archive:
    """A zip archive in memory.

    Raises
    ------
    WeightsError
        If it is broken, has too many entries, the same name twice, or a name that leads out of a
        folder.
    """

    def __init__(self, data: bytes) -> None:
        # Counted before zipfile makes an object of each, which takes ten times the bytes.
        if data.count(_ENTRY) > MOST_ENTRIES:
            raise WeightsError(f"An archive may have {MOST_ENTRIES:,} entries, got more.")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except _BROKEN as error:
            raise WeightsError(f"This archive (zip) is broken: {named(error)}.") from None
        self._entries = {entry.filename: entry for entry in entries}
        if len(self._entries) < len(entries):
            names = [entry.filename for entry in entries]
            twice = [name for name in self._entries if names.count(name) > 1]
            raise WeightsError(f"In this archive {listed(twice)} is there twice.")
        for name in self._entries:
            _check_name(name)
        self._left = MOST_UNPACKED

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many bytes each entry says to have when unpacked, by name."""
        return {name: entry.file_size for name, entry in self._entries.items()}

    def beginning(self, name: str, count: int) -> bytes:
        """Return the first bytes of an entry."""
        return self._read(name, count)

    def read(self, name: str) -> bytes:
        """Return a whole entry.

        Raises
        ------
        WeightsError
            If it does not have the size that the archive says, or all that was read of the archive
            would be more than `MOST_UNPACKED`.
        """
        size = self._entries[name].file_size
        if size > self._left:
            raise WeightsError(
                f"An archive may unpack to {MOST_UNPACKED / 1e6:.0f} MB, and {named(name)} alone "
                f"is said to have {size / 1e6:,.0f} MB."
                if size > MOST_UNPACKED
                else f"An archive may unpack to {MOST_UNPACKED / 1e6:.0f} MB, got more."
            )
        self._left -= size
        data = self._read(name, size + 1)
        if len(data) != size:
            raise WeightsError(
                f"{named(name)} in this archive is said to have {size:,} bytes, "
                f"got {'more' if len(data) > size else f'{len(data):,}'}."
            )
        return data

    def _read(self, name: str, count: int) -> bytes:
        entry = self._entries[name]
        if entry.flag_bits & 1:
            raise WeightsError(f"{named(name)} in this archive is encrypted.")
        if entry.compress_type not in _METHODS:
            raise WeightsError(
                f"{named(name)} in this archive must be stored or deflated, "
                f"got method {entry.compress_type}."
            )
        try:
            with self._zip.open(entry) as stream:
                return stream.read(count)
        except _BROKEN as error:
            raise WeightsError(
                f"{named(name)} in this archive is broken: {named(error)}."
            ) from None


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]:
        raise WeightsError(
            f"A name in this archive leads out of its folder: {named(name)}. Plain names were "
            "expected."
        )
