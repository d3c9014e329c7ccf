from dataclasses import replace

import numpy as np
import pytest

from rnnviz.analysis.gates import saturation, saturation_by_gate, saturation_sentence
from rnnviz.recording import LayerTrace, Trace
from tests.traces import make_trace


def with_gates(trace: Trace, **gates: list[list[float]]) -> Trace:
    arrays = {letter: np.array(values) for letter, values in gates.items()}
    layers = tuple(replace(layer, gates={**layer.gates, **arrays}) for layer in trace.layers)
    return replace(trace, layers=layers)


def row(table, **where):
    for column, value in where.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_shares_are_counted_over_time_steps_for_each_unit():
    trace = make_trace(steps=4, units=2)
    trace = with_gates(trace, f=[[0.05, 0.5], [0.95, 0.5], [0.99, 0.5], [0.91, 0.01]])
    table = saturation(trace)
    first, second = (row(table, layer=0, gate="f", unit=unit) for unit in (0, 1))
    assert (first.below, first.above) == (0.25, 0.75)
    assert (second.below, second.above) == (0.25, 0.0)


def test_a_value_exactly_on_a_limit_is_not_saturated():
    trace = with_gates(make_trace(steps=2, units=1), f=[[0.1], [0.9]])
    found = row(saturation(trace), gate="f", unit=0)
    assert (found.below, found.above) == (0.0, 0.0)


def test_the_limits_can_be_chosen():
    trace = with_gates(make_trace(steps=2, units=1), f=[[0.1], [0.9]])
    found = row(saturation(trace, low=0.2, high=0.8), gate="f", unit=0)
    assert (found.below, found.above) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("cell", "gates"), [("lstm", {"i", "f", "o"}), ("gru", {"r", "z"}), ("rnn", set())]
)
def test_only_gates_between_0_and_1_are_counted_not_the_candidate(cell, gates):
    assert set(saturation(make_trace(cell=cell))["gate"]) == gates


def test_a_value_that_is_not_a_number_counts_as_neither():
    trace = with_gates(make_trace(steps=2, units=1), f=[[np.nan], [0.95]])
    found = row(saturation(trace), gate="f", unit=0)
    assert (found.below, found.above) == (0.0, 0.5)


def test_every_layer_has_rows_of_its_own():
    trace = make_trace(steps=2, units=1)
    upper = replace(trace.layers[0], gates={"f": np.array([[0.95], [0.95]])})
    table = saturation(replace(trace, layers=(trace.layers[0], upper)))
    assert row(table, layer=1, gate="f", unit=0).above == 1.0
    assert row(table, layer=0, gate="f", unit=0).above == 0.0


def test_the_summary_averages_over_units():
    trace = with_gates(make_trace(steps=2, units=2), f=[[0.01, 0.5], [0.01, 0.95]])
    found = row(saturation_by_gate(saturation(trace)), layer=0, gate="f")
    assert (found.below, found.above) == (0.5, 0.25)


def test_a_cell_without_gates_gives_tables_without_rows():
    empty = saturation(make_trace(cell="rnn"))
    assert list(empty.columns) == ["layer", "gate", "unit", "below", "above"]
    assert saturation_by_gate(empty).empty


def test_the_sentence_says_both_shares():
    expected = "Forget gate: nearly shut in 25 % of all cases, wide open in 8 %."
    assert saturation_sentence("forget gate", 0.25, 0.08) == expected


def test_the_trace_is_left_as_it_was():
    trace = make_trace()
    layer: LayerTrace = trace.layers[0]
    before = {letter: values.copy() for letter, values in layer.gates.items()}
    saturation(trace)
    for letter, values in before.items():
        np.testing.assert_array_equal(layer.gates[letter], values)
