"""What users typed stands on the page as they typed it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.plain_app import TEXTS
from tests.serving import Server, running_app

_APP = Path(__file__).with_name("plain_app.py")
_PLACES = ("stMarkdown", "stCaptionContainer", "stBaseButton-secondary", "stSliderThumbValue")
_MARKUP = "a, b, em, strong, code, del, mark, li, h1, blockquote, table, .katex, img, [role=img]"


@pytest.fixture(scope="module")
def server(browser: Browser) -> Iterator[Server]:  # noqa: ARG001  no server without a browser
    with running_app(_APP) as app:
        yield app


def as_read(text: str) -> str:
    """Return a text without what has no width."""
    return text.replace("\u2060", "").strip()


def test_no_text_is_read_as_markup(page: Page, server: Server):
    page.goto(server.url)
    expect(page.get_by_role("img", name="home icon")).to_have_count(1)

    for place, text in enumerate(TEXTS):
        shown = page.locator(f".st-key-text_{place}")
        expect(shown.get_by_test_id("stAlert")).to_be_visible()
        for test_id in _PLACES:
            assert as_read(shown.get_by_test_id(test_id).first.inner_text()) == text, test_id
        assert text in as_read(shown.get_by_test_id("stAlert").inner_text())
        assert shown.locator(_MARKUP).count() == 0, text
