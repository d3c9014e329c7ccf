"""A trace says what it holds."""

from dataclasses import replace

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
