"""The Gates page in a browser: a click that chooses a unit, and the cloud that plays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_app import open_page, play_button, train_until
from tests.serving import Server

#: Of the first chart: where its points are, and from where to where its axes go.
_POINTS = "[...plot().querySelectorAll('.points path')].map((p) => p.getAttribute('transform'))"
_RANGES = "['xaxis', 'yaxis', 'xaxis3'].map((axis) => plot()._fullLayout[axis].range)"


@pytest.fixture
def gates(page: Page, server: Server) -> Iterator[Page]:
    """The Gates page of a visitor whose network has been trained a little."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script("window.plot = () => document.querySelector('.js-plotly-plot')")
    page.goto(server.url)
    play_button(page).click()
    train_until(page, 30)
    play_button(page).click()
    open_page(page, "Gates")
    yield page
    assert not complaints
    expect(page.get_by_test_id("stException")).to_have_count(0)


def show(page: Page, view: str) -> None:
    page.get_by_role("radio", name=view, exact=True).click()


def test_a_click_on_a_map_chooses_its_unit_and_a_second_one_none(gates):
    drag = gates.locator(".nsewdrag").first
    unit = gates.locator(".st-key-unit").get_by_role("combobox")
    # The unit in the middle of 16 is the eighth.
    drag.click(position={"x": 60, "y": 72})
    expect(unit).to_have_value("unit 7")

    drag.click(position={"x": 60, "y": 72})
    expect(unit).to_have_value("none")


def test_a_step_of_the_slider_changes_the_same_picture_in_place(gates):
    chart = gates.locator(".rnnviz-plot-chart").first
    expect(gates.locator(".js-plotly-plot")).to_be_visible()
    gates.evaluate("window.before = plot()")
    newest = chart.get_attribute("aria-label")

    gates.get_by_role("slider", name="Iteration").press("Home")

    expect(chart).not_to_have_attribute("aria-label", newest)
    assert gates.evaluate("plot() === before")


def test_the_cloud_plays_from_the_start_while_its_axes_stand_still(gates):
    show(gates, "Saturation")
    expect(gates.locator(".updatemenu-button").first).to_be_visible()
    gates.get_by_role("slider", name="Iteration").press("Home")
    told = gates.locator(".slider-label").first
    expect(told).to_have_text("iteration 0")
    start, ranges = gates.evaluate(f"[{_POINTS}, {_RANGES}]")

    gates.get_by_role("button", name="Play").press("Enter")
    gates.wait_for_function(f"(start) => `${{{_POINTS}}}` !== `${{start}}`", arg=start)

    moved, still = gates.evaluate(f"[{_POINTS}, {_RANGES}]")
    assert len(moved) == len(start) == 48
    assert still == ranges
    expect(told).not_to_have_text("iteration 0")
    gates.get_by_role("button", name="Pause").click()
