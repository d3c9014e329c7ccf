"""Pictures and films that are saved in the browser, read with other programs than made them."""

from __future__ import annotations

import base64
import io
import itertools
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from rnnviz import RunConfig, Trainer
from rnnviz.figures.picture import pack
from rnnviz.recording import Trace
from rnnviz.ui.components.unrolled import script
from tests.browser.mounting import mount
from tests.traces import make_trace

_SVG = "{http://www.w3.org/2000/svg}"
_NASTY = ("</text><script>", 'a & "b"\x00', "x" * 200, "=1+1")

Open = Callable[..., Page]
Array = np.ndarray


@pytest.fixture
def still(page: Page) -> Open:
    """Mount the picture of some traces on an empty page, without motion, and open the box."""

    def open_(traces: list[Trace]) -> Page:
        page.emulate_media(reduced_motion="reduce", color_scheme="light")
        packed = base64.b64encode(pack(traces)).decode()
        page.set_content(f"""<body><div id="network"></div><script type="module">{script()}
            const bytes = Uint8Array.from(atob("{packed}"), (each) => each.charCodeAt(0));
            rnnviz.mount(document.getElementById("network"), {{ bytes }});
            window.changedBox = rnnviz.changedBox;
        </script></body>""")
        page.get_by_role("button", name="Save the picture").click()
        return page

    return open_


