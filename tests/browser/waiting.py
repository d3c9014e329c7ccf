"""To wait for what is to come, instead of for some time: a busy machine needs longer."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect


def settled(page: Page) -> None:
    """Wait until the app has drawn all it was asked for; of use while nothing trains."""
    app = page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")
    painted(page)


def until(page: Page, holds: Callable[[], bool], seconds: float = 40) -> None:
    """Wait until something holds that only several questions to the page can tell."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            pytest.fail(f"it did not come to hold within {seconds:g} s")
        page.wait_for_timeout(50)


def painted(page: Page) -> None:
    """Wait until the browser has laid out and painted what it has."""
    page.evaluate("""() => new Promise((done) =>
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))""")
