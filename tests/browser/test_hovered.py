"""What a chart tells where one points at it: numbers are written as everywhere else."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from rnnviz import figures
from rnnviz.figures.chart import Chart
from rnnviz.figures.payload import to_bytes
from rnnviz.figures.spec import HUNDREDTHS, NUMBER, PERCENT
from rnnviz.numbers import number, percent
from rnnviz.ui.components import plot as component
from rnnviz.ui.components.script import joined

_VALUES = (1.234e-7, 0.00012345, -0.0004, 0.98437, 0.99961, 12.5, 1234.5, 98765.4)
_MOUNT = """([script, message]) => {
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    return import(url).then((module) => module.default({
        data: new TextEncoder().encode(message),
        parentElement: document.querySelector("main"), setTriggerValue() {},
    }));
}"""


def _mount(page: Page, chart: Chart) -> None:
    library = (files("plotly") / "package_data" / "plotly.min.js").read_bytes()

    def serve(route: Route) -> None:
        is_library = route.request.url.endswith(".js")
        body = library if is_library else b"<!doctype html><main style='width:800px'></main>"
        kind = "text/javascript" if is_library else "text/html"
        route.fulfill(body=body, content_type=f"{kind}; charset=utf-8")

    page.route("http://charts.test/**", serve)
    page.goto("http://charts.test/")
    messages = [component._message(chart, "run", live=False)]
    message = to_bytes({"clicks": False, "charts": messages}).decode()
    assert json.loads(message)["charts"]
    page.evaluate(_MOUNT, [joined(component._SCRIPTS), message])
    expect(page.locator(".nsewdrag")).to_be_attached()


def _told(page: Page, point: int) -> Locator:
    x, y = page.evaluate(
        """(point) => { const plot = document.querySelector(".js-plotly-plot");
            const { xaxis, yaxis } = plot._fullLayout, [{ x, y }] = plot._fullData;
            const box = plot.querySelector(".nsewdrag").getBoundingClientRect();
            return [box.x + xaxis.d2p(x[point]), box.y + yaxis.d2p(y[point])]; }""",
        point,
    )
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y, steps=3)
    return page.locator(".hoverlayer .hovertext").first


@pytest.mark.parametrize(
    ("form", "write", "behind"),
    [
        (NUMBER, number, ""),
        (PERCENT, percent, ""),
        (HUNDREDTHS, lambda value: percent(value / 100), " %"),
    ],
)
def test_a_hover_writes_numbers_as_the_sentences_do(page, form, write, behind):
    spec = figures.loss_spec(range(len(_VALUES)), _VALUES)
    spec["layout"]["hovermode"] = "closest"
    spec["data"][0]["hovertemplate"] = f"%{{y{form}}}{behind}<extra></extra>"
    _mount(page, Chart(spec))

    # What comes after the second one, by a change of layout, has formats that are made anew.
    for point, value in enumerate(_VALUES):
        # It may still tell of the point before for a moment.
        expect(_told(page, point)).to_have_text(write(value))
        if point == 1:
            page.evaluate(
                """() => rnnvizPlotly.then((P) => P.relayout(
                    document.querySelector(".js-plotly-plot"), { "xaxis.range": [-1, 9] }))"""
            )
