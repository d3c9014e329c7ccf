"""A real app and a real Chromium; skipped with the reason where there is no browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the browser shows to the report of a test that fails."""
    report = yield
    shown = item.funcargs.get("page") if isinstance(item, pytest.Function) else None
    if report.failed and call.excinfo is not None and isinstance(shown, Page):
        report.sections.append(("The page", _seen(shown)))
    return report


def _seen(page: Page) -> str:
    try:
        text = page.locator("body").inner_text(timeout=2_000)
    except Error as error:
        text = f"cannot be read: {error.message}"
    return "\n".join([page.url, *_COMPLAINTS.get(page, []), text[:6_000]])


#: What each page wrote to its console as an error, and its uncaught exceptions.
_COMPLAINTS: dict[Page, list[str]] = {}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that keeps still unless a test asks for motion: painting takes a third of the time."""
    size = {"width": 1440, "height": 900}
    context = browser.new_context(viewport=size, reduced_motion="reduce")
    context.set_default_timeout(_PATIENCE_MS)
    expect.set_options(timeout=_PATIENCE_MS)
    fresh = context.new_page()
    heard = _COMPLAINTS[fresh] = []
    fresh.on("pageerror", lambda error: heard.append(f"exception: {error}"))
    fresh.on(
        "console",
        lambda said: heard.append(f"{said.type}: {said.text}") if said.type == "error" else None,
    )
    yield fresh
    del _COMPLAINTS[fresh]
    context.close()
