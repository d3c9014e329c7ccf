"""Gates as time constants."""

from dataclasses import replace

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.memory.time_constants import (
    course_sentence,
    memory_steps,
    sentence,
    time_constants,
    without_gate,
)
from rnnviz.engine import Hold, Silence, spec_of
from rnnviz.figures.time_constant_charts import time_constants_spec
from rnnviz.numbers import number
from rnnviz.tasks import make_task
from tests.traces import make_trace


def _with_gate(cell, values, **changes):
    """Return a trace whose forget or update gate has these values (T, H)."""
    values = np.array(values, dtype=float)
    trace = make_trace(cell=cell, steps=values.shape[0], units=values.shape[1])
    gate = "f" if cell == "lstm" else "z"
    gates = {**trace.layers[0].gates, gate: values}
    return replace(trace, layers=(replace(trace.layers[0], gates=gates),), **changes)


def test_a_gate_of_nine_tenths_keeps_for_ten_steps():
    found = time_constants(_with_gate("lstm", [[0.5, 0.5]] + [[0.9, 0.5]] * 4))
    # Step 0 has nothing to keep.
    assert found.steps == pytest.approx([10, 2])
    assert (found.counted, found.gate, found.state) == (4, "f", "c")
    assert found.order.tolist() == [0, 1]
    assert found.frame()["unit"].tolist() == [0, 1]
    said = sentence(found)
    assert "unit 0 keeps what it holds for 10 steps, the longest; unit 1 for 2" in said
    assert "1 unit keeps it longer than the probe, which has 5 steps" in said


def test_what_is_lost_is_averaged_over_the_steps():
    found = time_constants(_with_gate("gru", [[0.0], [0.8], [0.9], [1.0], [0.9]]))
    assert found.steps == pytest.approx([10])
    assert found.low == pytest.approx([1 / (1 - 0.875)])


def test_a_gate_held_at_one_loses_nothing_and_one_above_it_grows():
    trainer = rnnviz.Trainer(rnnviz.RunConfig(cell="lstm", hidden_size=3))
    trainer.intervene(Hold("f", 1.0, units=(0,)), Hold("f", 1.5, units=(1,)))
    found = time_constants(trainer.trace())
    assert np.isinf(found.steps[0])
    assert found.steps[1] == pytest.approx(-2)
    assert found.steps[2] > 1
    said = sentence(found)
    assert "1 unit loses nothing: the gate is 1 at every step" in said
    assert "1 unit grows: the gate is held above 1" in said


def test_a_silent_unit_of_a_gru_keeps_nothing_but_one_of_an_lstm_does():
    gates = [[0.9, 0.9]] * 4
    silent = (Silence(units=(1,)),)
    gru = time_constants(_with_gate("gru", gates, interventions=silent))
    assert gru.steps == pytest.approx([10, 1])
    assert "1 unit is silenced and keeps nothing" in sentence(gru)
    lstm = time_constants(_with_gate("lstm", gates, interventions=silent))
    assert lstm.steps == pytest.approx([10, 10])


def test_a_cell_without_such_a_gate_says_why():
    assert time_constants(make_trace(cell="rnn")) is None
    assert "has no gate that multiplies its old state" in without_gate(spec_of("rnn"))


def test_gates_that_are_not_numbers_are_said_to_be_none():
    found = time_constants(_with_gate("lstm", [[np.nan]] * 3))
    assert np.isnan(found.steps[0])
    assert "not a number" in sentence(found)


def test_the_course_names_the_longest_and_the_median():
    early = time_constants(_with_gate("lstm", [[0.5, 0.75, 0.8]] * 3, iteration=0))
    late = time_constants(_with_gate("lstm", [[0.5, 0.9, 0.99]] * 3, iteration=40))
    said = course_sentence([early, late])
    assert "From iteration 0 to 40: the longest memory 5, then 100;" in said
    assert "the median of all units 4, then 10, in steps" in said


def test_both_captions_have_the_same_median_which_is_over_all_units():
    for gates in ([0.5, 0.75, 0.8, 0.9], [0.5, 0.75, 0.8, 1.0], [0.5, 1.0, 1.0, 1.2]):
        found = time_constants(_with_gate("lstm", [gates] * 3))
        median = number(found.median)
        assert f"The median of all units is {median} steps" in sentence(found)
        assert f"the median of all units {median}, then {median}" in course_sentence([found] * 2)
    assert median == "∞"


def test_beside_units_that_lose_nothing_the_longest_is_that_of_the_others():
    said = sentence(time_constants(_with_gate("lstm", [[1.0, 0.9, 0.5, 1.0]] * 3)))
    assert said.startswith("2 units lose nothing")
    assert "unit 1 keeps what it holds for 10 steps, the longest of the others" in said


def test_where_all_units_are_silenced_none_is_said_to_keep_anything():
    silent = (Silence(units=(0, 1, 2)),)
    found = time_constants(_with_gate("gru", [[0.9] * 3] * 3, interventions=silent))
    said = sentence(found)
    assert "keeps what it holds" not in said
    assert "3 units are silenced and keep nothing" in said


def test_the_length_of_the_probe_is_its_number_of_steps():
    one = time_constants(_with_gate("lstm", [[0.9, 0.95]]))
    assert "longer than the probe, which has 1 step." in sentence(one)
    config = rnnviz.RunConfig(task="reorder", cell="gru", hidden_size=2)
    trainer = rnnviz.Trainer(config, make_task("reorder", start="zero state", length=8))
    found = time_constants(trainer.trace())
    assert (found.length, found.counted) == (8, 6)
    lines = time_constants_spec(found, "gru")["layout"]["shapes"]
    assert lines[0]["y0"] == pytest.approx(8)


def test_one_over_what_is_lost():
    assert memory_steps(np.array([0.0, 0.5, 1.0, 2.0])) == pytest.approx([1, 2, np.inf, -1])
