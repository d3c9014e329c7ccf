"""Read in small steps what takes long, and cache the last few results."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable, Iterator
from typing import Generic, TypeVar

Asked = TypeVar("Asked", bound=Hashable)
Found = TypeVar("Found")


def finished(steps: Generator[None, None, Found]) -> Found:
    """Take all steps at once, and return what they come to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Found = end.value
            return found


class Reader(Generic[Asked, Found]):
    """Reads step by step, and caches the last few results and refusals.

    Parameters
    ----------
    read
        Reads what is asked for, in steps of some milliseconds, or raises ValueError.
    most
        How many results are kept.
    """

    def __init__(self, read: Callable[[Asked], Generator[None, None, Found]], most: int) -> None:
        self._read = read
        self._most = most
        self._known: OrderedDict[Asked, Found | ValueError] = OrderedDict()

    def get(self, asked: Asked) -> Found:
        """Return what was asked for; a second time it comes from the cache.

        Raises
        ------
        ValueError
            If it is refused.
        """
        found = finished(self._steps(asked))
        if isinstance(found, ValueError):
            raise ValueError(str(found))
        return found

    def prepare(self, asked: Asked) -> Iterator[None]:
        """Read in small steps what is not cached yet; `get` then returns or refuses it at once."""
        yield from self._steps(asked)

    def _steps(self, asked: Asked) -> Generator[None, None, Found | ValueError]:
        """Read and return the result, which others may push out of the cache at once."""
        known = self._known.get(asked)
        if known is not None:
            return known
        found: Found | ValueError
        try:
            found = yield from self._read(asked)
        except ValueError as refused:
            found = ValueError(str(refused))  # a new one: it holds no traceback
        self._known[asked] = found
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return found
