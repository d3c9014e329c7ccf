"""The picture in windows of all sizes, with one layer and with four, and presented to a room."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from rnnviz.recording import Trace
from tests.browser.mounting import mount
from tests.browser.test_beside import _mount as mount_two
from tests.browser.waiting import painted
from tests.traces import make_trace

_SIZES = [(1280, 720), (1440, 900), (2560, 1440)]
_CELLS = ["lstm", "gru", "rnn", "relu", "mlp"]


def _trace(cell: str, layers: int) -> Trace:
    trace = make_trace(cell=cell, steps=20, units=16)
    return replace(trace, layers=trace.layers * layers)


def _foot(page: Page, part: str) -> float:
    box = page.locator(part).bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize(
    ("cell", "size"),
    [*[("lstm", size) for size in _SIZES], *[(cell, _SIZES[0]) for cell in _CELLS[1:]]],
)
def test_four_layers_leave_prediction_gradient_and_players_in_sight(
    page: Page, cell: str, size: tuple[int, int]
) -> None:
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    mount(page, [_trace(cell, 4)])
    for level in ("All units", "One unit", "One cell"):
        page.locator(".levels button", has_text=level).click()
        painted(page)
        assert _foot(page, ".controls") <= height + 8
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_closed_layer_is_opened_by_its_name_or_by_its_unit(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    mount(page, [_trace("lstm", 4)])
    names = page.locator(".labels .label span:first-child")
    closed = page.locator(".label[data-layer]")
    expect(closed).to_have_text(["layer 1 ▸", "layer 2 ▸", "layer 3 ▸"])
    expect(names.filter(has_text="forget gate")).to_have_count(1)
    closed.nth(1).click()
    expect(closed).to_have_text(["layer 1 ▸", "layer 3 ▸", "layer 4 ▸"])
    expect(page.locator(".layer").filter(has_text="layer")).to_have_text("layer 2")
    page.locator(".scroll").press("ArrowDown")
    expect(closed).to_have_text(["layer 2 ▸", "layer 3 ▸", "layer 4 ▸"])
    expect(page.locator(".readout")).to_contain_text("layer 1, unit 0")
    closed.first.hover()
    expect(page.locator(".tooltip")).to_contain_text("Click its name to open it")


def test_in_a_large_window_the_picture_is_larger_and_its_numbers_are_still_under_the_pointer(
    page: Page,
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    mount(page, [_trace("lstm", 1)])
    before = page.locator(".label", has_text="forget gate").bounding_box()
    page.set_viewport_size({"width": 2560, "height": 1440})
    page.wait_for_function("pictures[0].scene.screen.magnified > 1.5")
    painted(page)
    label = page.locator(".label", has_text="forget gate")
    after = label.bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] > 1.5 * before["height"]
    assert _foot(page, ".controls") <= 1440
    stage = page.locator(".stage").bounding_box()
    assert stage is not None
    # The middle of the row of time step 10 shows one of the two units in the middle.
    x = stage["x"] + page.evaluate(
        """() => { const { layout, screen: { magnified } } = pictures[0].scene;
            return (layout.left + 10.6 * layout.pitch) * magnified; }"""
    )
    page.mouse.move(x, after["y"] + after["height"] / 2)
    tooltip = page.locator(".tooltip")
    expect(tooltip).to_contain_text("time step 10")
    expect(tooltip.locator("small").first).to_contain_text("forget gate, unit ")
    shown = tooltip.bounding_box()
    assert shown is not None
    assert abs(shown["x"] - x) < 60


@pytest.mark.parametrize("size", [*_SIZES, (390, 844)])
@pytest.mark.parametrize("layers", [1, 4])
def test_a_presentation_covers_the_window_and_gives_the_page_back(
    page: Page, size: tuple[int, int], layers: int
) -> None:
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    mount(page, [_trace("lstm", layers)])
    figure = page.locator(".unrolled")
    before = figure.bounding_box()
    page.keyboard.press("f")
    expect(figure).to_have_attribute("popover", "manual")
    painted(page)
    assert figure.bounding_box() == {"x": 0, "y": 0, "width": width, "height": height}
    if width > 500:
        assert _foot(page, ".controls") <= height
        assert layers > 1 or page.evaluate("pictures[0].scene.screen.magnified") > 1
    page.keyboard.press("Escape")
    expect(figure).not_to_have_attribute("popover", "manual")
    painted(page)
    assert figure.bounding_box() == before


def test_a_presentation_is_left_by_its_key_and_its_button_and_the_other_keys_go_on(
    page: Page,
) -> None:
    mount(page, [_trace("gru", 1)])
    page.evaluate("""() => {
        window.pressed = [];
        addEventListener("keydown", ({ key }) => window.pressed.push(key));
    }""")
    button = page.locator(".present")
    expect(button).to_have_attribute("title", "Present: the picture large, all else away (key f)")
    button.click()
    expect(page.locator(".unrolled")).to_have_attribute("popover", "manual")
    for key in (" ", "s", "0"):
        page.keyboard.press(key)
    assert page.evaluate("pressed") == [" ", "s", "0"]
    page.keyboard.press("f")
    expect(page.locator(".unrolled")).not_to_have_attribute("popover", "manual")
    button.click()
    button.click()
    expect(page.locator(".unrolled")).not_to_have_attribute("popover", "manual")


@pytest.mark.parametrize("size", [(1440, 900), (2560, 1440)])
def test_two_networks_beside_each_other_are_presented_together(
    page: Page, size: tuple[int, int]
) -> None:
    width, height = size
    page.set_viewport_size({"width": width, "height": height})
    mount_two(page)
    frame, figures = page.locator(".beside"), page.locator(".unrolled .picture")
    expect(page.locator(".present:visible")).to_have_count(1)
    before = frame.bounding_box()

    page.keyboard.press("f")

    expect(frame).to_have_attribute("popover", "manual")
    assert frame.bounding_box() == {"x": 0, "y": 0, "width": width, "height": height}
    assert _foot(page, ".common .controls") <= height
    boxes = [figures.nth(number).bounding_box() for number in range(2)]
    assert all(boxes)
    assert boxes[0]["y"] == boxes[1]["y"]  # type: ignore[index]
    sizes = page.evaluate("both.scenes().map(({ screen }) => screen.magnified)")
    assert sizes[0] == sizes[1]
    assert sizes[0] > 1 or width < 2000
    page.keyboard.press("Escape")
    expect(frame).not_to_have_attribute("popover", "manual")
    page.wait_for_timeout(300)
    assert frame.bounding_box() == before
    page.locator(".present:visible").click()
    page.evaluate("show(false)")
    expect(frame).not_to_have_attribute("popover", "manual")
    page.keyboard.press("f")
    expect(page.locator(".unrolled").first).to_have_attribute("popover", "manual")
