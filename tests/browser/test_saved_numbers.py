"""The numbers that a saved SVG tells, read as text and compared with the trace."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree

import pytest
from playwright.sync_api import Page

from rnnviz import RunConfig, Trainer
from rnnviz.engine import Hold, Silence
from rnnviz.numbers import number, percent
from rnnviz.recording import Trace
from tests.browser.mounting import mount
from tests.schedules import three_days

_TEXT = "{http://www.w3.org/2000/svg}text"
_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₋", "0123456789-")
STEP = 2  # of the sweep, which begins at 0


def trained(cell: str, *items: Hold | Silence) -> Trace:
    trainer = Trainer(RunConfig(cell=cell, hidden_size=4, batch_size=4), three_days(length=6))
    trainer.intervene(*items)
    trainer.advance(iterations=20)
    return trainer.trace()


def texts_of(page: Page) -> list[str]:
    """Step to a time step of one cell, save the picture, and return what is written in it."""
    page.locator(".levels button", has_text="One cell").click()
    page.locator(".phases button", has_text="Forward").click()
    for _ in range(STEP):
        page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Save the picture").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="this picture as SVG").click()
    root = ElementTree.fromstring(download.value.path().read_bytes())
    return ["".join(text.itertext()) for text in root.iter(_TEXT)]


def value_of(text: str) -> float:
    return float(text.replace("−", "-"))


@pytest.mark.parametrize(
    ("cell", "items"),
    [
        ("lstm", ()), ("gru", ()), ("rnn", ()), ("relu", ()),
        ("lstm", (Hold("f", 0.25),)), ("gru", (Hold("z", 0.75),)),
        ("lstm", (Silence(),)), ("rnn", (Silence(),)), ("lstm", (Hold("i", 0.5), Hold("i", 1.0))),
    ],
)  # fmt: skip
def test_formulas_and_predictions_of_an_svg_are_those_of_the_trace(page: Page, cell, items) -> None:
    trace = trained(cell, *items)
    texts = texts_of(mount(page, [trace]))
    caption = " ".join(texts[:2])
    assert f"loss {number(trace.loss)}" in caption
    step = int(re.search(r"time step (\d+)", caption)[1])
    unit = int(re.search(r"unit (\d+) of", caption)[1])
    assert step == STEP
    quantities = trace.layers[0].quantities()
    told = set()
    for place, text in enumerate(texts):
        head = re.match(r"([a-z])([₀-₉]+) (?:=|is) ", text)
        if head is None or head[1] not in quantities:
            continue
        at = int(head[2].translate(_DIGITS))
        result = next(
            line for line in texts[place + 1 :] if re.search(r"= −?[\d.]+(e−?\d+)?$", line)
        )
        shown = value_of(result.rpartition("= ")[2])
        assert shown == pytest.approx(float(quantities[head[1]][at, unit]), rel=1e-6, abs=1e-9)
        told.add(head[1])
        squashed = re.search(r"(σ|tanh)\((−?[\d.]+)\) = ", result)
        if squashed and not result.startswith("("):
            squash = math.tanh if squashed[1] == "tanh" else lambda a: 1 / (1 + math.exp(-a))
            if result.startswith(squashed[0]):
                assert shown == pytest.approx(squash(value_of(squashed[2])), abs=2e-3)
    assert told == set(quantities) - {"d_h", "d_c", "last_d_h", "last_d_c"}
    held = {item.gate: item for item in items if isinstance(item, Hold)}  # the last one wins
    for item in held.values():
        assert f"{item.gate}₂ is held at {number(item.value)}" in texts
    assert sum(" is held at " in text for text in texts) == len(held)
    silenced = any(isinstance(item, Silence) for item in items)
    assert ("h₂ is silenced" in texts) == silenced
    assert any(text.startswith("the formula alone gives") for text in texts) == (
        silenced and cell == "lstm"
    )
    written = {text for text in texts if text.endswith(" %")}
    shares = {percent(share) for share in trace.probabilities[STEP]}
    assert written & shares
