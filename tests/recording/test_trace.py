"""A trace says what it holds."""

from dataclasses import replace

import numpy as np

from tests.traces import make_trace


def test_the_long_table_holds_every_value_under_its_place():
    trace = make_trace(steps=4, units=3)

    frame = trace.frame().set_index(["layer", "quantity", "time_step", "unit"])["value"]

    assert len(frame) == (4 + 2 + 4) * 4 * 3
    assert frame[0, "f", 2, 1] == trace.gates["f"][2, 1]
    assert frame[0, "last_d_c", 3, 2] == trace.layers[0].last_d_c[3, 2]


def test_a_cell_without_cell_state_has_no_rows_for_it():
    frame = make_trace(cell="gru").frame()

    assert set(frame["quantity"]) == {"r", "z", "n", "h", "d_h", "last_d_h"}


def test_an_array_that_stands_for_two_quantities_is_counted_once():
    trace = make_trace()
    layer = trace.layers[0]
    shared = replace(trace, layers=(replace(layer, last_d_h=layer.d_h),))

    assert trace.nbytes - shared.nbytes == layer.d_h.nbytes


def test_numbers_go_back_to_the_units_of_the_data():
    trace = replace(make_trace(), scale=(20.0, 4.0))

    assert trace.unscale(np.array([0.0, 1.0, -2.5], np.float32)).tolist() == [20.0, 24.0, 10.0]
    assert trace.unscale(np.array([1.7e308])).tolist() == [np.inf]
