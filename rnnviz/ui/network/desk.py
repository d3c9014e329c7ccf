"""What the page Your network keeps for a visitor: the open file, and what was made of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rnnviz.tasks.own_sequences import OwnSequences
from rnnviz.visit import Visit, room
from rnnviz.visit.turns import TURNS
from rnnviz.visit.upkeep import Upkeep
from rnnviz.weights import Contents, Model, WeightsError, build, read, reading_mb

#: Most bytes of a file that is opened; `server.maxUploadSize` stops larger ones on their way.
MOST_BYTES = 20_000_000
#: Files of all visitors that are read at the same time, and seconds that one waits for the others.
AT_ONCE, WAIT_S = 2, 20.0

_READING = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, eq=False)
class File:
    """An open file.

    Parameters
    ----------
    name
        As the browser tells it: anything.
    contents
    number
        Counts the files, so that each has controls of its own.
    is_example
        Whether it is the one that comes with the app.
    """

    name: str
    contents: Contents
    number: int
    is_example: bool = False

    def key(self, name: str) -> str:
        """Return the key of a control of this file."""
        return f"network:{name}:{self.number}"


@dataclass
class Desk(Upkeep):
    """What the page keeps for one visitor.

    Parameters
    ----------
    file
        The open file; None if there is none.
    refused
        Why the last file could not be opened, or was not looked into; None if it was.
    """

    file: File | None = None
    refused: ValueError | None = None
    _opened: int = 0
    _reads_mb: float = 0.0
    _made: tuple[Any, Model | WeightsError] | None = field(default=None, repr=False)
    _task: tuple[Any, OwnSequences | str] | None = field(default=None, repr=False)

    @property
    def needs_mb(self) -> float:
        """Megabytes of the open file's arrays, and of a file that is being read."""
        if self.file is None:
            return self._reads_mb
        arrays = self.file.contents.arrays.values()
        return self._reads_mb + sum(array.nbytes for array in arrays) / 1e6

    def open(self, visit: Visit, data: bytes, name: str, is_example: bool = False) -> bool:
        """Read a file; one that is refused leaves everything as it was.

        Returns
        -------
        bool
            False if it was refused; `refused` then says why.
        """
        self.refused = None
        try:
            if len(data) > MOST_BYTES:
                raise WeightsError(
                    f"A file may have {MOST_BYTES / 1e6:.0f} MB here, got {len(data) / 1e6:,.1f} MB"
                )
            with self._reading(visit, reading_mb(data)):
                contents = read(data, name)
        except ValueError as refused:
            self.refused = refused
            return False
        self._opened += 1
        self._made = self._task = None
        self.file = File(name, contents, self._opened, is_example)
        return True

    @contextmanager
    def _reading(self, visit: Visit, needed: float) -> Iterator[None]:
        """Keep room for reading a file; not in a turn, since a file of HDF5 may take many seconds.

        Raises
        ------
        ValueError
            If there is no room, or others' files take too long.
        """
        if not _READING.acquire(timeout=WAIT_S):
            raise ValueError("The files of other visitors are being read: try again in a minute")
        try:
            with TURNS.turn(visit):
                room.require_mb(visit, visit.needs_mb, needed, "come back later")
                self._reads_mb = needed
            yield
        finally:
            self._reads_mb = 0.0
            _READING.release()

    def close(self) -> None:
        """Forget the file; a run that was begun from it goes on."""
        self.file = self.refused = self._made = self._task = None

    def model(self, **chosen: Any) -> Model | WeightsError:
        """Return the network with these choices (as `build` takes them), or why there is none."""
        assert self.file is not None
        key = tuple(chosen.items())
        if self._made is None or self._made[0] != key:
            try:
                self._made = key, build(self.file.contents, **chosen)
            except WeightsError as refused:
                self._made = key, refused
        return self._made[1]

    def task(self, **settings: Any) -> OwnSequences | str:
        """Return the task with these settings, or the sentence with which it is refused."""
        key = tuple(settings.items())
        if self._task is None or self._task[0] != key:
            try:
                self._task = key, OwnSequences(**settings)
            except ValueError as refused:
                self._task = key, str(refused)
        return self._task[1]
