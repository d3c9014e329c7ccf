"""Reads an HDF5 file in a process of its own: run by hdf5.py, imports nothing of this package.

The library in C that reads HDF5 was not made for files from strangers: one flipped byte can end the
process, or keep it busy for ever. So it gets a process with little memory and little time, which
cannot open any other file. The file comes from the standard input; to the standard output go one
line of JSON, and then the numbers of the datasets one after the other, little-endian.

Of all that HDF5 can say, only what Keras writes is taken: groups, datasets that lie in the file in
one piece, and attributes that are text.
"""

from __future__ import annotations

import codecs
import json
import math
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

#: Most bytes of memory besides COPIES of the file, seconds of the processor: 64 MB take half a
#: second.
MEMORY, COPIES, SECONDS = 100_000_000, 6, 5
#: Most groups and datasets, groups inside each other, characters of a path, characters in all
#: texts, texts in a list.
OBJECTS, DEPTH, PATH, CHARACTERS, TEXTS = 5_000, 16, 1_000, 4_000_000, 5_000
#: What the state of the optimiser is called: it is neither shown nor read.
OPTIMISERS = ("optimizer", "optimizer_weights")
#: The attributes that are read, if they are there.
ATTRIBUTES = ("model_config", "layer_names", "weight_names", "name")


class RefusedError(Exception):
    """A file that holds what no file of Keras holds; the message is a sentence."""


def limit(file_size: int) -> None:
    """Limit memory, time and files of this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: only the time is limited, by who waits for the answer.
        return
    for encoding in ("ascii", "utf-8", "latin-1"):
        codecs.lookup(encoding)  # Loaded from a file of the machine when it is first used.
    limits = {
        resource.RLIMIT_AS: _used() + MEMORY + COPIES * file_size,
        resource.RLIMIT_CPU: math.ceil(time.process_time()) + SECONDS,
        # From here on nothing can be opened, written to disk or dumped.
        resource.RLIMIT_NOFILE: 3,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for what, most in limits.items():
        resource.setrlimit(what, (most, most))


def _used() -> int:
    """Return how much address space is taken, in bytes; 1 GB where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 1_000_000_000


