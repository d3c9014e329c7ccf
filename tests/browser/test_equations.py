"""The equations in a browser: stepping by keyboard moves numbers and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_app import iteration, play_button, train_until
from tests.browser.waiting import settled
from tests.serving import Server

SIZES = {"wide": (1440, 900), "phone": (390, 844)}

#: Counts formulas that are drawn anew, and notes every height of the equations.
WATCH = """
() => {
  const shown = document.querySelector(".st-key-equations");
  window.seen = { formulas: 0, heights: [] };
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]);
    seen.formulas += added.filter((node) => node.querySelector?.(".katex")).length;
    seen.heights.push(shown.getBoundingClientRect().height);
  }).observe(shown, { subtree: true, childList: true, characterData: true });
}
"""

#: Presses the key for the next time step in the moment in which a step is shown, up to the last.
PRESS_AT_ONCE = """
() => {
  const shown = () => document.body.textContent.match(/Time step (\\d+) of 0/)?.[1];
  const key = { code: "ArrowRight", bubbles: true };
  const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", key));
  let last = shown();
  new MutationObserver(() => {
    const now = shown();
    if (!now || now === last) return;
    last = now;
    press();
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
  press();
}
"""


def caption(page: Page, step: int):
    return page.get_by_text(f"Time step {step} of 0..19")


def typeset(page: Page) -> None:
    """Wait until each equation has its formula, which the browser sets a little later."""
    settled(page)
    # An equation may have several formulas: they are there when no more come for a while.
    page.wait_for_function("""() => {
      const count = (part) => document.querySelectorAll(`.st-key-equations ${part}`).length;
      const formulas = count(".katex");
      const now = performance.now();
      if (formulas !== window.formulas) Object.assign(window, { formulas, since: now });
      const all = count(".equation") > 0 && count(".katex-display") >= count(".equation");
      return all && now - window.since > 700;
    }""")


def turn(page: Page, direction: str) -> None:
    """Choose a direction, and wait until its last stage is there."""
    page.get_by_text(f"{direction}:").click()
    last = {"Forward": "4 · What to output", "Backward": "4 · Gradient arriving at the gates"}[
        direction
    ]
    expect(page.get_by_role("heading", name=last)).to_be_visible()
    typeset(page)


@pytest.fixture(params=SIZES)
def equations(page: Page, server: Server, request) -> Iterator[Page]:
    width, height = SIZES[request.param]
    page.set_viewport_size({"width": width, "height": height})
    page.goto(f"{server.url}/equations")
    expect(caption(page, 10)).to_be_visible()
    expect(page.locator(".st-key-equations .katex").first).to_be_visible()
    yield page
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("direction", ["Forward", "Backward"])
def test_arrows_step_through_time_and_only_numbers_change(equations, direction):
    turn(equations, direction)
    equations.evaluate(WATCH)
    before = equations.locator(".st-key-equations").inner_text()

    for step in (11, 12, 13):
        equations.keyboard.press("ArrowRight")
        expect(caption(equations, step)).to_be_visible()
    for step in (12, 11, 10):
        equations.keyboard.press("ArrowLeft")
        expect(caption(equations, step)).to_be_visible()

    equations.wait_for_function(
        "(before) => document.querySelector('.st-key-equations').innerText === before", arg=before
    )
    settled(equations)
    seen = equations.evaluate("seen")
    assert len(set(seen["heights"])) == 1
    assert seen["formulas"] == 0


def test_a_step_that_is_asked_for_in_the_moment_of_the_last_one_is_taken(equations):
    turn(equations, "Forward")
    equations.evaluate(PRESS_AT_ONCE)
    expect(caption(equations, 19)).to_be_visible()


def test_training_here_changes_numbers_in_place_and_keeps_what_is_chosen(equations):
    turn(equations, "Forward")
    equations.keyboard.press("ArrowRight")
    expect(caption(equations, 11)).to_be_visible()
    typeset(equations)
    equations.evaluate(WATCH)
    before = equations.locator(".st-key-equations").inner_text()

    equations.keyboard.press("Space")
    train_until(equations, 15)
    expect(caption(equations, 11)).to_be_visible()
    equations.keyboard.press("Space")
    expect(play_button(equations)).to_contain_text("Train")
    settled(equations)

    assert equations.locator(".st-key-equations").inner_text() != before
    assert equations.evaluate("seen.formulas") == 0
    expect(equations.get_by_text(f"at iteration {iteration(equations)} of")).to_be_visible()
    expect(caption(equations, 11)).to_be_visible()


def test_nothing_is_wider_than_the_page(equations):
    width = equations.viewport_size["width"]
    for direction in ("Forward", "Backward"):
        turn(equations, direction)
        cut = equations.evaluate(
            """() => [...document.querySelectorAll(".equation, .equation p, .katex-display")]
                 .filter((part) => part.scrollWidth > part.clientWidth + 1).length"""
        )
        assert cut == 0
        assert equations.evaluate("document.documentElement.scrollWidth") == width
