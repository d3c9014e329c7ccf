"""The picture as a notebook gets it: as a widget in a page of others, and as a page in a frame."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import Page, expect

import rnnviz
from rnnviz import RunConfig, Trainer
from rnnviz.figures.picture import pack
from rnnviz.ui.components.bundle import script


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    made = Trainer(RunConfig(hidden_size=4))
    made.advance(iterations=5)
    return made


#: What an anywidget is given: a model with traits, and an element. The page has styles of its own.
_PAGE = """<body style="background: rgb(30, 30, 30); color: rgba(255, 255, 255, 0.87)">
<style>
  button { display: none; }
  figure, canvas { opacity: 0.1; }
</style>
<input id="other">
<script type="module">%(script)s
  const bytesOf = (text) => {
    const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    return new DataView(bytes.buffer);
  };
  const heard = {};
  const values = { kept: bytesOf("%(kept)s"), newest: bytesOf(""), note: "A note." };
  window.sent = [];
  const model = {
    get: (name) => values[name],
    on: (event, callback) => (heard[event] = callback),
    off: (event) => delete heard[event],
    send: (message) => window.sent.push(message),
  };
  window.setTrait = (name, text) => {
    values[name] = bytesOf(text);
    heard[`change:${name}`]();
  };
  // As in Jupyter, the element comes into the page later.
  const el = document.createElement("div");
  el.id = "one";
  window.leave = rnnviz.render({ model, el });
  setTimeout(() => document.body.append(el), 50);
</script></body>"""


def test_a_widget_follows_its_model_and_leaves_the_page_to_others(
    page: Page, trainer: Trainer
) -> None:
    traces = trainer.recording.traces
    kept, newest = (
        base64.b64encode(pack(each, run="a")).decode() for each in (traces[:4], traces[5:])
    )
    page.set_content(_PAGE % {"script": script(), "kept": kept})
    picture = page.locator(".unrolled")
    said = picture.locator(".measured")
    expect(said).to_contain_text("iteration 3 ")
    expect(page.locator(".note")).to_have_text("A note.")
    # Nothing of the page's styles gets in, its colours do.
    expect(picture.get_by_role("button", name="Present")).to_be_visible()
    assert picture.evaluate("figure => getComputedStyle(figure).opacity") == "1"
    expect(picture).to_have_css("background-color", "rgb(30, 30, 30)")

    page.evaluate("text => setTrait('newest', text)", newest)
    expect(said).to_contain_text("iteration 5 ")

    # Keys are the picture's only while the focus is in it.
    page.locator("body").press("f")
    expect(picture).not_to_have_class("unrolled presenting")
    picture.locator(".scroll").focus()
    page.keyboard.press("f")
    expect(picture.get_by_role("button", name="Back to the page")).to_be_visible()
    page.keyboard.press("f")

    picture.locator(".training input").fill("1")
    page.wait_for_function("sent.some(({ iteration }) => iteration === 1)")

    page.evaluate("document.body.style = 'background: rgb(250, 250, 250); color: rgb(20, 20, 20)'")
    expect(picture).to_have_css("background-color", "rgb(250, 250, 250)")

    page.evaluate("leave()")
    expect(page.locator("#one")).to_be_empty()
    assert page.evaluate("sent.filter(({ shown }) => shown !== undefined)") == [
        {"shown": True},
        {"shown": False},
    ]


def test_without_a_widget_the_picture_plays_in_a_frame_that_reaches_nothing(
    page: Page, trainer: Trainer
) -> None:
    page.emulate_media(reduced_motion="no-preference")
    page.set_content(rnnviz.show(trainer)._repr_html_())
    frame = page.frame_locator("iframe")
    step = frame.locator(".unrolled .time input")
    before = step.input_value()
    expect(step).not_to_have_value(before)
    expect(frame.locator(".measured")).to_contain_text("iteration 5 ")
    inside = page.frames[1]
    assert inside.evaluate("origin") == "null"
