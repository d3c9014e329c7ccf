"""Worker processes start as those of a notebook do: there is no script for them to read."""

import sys
from types import ModuleType

import pytest


@pytest.fixture(scope="module", autouse=True)
def without_a_script():
    """Put a bare `__main__` in place; a test of a page leaves its script there for good."""
    before = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    yield
    sys.modules["__main__"] = before
