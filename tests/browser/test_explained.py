"""What the picture says of itself: every row by its name, in numbers written one way, readably."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from rnnviz import numbers
from tests.browser.mounting import DARK, LIGHT, mount
from tests.browser.waiting import painted
from tests.traces import make_trace

_CELLS = ["lstm", "gru", "rnn", "relu", "mlp"]

#: What a row's name must tell of its range.
_RANGES = {
    "forget gate": "from 0 (forget it) to 1",
    "input gate": "from 0 (nothing) to 1",
    "output gate": "from 0 (nothing) to 1",
    "reset gate": "from 0 (nothing) to 1",
    "update gate": "from 0 (replace it) to 1",
    "candidate": "from −1 to 1",
    "cell state": "of any size",
    "hidden state": "from −1 to 1",
    "prediction": "0 to 100 %",
    "gradient norm": "from 10⁻⁷ to 10",
    "input": "each time step",
}


@pytest.mark.parametrize("cell", _CELLS)
def test_every_row_explains_itself_where_its_name_is_pointed_at(page: Page, cell: str) -> None:
    mount(page, [make_trace(cell=cell)])
    tooltip = page.locator(".unrolled .tooltip")
    for label in page.locator(".unrolled .label").all():
        label.hover(position={"x": 30, "y": 8})
        name = label.get_attribute("data-name") or ""
        expect(tooltip).to_contain_text(name)
        wanted = "without an upper limit" if (cell, name) == ("relu", "hidden state") else None
        said = tooltip.inner_text()
        assert (wanted or _RANGES[name]) in said
        assert 1 <= said.count(". ") + 1 <= 3
    page.mouse.move(700, 895)
    expect(tooltip).to_be_hidden()


def test_in_the_backward_sweep_a_row_says_that_the_band_over_it_is_its_gradient(page: Page) -> None:
    mount(page, [make_trace()])
    page.locator(".phases button", has_text="Backward").click()
    label = page.locator(".unrolled .label", has_text="cell state").first
    expect(label).to_contain_text("band: its gradient dL/dc")
    label.hover(position={"x": 30, "y": 8})
    expect(page.locator(".tooltip")).to_contain_text("is the norm of its gradient, dL/dc")
    expect(page.locator(".tooltip .wedge")).to_be_visible()


def test_the_scheme_of_lines_and_the_probe_are_explained_too(page: Page) -> None:
    mount(page, [make_trace()])
    page.get_by_text("lines: schematic").hover()
    expect(page.locator(".tooltip")).to_contain_text("the only thing here that is not measured")
    page.locator(".measured b").hover()
    expect(page.locator(".tooltip")).to_contain_text("one fixed example")


def test_a_tap_on_a_name_explains_the_row_and_a_tap_elsewhere_ends_it(browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = mount(context.new_page(), [make_trace(steps=14)])
    page.locator(".label", has_text="hidden state").tap()
    tooltip = page.locator(".tooltip")
    expect(tooltip).to_contain_text("The output of each unit")
    box = tooltip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    page.locator(".score").tap()
    expect(tooltip).to_be_hidden()
    context.close()


def _grid() -> list[float]:
    sizes = np.concatenate([np.geomspace(1e-9, 1e9, 200), np.linspace(0.9, 1.1, 41)])
    edges = [0, 9.999e-4, 9.9999e-4, 9999.4, 9999.6, 0.0949, 0.0951, 99.49, 99.6, 1e300, np.inf]
    return [*map(float, sizes), *edges, 0.0995, 0.09951, 0.995, 0.9949, 0.9996, np.nan]


@pytest.mark.parametrize(
    ("script", "python"),
    [("shortly", numbers.number), ("percent", numbers.percent), ("factored", numbers.factor)],
)
def test_numbers_are_written_as_everywhere_in_the_app(page: Page, script: str, python) -> None:
    mount(page, [make_trace()])
    grid = _grid() if script == "factored" else [*_grid(), *(-each for each in _grid())]
    texts = [repr(each).replace("nan", "NaN").replace("inf", "Infinity") for each in grid]
    written = page.evaluate(f"(all) => all.map((text) => inside.{script}(Number(text)))", texts)
    assert dict(zip(texts, written, strict=True)) == dict(
        zip(texts, map(python, grid), strict=True)
    )


# ------------------------------------------------------------------ contrast

_LEAST = 4.5
_SHARP = 3


def _luminance(colours: np.ndarray) -> np.ndarray:
    share = colours / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def _contrast_in(pixels: np.ndarray) -> float:
    """Return the contrast of a text with its ground, which is the commonest colour."""
    colours, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    light = _luminance(colours)
    ground = light[counts.argmax()]
    high, low = np.maximum(light, ground), np.minimum(light, ground)
    return float(((high + 0.05) / (low + 0.05)).max())


#: Where the texts of the page stand, those of the canvases included, as seen on the page.
_TEXTS = """() => {
    const view = pictures[0].scene;
    const found = [];
    const stage = view.dom.stage.getBoundingClientRect();
    const real = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
        const ratio = view.screen.ratio;
        const width = this.measureText(text).width;
        const before = { left: 0, center: width / 2, right: width }[this.textAlign] ?? 0;
        const { a, b, c, d, e, f } = this.getTransform();
        const size = Number(/([\\d.]+)px/.exec(this.font)[1]);
        const corners = [[x - before, y - size * 0.45], [x - before + width, y + size * 0.45]]
            .map(([u, v]) => [(a * u + c * v + e) / ratio, (b * u + d * v + f) / ratio]);
        const [[x1, y1], [x2, y2]] = corners;
        found.push({ text, x: stage.x + Math.min(x1, x2), y: stage.y + Math.min(y1, y2),
            width: Math.abs(x2 - x1), height: Math.abs(y2 - y1),
            inside: Math.max(x1, x2) < stage.width && Math.min(x1, x2) > 0 });
        return real.apply(this, arguments);
    };
    view.art.dirty = "all";
    repaintNow(view);
    CanvasRenderingContext2D.prototype.fillText = real;
    const walker = document.createTreeWalker(view.dom.figure, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (!node.textContent.trim() || !node.parentElement.checkVisibility()) continue;
        if (node.parentElement.closest(".announce, option, style")) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        const { x, y, width, height } = range.getBoundingClientRect();
        found.push({ text: node.textContent, x, y, width, height, inside: true });
    }
    return found.filter((each) => each.inside && each.width > 2);
}"""


@pytest.fixture(scope="module")
def sharp(browser: Browser) -> Page:
    """A page with more pixels, in which a thin letter has one of its full colour."""
    context = browser.new_context(
        viewport={"width": 1000, "height": 900}, device_scale_factor=_SHARP
    )
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(
    ("cell", "steps", "theme"),
    [("lstm", 6, LIGHT), ("lstm", 6, DARK), ("rnn", 30, DARK)],
    ids=["lstm-light", "lstm-dark", "rnn-dark"],
)
def test_all_text_can_be_read_whatever_is_shown(
    sharp: Page, cell: str, steps: int, theme: dict[str, str]
) -> None:
    mount(sharp, [make_trace(cell=cell, steps=steps, units=4)], theme=theme)
    sharp.locator(".scroll").press("ArrowDown")
    levels, phases = ("All units", "One unit"), ("All", "Forward", "Backward")
    for level, phase in itertools.product(levels, phases):
        sharp.locator(".levels button", has_text=level).click()
        sharp.locator(".time .phases").get_by_text(phase, exact=True).click()
        sharp.locator(".time input").fill("2")
        sharp.mouse.move(999, 899)
        sharp.wait_for_function(
            "document.getAnimations().every((each) => each.playState !== 'running')"
        )
        painted(sharp)
        texts = sharp.evaluate(_TEXTS)
        assert len(texts) > 30
        picture = Image.open(io.BytesIO(sharp.screenshot())).convert("RGB")
        pixels = np.array(picture)
        for each in texts:
            left, top = max(0, int(each["x"] * _SHARP)), max(0, int(each["y"] * _SHARP))
            right = left + int(each["width"] * _SHARP) + 1
            bottom = top + int(each["height"] * _SHARP) + 1
            part = pixels[top:bottom, left:right].astype(int)
            if part.shape[0] < 6 or part.shape[1] < 6:
                continue
            if phase == "Forward" and np.ptp(part) < np.ptp(part, axis=2).max() + 1:
                continue  # A prediction that is not made yet is not there.
            assert _contrast_in(part) >= _LEAST, (level, phase, each["text"])
