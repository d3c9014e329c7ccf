"""Your network in a real browser: a file is uploaded, and the Studio looks into it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from rnnviz.weights.guesses import EXAMPLE_FILE
from tests.serving import Server


def test_an_uploaded_file_is_looked_into_in_the_studio(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/network")
    chooser = page.locator(".st-key-network_file input[type=file]")
    expect(chooser).to_have_count(1)
    data = EXAMPLE_FILE.read_bytes()
    chooser.set_input_files(
        {"name": "mine.safetensors", "mimeType": "application/octet-stream", "buffer": data}
    )
    expect(page.get_by_text("What is in mine.safetensors")).to_be_visible()
    expect(page.get_by_text("This fits: 12 steps")).to_be_visible()

    page.get_by_role("button", name="Look into it").click()
    expect(page.locator(".unrolled .about").first).to_contain_text("LSTM, 20 units")
    # Nothing was said of targets: no chart stands empty, and nothing can be trained.
    expect(page.get_by_text("No step has a target").first).to_be_visible()
    expect(page.locator(".st-key-play button").first).to_be_disabled()
    expect(page.locator(".js-plotly-plot")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo: your network")).to_be_visible()