def _saved(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return download.value.path().read_bytes()


def _frames(data: bytes) -> tuple[Image.Image, list[Array]]:
    image = Image.open(io.BytesIO(data))
    frames = []
    for place in range(image.n_frames):
        image.seek(place)
        frames.append(np.array(image.convert("RGB")).astype(int))
    return image, frames


def _several(count: int = 5) -> list[Trace]:
    """Return traces in which other units are on."""
    traces = []
    for place in range(count):
        trace = make_trace(100 * place)
        layer = trace.layers[0]
        gates = {letter: np.roll(gate, place, axis=1) for letter, gate in layer.gates.items()}
        traces.append(replace(trace, layers=(replace(layer, gates=gates),)))
    return traces


def _shown(page: Page) -> Array:
    """What the page shows of the strips, as [R, G, B] of each pixel."""
    png = page.locator(".stage").screenshot()
    return np.array(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def test_a_png_is_the_picture_that_is_seen_twice_as_sharp(still: Open, page: Page) -> None:
    # Not so wide that the picture is magnified.
    page.set_viewport_size({"width": 1000, "height": 900})
    still([make_trace()])
    image = Image.open(io.BytesIO(_saved(page, "this picture as PNG")))
    expect(page.locator(".saving .said")).to_contain_text("rnnviz-lstm-iteration-0.png")
    page.keyboard.press("Escape")
    shown = _shown(page)

    assert image.format == "PNG"
    width = page.locator(".unrolled").bounding_box()["width"]
    assert image.width == 2 * (int(width) + 24)
    margin, caption = 12, 24
    left = image.width // 2 - margin - shown.shape[1]
    box = (left, margin + caption, left + shown.shape[1], margin + caption + shown.shape[0])
    half = image.convert("RGB").resize((image.width // 2, image.height // 2), Image.Resampling.BOX)
    saved = np.array(half.crop(box)).astype(int)
    assert np.abs(saved - shown).mean() < 3


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
@pytest.mark.parametrize("level", ["All units", "One unit", "One cell"])
def test_an_svg_is_valid_and_looks_like_the_png(
    still: Open, page: Page, cell: str, level: str
) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})
    still([make_trace(cell=cell)])
    page.keyboard.press("Escape")
    page.locator(".levels button", has_text=level).click()
    page.locator(".phases button", has_text="Backward").click()
    page.get_by_role("button", name="Save the picture").click()
    png = Image.open(io.BytesIO(_saved(page, "this picture as PNG"))).convert("RGB")
    svg = _saved(page, "this picture as SVG")
    root = ElementTree.fromstring(svg)
    size = (int(root.get("width")), int(root.get("height")))

    assert "iteration 0" in root.find(f"{_SVG}title").text
    assert (png.width, png.height) == (2 * size[0], 2 * size[1])
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.set_content(f"<body style='margin:0'>{svg.decode().split('?>')[1]}</body>")
    drawn = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    wanted = np.array(png.resize(size, Image.Resampling.BOX)).astype(int)
    difference = np.abs(np.array(drawn).astype(int) - wanted)
    assert difference.mean() < 2
    assert np.abs(wanted - 255).mean() > 5


def test_texts_of_the_user_stay_texts_in_an_svg(still: Open) -> None:
    trace = replace(make_trace(), input_labels=_NASTY, output_labels=_NASTY[:2])
    root = ElementTree.fromstring(_saved(still([trace]), "this picture as SVG"))

    texts = [text.text for text in root.iter(f"{_SVG}text")]
    assert _NASTY[0] in texts
    assert 'a & "b"·' in texts
    assert any(text.startswith("xxx") and text.endswith("…") for text in texts)
    assert not list(root.iter(f"{_SVG}script"))


def _texts(page: Page) -> dict[str, float]:
    """Return the texts of the picture with the height at which they stand."""
    root = ElementTree.fromstring(_saved(page, "this picture as SVG"))
    return {each.text: float(each.get("y")) for each in root.iter(f"{_SVG}text")}


_FATES = [
    ([0.5, 0.7, 0.8, 1], "shrinks ×0.79 per step; 50 % reaches step 0"),
    ([0.4, 0.2, 0.8, 1], "shrinks ×0.74 per step on average; 40 % reaches step 0"),
    ([1.05, 1.02, 1.01, 1], "keeps its size; 105 % reaches step 0"),
    ([8, 4, 2, 1], "grows all the way back, ×2.00 per step; ×8.00 reaches step 0"),
    ([8, 4, 0.5, 1], "grows ×2.00 per step on average; ×8.00 reaches step 0"),
    (np.geomspace(1e-3, 1, 101), "shrinks ×0.93 per step; 0.1 % reaches step 0: it vanishes"),
    (
        np.geomspace(1e4, 1, 101),
        "grows all the way back, ×1.10 per step; ×1e4 reaches step 0: it explodes",
    ),
    (np.geomspace(0.7, 1, 101), "shrinks ×0.9964 per step; 70 % reaches step 0"),
    ([0, 0.25, 0.5, 1], "shrinks ×0.50 per step back to step 1; it is exactly 0 at step 0"),
    ([0, 0, 0.5, 1], "shrinks ×0.50 per step back to step 2; it is exactly 0 from step 1 back"),
    ([0, 0, 0, 1], "is 1 at step 3; it is exactly 0 from step 2 back"),
    ([0, 0, 0, 0], "is exactly 0 from step 3 back"),
    ([np.nan, np.nan, 1, 1], "is not a number from step 1 back"),
    ([np.inf, 1, 1, 1], "is infinite at step 0"),
    ([0.25], "is 0.25 at step 0, where the sequence begins"),
]


@pytest.mark.parametrize(("norms", "said"), _FATES)
@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_the_fate_of_the_gradient_is_told_of_the_state_that_carries_the_memory(
    page: Page, cell: str, norms: list[float], said: str
) -> None:
    trace = make_trace(cell=cell, steps=len(norms), units=1)
    told, other = ("last_d_c", "last_d_h") if cell == "lstm" else ("last_d_h", "last_d_c")
    gradients = {told: np.array(norms)[:, None]}
    if cell == "lstm":
        gradients[other] = np.ones((len(norms), 1))
    mount(page, [replace(trace, layers=(replace(trace.layers[0], **gradients),))])

    name = "cell state (dL/dc)" if cell == "lstm" else "hidden state (dL/dh)"
    words = page.evaluate("inside.gradientWords(pictures[0].scene)")
    assert words == f"Last step's gradient w.r.t. {name} {said}"


def test_the_fate_of_the_gradient_covers_nothing(still: Open) -> None:
    texts = _texts(still([make_trace()]))
    (height,) = [y for text, y in texts.items() if text.startswith("Last step's gradient")]
    # Above it is what the network predicts, below it are the bars of the gradient.
    assert texts["class 1"] + 12 < height < texts["gradient norm"] - 12


def test_predictions_are_counted_as_the_accuracy_counts_them(still: Open) -> None:
    trace = make_trace()
    counted, targets = np.array([False, True, True, False]), np.array([0, 1, 0, 0])
    page = still([replace(trace, counted=counted, targets=targets)])
    texts = _texts(page)

    expect(page.locator(".score")).to_have_text("1 of 2 counted right")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".score")).to_have_text("1 of 2 right")
    assert {"not counted: out 0", "right: out 1", "should be: out 2", "not counted: out 3"} <= set(
        texts
    )


