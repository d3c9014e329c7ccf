"""The app as a visitor has it: play, pause, keys, deep links, leaving and coming back."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from rnnviz.ui.shell.frame import MENU
from tests.browser.waiting import settled
from tests.serving import Server, running_app


@pytest.fixture
def studio(page: Page, server: Server) -> Iterator[Page]:
    """The Studio of a new visitor; whatever the page complains of fails the test."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(server.url)
    expect(play_button(page)).to_contain_text("Train")
    expect(page.locator("canvas").first).to_be_visible()
    yield page
    assert not complaints
    expect(page.get_by_test_id("stException")).to_have_count(0)


def play_button(page: Page):
    return page.locator(".st-key-play button").first


def reading(page: Page, label: str) -> str:
    return shown(page, label).inner_text()


def shown(page: Page, label: str) -> Locator:
    """Return the number of the live readings that stands under a label."""
    return page.locator(".readings div").filter(has_text=label).locator("dd")


def iteration(page: Page) -> int:
    return int(reading(page, "Iteration").replace(",", ""))


def open_page(page: Page, title: str) -> None:
    page.get_by_test_id("stTopNav").get_by_role("link", name=title).click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()


def cell(page: Page, name: str) -> Locator:
    return page.get_by_role("radio", name=name, exact=True).or_(
        page.get_by_role("button", name=name, exact=True)
    )


def choose_text(page: Page) -> None:
    """Choose the task of the next symbol on the Task page."""
    page.locator(".st-key-task").get_by_role("combobox").click()
    page.get_by_role("option", name="Next symbol").click()


def go_fast(page: Page) -> None:
    page.get_by_role("radio", name="fast").click()
    expect(page.get_by_role("radio", name="fast")).to_be_checked()


def pause(page: Page) -> None:
    """End the training, and wait until all is drawn of where it ended."""
    play_button(page).click()
    expect(play_button(page)).to_contain_text("Train")
    settled(page)


def train_until(page: Page, iterations: int) -> None:
    page.wait_for_function(
        """(wanted) => {
          const number = document.querySelector(".readings dd");
          return number && +number.innerText.replaceAll(",", "") >= wanted;
        }""",
        arg=iterations,
    )


def test_one_click_trains_an_lstm_to_100_percent_on_the_gym_schedule(studio):
    play_button(studio).click()
    expect(play_button(studio)).to_contain_text("Pause")
    train_until(studio, 80)

    pause(studio)

    expect(shown(studio, "accuracy")).to_have_text("100 %")
    held = iteration(studio)
    studio.wait_for_timeout(500)  # Three ticks, if there were any.
    assert iteration(studio) == held


def test_an_lstm_learns_the_shipped_text_and_continues_it(studio):
    open_page(studio, "Task")
    choose_text(studio)
    studio.get_by_role("button", name="Start a new run with this task").click()
    expect(studio.get_by_role("button", name="In use in the Studio")).to_be_visible()
    studio.get_by_test_id("stTopNav").get_by_role("link", name="Studio").click()
    go_fast(studio)
    play_button(studio).click()
    train_until(studio, 600)
    pause(studio)

    assert float(reading(studio, "accuracy").rstrip(" %")) > 95
    expect(studio.get_by_role("heading", name="Let the network continue")).to_be_visible()


def test_keys_play_pause_step_and_reset(studio):
    studio.keyboard.press("s")
    expect(shown(studio, "Iteration")).to_have_text("1")

    studio.keyboard.press("Space")
    expect(play_button(studio)).to_contain_text("Pause")
    train_until(studio, 5)
    studio.keyboard.press("Space")
    expect(play_button(studio)).to_contain_text("Train")

    studio.keyboard.press("0")
    expect(shown(studio, "Iteration")).to_have_text("0")


def test_keys_work_after_a_control_was_clicked_and_do_not_press_it_again(studio):
    open_page(studio, "Gates")
    studio.get_by_test_id("stTopNav").get_by_role("link", name="Studio").click()
    expect(studio.locator("figure.unrolled").first).to_contain_text("LSTM, 16 units")
    settled(studio)
    cell(studio, "GRU").click()
    expect(studio.locator("figure.unrolled").first).to_contain_text("GRU, 16 units")

    studio.keyboard.press("Space")

    expect(play_button(studio)).to_contain_text("Pause")
    train_until(studio, 5)
    studio.keyboard.press("Space")
    expect(play_button(studio)).to_contain_text("Train")
    expect(studio.locator("figure.unrolled").first).to_contain_text("GRU, 16 units")


