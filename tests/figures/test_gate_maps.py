import inspect
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz import figures
from rnnviz.figures.palette import QUANTITIES
from rnnviz.recording import LayerTrace
from tests.traces import make_trace


def maps_by_name(spec):
    return {trace["name"]: trace for trace in spec["data"]}


def with_layer(trace, **arrays):
    return replace(trace, layers=(replace(trace.layers[0], **arrays),))


def test_the_public_name_gives_a_plotly_figure():
    assert isinstance(figures.gates(make_trace()), go.Figure)
    assert figures.gates.__name__ == "gates"
    assert inspect.signature(figures.gates).return_annotation is go.Figure


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        (
            "lstm",
            ["forget gate", "input gate", "candidate", "output gate", "cell state", "hidden state"],
        ),
        ("gru", ["reset gate", "update gate", "candidate", "hidden state"]),
        ("rnn", ["hidden state"]),
        ("relu", ["hidden state"]),
    ],
)
def test_each_cell_has_maps_of_its_own_parts(cell, labels):
    assert list(maps_by_name(figures.gates_spec(make_trace(cell=cell)))) == labels


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_maps_hold_the_numbers_of_the_trace_unit_by_step(cell):
    trace = make_trace(cell=cell, steps=5, units=3)
    found = maps_by_name(figures.gates_spec(trace))
    quantities = trace.layers[0].quantities()
    for letter, quantity in QUANTITIES[cell].items():
        if quantity.scale != "magnitude":
            np.testing.assert_array_equal(found[quantity.label]["z"], quantities[letter].T)


def test_gates_are_drawn_from_0_to_1_and_signed_quantities_symmetrically():
    trace = make_trace()
    trace = with_layer(trace, c=np.array([[-3.0, 1.0, 0.5]] * 4))
    found = maps_by_name(figures.gates_spec(trace))
    assert (found["forget gate"]["zmin"], found["forget gate"]["zmax"]) == (0, 1)
    assert (found["candidate"]["zmin"], found["candidate"]["zmax"]) == (-1, 1)
    assert (found["cell state"]["zmin"], found["cell state"]["zmax"]) == (-3, 3)


def test_a_relu_state_is_scaled_by_its_largest_value():
    trace = with_layer(make_trace(cell="relu"), h=np.full((4, 3), 7.0))
    assert maps_by_name(figures.gates_spec(trace))["hidden state"]["zmax"] == 7.0


@pytest.mark.parametrize("state", [np.zeros((4, 3)), np.full((4, 3), np.nan)])
def test_a_state_of_zeros_or_of_no_numbers_can_be_drawn(state):
    found = maps_by_name(figures.gates_spec(with_layer(make_trace(), c=state)))
    assert found["cell state"]["zmax"] == 1.0
    figures.gates(with_layer(make_trace(), c=state))


def test_infinite_values_do_not_spoil_the_scale_of_the_others():
    state = np.array([[2.0, np.inf, 0.0]] * 4)
    found = maps_by_name(figures.gates_spec(with_layer(make_trace(), c=state)))
    assert found["cell state"]["zmax"] == 2.0


def test_steps_are_named_by_the_symbols_of_the_probe_and_markup_is_text():
    trace = replace(make_trace(steps=2), input_labels=("<b>x", "biceps"))
    spec = figures.gates_spec(trace)
    assert spec["data"][0]["x"] == ["0 &lt;b&gt;x", "1 biceps"]
    assert "<b>" not in str(spec)


def test_the_chosen_layer_is_drawn():
    trace = make_trace()
    lower: LayerTrace = trace.layers[0]
    upper = replace(lower, h=lower.h + 0.1)
    two = replace(trace, layers=(lower, upper))
    for layer, expected in ((0, lower.h), (1, upper.h), (-1, upper.h)):
        found = maps_by_name(figures.gates_spec(two, layer=layer))
        np.testing.assert_array_equal(found["hidden state"]["z"], expected.T)


def test_a_chosen_unit_and_step_are_outlined_in_every_map():
    shapes = figures.gates_spec(make_trace(), unit=2, step=1)["layout"]["shapes"]
    rows = [shape for shape in shapes if (shape["y0"], shape["y1"]) == (1.5, 2.5)]
    columns = [shape for shape in shapes if (shape["x0"], shape["x1"]) == (0.5, 1.5)]
    assert len(rows) == len(columns) == 6
    assert {shape["yref"] for shape in rows} == {"y", "y2", "y3", "y4", "y5", "y6"}
    assert figures.gates_spec(make_trace())["layout"]["shapes"] == []


def test_maps_lie_beside_each_other_without_overlap():
    frame = figures.gates_spec(make_trace(), columns=2)["layout"]
    first, second, third = frame["xaxis"], frame["xaxis2"], frame["xaxis3"]
    assert first["domain"][1] < second["domain"][0]
    assert third["domain"] == first["domain"]
    assert frame["yaxis3"]["domain"][1] < frame["yaxis"]["domain"][0]


def test_all_maps_zoom_together():
    frame = figures.gates_spec(make_trace())["layout"]
    others = [frame[f"xaxis{number}"] for number in range(2, 7)]
    assert all(axis["matches"] == "x" for axis in others)


def test_the_shares_of_each_gate_are_drawn_and_add_up_to_100_percent():
    trace = make_trace(steps=2, units=2)
    gates = {**trace.gates, "f": np.array([[0.05, 0.5], [0.95, 0.99]])}
    spec = figures.saturation_spec(with_layer(trace, gates=gates))
    bars = [trace for trace in spec["data"] if not trace.get("showlegend", True)]
    place = list(bars[0]["y"]).index("forget gate")
    assert [bar["x"][place] for bar in bars] == [25.0, 25.0, 50.0]
    np.testing.assert_allclose(sum(bar["x"] for bar in bars), 100.0)


def test_a_cell_without_gates_says_so():
    spec = figures.saturation_spec(make_trace(cell="rnn"))
    assert spec["layout"]["annotations"][0]["text"] == "This cell has no gates."
    assert isinstance(figures.saturation(make_trace(cell="rnn")), go.Figure)
