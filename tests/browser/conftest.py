"""A real app and a real Chromium; skipped with the reason where there is no browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.serving import Server, running_app

#: Set by .ci/run: there a missing browser is a failure.
_REQUIRED = "RNNVIZ_REQUIRE_BROWSER"
#: The first starts no user interface of its own, which takes about half of the processor's time.
_CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
#: For what comes at once on a quiet machine, and may take long on a busy one.
_PATIENCE_MS = 40_000
_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if path is None:
        reason = f"no browser: none of {', '.join(_CHROMIUM)} is installed"
        if os.environ.get(_REQUIRED):
            pytest.fail(f"{reason}, and {_REQUIRED} is set")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(browser: Browser) -> Iterator[Server]:  # noqa: ARG001  no server without a browser
    with running_app() as app:
        yield app


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(_PATIENCE_MS)
    expect.set_options(timeout=_PATIENCE_MS)
    fresh = context.new_page()
    yield fresh
    context.close()
