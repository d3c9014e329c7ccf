from dataclasses import replace

import numpy as np
import pytest

from rnnviz.analysis.gates import (
    Distribution,
    Saturation,
    distribution_table,
    saturation,
    saturation_by_gate,
    saturation_sentence,
    saturation_table,
)
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
    expected = "Forget gate: nearly shut in 25 % of all cases, nearly open in 8 %."
    assert saturation_sentence("forget gate", 0.25, 0.08) == expected


def test_the_trace_is_left_as_it_was():
    trace = make_trace()
    layer: LayerTrace = trace.layers[0]
    before = {letter: values.copy() for letter, values in layer.gates.items()}
    saturation(trace)
    for letter, values in before.items():
        np.testing.assert_array_equal(layer.gates[letter], values)


def saturated(iteration=0, **gates):
    arrays = {letter: np.array(values, dtype=float) for letter, values in gates.items()}
    return Saturation.of(iteration, arrays)


def test_shares_are_counted_over_time_steps_and_sequences():
    # (T, B, H) = (2, 2, 1): one value below 0.1, two above 0.9.
    found = saturated(f=[[[0.05], [0.95]], [[0.99], [0.5]]], g=[[[0.0]]])
    assert (found.below["f"], found.above["f"]) == ([0.25], [0.5])
    assert "g" not in found.below


def test_counting_one_trace_either_way_gives_the_same_table():
    trace = make_trace(steps=5, units=3)
    found = Saturation.of(trace.iteration, trace.layers[0].quantities()).frame(layer=0)
    expected = saturation(trace)
    assert list(found["gate"]) == list(expected["gate"])
    np.testing.assert_allclose(found[["below", "above"]], expected[["below", "above"]], rtol=1e-6)


def test_the_sentence_counts_units_that_are_mostly_open_or_shut():
    found = saturated(f=[[0.0, 0.95, 0.5, 0.95], [0.0, 0.95, 0.5, 0.5]])
    says = found.sentence("f", "forget gate")
    assert says == (
        "Forget gate: nearly open in more than half of the cases: 1 of 4 units; nearly shut: 1; "
        "never either: 1."
    )


def test_a_unit_without_a_finite_number_is_not_one_that_is_never_saturated():
    says = saturated(f=[[np.nan, 0.5], [np.nan, 0.5]]).sentence("f", "forget gate")
    assert "never either: 1. 1 with no finite number." in says
    none = saturated(f=[[np.nan]]).sentence("f", "forget gate")
    assert none == "Forget gate: no value is a finite number."


def test_the_table_over_training_has_the_rows_of_every_iteration():
    history = [saturated(it, f=[[0.0, 0.95]]) for it in (0, 5)]
    table = saturation_table(history, layer=1)
    assert list(table["iteration"]) == [0, 0, 5, 5]
    assert row(table, iteration=5, unit=1, gate="f", layer=1).above == 1.0


def test_a_cell_without_gates_has_an_empty_table_over_training():
    assert saturation_table([saturated(h=[[1.0]])], layer=0).empty


def test_values_are_counted_in_percent_of_all_values():
    spread = Distribution.of("f", [np.array([[0.0, 0.99], [0.3, 0.31]])], bins=4)
    np.testing.assert_array_equal(spread.edges, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_array_equal(spread.percent, [[25, 50, 0, 25]])
    np.testing.assert_allclose(spread.middle[0, 1], 0.305)


def test_states_are_counted_as_far_as_the_largest_value_goes():
    assert tuple(Distribution.of("h", [np.array([0.1, -0.2])]).edges[[0, -1]]) == (-1, 1)
    assert tuple(Distribution.of("c", [np.array([0.1, -7.0])]).edges[[0, -1]]) == (-7, 7)


def test_values_that_are_no_numbers_are_counted_in_no_bin():
    spread = Distribution.of("c", [np.array([0.5, np.nan]), np.full(2, np.nan)])
    np.testing.assert_array_equal(spread.percent.sum(axis=1), [50, 0])
    assert "no value is a finite number at iteration 9" in spread.sentence("cell state", [0, 9])


def test_the_sentence_says_how_the_middle_moved():
    spread = Distribution.of("f", [np.full(11, 0.5), np.linspace(0, 1, 11)])
    assert spread.sentence("forget gate", [0, 400]) == (
        "Forget gate: median 0.5 at iteration 0, 0.5 at iteration 400, where at least 80 % of the "
        "values lie between 0.1 and 0.9."
    )
    assert (
        Distribution.of("f", [np.full(3, 0.5)])
        .sentence("forget gate", [0])
        .startswith("Forget gate: median 0.5 at iteration 0, where")
    )


def test_the_table_of_distributions_has_a_row_for_each_bin():
    spread = Distribution.of("f", [np.full(4, 0.1), np.full(4, 0.9)], bins=2)
    table = distribution_table([0, 5], {"forget gate": spread})
    assert list(table["percent"]) == [100, 0, 0, 100]
    assert list(table["iteration"]) == [0, 0, 5, 5]
    assert list(table["to"]) == [0.5, 1, 0.5, 1]
