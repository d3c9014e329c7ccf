"""The page that is taken along: opened from a file, with no network, it does what the app does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from rnnviz import RunConfig, Trainer, export
from rnnviz.figures import standalone
from rnnviz.ui.components.unrolled import script
from tests.browser.test_unrolled import _number, _point_at


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    made = Trainer(RunConfig(hidden_size=4))
    made.advance(iterations=20)
    return made


@pytest.fixture
def alone(page: Page, trainer: Trainer, tmp_path: Path) -> Page:
    """The page from a file, in a browser that has no network; it must not complain of anything."""
    file = tmp_path / "run.html"
    file.write_text(standalone.page(export.snapshot(trainer), script()), encoding="utf-8")
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: problems.append(request.url) if asks(request.url) else None)
    page.context.set_offline(True)
    page.emulate_media(reduced_motion="no-preference")
    page.goto(file.as_uri())
    expect(page.locator(".unrolled .label").first).to_be_visible()
    yield page
    assert problems == []


def asks(address: str) -> bool:
    return not address.startswith(("file:", "data:", "blob:"))


def _still(page: Page) -> None:
    play = page.locator(".unrolled .time .play")
    if play.get_attribute("aria-pressed") == "true":
        play.click()


def test_it_shows_the_newest_iteration_and_plays_at_once(alone: Page, trainer: Trainer) -> None:
    expect(alone).to_have_title("Gym schedule, LSTM")
    expect(alone.locator(".measured")).to_contain_text(f"iteration {trainer.iteration}")
    step = alone.locator(".time input")
    before = step.input_value()
    expect(step).not_to_have_value(before)
    _still(alone)
    expect(alone.locator(".time .play")).to_have_attribute("aria-pressed", "false")
    expect(alone.locator(".follow")).to_be_hidden()


def test_a_hover_over_any_iteration_tells_the_recorded_number(
    alone: Page, trainer: Trainer
) -> None:
    _still(alone)
    for place in (20, 7):
        alone.locator(".training input").fill(str(place))
        expect(alone.locator(".measured")).to_contain_text(f"iteration {place} ")
        told = _point_at(alone, "cell state, unit 2, time step 3")
        assert "≈" not in told
        state = trainer.recording.at(place).c
        assert state is not None
        assert _number(told) == pytest.approx(state[3, 2], rel=1e-5)


def test_steps_are_scrubbed_and_keys_work(alone: Page, trainer: Trainer) -> None:
    _still(alone)
    alone.locator(".time input").fill("5")
    label = trainer.trace().input_labels[5]
    expect(alone.locator(".readout")).to_contain_text(re.compile(f"time step 5.*{label}"))
    alone.locator(".scroll").focus()
    alone.keyboard.press("ArrowRight")
    expect(alone.locator(".readout")).to_contain_text("time step 6")


def test_training_is_replayed_and_saved_without_a_network_too(alone: Page) -> None:
    _still(alone)
    alone.locator(".training input").fill("0")
    alone.get_by_role("button", name="Play training: all kept").click()
    expect(alone.locator(".training input")).not_to_have_value("0")
    alone.get_by_role("button", name="Save the picture").click()
    with alone.expect_download() as download:
        alone.get_by_role("button", name="this picture as PNG").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_it_follows_the_viewers_wish_for_dark(alone: Page) -> None:
    _still(alone)
    papers = []
    for scheme in ("light", "dark"):
        alone.emulate_media(color_scheme=scheme)
        expect(alone.locator("body")).to_have_css(
            "background-color", {"light": "rgb(255, 255, 255)", "dark": "rgb(25, 25, 24)"}[scheme]
        )
        alone.wait_for_timeout(300)
        papers.append(_mean_colour(alone))
    assert papers[0] > papers[1] + 50


def _mean_colour(page: Page) -> float:
    """Mean of red, green and blue of what is painted on the lowest canvas."""
    mean = """canvas => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let [sum, count] = [0, 0];
        for (let at = 0; at < data.length; at += 4) {
          if (!data[at + 3]) continue;
          sum += data[at] + data[at + 1] + data[at + 2];
          count += 3;
        }
        return sum / count;
    }"""
    return float(page.locator("canvas.strips").evaluate(mean))
