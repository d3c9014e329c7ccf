"""A sweep in a real browser: its map fills while it is looked at, a cell and a run are opened."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.waiting import settled
from tests.serving import Server

#: Two runs of some milliseconds each.
LINK = "v=1&h=4&page=sweep&p.sweep1=cell~rnn~gru&p.seeds=1&p.until=20"


def test_a_sweep_fills_its_map_and_a_click_opens_the_very_run(page: Page, server: Server):
    page.goto(f"{server.url}/?{LINK}")
    expect(page.get_by_role("heading", name="Sweep", exact=True)).to_be_visible()
    expect(page.get_by_text("2 runs of “Gym schedule”")).to_be_visible()
    page.get_by_role("button", name="Sweep", exact=True).click()
    expect(page.get_by_text("2 runs of “Gym schedule”: all of them have finished")).to_be_visible()
    cells = page.locator(".rnnviz-plot .heatmap-label")
    expect(cells).to_have_count(2)
    expect(cells.first).to_contain_text("0 of 1")
    settled(page)

    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".rnnviz-plot .heatmap-label").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1440, "height": 900})

    # The right one of both cells.
    expect(cells.last).to_be_in_viewport()
    cells.last.click(force=True)
    run = page.get_by_role("button", name=re.compile("Seed 0"))
    expect(page.get_by_text("GRU", exact=True).last).to_be_visible()
    run.click()
    expect(page.locator(".unrolled .about")).to_contain_text("GRU, 4 units")
    expect(page.locator(".readings dd").first).to_have_text("20")
    expect(page.get_by_role("button", name=re.compile("Undo: opened"))).to_be_enabled()
