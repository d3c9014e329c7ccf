"""The numbers that the picture shows and draws, against the trace and NumPy alone.

Nothing here is read back with the code that packed it: values come from the trace's arrays, means,
norms and colours are computed literally.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from rnnviz import RunConfig, Trainer
from rnnviz.figures.palette import QUANTITIES
from rnnviz.recording import Trace
from tests.browser.mounting import LIGHT, mount
from tests.traces import make_trace

_CELLS = ["lstm", "gru", "rnn", "relu", "mlp"]
_GATES = {"lstm": "fio", "gru": "rz"}

Array = np.ndarray


def _traces(cell: str, iterations: tuple[int, ...] = (0, 3, 9), **settings: Any) -> list[Trace]:
    trainer = Trainer(
        RunConfig(**{"cell": cell, "hidden_size": 5, "layers": 2, "seed": 2, **settings})
    )
    traces = []
    for iteration in iterations:
        trainer.advance(iterations=iteration - trainer.iteration)
        traces.append(trainer.trace())
    return traces


def _state(trace: Trace, letter: str, layer: int) -> Array:
    of = trace.layers[layer]
    own = {"h": of.h, "c": of.c}
    return np.asarray(own[letter] if letter in own else of.gates[letter])


def _said(page: Page, layer: int, letter: str) -> list[list[str]]:
    """Return what a hover tells as the number, for each time step and unit of a row."""
    return page.evaluate(
        """([layer, letter]) => {
            const { scene } = pictures[0];
            const row = scene.layout.base.rows.find((each) =>
                each.layer === layer && each.letter === letter);
            const { steps, units } = scene.data.store.header;
            const range = (count) => Array.from({ length: count }, (_, place) => place);
            return range(steps).map((t) => range(units).map((unit) =>
                inside.tooltipLines(scene, { row, t, unit })[1]));
        }""",
        [layer, letter],
    )


def _part(page: Page, part: str) -> list[list[str]]:
    """Return all that a hover tells over a part of the picture, for each time step."""
    return page.evaluate(
        """(part) => {
            const { scene } = pictures[0];
            return Array.from({ length: scene.data.store.header.steps }, (_, t) =>
                inside.tooltipLines(scene, { part, t }));
        }""",
        part,
    )


def _number(text: str) -> float:
    words = {"not a number": np.nan, "infinite": np.inf}
    bare = text.removeprefix("≈ ").replace("−", "-")
    return words[bare] if bare in words else float(bare)


def _numbers(said: list[list[str]]) -> Array:
    return np.array([[_number(each) for each in line] for line in said])


def _letters(cell: str) -> list[str]:
    return [each.letter for each in QUANTITIES[cell].values() if each.scale != "magnitude"]


@pytest.mark.parametrize("cell", _CELLS)
def test_a_hover_tells_every_recorded_number_of_every_layer(page: Page, cell: str) -> None:
    traces = _traces(cell)
    mount(page, traces)
    for layer in (0, 1):
        for letter in _letters(cell):
            told = _numbers(_said(page, layer, letter))
            np.testing.assert_allclose(told, _state(traces[-1], letter, layer), rtol=1e-6)


@pytest.mark.parametrize("cell", _CELLS)
def test_rounded_and_thinned_iterations_tell_their_own_numbers_within_half_a_level(
    page: Page, cell: str
) -> None:
    traces = _traces(cell, tuple(range(0, 40, 2)))
    mount(page, traces, budget=16_000)
    kept = page.evaluate("pictures[0].scene.data.store.frames.map((frame) => frame.iteration)")
    assert 3 <= len(kept) < len(traces)
    by_iteration = {trace.iteration: trace for trace in traces}
    for place, iteration in list(enumerate(kept))[:-1:2]:
        page.locator(".training input").fill(str(place))
        trace = by_iteration[iteration]
        for layer in (0, 1):
            for letter in _letters(cell):
                said = _said(page, layer, letter)
                assert said[0][0].startswith("≈ ")
                states = [_state(by_iteration[each], letter, layer) for each in kept]
                gate = letter in _GATES.get(cell, "")
                level = 1 / 254 if gate else np.abs(states).max() / 127
                wanted = _state(trace, letter, layer)
                # Half a level, and three digits of what is told.
                error = np.abs(_numbers(said) - wanted)
                assert (error <= 0.5001 * level + 0.0051 * np.abs(wanted)).all()


@pytest.mark.parametrize("cell", _CELLS)
@pytest.mark.parametrize("of_last", [True, False])
def test_the_gradient_that_is_told_is_the_norm_of_the_recorded_one(
    page: Page, cell: str, of_last: bool
) -> None:
    traces = _traces(cell, truncate=None if cell == "mlp" else 4)
    mount(page, traces)
    if not of_last:
        page.get_by_role("button", name="Which loss the gradient is of").click()
    top = traces[-1].layers[-1]
    by_h, by_c = (top.last_d_h, top.last_d_c) if of_last else (top.d_h, top.d_c)
    norms = {"(dL/dh)": np.sqrt((np.asarray(by_h) ** 2).sum(axis=1))}
    if by_c is not None:
        norms["(dL/dc)"] = np.sqrt((by_c**2).sum(axis=1))
    for t, lines in enumerate(_part(page, "gradient")):
        assert f", time step {t}" in lines[0]
        assert ("share" in lines[2]) == of_last
        told = {lines[0].split(",")[0]: lines[1]}
        told |= dict(line.split(": ") for line in lines[3:])
        assert len(told) == len(norms)
        for name, text in told.items():
            wanted = norms[name.split()[-1]][t]
            assert _number(text) == pytest.approx(wanted, rel=1e-6, abs=0)


@pytest.mark.parametrize("cell", _CELLS)
def test_bands_of_every_layer_are_as_wide_as_the_norms_of_that_layer(page: Page, cell: str) -> None:
    traces = _traces(cell)
    mount(page, traces)
    drawn = page.evaluate(
        """() => {
            const { frame, store } = pictures[0].scene.data;
            const letters = store.header.gradients.map(({ letter }) => letter);
            return [letters, [...frame.norms]];
        }"""
    )
    letters, norms = drawn
    table = np.array(norms).reshape(2, 2, len(letters), -1)
    for whose, prefix in enumerate(("", "last_")):
        for layer, of in enumerate(traces[-1].layers):
            for place, letter in enumerate(letters):
                wanted = np.linalg.norm(getattr(of, prefix + letter), axis=1)
                np.testing.assert_allclose(table[whose, layer, place], wanted, rtol=1e-12)


def test_predictions_are_told_with_the_shares_and_ranks_of_the_recorded_ones(page: Page) -> None:
    traces = _traces("gru")
    mount(page, traces)
    trace = traces[-1]
    shares = trace.probabilities
    assert shares is not None
    for t, lines in enumerate(_part(page, "prediction")):
        told = dict(line.split(": ") for line in lines if ": " in line)
        target = int(trace.targets[t])
        rank = int((shares[t] > shares[t, target]).sum())
        counted = trace.scored if trace.counted is None else trace.counted
        if trace.scored[t]:
            text = told.pop(f"target {trace.target_labels[t]}").split(", number ")
            assert _number(text[0]) == pytest.approx(shares[t, target], rel=1e-6)
            assert text[1:] == ([f"{rank + 1} of {shares.shape[1]}"] if rank else [])
        if counted[t]:
            assert lines[1] == ("miss" if rank else "hit")
        for name, text in told.items():
            number = trace.output_labels.index(name)
            assert _number(text) == pytest.approx(shares[t, number], rel=1e-6)
            assert number in np.argsort(-shares[t])[:3]


def test_outputs_that_are_numbers_are_told_in_the_units_of_the_data(page: Page) -> None:
    traces = _traces("lstm", task="values")
    mount(page, traces)
    trace = traces[-1]
    outputs, targets = trace.unscale(trace.outputs), trace.unscale(trace.targets)
    for t, lines in enumerate(_part(page, "prediction")):
        told = [_number(each) for each in lines[1].split(", ")]
        np.testing.assert_allclose(told, outputs[t], rtol=1e-6)
        assert lines[2] == f"target {trace.target_labels[t]}"
    values = page.evaluate("pictures[0].scene.data.frame.sequence.target_values")
    np.testing.assert_allclose(values, targets)


def test_units_that_share_a_line_are_told_as_their_mean(page: Page) -> None:
    trace = make_trace(units=128, steps=200)
    trace = Trace(**{**vars(trace), "layers": trace.layers * 4})
    mount(page, [trace])
    group = page.evaluate("pictures[0].scene.data.store.header.group")
    assert group == 3
    means = {
        letter: np.array(
            [
                _state(trace, letter, 3)[:, at : at + group].mean(axis=1)
                for at in range(0, 128, group)
            ]
        ).T
        for letter in _letters("lstm")
    }
    for letter, wanted in means.items():
        level = 1 / 254 if letter in "fio" else np.abs(wanted).max() / 127
        error = np.abs(_numbers(_said(page, 3, letter)) - wanted)
        assert (error <= 0.5001 * level + 0.0051 * np.abs(wanted)).all()


def test_the_lines_of_numbers_below_the_picture_are_those_of_the_trace(page: Page) -> None:
    (trace,) = _traces("lstm", (4,))
    mount(page, [trace])
    page.locator(".scroll").press("ArrowDown")
    page.locator(".time input").fill("7")
    facts = page.evaluate("""() => [inside.stepFacts(pictures[0].scene),
        inside.unitFacts(pictures[0].scene)].flat().map(([name, value]) => [name, value])""")
    told = dict(facts)
    for letter, name in (("f", "forget gate"), ("c", "cell state"), ("h", "hidden state")):
        wanted = _state(trace, letter, 0)[7, 0]
        assert _number(told[name]) == pytest.approx(wanted, rel=0.006)
    norm = np.linalg.norm(np.asarray(trace.layers[-1].last_d_c)[7])
    by_cell = next(value for name, value in facts if "dL/dc" in name)
    assert _number(by_cell) == pytest.approx(norm, rel=0.006)
    assert trace.probabilities is not None
    best = int(trace.probabilities[7].argmax())
    assert told["predicts"].startswith(trace.output_labels[best])


# ------------------------------------------------------------------ colours


def _rgb(colour: str) -> Array:
    return np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=float)


def _light(colour: Array) -> float:
    share = colour / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _end(colour: str) -> Array:
    """Return the end of a scale: moved to the ink until its contrast with the paper is 2.6."""
    ink, paper, plain = _rgb(LIGHT["ink"]), _rgb(LIGHT["paper"]), _rgb(colour)
    for step in range(6):
        moved = np.round(plain + (ink - plain) * step / 10)
        if (_light(paper) + 0.05) / (_light(moved) + 0.05) >= 2.6:
            return moved
    return plain


def _colour(cell: str, letter: str, value: float, peak: float) -> Array:
    quantity = QUANTITIES[cell][letter]
    zero = _rgb(LIGHT["paper"]) + (_rgb(LIGHT["ink"]) - _rgb(LIGHT["paper"])) * 0.045
    if quantity.scale == "gate":
        return zero + (_end(quantity.colour) - zero) * value
    end = _end(quantity.colour if value >= 0 else quantity.negative)
    return zero + (end - zero) * min(1, abs(value) / peak) ** 0.6


@pytest.mark.parametrize("cell", _CELLS)
def test_what_is_drawn_has_the_colour_of_its_value(page: Page, cell: str) -> None:
    traces = _traces(cell, (9,))
    mount(page, traces)
    drawn = page.evaluate(
        """() => {
            const { layout, dom, scales, data, screen } = pictures[0].scene;
            const { store } = data;
            const { ratio } = screen;
            const peaks = scales.rows;
            const context = dom.strips.getContext("2d");
            return layout.rows.map((row) => ({
                layer: row.layer, letter: row.letter, peak: peaks[`${row.layer}${row.letter}`],
                colours: Array.from({ length: layout.steps }, (_, t) =>
                    Array.from({ length: store.header.units }, (_, unit) => {
                        const x = layout.left + (t + 0.5) * layout.pitch + layout.gap / 2;
                        const y = row.y + (unit + 0.5) * row.unitHeight - 0.5;
                        const at = [x, y].map((each) => Math.round(each * ratio));
                        return [...context.getImageData(...at, 1, 1).data.slice(0, 3)];
                    })),
            }));
        }"""
    )
    assert len(drawn) == 2 * len(_letters(cell))
    for row in drawn:
        values = _state(traces[-1], row["letter"], row["layer"])
        ends = re.search(r"^[1-9](?:\.5)?0*$|^0\.0*[125]$", f"{row['peak']:g}")
        assert ends, row["peak"]
        assert row["peak"] * 1.002 >= np.abs(values).max()
        wanted = np.array(
            [[_colour(cell, row["letter"], each, row["peak"]) for each in line] for line in values]
        )
        # 256 colours, each rounded to whole channels; near 0 they change fastest.
        assert np.abs(np.array(row["colours"]) - wanted).max() <= 8
