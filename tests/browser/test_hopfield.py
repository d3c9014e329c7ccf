"""The board of the Hopfield page in a real browser: drawn on, recalled, played."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.waiting import settled, until
from tests.serving import Server


def opened(page: Page, server: Server, words: str = "") -> None:
    page.emulate_media(reduced_motion="no-preference")
    page.goto(f"{server.url}/hopfield?v=1&page=hopfield{words}")
    expect(page.locator("canvas.grid")).to_be_visible()
    settled(page)


def ink(page: Page) -> str:
    """Return which units of the grid are dark, row by row, as it is painted."""
    return page.locator("canvas.grid").evaluate(
        """(grid, side) => {
          const pen = grid.getContext("2d"), size = grid.width / side;
          let found = "";
          for (let unit = 0; unit < side * side; unit++) {
            const [x, y] = [(unit % side + 0.5) * size, (Math.floor(unit / side) + 0.5) * size];
            found += pen.getImageData(x, y, 1, 1).data[3] > 128 ? "1" : "0";
          }
          return found;
        }""",
        10,
    )


def test_a_drawing_is_stored_spoiled_and_recalled_unit_by_unit(page: Page, server: Server):
    opened(page, server)
    page.get_by_role("button", name="Forget all").click()
    expect(page.get_by_role("button", name="Load A")).to_have_count(0)
    page.get_by_role("button", name="Clear").click()
    until(page, lambda: "1" not in ink(page))
    box = page.locator("canvas.grid").bounding_box()
    unit = box["width"] / 10
    page.mouse.move(box["x"] + 0.5 * unit, box["y"] + 0.5 * unit)
    page.mouse.down()
    page.mouse.move(box["x"] + 9.5 * unit, box["y"] + 9.5 * unit, steps=3)
    page.mouse.up()
    drawn = ink(page)
    assert [place for place, cell in enumerate(drawn) if cell == "1"] == list(range(0, 100, 11))

    page.get_by_role("button", name="Store", exact=True).click()
    expect(page.get_by_role("button", name="Load drawing 1")).to_be_visible()
    page.get_by_role("button", name="Flip").click()
    until(page, lambda: ink(page) != drawn)
    # The address follows what is stored and drawn.
    expect(page).to_have_url(re.compile(r"p\.letters=none.*p\.own1=801.*p\.whole=801"))
    page.get_by_role("button", name="Recall", exact=True).click()
    expect(page.locator(".reading")).to_have_text(re.compile(r"step (\d+) of \1$"))

    expect(page.locator(".why")).to_contain_text("its local field h is")
    expect(page.locator(".why")).to_contain_text("Now no unit disagrees")
    assert ink(page) == drawn
    page.get_by_role("button", name="One step back").click()
    expect(page.locator(".reading")).not_to_have_text(re.compile(r"step (\d+) of \1$"))
    assert sum(a != b for a, b in zip(ink(page), drawn, strict=True)) == 1


def test_the_keyboard_draws_and_leaves_the_run_alone(page: Page, server: Server):
    opened(page, server)
    before = ink(page)
    page.locator("canvas.grid").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(page.locator(".under")).to_contain_text("row 2, column 2")
    after = ink(page)
    assert [place for place in range(100) if before[place] != after[place]] == [11]
    expect(page.get_by_role("button", name="Train")).to_be_visible()


def test_on_a_phone_a_finger_draws_and_nothing_is_too_wide(browser: Browser, server: Server):
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    opened(page, server)
    before = ink(page)
    box = page.locator("canvas.grid").bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] * 0.05, box["y"] + box["height"] * 0.05)
    until(page, lambda: ink(page)[0] != before[0])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Recall", exact=True).click()
    expect(page.locator(".reading")).to_have_text(re.compile(r"step (\d+) of \1$"))
    context.close()
