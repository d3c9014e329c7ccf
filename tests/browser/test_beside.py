"""Two pictures beside each other: one clock, the same scales, and nothing mounted anew."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from rnnviz import RunConfig, Trainer
from rnnviz.figures.beside import Beside, pack_two
from rnnviz.figures.picture import pack
from rnnviz.tasks import GymSchedule
from rnnviz.ui.components.unrolled import script

_TASK = GymSchedule(exercises=("legs", "arms", "cardio"), length=8)


def _runs(cells: Sequence[str]) -> list[Trainer]:
    runs = [Trainer(RunConfig(cell=cell, hidden_size=4), _TASK) for cell in cells]
    for trainer in runs:
        trainer.advance(iterations=6)
    return runs


def _packed(cells: Sequence[str] = ("lstm", "rnn")) -> tuple[str, str]:
    """Return the bytes of the first alone, and those of both."""
    packets = [pack(trainer.recording.traces, run="a") for trainer in _runs(cells)]
    both = [
        Beside(name, packet, {iteration: f"{name} at {iteration}" for iteration in range(7)})
        for name, packet in zip(cells, packets, strict=True)
    ]
    return tuple(base64.b64encode(each).decode() for each in (packets[0], pack_two(*both)))


def _mount(page: Page, cells: Sequence[str] = ("lstm", "rnn"), still: bool = True) -> None:
    """Show two pictures: `both` on the page, and `reported`, the iterations that were chosen."""
    page.emulate_media(reduced_motion="reduce" if still else "no-preference")
    page.set_content(f"""<body style="margin: 8px"><script type="module">{script()}
        const [one, two] = {json.dumps(_packed(cells))}
          .map((text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0)));
        window.reported = [];
        const parent = document.body.appendChild(document.createElement("div"));
        window.both = rnnviz.mountBeside(parent, {{
          onSelect: () => {{}}, onIteration: (iteration) => reported.push(iteration),
        }});
        window.refresh = rnnviz.refresh;
        window.show = (second) => both.update(second ? two : one);
        show(true);
    </script></body>""")
    expect(page.locator(".unrolled .label").first).to_be_visible()


def _of_both(page: Page, what: str) -> list:
    return page.evaluate(f"both.scenes().map(({{ {what.split('.')[0]} }}) => {what})")


@pytest.mark.parametrize("touched", [0, 1])
def test_time_step_iteration_and_zoom_move_together_whichever_is_touched(
    page: Page, touched: int
) -> None:
    _mount(page)
    picture = page.locator(".unrolled .scroll").nth(touched)
    picture.focus()
    for _ in range(3):
        picture.press("ArrowRight")
    page.wait_for_function("both.scenes().every(({ look }) => look.step === 3)")
    picture.press("PageUp")
    picture.press("PageUp")
    page.wait_for_function("both.scenes().every(({ data }) => data.frame.iteration === 4)")
    page.wait_for_function("reported.at(-1) === 4")
    picture.press("+")
    page.wait_for_function("both.scenes().every(({ look }) => look.zoom.level === 1)")
    assert _of_both(page, "look.follow") == [False, False]


def test_what_is_said_is_said_of_the_iteration_that_is_shown(page: Page) -> None:
    _mount(page)
    sentence = page.locator(".beside .sentence")
    expect(sentence).to_have_text(["lstm at 6", "rnn at 6"])
    page.locator(".unrolled .scroll").first.press("PageUp")
    expect(sentence).to_have_text(["lstm at 5", "rnn at 5"])


def test_the_sweep_of_both_is_one_and_a_pause_stops_both(page: Page) -> None:
    _mount(page, still=False)
    places = page.evaluate("""() => new Promise((resolve) => {
        const seen = [];
        const look = () => {
            seen.push(both.scenes().map(({ clock }) => clock.sweep.at));
            if (seen.length < 40) requestAnimationFrame(look); else resolve(seen);
        };
        requestAnimationFrame(look);
    })""")
    assert all(first == pytest.approx(second, abs=0.5) for first, second in places)
    assert len({first for first, _ in places}) > 3
    page.locator(".common .play").first.click()
    page.wait_for_function("both.scenes().every(({ clock }) => !clock.sweep.playing)")


def test_training_is_played_of_both(page: Page) -> None:
    _mount(page, still=False)
    page.locator(".common .group.training .play").click()
    page.wait_for_function("both.scenes().every(({ data }) => data.frame.iteration === 3)")
    iterations = _of_both(page, "data.frame.iteration")
    assert iterations[0] == iterations[1]


@pytest.mark.parametrize("cells", [("lstm", "rnn"), ("rnn", "lstm"), ("gru", "relu")])
def test_both_are_drawn_on_the_same_scales_and_at_the_same_place(
    page: Page, cells: tuple[str, str]
) -> None:
    _mount(page, cells)
    hidden = page.evaluate("""both.scenes().map(({ layout, scales }) => {
        const row = layout.rows.find(({ letter }) => letter === "h");
        return [row.height, row.y + row.height / 2, scales.rows["0h"]];
    })""")
    assert hidden[0] == pytest.approx(hidden[1], abs=5)
    assert hidden[0][2] == hidden[1][2]
    assert len(set(_of_both(page, "layout.gradientY"))) == 1
    assert len({json.dumps(each) for each in _of_both(page, "scales.range")}) == 1


def test_the_first_picture_is_never_mounted_anew(page: Page) -> None:
    _mount(page)
    page.evaluate("window.canvas = document.querySelector('.unrolled canvas.strips')")
    same = "canvas.isConnected && canvas === document.querySelector('.unrolled canvas.strips')"
    for second in (False, True, True, False):
        page.evaluate("show", arg=second)
        assert page.evaluate(same)
        expect(page.locator("figure.unrolled")).to_have_count(2 if second else 1)
        where = ".common .controls" if second else "figure.unrolled .controls"
        expect(page.locator(where)).to_have_count(1)
        expect(page.locator(".controls .play")).to_have_count(2)


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1280, 720)])
def test_both_and_their_players_are_in_sight(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    _mount(page)
    # What the app has beside the pictures and above them.
    page.evaluate("document.body.style.margin = '150px 24px 0 324px'")
    page.evaluate("dispatchEvent(new Event('resize'))")
    page.wait_for_timeout(300)
    page.evaluate("both.scenes().forEach((view) => refresh(view))")
    common = page.locator(".common").bounding_box()
    assert common["y"] + common["height"] <= height
    left, right = (each.bounding_box() for each in page.locator("figure.unrolled").all())
    assert left["x"] + left["width"] <= right["x"]
    assert left["y"] == right["y"]


def test_names_and_buttons_of_narrow_pictures_stay_within_their_labels(page: Page) -> None:
    page.set_viewport_size({"width": 1010, "height": 720})
    _mount(page)
    assert all(_of_both(page, "layout.narrow"))
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".unrolled .label")].flatMap((label) => {
            const box = label.getBoundingClientRect();
            return [...label.querySelectorAll("span, small, button")]
                .map((part) => [part.textContent, part.getBoundingClientRect()])
                .filter(([, { top, bottom, right }]) => top < box.top - 8 || bottom > box.bottom + 8
                    || right > box.right + 1)
                .map(([text, { top, bottom, right }]) =>
                    [text, top - box.top, bottom - box.bottom, right - box.right]); })"""
    )
    assert outside == []
