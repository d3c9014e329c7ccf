"""The gradient's wedges and bars: one scale for every cell and run, so that the eye may compare."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from rnnviz.recording import Trace
from tests.browser.mounting import mount
from tests.browser.waiting import until
from tests.traces import make_trace

#: Ends of the axis, as powers of ten.
_LOW, _HIGH = -7, 1


def _with_norms(norms: list[float], cell: str = "rnn") -> Trace:
    """Return a trace of one unit, the gradient of which has these sizes in all states."""
    trace = make_trace(cell=cell, steps=len(norms), units=1)
    gradient = np.array(norms)[:, None]
    state = {"last_d_c": gradient} if cell == "lstm" else {}
    return replace(trace, layers=(replace(trace.layers[0], last_d_h=gradient, **state),))


def _tops(page: Page, picture: int) -> list[float]:
    """Return how high the bars of the gradient are, as shares of their axis."""
    return page.evaluate(
        """(place) => {
            const { layout, dom } = pictures[place].scene;
            const context = dom.strips.getContext("2d");
            const ratio = dom.strips.width / layout.view;
            const foot = layout.gradientY + layout.gradientHeight;
            const shares = [];
            for (let t = 0; t < layout.steps; t++) {
                const x = layout.left + (t + 0.5) * layout.pitch + layout.gap / 2 - layout.gap / 4;
                let height = 0;
                for (let y = foot - 2; y > layout.gradientY - 2; y--) {
                    const at = (where) => context.getImageData(
                        Math.round(where[0] * ratio), Math.round(where[1] * ratio), 1, 1,
                    ).data.join();
                    // Beside the bars there is paper, and in both lie the lines of the decades.
                    if (at([x, y]) === at([layout.left + 1, y])) break;
                    height = foot - y;
                }
                shares.push(height / layout.gradientHeight);
            }
            return shares;
        }""",
        picture,
    )


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_a_gradient_as_large_has_a_bar_as_high_in_every_cell_and_run(page: Page, cell: str) -> None:
    norms = [1e-6, 1e-4, 1e-3, 1e-1]
    other = [1e-6, 3e-6, 1e-5, 1e-4]
    mount(page, [_with_norms(norms, cell)], [_with_norms(other)])
    for place, wanted in enumerate((norms, other)):
        shares = (np.log10(wanted) - _LOW) / (_HIGH - _LOW)
        assert _tops(page, place) == pytest.approx(shares, abs=0.05)


def test_the_ends_of_the_axis_have_their_numbers_beside_bars_and_bands(page: Page) -> None:
    mount(page, [_with_norms([1e-6, 1e-4])])
    expect(page.locator(".tick", has_text="10⁻⁷")).to_be_visible()
    expect(page.locator(".tick").filter(has_text="10").first).to_have_text("10")
    page.locator(".phases button", has_text="Backward").click()
    scale = page.locator(".label", has_text="hidden state").first.locator(".scale")
    expect(scale).to_have_text("10⁻⁷10")


def test_the_scale_is_fitted_only_where_one_asks_for_it(page: Page) -> None:
    mount(page, [_with_norms([1e-12, 1e-10])], [_with_norms([1e-6, 1e-2])])
    fit = page.get_by_role("button", name="Fit the gradient's scale").first
    fit.click()
    expect(fit).to_have_attribute("aria-pressed", "true")
    ranges = page.evaluate("pictures.map(({ scene }) => scene.scales.range)")
    # The whole loss, which one may turn to, has a gradient of up to 0.1 there.
    assert ranges[0] == {"low": -12, "high": -1}
    assert ranges[1] == {"low": _LOW, "high": _HIGH}
    fit.click()
    assert page.evaluate("pictures[0].scene.scales.range") == {"low": _LOW, "high": _HIGH}


def test_what_lies_beyond_the_axis_is_marked_and_zero_is_not(page: Page) -> None:
    mount(page, [_with_norms([0.0, 1e-9, 1e-3, 1e3])])
    marks = page.evaluate(
        """() => {
            const { scene } = pictures[0];
            const { layout, dom, screen: { ratio } } = scene;
            const context = dom.strips.getContext("2d");
            const paper = context.getImageData(1, 1, 1, 1).data.join();
            const inked = (t, y) => {
                const x = layout.left + (t + 0.5) * layout.pitch + layout.gap / 2;
                const at = [x, y].map((each) => Math.round(each * ratio));
                return context.getImageData(...at, 1, 1).data.join() !== paper;
            };
            const foot = layout.gradientY + layout.gradientHeight;
            return [0, 1, 2, 3].map((t) => [inked(t, foot - 3), inked(t, layout.gradientY - 3)]);
        }"""
    )
    assert marks == [[False, False], [True, False], [True, False], [True, True]]
    page.locator(".phases button", has_text="Backward").click()
    bands = """() => {
            const { layout, dom, screen: { ratio } } = pictures[0].scene;
            const [row] = layout.rows;
            const data = (t, y) => [...dom.overlay.getContext("2d").getImageData(
                Math.round((layout.left + (t + 0.8) * layout.pitch) * ratio), Math.round(y * ratio),
                1, 1).data];
            const thin = (t) => data(t, row.y + row.height / 2).join()
                !== data(t, row.y + row.height / 2 - 6).join();
            const rim = (t) => data(t, row.y - 1)[3] > 200;
            return [thin(1), rim(1), rim(3)];
        }"""
    until(page, lambda: page.evaluate(bands) == [True, False, True])