@pytest.mark.parametrize("level", ["All units", "One unit"])
def test_the_veil_over_what_is_not_computed_yet_has_no_gaps(still: Open, level: str) -> None:
    trace = make_trace()
    page = still([replace(trace, layers=trace.layers * 2)])
    page.keyboard.press("Escape")
    page.locator(".levels button", has_text=level).click()
    page.locator(".phases button", has_text="Forward").click()
    page.get_by_role("button", name="Save the picture").click()
    root = ElementTree.fromstring(_saved(page, "this picture as SVG"))
    (answers,) = [
        float(each.get("y")) for each in root.iter(f"{_SVG}text") if each.text == "prediction"
    ]
    veils = set()
    for each in root.iter(f"{_SVG}path"):
        if each.get("fill-opacity") == "0.7":
            heights = [float(y) for y in re.findall(r"[\d.]+ ([\d.]+)", each.get("d"))]
            # Answers that are not given yet are not there at all: under a veil none could be read.
            if min(heights) < answers:
                veils.add((min(heights), max(heights)))
    assert len(veils) > 5
    for (_, bottom), (top, _) in itertools.pairwise(sorted(veils)):
        assert bottom >= top - 0.02


@pytest.mark.parametrize(("units", "low", "high"), [(16, 620, "48px"), (128, 700, "64px")])
def test_rows_give_way_in_a_low_window_but_can_be_read_and_are_saved_in_full(
    still: Open, page: Page, units: int, low: int, high: str
) -> None:
    page.set_viewport_size({"width": 1000, "height": low})
    still([make_trace(steps=14, units=units)])
    boxes = [page.locator(part).bounding_box() for part in (".controls", ".picture")]
    labels = [each.bounding_box() for each in page.locator(".label").all()]
    saved = Image.open(io.BytesIO(_saved(page, "this picture as PNG")))
    players, picture = filter(None, boxes)

    assert players["y"] + players["height"] <= low
    assert min(box["height"] for box in labels if box) >= 30
    assert saved.height / 2 > picture["height"] + 60

    page.set_viewport_size({"width": 1000, "height": 2000})
    expect(page.locator(".label", has_text="forget gate")).to_have_css("height", high)


def test_a_saved_picture_says_whose_gradient_it_shows_and_where_its_sweep_was(still: Open) -> None:
    page = still([make_trace()])
    assert "of last step" in _texts(page)
    page.get_by_role("button", name="Which loss the gradient is of").click()
    page.get_by_role("button", name="Show what is computed").click()
    page.get_by_role("button", name="Save the picture").click()
    texts = _texts(page)
    assert "of all steps" in texts
    assert any(text.endswith("forward sweep at time step 0") for text in texts)