def test_a_key_that_is_typed_into_a_text_is_no_command(studio):
    open_page(studio, "Task")
    choose_text(studio)
    area = studio.get_by_label("Text", exact=True)
    area.fill("")
    area.press_sequentially("so 0 is typed")

    expect(area).to_have_value("so 0 is typed")


def test_a_slider_acts_on_the_running_network(studio):
    play_button(studio).click()
    train_until(studio, 5)

    slider = studio.get_by_role("slider", name="Learning rate")
    slider.focus()
    slider.press("ArrowRight")

    expect(shown(studio, "Learning rate")).to_have_text("0.03")
    before = iteration(studio)
    train_until(studio, before + 1)


def test_a_chart_keeps_its_node_and_the_users_zoom_while_training(studio):
    go_fast(studio)
    play_button(studio).click()
    train_until(studio, 50)
    chart = studio.locator(".js-plotly-plot").first
    chart.evaluate("(node) => { node.marked = true; }")
    chart.locator(".nsewdrag").first.wait_for()
    box = chart.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    studio.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    studio.mouse.down()
    studio.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.7 * box["height"], steps=5)
    studio.mouse.up()
    studio.wait_for_function(
        "() => !document.querySelector('.js-plotly-plot')._fullLayout.xaxis.autorange"
    )
    zoomed = chart.evaluate("(node) => [...node._fullLayout.xaxis.range]")

    train_until(studio, iteration(studio) + 100)

    assert chart.evaluate("(node) => node.marked")
    assert chart.evaluate("(node) => [...node._fullLayout.xaxis.range]") == zoomed


def test_leaving_while_it_trains_and_coming_back_shows_the_same_run(studio):
    go_fast(studio)
    play_button(studio).click()
    train_until(studio, 50)

    for title in ("Gates", "Gradients", "Task"):
        open_page(studio, title)
        expect(studio.get_by_test_id("stAlertContentError")).to_have_count(0)
    train_until(studio, iteration(studio) + 5)
    studio.get_by_test_id("stTopNav").get_by_role("link", name="Studio").click()

    expect(play_button(studio)).to_contain_text("Pause")
    train_until(studio, 60)
    expect(studio.locator(".unrolled .measured")).to_contain_text(re.compile(r"iteration \d\d"))


def test_coming_back_one_finds_the_picture_as_one_left_it(studio):
    studio.locator(".unrolled .scroll").press("ArrowDown")
    studio.get_by_role("button", name="One cell at one time step").click()
    studio.locator(".unrolled .scroll").press("ArrowRight")
    told = studio.locator(".unrolled .strips")
    expect(told).to_have_attribute("aria-label", re.compile("^unit 0 at time step"))
    settled(studio)
    before = told.get_attribute("aria-label")
    studio.get_by_label("Speed of the sweep").select_option("0.25")
    open_page(studio, "Gates")

    studio.get_by_test_id("stTopNav").get_by_role("link", name="Studio").click()

    expect(told).to_have_attribute("aria-label", before)
    expect(studio.get_by_label("Speed of the sweep")).to_have_value("0.25")


def test_a_new_place_reorders_the_exercises_and_the_new_run_uses_them(studio):
    open_page(studio, "Task")
    grid = studio.get_by_test_id("stDataFrame").first
    expect(grid).to_be_visible()
    start = studio.get_by_role("button", name="Start a new run with this task")
    for _ in range(5):
        # Third row of the table, column of places: the cells are drawn on a canvas, and one that
        # is clicked before the grid is ready takes no key.
        settled(studio)
        box = grid.bounding_box()
        assert box is not None
        studio.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 3.5 * 35)
        studio.keyboard.type("0.5", delay=150)
        studio.keyboard.press("Enter")
        with contextlib.suppress(AssertionError):
            expect(start).to_be_visible(timeout=10_000)
            break
        studio.keyboard.press("Escape")
    start.click()
    expect(studio.get_by_role("button", name="In use in the Studio")).to_be_visible()

    expect(studio.locator("body")).to_contain_text(re.compile("cardio → legs → core → cardio"))


