"""A file is taken along from the running app, while it trains."""

from __future__ import annotations

import json

import numpy as np
from playwright.sync_api import Page, expect

from tests.serving import Server


def test_the_numbers_are_saved_while_training_goes_on(server: Server, page: Page) -> None:
    page.goto(server.url)
    page.locator(".st-key-play button").click()
    page.get_by_text("Take it with you").click()
    page.get_by_role("radio", name="NumPy").click()
    page.get_by_role("button", name="Make the file").click()
    save = page.get_by_role("button", name="Save rnnviz-gym-lstm-0-")
    with page.expect_download() as download:
        save.click()

    assert download.value.suggested_filename.endswith(".npz")
    with np.load(download.value.path(), allow_pickle=False) as read:
        about = json.loads(str(read["description"]))
        assert about["config"]["cell"] == "lstm"
        iterations = read["iteration"]
    assert iterations[0] == 0
    readings = page.locator(".readings dd").first
    before = readings.inner_text()
    expect(readings).not_to_have_text(before)
