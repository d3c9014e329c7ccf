"""The equations of attention: each number against what moving it does to the loss.

The hidden states of the topmost layer are given; everything after them is written here once more,
from the equations, for complex numbers. Each gradient is the slope along its own way: by the state
as the one that asks, as the one that is weighed into the sum, or as the one that is scored.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.equations import Where, number_text, stages
from rnnviz.engine import Silence
from rnnviz.figures.formulas import equation_html, latex
from tests.analysis.test_equations import trace_of
from tests.analysis.test_shown_equations import (
    assert_the_written_formula_gives_the_written_result,
    assert_the_written_terms_add_up,
    losses,
)
from tests.schedules import three_days

KINDS = ("dot", "general", "additive")
TINY = 1e-30
#: Where each gradient begins: the ways by which a nudge enters.
WAYS = {
    "asks": "ask", "fits": "key", "read": "value",
    "d_sum": "sums", "d_a": "weights", "d_e": "scores",
}  # fmt: skip


def trained(kind, cell="gru", **settings):
    task = replace(three_days(), length=5)
    config = RunConfig(
        task="gym", cell=cell, attention=kind, hidden_size=3, batch_size=4, **settings
    )
    trainer = Trainer(config, task)
    trainer.advance(iterations=12)
    return trainer


class Readout:
    """Attention and readout as plain equations, over the recorded hidden states of a trainer."""

    def __init__(self, trainer):
        self.kind, self.batch = trainer.network.architecture.attention, trainer.probe.batch
        self.p, self.h = trainer.network.parameters, trainer.trace().h

    def score(self, asking, looked_at):
        if self.kind == "dot":
            return (asking * looked_at).sum() / np.sqrt(len(asking))
        if self.kind == "general":
            return asking @ self.p["attention.weight"] @ looked_at
        query, key = self.p["attention.query.weight"], self.p["attention.key.weight"]
        return self.p["attention.v"] @ np.tanh(query @ asking + key @ looked_at)

    def run(self, **nudges):
        """Return scores, weights, sums and outputs; a nudge is added to what it is named after."""
        h, T = self.h, len(self.h)
        ask, key, value = (h + nudges.get(name, 0) for name in ("ask", "key", "value"))
        scores = np.full((T, T), -np.inf, complex)
        for t in range(T):
            for s in range(t + 1):
                scores[t, s] = self.score(ask[t], key[s])
        scores += nudges.get("scores", 0)
        weights = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        weights = weights + nudges.get("weights", 0)
        sums = weights @ value + nudges.get("sums", 0)
        both = np.concatenate([h, sums], axis=1)
        outputs = both @ self.p["readout.weight"].T + self.p["readout.bias"]
        return scores, weights, sums, outputs

    def slope(self, name, *place):
        """Return the derivative of the loss by one number."""
        nudge = np.zeros(
            (len(self.h),) * 2 if name in ("scores", "weights") else self.h.shape, complex
        )
        nudge[place] = TINY * 1j
        outputs = self.run(**{name: nudge})[-1][:, None]
        scored = np.ones(len(self.h), bool) if self.batch.mask is None else self.batch.mask[:, 0]
        loss = losses(outputs, self.batch.y[:, 0], scored, "cross_entropy")
        return loss[0].imag / TINY


def of_attention(trainer, where, direction, trace=None):
    """Return the equations of attention of a place, by what is left of their first =."""
    found = stages(trace or trainer.trace(), trainer.network.architecture, where, direction)
    return {
        name(equation): equation
        for stage in found
        if "ttention" in stage.title
        for equation in stage.equations
    }


def name(equation):
    left = equation.symbols.split("=")[0].strip()
    names = {
        r"e_{ts}": "e", r"a_{ts}": "a", r"\text{sum}_t": "sum", "y_t": "y",
        r"\dfrac{dL}{d\,\text{sum}_t}": "d_sum", r"\dfrac{dL}{da_{ts}}": "d_a",
        r"\dfrac{dL}{de_{ts}}": "d_e",
    }  # fmt: skip
    return names.get(left) or re.fullmatch(r"\\text{(\w+)}", left)[1]


def looked_at_most(trainer, step):
    return int(trainer.trace().attention[step].argmax())


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_output_reads_is_computed_from_the_hidden_states_alone(kind):
    trainer = trained(kind)
    truth = Readout(trainer)
    scores, weights, sums, outputs = truth.run()
    for step, unit in [(0, 1), (2, 0), (4, 2)]:
        found = of_attention(trainer, Where(0, unit, step), "forward")
        most = looked_at_most(trainer, step)
        expected = {
            "e": scores[step, most], "a": weights[step, most], "sum": sums[step, unit],
            "y": outputs[step].real.max(),
        }  # fmt: skip
        assert found.keys() == expected.keys()
        for letter, value in expected.items():
            assert found[letter].result.value == pytest.approx(value.real, rel=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_each_way_of_the_gradient_over_attention_is_the_slope_along_it(kind):
    trainer = trained(kind, "lstm")
    truth = Readout(trainer)
    for step, unit in [(0, 1), (2, 0), (4, 2)]:
        found = of_attention(trainer, Where(0, unit, step), "backward")
        most = looked_at_most(trainer, step)
        for letter, way in WAYS.items():
            place = (step, most) if letter in ("d_a", "d_e") else (step, unit)
            slope = truth.slope(way, *place)
            assert found[letter].result.value == pytest.approx(slope, rel=1e-9, abs=1e-14), letter
        ways = sum(truth.slope(way, step, unit) for way in ("ask", "key", "value"))
        assert found["attention"].result.value == pytest.approx(ways, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize(
    ("kind", "cell", "settings"),
    [
        ("dot", "gru", {"layers": 2, "truncate": 2}),
        ("general", "lstm", {}),
        ("additive", "rnn", {"layers": 2}),
        ("additive", "relu", {}),
    ],
)
def test_with_what_comes_over_the_recurrence_it_adds_up_to_what_was_recorded(kind, cell, settings):
    trainer = trained(kind, cell, **settings)
    trainer.intervene(Silence((1,)))
    trace, architecture = trainer.trace(), trainer.network.architecture
    met = 0
    for layer in range(architecture.layers):
        for step in range(trace.steps):
            for unit in range(3):
                for direction in ("forward", "backward"):
                    for stage in stages(trace, architecture, Where(layer, unit, step), direction):
                        met += _assert_met(stage, cell)
    assert met > 3 * trace.steps * 5


def _assert_met(stage, cell):
    """Check results against what was recorded, and what is written against itself."""
    met = 0
    assert len(stage.sentence) <= (130 if len(stage.equations) > 2 else 96), stage.sentence
    for equation in stage.equations:
        markup = equation_html(equation, cell, 6, stage.sentence)
        if equation.filled:
            assert_the_written_formula_gives_the_written_result(markup)
        if equation.weighted:
            assert_the_written_terms_add_up(markup)
        assert latex(equation.symbols, cell)
        if equation.recorded is not None:
            value, met = equation.result.value, met + 1
            assert value == pytest.approx(equation.recorded, rel=1e-9, abs=1e-14), equation
    return met


def test_lists_of_steps_are_as_long_at_every_step_so_that_nothing_jumps():
    trainer = trained("dot")
    rows = [
        equation_html(of_attention(trainer, Where(0, 0, step), "forward")["sum"], "gru", 6).count(
            "<tr"
        )
        for step in range(5)
    ]
    assert set(rows) == {1 + 5 + 1}


def test_a_lower_layer_and_a_network_without_attention_have_no_such_stages():
    trainer = trained("dot", layers=2)
    assert of_attention(trainer, Where(0, 0, 2), "backward") == {}
    assert of_attention(trainer, Where(1, 0, 2), "backward").keys() >= {"asks", "read", "fits"}
    assert of_attention(trained("none"), Where(0, 0, 2), "forward") == {}


def test_single_precision_and_what_is_no_number_are_shown_as_well():
    trainer = trained("general", dtype="float32")
    for direction in ("forward", "backward"):
        for equation in of_attention(trainer, Where(0, 0, 3), direction).values():
            if equation.recorded is not None:
                assert equation.result.value == pytest.approx(equation.recorded, rel=1e-3, abs=1e-7)
    network = trainer.network_of(trainer.trace())
    network.flat[:] = np.nan
    trace = trace_of(trainer, network)
    for direction in ("forward", "backward"):
        for equation in of_attention(trainer, Where(0, 0, 3), direction, trace).values():
            if equation.recorded is not None:
                assert number_text(equation.result.value) == "NaN"


def _judged(trainer, trace=None, spoil=0.0):
    """Return which recorded numbers with attention in them are called the same, place by place."""
    found, architecture = [], trainer.network.architecture
    trace = trace or trainer.trace()
    for step in range(trace.steps):
        for unit in range(3):
            for direction in ("forward", "backward"):
                for stage in stages(trace, architecture, Where(0, unit, step), direction):
                    for each in stage.equations:
                        if each.rounding and each.result.value:
                            wrong = each.recorded + spoil * (abs(each.recorded) + each.rounding)
                            markup = equation_html(replace(each, recorded=wrong), "gru", 4)
                            found.append("✓" in markup)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_in_single_precision_a_right_number_is_never_called_different_and_a_wrong_one_always(kind):
    """After these iterations outputs are nearly certain: their gradients are what cancels."""
    trainer = trained(kind, dtype="float32", seed=2)
    trainer.advance(iterations=200)
    same = _judged(trainer)
    assert len(same) > 100
    assert all(same)
    assert not any(_judged(trainer, spoil=1.1))


def test_what_rounding_explains_is_little_beside_what_is_shown():
    trainer = trained("dot", dtype="float32")
    assert not any(_judged(trainer, spoil=0.02))