class Reader:
    """One file: what was found so far, and what is left of the limits."""

    def __init__(self, file: Any, size: int, h5py: Any) -> None:
        self.file, self.size, self.h5py = file, size, h5py
        self.entries: list[dict[str, Any]] = []
        self.datasets: list[Any] = []
        self.texts: dict[str, dict[str, list[str]]] = {}
        self.left, self.characters = size, CHARACTERS
        self.seen: dict[int, str] = {}

    def read(self) -> None:
        """Go through the file, without its numbers."""
        self._attributes("", self.file)
        self._group("", self.file, 0)

    def _group(self, path: str, group: Any, depth: int) -> None:
        if depth > DEPTH:
            raise RefusedError(f"It has more than {DEPTH} groups inside each other.")
        for name in self._names(group):
            inside = f"{path}/{name}" if path else name
            if depth == 0 and name in OPTIMISERS:
                continue
            if len(inside) > PATH:
                raise RefusedError(f"It has a name of more than {PATH:,} characters.")
            self._check_link(group, name, inside)
            item = group[name]
            self._once(inside, item)
            self._attributes(inside, item)
            if isinstance(item, self.h5py.Group):
                self._group(inside, item, depth + 1)
            elif isinstance(item, self.h5py.Dataset):
                self._dataset(inside, item)
            else:
                raise RefusedError(f"{inside} is neither a group nor a dataset.")

    def _names(self, group: Any) -> Iterator[str]:
        if len(group) > OBJECTS:
            raise RefusedError(
                f"It has a group of {len(group):,} entries; at most {OBJECTS:,} are read."
            )
        yield from list(group)

    def _check_link(self, group: Any, name: str, inside: str) -> None:
        link = type(group.get(name, getlink=True)).__name__
        if link != "HardLink":
            kinds = {"ExternalLink": "another file", "SoftLink": "another place of the file"}
            raise RefusedError(f"{inside} is a link to {kinds.get(link, 'something else')}.")

    def _once(self, inside: str, item: Any) -> None:
        """Refuse circles, and one object under two names."""
        address = int(self.h5py.h5o.get_info(item.id).addr)
        if address in self.seen:
            raise RefusedError(f"{inside} and {self.seen[address]} are one and the same object.")
        if len(self.seen) >= OBJECTS:
            raise RefusedError(f"It has more than {OBJECTS:,} groups and datasets.")
        self.seen[address] = inside or "the file"

    def _dataset(self, inside: str, dataset: Any) -> None:
        """Note a dataset; its numbers are read later if they are floating-point numbers."""
        h5py, plan = self.h5py, dataset.id.get_create_plist()
        try:
            dtype = dataset.dtype
        except (TypeError, ValueError):
            raise RefusedError(f"The type of {inside} is not known.") from None
        if dtype.hasobject or dtype.subdtype or dtype.fields:
            raise RefusedError(f"{inside} must hold numbers, got {dtype}.")
        shape = dataset.shape
        if shape is None or len(shape) > 8:
            raise RefusedError(f"{inside} must have 0 to 8 axes.")
        bytes_declared = math.prod(int(side) for side in shape) * dtype.itemsize
        if plan.get_layout() not in (h5py.h5d.CONTIGUOUS, h5py.h5d.COMPACT):
            raise RefusedError(
                f"{inside} is stored in pieces, compressed, or in other files; "
                "Keras writes an array in one piece."
            )
        if plan.get_external_count():
            raise RefusedError(f"The numbers of {inside} are in another file.")
        stored = int(dataset.id.get_storage_size())
        offset = dataset.id.get_offset() if bytes_declared else 0
        if stored != bytes_declared or (offset or 0) + stored > self.size:
            raise RefusedError(
                f"{inside} is said to have {bytes_declared:,} bytes, shape {tuple(shape)}, "
                "and they are not in the file."
            )
        self.left -= bytes_declared
        if self.left < 0:
            raise RefusedError("Its arrays are said to have more bytes than the file has.")
        is_float = dtype.kind == "f" and dtype.itemsize in (2, 4, 8)
        address = int(h5py.h5o.get_info(dataset.id).addr)
        entry: dict[str, Any] = {"path": inside, "shape": [int(side) for side in shape]}
        self.entries.append(entry | {"dtype": _named(dtype), "address": address, "read": is_float})
        if is_float:
            self.datasets.append(dataset)

    def _attributes(self, inside: str, item: Any) -> None:
        for name in ATTRIBUTES:
            if name in item.attrs:
                texts = self._texts(f"{name} of {inside or 'the file'}", item, name)
                self.texts.setdefault(inside, {})[name] = texts

    def _texts(self, what: str, item: Any, name: str) -> list[str]:
        """Return the texts of an attribute."""
        attribute = self.h5py.h5a.open(item.id, name.encode())
        count = int(attribute.get_space().get_simple_extent_npoints())
        if count == 0:
            return []
        if count > TEXTS:
            raise RefusedError(f"{what} has {count:,} entries; at most {TEXTS:,} are read.")
        kind = attribute.get_type()
        if kind.get_class() != self.h5py.h5t.STRING:
            raise RefusedError(f"{what} must be text.")
        if not kind.is_variable_str() and kind.get_size() * count > self.size:
            raise RefusedError(f"{what} is said to be longer than the file.")
        value = item.attrs[name]
        values = [value] if isinstance(value, (str, bytes)) else list(value.ravel())
        texts = [each.decode("utf-8") if isinstance(each, bytes) else str(each) for each in values]
        self.characters -= sum(map(len, texts))
        if self.characters < 0:
            raise RefusedError(f"Its texts have more than {CHARACTERS:,} characters.")
        return texts


def _named(dtype: Any) -> str:
    """Return the name of a type; Keras stores bfloat16 as two bytes without a meaning."""
    return "bfloat16" if dtype.kind == "V" and dtype.itemsize == 2 else str(dtype.name)


def answer(data: bytes, h5py: Any) -> Iterator[bytes]:
    """Yield what a file holds: a line of JSON, then the numbers of its datasets, one by one."""
    begun = False
    try:
        with _opened(data, h5py) as file:
            reader = Reader(file, len(data), h5py)
            reader.read()
            begun = True
            yield _line({"datasets": reader.entries, "texts": reader.texts})
            for dataset in reader.datasets:
                numbers = dataset[()]
                yield numbers.astype(numbers.dtype.newbyteorder("<"), copy=False).tobytes()
    except RefusedError as refusal:
        yield _line({"refused": str(refusal)})
    except Exception as error:  # The library in C raises whatever it likes on a broken file.
        if not begun:  # Else numbers are missing, which who waits for them notices.
            yield _line({"broken": str(error)[:200]})


def _opened(data: bytes, h5py: Any) -> Any:
    """Open a file that is in memory, as the library does it itself: without calls back to here."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_fapl_core(backing_store=False)
    access.set_file_image(data)
    return h5py.File(h5py.h5f.open(b"weights", h5py.h5f.ACC_RDONLY, access))


def _line(found: dict[str, Any]) -> bytes:
    return json.dumps(found).encode() + b"\n"


def main() -> None:
    """Read the standard input, write the standard output."""
    data = sys.stdin.buffer.read()
    import h5py

    limit(len(data))
    for part in answer(data, h5py):
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