def test_markup_in_a_text_is_shown_and_never_run(studio):
    open_page(studio, "Task")
    choose_text(studio)
    area = studio.get_by_label("Text", exact=True)
    area.fill("<img/src=x/onerror=window.hacked=1> <b>bold</b> one two three four one two")
    area.press("Control+Enter")
    studio.get_by_role("button", name="Start a new run with this task").click()
    expect(studio.get_by_role("button", name="In use in the Studio")).to_be_visible()
    expect(studio.get_by_text("The text has 8 words, 6 distinct")).to_be_visible()

    for title in ("Gates", "Gradients"):
        open_page(studio, title)
        expect(studio.locator(".js-plotly-plot").first).to_be_visible()
        settled(studio)
    studio.get_by_test_id("stTopNav").get_by_role("link", name="Studio").click()
    expect(studio.locator(".unrolled .measured")).to_be_visible()
    settled(studio)

    assert studio.evaluate("() => window.hacked") is None
    assert studio.locator("img[src='x'], img[src='x/onerror=window.hacked=1']").count() == 0


@pytest.mark.parametrize(("path", "title"), [("", "Studio"), ("gates", "Gates")])
def test_a_deep_link_opens_its_page_on_a_fresh_server(browser: Browser, path, title):
    with running_app() as fresh:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        page.goto(f"{fresh.url}/{path}")

        slider = page.get_by_role("slider", name="Hidden units")
        expect(slider).to_be_visible()
        if title != "Studio":
            expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_test_id("stTopNav").get_by_role("link")).to_have_count(len(MENU))

        # The shared sidebar belongs to the run from the first visit on.
        slider.focus()
        slider.press("ArrowRight")
        page.get_by_test_id("stTopNav").get_by_role("link", name="Studio").click()
        expect(page.locator("canvas").first).to_be_visible()
        expect(page.get_by_role("slider", name="Hidden units")).to_have_value("17")
        context.close()


def test_in_a_small_window_buttons_readings_players_and_pages_are_in_sight(studio: Page) -> None:
    studio.set_viewport_size({"width": 1280, "height": 720})
    learning_rate, play = _box(shown(studio, "Learning rate")), _box(play_button(studio))
    assert learning_rate["y"] < play["y"] + play["height"]
    follow = studio.get_by_role("button", name=re.compile("newest iteration as training"))
    expect(follow).to_be_in_viewport(ratio=1)
    probe, about = studio.locator(".unrolled .measured"), studio.locator(".unrolled .about")
    expect(about).to_contain_text("LSTM, 16 units")
    whole, part = _box(probe), _box(about)
    assert part["y"] + part["height"] <= whole["y"] + whole["height"] + 1

    studio.set_viewport_size({"width": 390, "height": 844})
    for each in (".st-key-phone_pages a", ".st-key-transport .readings > div"):
        shown_ones = studio.locator(f"{each}:visible")
        expect(shown_ones.first).to_be_visible()
        boxes = [box for one in shown_ones.all() if (box := one.bounding_box()) is not None]
        assert len(boxes) >= 3
        assert boxes[0]["x"] < 30
        # All pages are in sight, in two lines; the readings are one.
        assert max(box["x"] + box["width"] for box in boxes) <= 390
        assert len({round(box["y"]) for box in boxes}) <= (2 if "pages" in each else 1)


def _box(place: Locator) -> FloatRect:
    box = place.bounding_box()
    assert box is not None
    return box


def test_on_a_phone_the_settings_make_way_for_the_page_once_a_choice_was_made(
    page: Page, server: Server
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(server.url)
    expect(page.locator("canvas").first).to_be_visible()
    page.get_by_test_id("stExpandSidebarButton").first.click()
    drawer = page.get_by_test_id("stSidebar")
    expect(drawer).to_have_attribute("data-collapsed", "false")
    drawer.get_by_text("GRU", exact=True).first.click()
    expect(drawer).to_have_attribute("data-collapsed", "true")
    expect(page.get_by_test_id("stMain")).to_contain_text("GRU")
