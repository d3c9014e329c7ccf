from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz import figures
from rnnviz.analysis.gradients import step_norms
from tests.traces import make_trace


def lines_by_name(spec):
    return {trace["name"]: trace for trace in spec["data"]}


def with_gradient(trace, gradient):
    arrays = dict.fromkeys(("d_h", "last_d_h"), gradient)
    return replace(trace, layers=(replace(trace.layers[0], **arrays),))


def test_the_three_norms_of_an_lstm_are_drawn():
    trace = make_trace()
    found = lines_by_name(figures.gradient_norms_spec(trace))
    layer = trace.layers[0]
    for name, gradient in (
        ("hidden state", layer.d_h),
        ("last step’s share", layer.last_d_h),
        ("cell state", layer.d_c),
    ):
        np.testing.assert_array_equal(found.pop(name)["y"], step_norms(gradient))
    assert not found


def test_a_cell_without_cell_state_has_no_line_for_it():
    assert "cell state" not in lines_by_name(figures.gradient_norms_spec(make_trace(cell="gru")))


def test_the_axis_of_norms_is_logarithmic():
    assert figures.gradient_norms_spec(make_trace())["layout"]["yaxis"]["type"] == "log"


def test_exactly_zero_has_no_place_on_the_axis_and_is_left_out():
    trace = with_gradient(make_trace(cell="rnn", steps=3, units=1), np.array([[0.0], [2.0], [4.0]]))
    drawn = lines_by_name(figures.gradient_norms_spec(trace))["hidden state"]["y"]
    np.testing.assert_array_equal(drawn, [np.nan, 2.0, 4.0])


@pytest.mark.parametrize("gradient", [np.zeros((4, 3)), np.full((4, 3), np.nan)])
def test_nothing_to_draw_is_said(gradient):
    spec = figures.gradient_norms_spec(with_gradient(make_trace(cell="rnn"), gradient))
    assert "exactly zero" in spec["layout"]["annotations"][0]["text"]
    figures.gradient_norms(with_gradient(make_trace(cell="rnn"), gradient))


def test_gradients_of_1e_200_and_1e_200_are_drawn_on_one_axis():
    trace = make_trace(cell="rnn", steps=2, units=1)
    spec = figures.gradient_norms_spec(with_gradient(trace, np.array([[1e-200], [1e200]])))
    np.testing.assert_allclose(spec["data"][0]["y"], [1e-200, 1e200])
    assert spec["layout"]["yaxis"]["dtick"] == 67


def test_an_axis_that_holds_no_power_of_ten_still_has_ticks():
    trace = with_gradient(
        make_trace(cell="rnn", steps=3, units=1), np.array([[0.3], [0.33], [0.6]])
    )

    axis = figures.gradient_norms_spec(trace)["layout"]["yaxis"]

    ticks = dict(zip(axis["ticktext"], axis["tickvals"], strict=True))
    assert (ticks["0.3"], ticks["0.5"]) == pytest.approx((0.3, 0.5))


def test_a_single_step_can_be_drawn():
    assert isinstance(figures.gradient_norms(make_trace(steps=1)), go.Figure)


def test_a_low_figure_goes_by_the_numbers_of_the_steps():
    assert figures.gradient_norms_spec(make_trace(), height=200)["data"][0]["x"][1] == "1"
    assert figures.gradient_norms_spec(make_trace(), height=300)["data"][0]["x"][1] == "1 in 1"
