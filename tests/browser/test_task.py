"""The Task page on a phone."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.serving import Server


def test_on_a_phone_seven_days_fit_and_tool_bars_cover_no_heading(browser: Browser, server: Server):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    page.goto(f"{server.url}/task")
    calendar = page.locator(".st-key-calendar")

    expect(calendar.get_by_text("Sun", exact=True)).to_be_visible()
    sunday = calendar.get_by_text("Sun", exact=True).bounding_box()
    assert sunday["x"] + sunday["width"] <= 390
    heading = page.get_by_text("each with its integer")
    table = page.locator("[data-testid='stElementContainer']:has(.stDataFrame)").nth(1)
    expect(table).to_be_visible()
    above = heading.bounding_box()
    # Streamlit puts the tool bar of a table into the 40 pixels above it.
    assert above["y"] + above["height"] <= table.bounding_box()["y"] - 40
    context.close()
