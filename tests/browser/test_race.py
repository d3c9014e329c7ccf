"""The page Race in a real browser: lanes train side by side, and one is opened in the Studio."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.waiting import until
from tests.serving import Server

#: A small race of one's own: two lanes, two seeds, up to the first mark after 50 iterations.
RACE = (
    "v=1&page=race&task=order&len=10&h=4&p.preset=own&p.seeds=2&p.until=50"
    "&p.lane1=rnn~h_4~b_4&p.lane2=lstm~h_4~b_4"
)


def ink(page: Page, lane: int) -> str:
    """Return the picture of a lane's gates."""
    canvas = page.locator("canvas.picture").nth(lane)
    return canvas.evaluate("(canvas) => canvas.toDataURL()")


def test_lanes_train_side_by_side_and_one_opens_in_the_studio(page: Page, server: Server):
    page.goto(f"{server.url}/race?{RACE}")
    race = page.get_by_role("button", name=re.compile("^Race"))
    race.click()
    expect(page.locator("canvas.picture")).to_have_count(2)
    before = [ink(page, lane) for lane in (0, 1)]
    until(page, lambda: all(ink(page, lane) != before[lane] for lane in (0, 1)))
    chart = page.locator(".js-plotly-plot").first
    chart.wait_for()
    chart.evaluate("(node) => { node.isFirst = true; }")
    expect(page.locator(".says")).to_contain_text("by iteration 80")
    expect(page.get_by_role("button", name=re.compile("Race on to"))).to_be_visible()
    assert page.locator(".js-plotly-plot").first.evaluate("(node) => node.isFirst")
    assert "p.lane2=lstm" in page.url

    page.get_by_role("button", name="Open LSTM in the Studio").click()
    expect(page.locator(".readings dd").first).to_have_text("80")
    expect(page.get_by_role("button", name=re.compile("^Train"))).to_be_visible()
    assert "cell=" not in page.url.split("?")[1].split("p.")[0]