def test_on_a_phone_the_hint_is_about_taps_and_a_slider_is_as_wide_as_the_picture(
    still: Open, page: Page
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    still([make_trace(steps=14)])
    hint = page.locator(".readout")
    expect(hint).to_contain_text("Tap a unit")
    expect(hint).not_to_contain_text("Keys")
    sliders = [each.bounding_box() for each in page.get_by_role("slider").all()]
    picture = page.locator(".picture").bounding_box()
    assert picture is not None
    assert min(box["width"] for box in sliders if box) > picture["width"] - 10


def test_layers_are_counted_as_everywhere_and_what_fits_across_stands_upright(
    still: Open,
) -> None:
    trace = make_trace(steps=40)
    labels = ("a", "no", "a long one", "b") * 10
    page = still([replace(trace, layers=trace.layers * 2, input_labels=labels)])
    root = ElementTree.fromstring(_saved(page, "this picture as SVG"))
    written = {each.text: each for each in root.iter(f"{_SVG}text")}

    assert [text for text in written if text.startswith("layer")] == ["layer 1", "layer 2"]
    assert "transform" not in written["a"].attrib
    assert "transform" not in written["no"].attrib
    assert "transform" in written["a long…"].attrib
    assert "transform" in written["class 1"].attrib


def test_an_svg_of_what_is_not_a_number_is_valid_too(still: Open) -> None:
    trace = make_trace()
    layer = replace(trace.layers[0], h=np.full_like(trace.h, np.nan))
    root = ElementTree.fromstring(
        _saved(still([replace(trace, layers=(layer,), loss=np.nan)]), "this picture as SVG")
    )
    assert not [each for each in root.iter() if "NaN" in "".join(each.attrib.values())]


@pytest.mark.parametrize("kind", ["WEBP", "GIF"])
def test_a_film_of_the_sweep_has_its_size_its_frames_and_loops(still: Open, kind: str) -> None:
    page = still([make_trace()])
    image, frames = _frames(_saved(page, f"Sweep through time as {kind}"))

    assert image.format == kind
    assert image.width == 900
    assert image.info["loop"] == 0
    # Four steps: 16 pictures and the first, forward and backward.
    assert len(frames) == 34
    assert all(np.abs(one - other).sum() > 0 for one, other in itertools.pairwise(frames))
    said = page.locator(".saving .said")
    expect(said).to_contain_text(f"{image.width} × {image.height} pixels, 34 frames")


@pytest.mark.parametrize("kind", ["WEBP", "GIF"])
def test_a_film_of_training_shows_every_kept_iteration_as_it_was(
    still: Open, page: Page, kind: str
) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})
    still(_several())
    _, frames = _frames(_saved(page, f"Training as {kind}"))

    wanted = []
    for place in range(5):
        page.evaluate(
            """place => {
                const input = document.querySelector(".training input");
                input.value = place;
                input.dispatchEvent(new Event("input"));
            }""",
            place,
        )
        png = _saved(page, "this picture as PNG")
        wanted.append(Image.open(io.BytesIO(png)).convert("RGB"))
    assert len(frames) == 5
    for frame, whole in zip(frames, wanted, strict=True):
        # Another width: the labels at the left are the same, the rows have the same height.
        rows = np.array(whole.resize((whole.width // 2, whole.height // 2), Image.Resampling.BOX))
        assert rows.shape[0] == frame.shape[0]
        assert np.abs(rows[:, :120].astype(int) - frame[:, :120]).mean() < 4
    assert all(np.abs(one - other).max() > 60 for one, other in itertools.pairwise(frames))


def test_both_kinds_of_film_show_the_same(still: Open) -> None:
    page = still(_several(3))
    _, webp = _frames(_saved(page, "Training as WEBP"))
    _, gif = _frames(_saved(page, "Training as GIF"))

    for exact, few_colours in zip(webp, gif, strict=True):
        assert np.abs(exact - few_colours).max() < 40


def test_the_box_that_changed_is_the_smallest_that_holds_all_changes(still: Open) -> None:
    page = still([make_trace()])

    def box(before: list[int] | None, now: list[int]) -> list[int]:
        return page.evaluate("([before, now]) => changedBox(before, now, 4)", [before, now])

    same = [0] * 12
    changed = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    assert box(None, same) == [0, 0, 4, 3]
    assert box(same, changed) == [1, 1, 3, 2]
    assert box(same, same) == [0, 0, 1, 1]


def test_a_film_can_be_cancelled_and_another_be_made(still: Open) -> None:
    page = still([make_trace(steps=14, units=16)])
    page.get_by_role("button", name="Sweep through time as GIF").click()
    work = page.locator(".saving .work")
    expect(work).to_contain_text("of 114")
    expect(page.get_by_role("button", name="Sweep through time as WEBP")).to_be_disabled()
    page.get_by_role("button", name="Stop making the film").click()
    expect(page.locator(".saving .said")).to_have_text("Cancelled; nothing was saved.")
    expect(work).to_be_hidden()
    expect(page.get_by_role("button", name="Sweep through time as WEBP")).to_be_enabled()


def test_a_browser_that_cannot_write_webp_says_so(still: Open) -> None:
    page = still([make_trace()])
    page.evaluate("""() => {
        const canvas = HTMLCanvasElement.prototype;
        const real = canvas.toBlob;
        canvas.toBlob = function (done) { real.call(this, done, "image/png"); };
    }""")
    page.get_by_role("button", name="Sweep through time as WEBP").click()
    expect(page.locator(".saving .said")).to_have_text(
        "It could not be saved: this browser cannot write image/webp; GIF and PNG work in all."
    )
    expect(page.get_by_role("button", name="Sweep through time as GIF")).to_be_enabled()


def test_one_iteration_makes_no_film_of_training(still: Open) -> None:
    page = still([make_trace()])
    expect(page.get_by_role("button", name="Training as GIF")).to_be_disabled()
    expect(page.get_by_role("button", name="Sweep through time as GIF")).to_be_enabled()


def test_one_time_step_makes_a_film_too(still: Open) -> None:
    _, frames = _frames(_saved(still([make_trace(steps=1)]), "Sweep through time as GIF"))
    assert len(frames) == 26


def test_what_is_saved_does_not_change_what_is_seen(still: Open) -> None:
    page = still(_several())
    page.keyboard.press("Escape")
    before = _painted_anew(page)
    page.get_by_role("button", name="Save the picture").click()
    _saved(page, "Training as WEBP")
    _saved(page, "Sweep through time as GIF")
    page.keyboard.press("Escape")
    expect(page.locator(".saving")).to_be_hidden()
    assert np.array_equal(_painted_anew(page), before)


def _painted_anew(page: Page) -> Array:
    page.locator(".scroll").press("End")
    page.locator(".scroll").press("Home")
    expect(page.locator(".time output")).to_have_text("time step 0")
    page.locator(".scroll").blur()
    return _shown(page)


def test_the_box_is_opened_and_closed_by_keys_and_its_keys_do_not_move_the_picture(
    still: Open,
) -> None:
    page = still([make_trace()])
    expect(page.get_by_role("button", name="this picture as PNG")).to_be_focused()
    step = page.locator(".time input").input_value()
    page.keyboard.press("ArrowRight")
    assert page.locator(".time input").input_value() == step
    page.keyboard.press("Escape")
    save = page.get_by_role("button", name="Save the picture")
    expect(save).to_be_focused()
    expect(save).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(page.locator(".saving")).to_be_visible()


def test_the_box_closes_on_escape_and_on_a_press_elsewhere_which_chooses_nothing(
    still: Open,
) -> None:
    page = still([make_trace()])
    box, open_ = page.get_by_role("dialog"), page.get_by_role("button", name="Save the picture")
    expect(box).to_be_visible()
    page.locator(".scroll").focus()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(open_).to_be_focused()

    open_.click()
    page.locator(".overlay").click(position={"x": 200, "y": 80})
    expect(box).to_be_hidden()
    expect(page.locator(".readout")).to_contain_text("time step 0")
    expect(page.locator(".readout")).to_contain_text("Click a unit")
    page.locator(".overlay").click(position={"x": 400, "y": 80})
    expect(page.locator(".readout")).not_to_contain_text("Click a unit")

    open_.click()
    page.mouse.click(700, 890)
    expect(box).to_be_hidden()


@pytest.mark.parametrize("width", [390, 660, 1000])
def test_one_cell_tells_its_results_in_full_and_with_as_many_digits(
    still: Open, page: Page, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 640})
    still([Trainer(RunConfig(hidden_size=16, seed=1)).trace()])
    page.get_by_role("button", name="One cell").click()
    page.get_by_role("button", name="Save the picture").click()
    texts = [text for text in _texts(page) if re.search(r"= −?0\.", text)]

    results = [re.sub(r".*= −?0\.0*", "", text) for text in texts]
    assert len(results) == 6
    assert {len(digits) for digits in results} == {7}


def test_where_the_gradient_goes_over_the_line_of_a_unit_both_are_named(still: Open) -> None:
    page = still([make_trace()])
    page.get_by_role("button", name="One unit").click()
    page.get_by_role("button", name="Show the gradient on its way back").click()
    for state in ("cell state", "hidden state"):
        label = page.locator(".label").filter(has=page.get_by_text(state, exact=True))
        expect(label).to_contain_text(f"band: dL/d{state[0]}, 10⁻⁷ to 10")
