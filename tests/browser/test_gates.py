"""The Gates page in a browser: a click that chooses a unit, and training in place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_app import iteration, pause, play_button, train_until
from tests.browser.waiting import settled
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
    page.goto(f"{server.url}/gates?v=1&it=40&page=gates")
    train_until(page, 40)
    expect(page.locator(".st-key-stop_opening")).to_have_count(0)
    expect(play_button(page)).to_contain_text("Train")
    settled(page)
    yield page
    assert not complaints
    expect(page.get_by_test_id("stException")).to_have_count(0)


def show(page: Page, view: str) -> None:
    page.get_by_role("radio", name=view, exact=True).click()


def test_a_click_on_a_map_chooses_its_unit_and_a_second_one_none(gates):
    drag = gates.locator(".nsewdrag").first
    unit = gates.get_by_role("combobox", name="Unit", exact=True)
    # The unit in the middle of 16 is the eighth.
    drag.click(position={"x": 60, "y": 72})
    expect(unit).to_have_value("unit 7")

    drag.click(position={"x": 60, "y": 72})
    expect(unit).to_have_value("none")


def test_a_step_of_the_slider_changes_the_same_picture_in_place(gates):
    chart = gates.locator(".rnnviz-plot-chart").first
    expect(gates.locator(".js-plotly-plot")).to_be_visible()
    gates.evaluate("window.before = plot()")
    gates.wait_for_function("plot()?._fullLayout?.xaxis")
    newest = chart.get_attribute("aria-label")

    gates.get_by_role("slider", name="Iteration").press("Home")

    expect(chart).not_to_have_attribute("aria-label", newest)
    assert gates.evaluate("plot() === before")


def test_the_cloud_is_replayed_by_the_slider_of_the_page_while_its_axes_stand_still(gates):
    show(gates, "Saturation")
    chart = gates.locator(".rnnviz-plot-chart").first
    expect(chart).to_have_attribute("aria-label", re.compile("A point for each unit"))
    gates.wait_for_function("plot()?._fullLayout?.yaxis3")
    start, ranges = gates.evaluate(f"[{_POINTS}, {_RANGES}]")
    assert len(start) == 48

    gates.get_by_role("button", name="Replay").click()
    gates.wait_for_function(f"(start) => `${{{_POINTS}}}` !== `${{start}}`", arg=start)

    assert gates.evaluate(_RANGES) == ranges
    assert gates.locator(".slider-container").count() == 0
    gates.get_by_role("button", name="Stop").click()
    expect(gates.get_by_role("button", name="Replay")).to_be_visible()


def shown_iteration(page: Page) -> int:
    """Return the iteration that the page says its numbers are of."""
    told = page.get_by_text(re.compile(r"^Measured on the probe")).first.inner_text()
    return int(re.search(r"iteration ([\d,]+) of", told)[1].replace(",", ""))


def wait_until_shown(page: Page, more_than: int) -> None:
    """Wait for numbers of a later iteration; a busy machine measures them less often."""
    page.wait_for_function(
        """(least) => {
          const told = /Measured on the probe.* iteration ([\\d,]+) of/;
          const found = document.body.innerText.match(told);
          return found && +found[1].replaceAll(",", "") > least;
        }""",
        arg=more_than,
    )


def test_training_here_updates_the_maps_in_place_and_keeps_zoom_and_unit(gates):
    gates.locator(".nsewdrag").first.click(position={"x": 60, "y": 72})
    unit = gates.get_by_role("combobox", name="Unit", exact=True)
    expect(unit).to_have_value("unit 7")
    gates.evaluate("window.before = plot()")
    gates.evaluate("rnnvizPlotly.then((P) => P.relayout(plot(), {'xaxis.range': [2, 9]}))")
    first = gates.evaluate("plot().data[0].z.bdata")
    chart = gates.locator(".rnnviz-plot-chart").first
    told = chart.get_attribute("aria-label")

    play_button(gates).click()
    train_until(gates, iteration(gates) + 10)

    expect(chart).not_to_have_attribute("aria-label", told)
    gates.wait_for_function("(first) => plot().data[0].z.bdata !== first", arg=first)
    assert gates.evaluate("plot() === before")
    assert gates.evaluate("[...plot()._fullLayout.xaxis.range]") == [2, 9]
    expect(unit).to_have_value("unit 7")

    pause(gates)
    held = iteration(gates)
    gates.wait_for_timeout(500)  # Three ticks, if there were any.
    assert iteration(gates) == shown_iteration(gates) == held
    assert gates.evaluate("plot() === before")


def test_one_can_rewind_while_it_trains_and_follow_again(gates):
    before = iteration(gates)
    play_button(gates).click()
    train_until(gates, before + 10)
    wait_until_shown(gates, before)

    gates.get_by_role("slider", name="Iteration").press("Home")
    expect(gates.get_by_role("button", name="Follow training")).to_be_visible()
    now = iteration(gates)
    train_until(gates, now + 20)
    expect(
        gates.get_by_text(re.compile(r"^Measured on the probe.* iteration 0 of"))
    ).to_be_visible()
    expect(gates.get_by_role("button", name="Follow training")).to_be_visible()

    gates.get_by_role("button", name="Follow training").click()
    expect(gates.get_by_role("button", name="Follow training")).to_be_hidden()
    wait_until_shown(gates, now)
    play_button(gates).click()


def test_in_a_low_window_a_large_map_has_the_words_on_its_axes_in_sight(gates):
    gates.set_viewport_size({"width": 1280, "height": 720})
    gates.locator(".st-key-gate_quantity").get_by_role("combobox").click()
    gates.get_by_role("option", name="forget gate").click()
    words = gates.locator(".js-plotly-plot .xtick text").first
    gates.wait_for_function("plot()?.data?.length === 1")
    expect(words).to_be_in_viewport()
    gates.wait_for_function(
        "plot().querySelector('.xaxislayer-above').getBoundingClientRect().bottom <= 720"
    )
