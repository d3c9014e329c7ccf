"""Work that is done in slices, done at once."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

Found = TypeVar("Found")


def drained(work: Generator[None, None, Found]) -> Found:
    """Return the result of a generator that yields while it works."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
