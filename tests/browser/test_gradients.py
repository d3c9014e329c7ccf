"""The gradient laboratory as a visitor has it: it trains, keeps charts and zoom, answers clicks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_app import iteration, play_button, train_until
from tests.browser.waiting import settled
from tests.serving import Server


@pytest.fixture
def laboratory(page: Page, server: Server) -> Iterator[Page]:
    """The page of a new visitor; whatever it complains of fails the test."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{server.url}/gradients")
    expect(play_button(page)).to_contain_text("Train")
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    yield page
    assert not complaints
    expect(page.get_by_test_id("stException")).to_have_count(0)


def view(page: Page, title: str) -> None:
    page.locator('[class*="st-key-gradient_view"]').get_by_text(title, exact=True).click()


def test_training_here_updates_the_charts_in_place_and_keeps_the_zoom(laboratory):
    play_button(laboratory).click()
    train_until(laboratory, 20)
    chart = laboratory.locator(".js-plotly-plot").first
    chart.evaluate("(node) => { node.marked = true; }")
    chart.evaluate("(node) => rnnvizPlotly.then((P) => P.relayout(node, {'xaxis.range': [2, 9]}))")
    sentence = laboratory.locator(".rnnviz-plot-caption").first
    before = sentence.inner_text()

    train_until(laboratory, iteration(laboratory) + 15)

    expect(sentence).not_to_have_text(before)
    assert chart.evaluate("(node) => node.marked")
    assert chart.evaluate("(node) => [...node._fullLayout.xaxis.range]") == [2, 9]


def test_a_click_on_a_row_shows_what_that_prediction_is_sensitive_to(laboratory):
    view(laboratory, "Itemised")
    expect(laboratory.locator("body")).to_contain_text(
        "The loss of the prediction at step 19 is most sensitive"
    )
    chart = laboratory.locator(".js-plotly-plot").first
    expect(chart.locator(".nsewdrag")).to_be_visible()
    box = chart.locator(".nsewdrag").bounding_box()
    assert box is not None
    # Row 6 of 20, column 3.
    x, y = box["x"] + 3.5 / 20 * box["width"], box["y"] + 6.5 / 20 * box["height"]
    laboratory.mouse.move(x - 5, y)
    laboratory.mouse.move(x, y)
    laboratory.mouse.click(x, y)

    expect(laboratory.locator("body")).to_contain_text(
        "The loss of the prediction at step 6 is most sensitive"
    )


def test_training_can_be_replayed(laboratory):
    for number in range(1, 9):
        laboratory.locator(".st-key-step button").first.click()
        expect(laboratory.locator(".readings dd").first).to_have_text(str(number))
    slider = laboratory.get_by_role("slider", name="Iteration")
    expect(slider).to_have_attribute("aria-valuetext", "8")

    laboratory.get_by_role("button", name="Replay").click()

    expect(laboratory.get_by_role("button", name=re.compile("Stop"))).to_be_visible()
    expect(laboratory.get_by_role("button", name="Replay")).to_be_visible()
    settled(laboratory)
    expect(slider).to_have_attribute("aria-valuetext", "8")
    expect(slider).to_be_enabled()


def test_the_gradient_check_runs_to_its_end_while_the_page_answers(laboratory):
    view(laboratory, "Check")
    laboratory.get_by_role("button", name="Check the gradient").click()
    expect(laboratory.locator("body")).to_contain_text("agree with central differences")
    expect(laboratory.get_by_role("button", name="Check the gradient")).to_be_visible()


@pytest.mark.parametrize("preset", ["Vanishing", "Truncation", "Cell path"])
def test_on_a_projector_a_preset_leaves_room_for_its_chart(laboratory, preset):
    laboratory.set_viewport_size({"width": 1280, "height": 720})
    laboratory.get_by_role("button", name=preset, exact=True).click()
    expect(laboratory.locator(".st-key-report")).to_be_visible()
    stop = laboratory.get_by_role("button", name="Stop", exact=True)
    stop.wait_for(state="hidden", timeout=120_000)  # Several runs are trained.
    plot = laboratory.locator(".st-key-laboratory .js-plotly-plot .cartesianlayer").first
    expect(plot).to_be_visible()
    settled(laboratory)
    box = plot.bounding_box()
    assert box is not None
    assert 720 - box["y"] > 100
