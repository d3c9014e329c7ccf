"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits

from rnnviz.training import pace


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Compute matrix products on one thread: there are as many processes of tests as cores."""
    with threadpool_limits(limits=1, user_api="blas"):
        yield


@pytest.fixture(scope="session", autouse=True)
def same_on_every_machine() -> Iterator[None]:
    """Refuse the same runs everywhere: a page that prepares its process measures no pace."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "measured", lambda: 1.0)
        yield
