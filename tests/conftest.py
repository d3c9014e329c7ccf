"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Compute matrix products on one thread: there are as many processes of tests as cores."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield
