"""The moving network in a real Chromium: what it tells, and how it is driven."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, FloatRect, Page, expect

from rnnviz import RunConfig, Trainer
from tests.browser.waiting import painted, until
from tests.serving import Server, running_app
from tests.traces import make_trace

_APP = Path(__file__).with_name("unrolled_app.py")


@pytest.fixture(scope="module")
def app(browser: Browser) -> Iterator[Server]:  # noqa: ARG001  no server without a browser
    with running_app(_APP) as running:
        yield running


Open = Callable[..., Page]


@pytest.fixture
def still(app: Server, page: Page) -> Open:
    """Open the picture without motion, so that a test sees one state."""

    def open_(query: str = "") -> Page:
        page.emulate_media(reduced_motion="reduce", color_scheme="light")
        return _opened(page, app, query)

    return open_


@pytest.fixture
def moving(app: Server, page: Page) -> Open:
    def open_(query: str = "") -> Page:
        page.emulate_media(reduced_motion="no-preference")
        return _opened(page, app, query)

    return open_


def _opened(page: Page, app: Server, query: str) -> Page:
    page.goto(f"{app.url}/?{query}")
    expect(page.locator(".unrolled .label").first).to_be_visible()
    return page


def _point_at(page: Page, wanted: str) -> str:
    """Move the pointer over the row until the tooltip is about `wanted`; return what it says."""
    return _found(page, wanted)[0]


def _found(page: Page, wanted: str) -> tuple[str, tuple[float, float]]:
    """Return what the tooltip says, and where the pointer then is."""
    row, stage = _box(page, ".label", _row(wanted)), _box(page, ".stage")
    tooltip = page.locator(".unrolled .tooltip")
    for x in range(60, int(stage["width"]), 80):
        for y in range(2, int(row["height"]), 5):
            place = (stage["x"] + x, row["y"] + y)
            page.mouse.move(*place)
            if wanted in (said := tooltip.inner_text()):
                return said, place
    raise AssertionError(f"nothing in the picture is about {wanted!r}")


def _row(wanted: str) -> str:
    if wanted.startswith("gradient"):
        return "gradient norm"
    return "input" if wanted.startswith("input at") else wanted.split(",")[0]


def _box(page: Page, part: str, text: str = "") -> FloatRect:
    box = page.locator(f".unrolled {part}").filter(has_text=text).first.bounding_box()
    assert box is not None
    return box


def _right(box: FloatRect | None) -> float:
    return np.inf if box is None else box["x"] + box["width"]


def _number(tooltip: str) -> float:
    return float(tooltip.splitlines()[1].replace("−", "-"))


def _focus(page: Page) -> None:
    page.locator(".unrolled .scroll").focus()


def test_a_hover_tells_the_recorded_number(still: Open) -> None:
    page = still()
    told = _number(_point_at(page, "forget gate, unit 2, time step 1"))
    assert told == pytest.approx(make_trace().gates["f"][1, 2], rel=1e-6)


def test_a_hover_over_an_older_iteration_tells_the_recorded_number_too(still: Open) -> None:
    page = still("count=5")
    page.locator(".unrolled .training input").fill("1")
    expect(page.locator(".unrolled .measured")).to_contain_text("iteration 100 ")
    _point_at(page, "cell state, unit 1, time step 2")
    expect(page.locator(".unrolled .tooltip b")).not_to_contain_text("≈")
    told = _number(page.locator(".unrolled .tooltip").inner_text())
    cell_state = make_trace(100).c
    assert cell_state is not None
    assert told == pytest.approx(cell_state[2, 1], rel=1e-6)


def test_a_hover_over_the_gradient_tells_the_norm_of_the_last_steps_loss(still: Open) -> None:
    page = still()
    trace = make_trace()
    told = _number(_point_at(page, "gradient w.r.t. cell state (dL/dc), time step 3"))
    last = trace.layers[0].last_d_c
    assert last is not None
    assert told == pytest.approx(float(np.linalg.norm(last[3])), rel=1e-6)
    page.get_by_role("button", name="Which loss the gradient is of").click()
    told = _number(_point_at(page, "gradient w.r.t. cell state (dL/dc), time step 3"))
    assert trace.d_c is not None
    assert told == pytest.approx(float(np.linalg.norm(trace.d_c[3])), rel=1e-6)


def test_a_click_on_a_unit_reaches_python(still: Open) -> None:
    page = still()
    _point_at(page, "hidden state, unit 1, time step 2")
    page.mouse.down()
    page.mouse.up()
    expect(page.get_by_text("selected:")).to_have_text(
        "selected: {'layer': 0, 'unit': 1, 'time_step': 2}"
    )
    expect(page.locator(".unrolled .readout")).to_contain_text("unit 1")


def test_arrow_keys_choose_the_time_step_and_the_unit(still: Open) -> None:
    page = still()
    _focus(page)
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    readout = page.locator(".unrolled .readout")
    expect(readout).to_contain_text("time step 1")
    expect(readout).to_contain_text("unit 0")
    expect(page.locator(".unrolled .announce")).to_contain_text("time step 1; input in 1")
    page.keyboard.press("Escape")
    expect(readout).not_to_contain_text("unit 0")


def test_the_key_p_plays_the_sweep_and_the_space_key_is_left_to_the_page(moving: Open) -> None:
    page = moving()
    page.evaluate("""() => {
        window.spaces = 0;
        addEventListener("keydown", (event) => {
            if (event.key === " " && !event.defaultPrevented) window.spaces += 1;
        });
    }""")
    play = page.get_by_role("button", name="Play the sweep")
    expect(play).to_have_attribute("aria-pressed", "true")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Space")
    expect(play).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.spaces") == 1
    page.keyboard.press("p")
    expect(play).to_have_attribute("aria-pressed", "true")


def test_the_sweep_goes_through_the_steps_and_turns_back(moving: Open) -> None:
    page = moving()
    page.locator(".unrolled .time select").select_option("4")
    backward = page.get_by_role("button", name="Show the gradient on its way back")
    expect(backward).to_have_attribute("aria-pressed", "true")
    expect(backward).to_have_attribute("aria-pressed", "false")


def test_reduced_motion_keeps_still_but_can_be_stepped(still: Open) -> None:
    page = still()
    play = page.get_by_role("button", name="Play the sweep")
    expect(play).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="One time step forward").click()
    expect(page.locator(".unrolled .time output")).to_have_text("time step 1")
    page.locator(".unrolled .time input").fill("3")
    expect(page.locator(".unrolled .time output")).to_have_text("time step 3")


def test_live_updates_neither_mount_the_picture_anew_nor_move_the_page(moving: Open) -> None:
    page = moving("live")
    canvas = page.locator(".unrolled canvas.strips").element_handle()
    before = page.locator("figure.unrolled").bounding_box()
    expect(page.locator(".unrolled .measured")).to_contain_text(re.compile(r"iteration \d\d"))
    assert canvas is not None
    assert canvas.evaluate("(canvas) => canvas.isConnected")
    assert page.locator("figure.unrolled").bounding_box() == before


def test_training_can_be_rewound_while_it_goes_on(moving: Open) -> None:
    page = moving("live")
    expect(page.locator(".unrolled .measured")).to_contain_text(re.compile(r"iteration \d\d"))
    page.locator(".unrolled .training input").fill("2")
    painted(page)
    caption = page.locator(".unrolled .measured").inner_text()
    page.wait_for_timeout(600)  # Four ticks.
    assert page.locator(".unrolled .measured").inner_text() == caption
    page.get_by_role("button", name="Show the newest iteration").click()
    expect(page.locator(".unrolled .measured")).not_to_have_text(caption)


def test_the_theme_is_switched_without_a_reload(still: Open) -> None:
    page = still()
    dark_pixels = """(canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let dark = 0, light = 0;
        for (let at = 0; at < data.length; at += 4)
            if (data[at + 3] > 200) data[at] < 100 ? dark++ : data[at] > 200 && light++;
        return dark > light;
    }"""
    prints = page.locator(".unrolled canvas.print")
    assert prints.evaluate(dark_pixels)
    page.emulate_media(color_scheme="dark")
    until(page, lambda: not prints.evaluate(dark_pixels))


def test_the_picture_has_a_sentence_made_from_its_numbers(still: Open) -> None:
    page = still("cell=gru&steps=6")
    picture = page.get_by_role("img", name="Unrolled GRU with 3 units over 6 time steps")
    expect(picture).to_have_attribute("aria-label", re.compile("iteration 0; loss 0.5.* 6 of 6"))


def test_what_is_not_a_number_is_named(still: Open) -> None:
    page = still("broken")
    assert "not a number" in _point_at(page, "hidden state, unit 0, time step 0")
    said = _point_at(page, "gradient w.r.t. cell state (dL/dc), time step 0")
    assert "gradient w.r.t. hidden state (dL/dh): 0" in said


def test_without_a_trace_it_says_so_and_has_no_controls(page: Page, app: Server) -> None:
    page.goto(f"{app.url}/?none")
    expect(page.get_by_text("No trace yet: nothing has been measured.")).to_be_visible()
    expect(page.locator(".unrolled button").first).to_be_hidden()


def test_labels_of_200_signs_are_shortened_and_told_in_full_by_a_hover(still: Open) -> None:
    page = still("long&broken")
    expect(page.locator(".unrolled .readout")).to_contain_text(f"input {'x' * 27}…")
    said = _point_at(page, "input at time step 1")
    assert "x" * 200 in said
    _focus(page)
    for key in ("ArrowDown", "+", "+"):
        page.keyboard.press(key)
    expect(page.get_by_role("img", name="unit 0 at time step 0")).to_have_attribute(
        "aria-label", re.compile("hidden state: .*not a number")
    )


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn", "relu"])
def test_one_step_of_each_cell_shows_its_own_rows(still: Open, cell: str) -> None:
    page = still(f"cell={cell}&steps=1")
    rows = {"lstm": 6, "gru": 4}.get(cell, 1)
    expect(page.locator(".unrolled .label .scale")).to_have_count(rows)
    expect(page.get_by_role("button", name="One time step forward")).to_be_disabled()


def test_nothing_is_wider_than_the_page(still: Open) -> None:
    page = still("steps=50")
    figure = page.locator("figure.unrolled")
    for width in (1400, 800, 390):
        page.set_viewport_size({"width": width, "height": 900})
        until(page, lambda width=width: _right(figure.bounding_box()) <= width)
        for level in (1, 2, 0):
            page.locator(".unrolled .levels button").nth(level).click()
            box = figure.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_zoom_goes_to_one_unit_and_one_cell_and_back_by_keyboard(still: Open) -> None:
    page = still()
    _focus(page)
    levels = page.locator(".unrolled .levels button")
    for key, level in (("ArrowDown", 0), ("+", 1), ("z", 2)):
        page.keyboard.press(key)
        expect(levels.nth(level)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    trace = make_trace()
    kept = trace.gates["f"][1, 0] * trace.c[0, 0]  # type: ignore[index]
    stored = trace.gates["i"][1, 0] * trace.gates["g"][1, 0]
    said = page.get_by_role("img", name="unit 0 at time step 1")
    expect(said).to_have_attribute("aria-label", re.compile("c₁ = f₁ × c₀ . i₁ × g₁"))
    # The small trace is no network: what its formula gives differs from what it holds.
    expect(said).to_have_attribute("aria-label", re.compile(f"alone gives {kept + stored:.3g}"))
    for level in (1, 0):
        page.keyboard.press("Escape")
        expect(levels.nth(level)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".unrolled .readout")).to_contain_text("unit 0")


def test_the_formula_of_one_cell_gives_the_recorded_number(still: Open) -> None:
    page = still("real")
    trace = Trainer(RunConfig(hidden_size=3, seed=1)).trace()
    page.get_by_role("button", name="One cell at one time step").click()
    _focus(page)
    page.keyboard.press("ArrowRight")
    picture = page.get_by_role("img", name="at time step 1")
    said = picture.get_attribute("aria-label") or ""
    assert "alone gives" not in said
    assert trace.c is not None
    unit = int(np.argmax(np.ptp(trace.c, axis=0)))
    assert said.startswith(f"unit {unit} ")
    told = re.search(r"cell state: .*? = [^=]* = (−?[\d.e−]+)\. output", said)
    assert told is not None
    assert float(told[1].replace("−", "-")) == pytest.approx(trace.c[1, unit], rel=1e-6)


def test_a_double_click_zooms_into_the_unit_under_the_pointer(moving: Open) -> None:
    page = moving()
    _, place = _found(page, "hidden state, unit 1, time step 2")
    page.mouse.dblclick(*place)
    expect(page.locator(".unrolled .measured")).to_contain_text("unit 1 of 0 to 2")
    expect(page.get_by_role("button", name="One unit over time")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_training_is_played_at_one_time_step_and_stops_where_it_is_not_looped(moving: Open) -> None:
    page = moving("count=5")
    transport = page.locator(".unrolled .training")
    transport.locator("select").select_option("4")
    page.locator(".unrolled .time input").fill("2")
    transport.get_by_role("button", name="Play training again").click()
    play = transport.get_by_role("button", name="Play training: all")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".unrolled .measured")).to_contain_text("iteration 400 ")
    expect(play).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".unrolled .time output")).to_have_text("time step 2")
    transport.get_by_role("button", name="One kept iteration back").click()
    expect(transport.locator("output")).to_have_text("iteration 300")


def test_the_backward_sweep_says_whose_gradient_and_on_what_scale(still: Open) -> None:
    page = still()
    page.get_by_role("button", name="Show the gradient on its way back").click()
    label = page.locator(".unrolled .label").filter(has_text="cell state").first
    expect(label).to_contain_text("band: its gradient dL/dc")
    expect(label.locator(".wedge")).to_be_visible()
    keys = page.locator(".unrolled .legend i")
    expect(keys.first).to_have_class(re.compile("dotted"))
    page.get_by_role("button", name="Which loss the gradient is of").click()
    expect(keys.first).not_to_have_class(re.compile("dotted"))


def test_a_chosen_unit_shades_the_text_with_its_recorded_activations(still: Open) -> None:
    page = still()
    text = page.locator(".unrolled .receptive .text")
    expect(text).to_be_hidden()
    _focus(page)
    page.keyboard.press("ArrowDown")
    expect(text.locator("span")).to_have_text(["in 0", "in 1", "in 2", "in 3"])
    symbol = text.locator("span").nth(2)
    told = symbol.get_attribute("title") or ""
    assert float(told.split(": ")[1]) == pytest.approx(make_trace().h[2, 0], rel=1e-6)
    page.get_by_role("button", name="Shade the text by the cell state").click()
    cell_state = make_trace().c
    assert cell_state is not None
    told = symbol.get_attribute("title") or ""
    assert float(told.split(": ")[1]) == pytest.approx(cell_state[2, 0], rel=1e-6)
    symbol.click()
    expect(page.locator(".unrolled .time output")).to_have_text("time step 2")


def test_a_long_text_scrolls_to_the_step(still: Open) -> None:
    page = still("steps=300")
    text = page.locator(".unrolled .receptive .text")
    _focus(page)
    for key in ("ArrowDown", "End"):
        page.keyboard.press(key)
    expect(text.locator(".now")).to_have_text("in 299")
    assert text.evaluate(
        "(node) => node.lastChild.getBoundingClientRect().bottom <="
        " node.getBoundingClientRect().bottom + 1"
    )


def test_a_long_sequence_scrolls_and_its_overview_moves_the_window(still: Open) -> None:
    page = still("steps=300")
    overview = page.locator(".unrolled .overview")
    expect(overview).to_have_attribute("aria-label", re.compile("all 300 time steps: mean"))
    box = overview.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + 10)
    scroll = page.locator(".unrolled .scroll")
    assert scroll.evaluate("(node) => node.scrollLeft + node.clientWidth >= node.scrollWidth - 2")
