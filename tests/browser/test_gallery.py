"""The Gallery: one click, and it moves; the cards fit the window."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from rnnviz.gallery import EXHIBITS
from tests.browser.waiting import until
from tests.serving import Server


@pytest.fixture
def gallery(page: Page, server: Server) -> Page:
    page.goto(f"{server.url}/gallery")
    expect(page.locator("[class*='st-key-card-'] img")).to_have_count(len(EXHIBITS) + 1)
    return page


def test_one_click_opens_an_experiment_on_the_studio_and_it_trains(gallery: Page) -> None:
    gallery.locator(".st-key-open-forget-gates-shut button").click()

    expect(gallery.locator(".unrolled .measured").first).to_be_visible()
    expect(gallery).to_have_url(re.compile(r"/\?v=1&it=[1-9]"))
    expect(gallery).to_have_url(re.compile(r"/\?v=1&it=120&do=120_hold_f_0$"))
    expect(gallery.get_by_role("button", name="Undo: forget gate held at 0")).to_be_visible()


@pytest.mark.parametrize(("width", "in_a_row"), [(1280, 3), (390, 1)])
def test_so_many_cards_are_beside_each_other_and_every_picture_is_seen(
    gallery: Page, width: int, in_a_row: int
) -> None:
    gallery.set_viewport_size({"width": width, "height": 800})
    cards = gallery.locator("[class*='st-key-card-']")

    def boxes() -> list[tuple[float, float, float]]:
        return [tuple(box) for box in cards.evaluate_all(_BOXES)]

    until(gallery, lambda: len({left for left, _, _ in boxes()}) == in_a_row)
    assert all(right <= width for _, right, _ in boxes())
    until(gallery, lambda: all(loaded for _, _, loaded in boxes()))


_BOXES = """(all) => all.map((each) => {
  const box = each.getBoundingClientRect();
  return [Math.round(box.left), box.right, each.querySelector("img").naturalWidth];
})"""
