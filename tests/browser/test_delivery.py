"""A page that is drawn anew stays whole, however soon a part of it runs again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.serving import Server, running_app

_APP = Path(__file__).with_name("delivery_app.py")


@pytest.fixture(scope="module")
def server(browser: Browser) -> Iterator[Server]:  # noqa: ARG001  no server without a browser
    with running_app(_APP) as app:
        yield app


def test_a_page_is_sent_before_a_part_of_it_is_drawn_again(page: Page, server: Server):
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.goto(server.url)

    for runs in range(1, 16):
        expect(page.get_by_text(f"page {runs} sent: True")).to_be_visible()
        expect(page.get_by_text(f"part of page {runs}")).to_be_visible()
        page.get_by_role("button", name="Again").click()

    assert errors == []
