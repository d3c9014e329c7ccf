"""To intervene while the network trains: marks in the charts, and undo."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.serving import Server

#: Texts of the marks in each chart that has a loss or an accuracy.
MARKS = """() => [...document.querySelectorAll(".js-plotly-plot")]
  .filter((plot) => plot.data?.some((trace) => ["loss", "accuracy"].includes(trace.name)))
  .map((plot) => [...(plot.data.find((trace) => trace.text)?.text ?? [])].join())
  .join("; ")"""


def visible(page: Page, key: str):
    return page.locator(f".st-key-{key} button:visible").first


def test_a_gate_held_while_training_leaves_a_mark_and_undo_takes_both_away(
    page: Page, server: Server
):
    page.goto(server.url)
    visible(page, "play").click()
    page.locator("[data-testid=stExpander] summary").filter(has_text="Intervene").click()

    visible(page, "intervene").click()

    expect(visible(page, "undo")).to_contain_text("Undo: forget gate held at 1")
    expect(visible(page, "intervene")).to_be_visible()
    held = "forget gate held at 1"
    page.wait_for_function(f"({MARKS})() === '{held}; {held}'", timeout=60_000)

    visible(page, "undo").click()

    expect(visible(page, "undo")).to_be_disabled()
    expect(visible(page, "play")).to_contain_text("Pause")
    page.wait_for_function(f"({MARKS})() === '; '", timeout=60_000)
    expect(page.get_by_test_id("stException")).to_have_count(0)
