"""The wires of attention as they are painted: as wide as the weights, by both clocks, in files."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from rnnviz.recording import Trace
from tests.browser.mounting import DARK, mount
from tests.traces import make_trace

#: What step 3 looks at in a trace of iteration 0, and of iteration 100.
WEIGHTS = {0: (0.5, 0.0, 0.25, 0.25), 100: (0.0, 1.0, 0.0, 0.0)}
#: Pixels of a weight of 1.
WIDEST = 14


def traces() -> list[Trace]:
    found = []
    for iteration, row in WEIGHTS.items():
        weights = np.eye(4)
        weights[3] = row
        found.append(make_trace(iteration, "gru", attention=weights))
    return found


def lane(page: Page) -> dict[str, float]:
    """Return where the wires run: height, and the middle of each column, in the window."""
    return page.evaluate("""() => {
        const { layout, dom } = pictures[0].scene;
        const box = dom.stage.getBoundingClientRect();
        const middle = (t) => layout.left + t * layout.pitch + (layout.pitch + layout.gap) / 2;
        return { top: box.y + layout.attentionY, height: layout.attentionHeight,
                 columns: [0, 1, 2, 3].map((t) => box.x - layout.scroll + middle(t)) };
    }""")


def painted(page: Page, share: float) -> list[int]:
    """Return how many pixels are painted around each column, at a share of the lane's height."""
    at = lane(page)
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    line = np.array(image)[int(at["top"] + share * at["height"])].astype(int)
    away = np.abs(line - line[round(at["columns"][1]) + 60]).sum(axis=1) > 60
    # The frame of the chosen step is not counted: it stands further out.
    return [int(away[round(x) - 12 : round(x) + 13].sum()) for x in at["columns"]]


def test_a_wire_is_as_wide_as_the_weight_and_both_clocks_move_it(page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})
    mount(page, traces())
    scroll = page.locator(".unrolled .scroll")
    scroll.press("End")
    assert painted(page, 0) == pytest.approx([0, WIDEST, 0, 0], abs=1.5)
    scroll.press("PageUp")
    expect(page.locator(".unrolled .measured")).to_contain_text("iteration 0 ")
    expected = [weight * WIDEST for weight in WEIGHTS[0]]
    assert painted(page, 0) == pytest.approx(expected, abs=1.5)
    scroll.press("ArrowLeft")
    assert painted(page, 0)[2] == pytest.approx(WIDEST, abs=1.5)
    page.locator(".phases button", has_text="Backward").click()
    expect(page.locator(".unrolled .labels")).to_contain_text("wires: gradient")
    scroll.press("End")
    assert all(found > 0 for found in painted(page, 0.2)[2:])


def test_a_hover_tells_the_weight_of_a_wire_or_the_largest_of_a_step(page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})
    mount(page, traces()[:1], theme=DARK)
    page.locator(".unrolled .scroll").press("End")
    at = lane(page)
    tooltip = page.locator(".unrolled .tooltip")
    page.mouse.move(at["columns"][0], at["top"] + 2)
    expect(tooltip).to_contain_text("step 3 looks at step 0")
    expect(tooltip.locator("b")).to_have_text("0.5")
    page.mouse.move(at["columns"][1] + 8, at["top"] + 2)
    expect(tooltip).to_contain_text("attention at time step 1")
    expect(tooltip.locator("b")).to_have_text("step 1: 100 %")
    expect(page.locator(".unrolled .readout")).to_contain_text("looks at step 0, 50 %")
    page.get_by_text("attention", exact=True).hover()
    expect(tooltip).to_contain_text("its width is the weight")


def test_files_have_the_wires_and_a_long_sequence_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 1000, "height": 900})
    mount(page, traces()[:1])
    page.locator(".unrolled .scroll").press("End")
    page.get_by_role("button", name="Save the picture").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="this picture as SVG").click()
    root = ElementTree.fromstring(download.value.path().read_bytes())
    paths = root.iter("{http://www.w3.org/2000/svg}path")
    wires = [path for path in paths if path.get("d").count("L") == 49]
    assert len(wires) == 3
    assert all("nan" not in path.get("d").lower() for path in wires)

    weights = np.tril(np.ones((200, 200))) / np.arange(1, 201)[:, None]
    page.set_viewport_size({"width": 390, "height": 844})
    mount(page, [make_trace(0, "lstm", 200, attention=weights)])
    page.locator(".unrolled .scroll").press("End")
    expect(page.locator(".unrolled .readout")).to_contain_text("looks at step")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
