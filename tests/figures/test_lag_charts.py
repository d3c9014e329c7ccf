"""The figures of the way back hold the numbers that they were given; all can be drawn."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz import figures
from rnnviz.analysis.gradient_course import Course, course
from rnnviz.analysis.side_by_side import Contender
from rnnviz.analysis.theory import Estimate, WayBack
from rnnviz.figures.palette import QUANTITIES, RUN_LINES
from rnnviz.training import Mark
from tests.traces import make_trace

H, C = 0.5 ** np.arange(4), 0.9 ** np.arange(4)
GATES = Estimate("c", "forget gates alone", np.arange(4), 0.8 ** np.arange(4))
JACOBIANS = Estimate("h", "Jacobians", np.arange(4), 0.7 ** np.arange(4))
BOUND = "Jacobians, at most: ×0.70 per step on average"
ALONE = "forget gates alone: ×0.80 per step on average"
EMPTY = np.empty(0)


def lines(spec):
    return {line["name"]: line for line in spec["data"]}


def made_course(*factors):
    traces = []
    for iteration, factor in enumerate(factors):
        trace = make_trace(iteration=10 * iteration, cell="rnn", units=1)
        last_d_h = (factor ** np.arange(4.0)[::-1])[:, None]
        traces.append(replace(trace, layers=(replace(trace.layers[0], last_d_h=last_d_h),)))
    return course(traces)


def test_measured_lines_are_solid_and_lines_of_theory_are_broken():
    drawn = lines(figures.way_back_spec(WayBack(H, C, (JACOBIANS, GATES))))
    np.testing.assert_array_equal(drawn["hidden state"]["y"], H)
    np.testing.assert_array_equal(drawn["cell state"]["y"], C)
    np.testing.assert_array_equal(drawn[BOUND]["y"], JACOBIANS.norms)
    np.testing.assert_array_equal(drawn[ALONE]["y"], GATES.norms)
    dashes = [line["line"].get("dash") for line in drawn.values()]
    assert dashes == [None, None, "dash", "dot"]


def test_a_bound_that_is_known_at_some_lags_has_a_dot_at_each_of_them():
    some = Estimate("h", "Jacobians", np.array([0, 3]), np.array([1.0, 0.5]))
    drawn = figures.way_back_spec(WayBack(H, EMPTY, (some,)))["data"][1]
    assert drawn["mode"] == "lines+markers"
    assert drawn["x"].tolist() == [0, 3]


def test_theory_has_the_colour_of_the_state_that_it_is_about():
    drawn = lines(figures.way_back_spec(WayBack(H, C, (JACOBIANS, GATES))))
    colour = {name: line["line"]["color"] for name, line in drawn.items()}
    assert colour[BOUND] == colour["hidden state"]
    assert colour[ALONE] == colour["cell state"]


def test_gradients_of_1e_200_and_1e_200_are_on_one_axis():
    axis = figures.way_back_spec(WayBack(np.array([1e200, 1.0, 1e-200]), EMPTY, ()))["layout"][
        "yaxis"
    ]
    assert (axis["type"], axis["dtick"]) == ("log", 67)


@pytest.mark.parametrize("norms", [EMPTY, np.zeros(3), np.full(3, np.nan)])
def test_nothing_to_draw_is_said(norms):
    spec = figures.way_back_spec(WayBack(norms, EMPTY, ()))
    assert "exactly zero" in spec["layout"]["annotations"][0]["text"]
    assert isinstance(figures.way_back(WayBack(norms, EMPTY, ())), go.Figure)


def test_the_course_is_drawn_over_iterations_with_marks_and_the_chosen_iteration():
    found = made_course(0.5, 0.9)
    spec = figures.course_spec(found, "factor", [Mark(7, "learning rate up")], shown=10)
    np.testing.assert_array_equal(spec["data"][0]["x"], [0, 10])
    np.testing.assert_allclose(spec["data"][0]["y"], [0.5, 0.9])
    assert spec["data"][1]["text"] == ["learning rate up"]
    assert any(shape.get("x0") == 10 for shape in spec["layout"]["shapes"])
    reaches = figures.course_spec(found, "reach")
    np.testing.assert_array_equal(reaches["data"][0]["y"], [3, 3])


def test_the_map_is_lag_by_iteration_in_powers_of_ten():
    spec = figures.lag_map_spec(made_course(0.1, 0.01), [Mark(7, "learning rate up")])
    picture = spec["data"][0]
    np.testing.assert_allclose(picture["z"], [[0, -1, -2, -3], [0, -2, -4, -6]])
    np.testing.assert_array_equal(picture["y"], [0, 10])
    np.testing.assert_array_equal(picture["x"], range(4))
    np.testing.assert_array_equal(spec["data"][1]["y"], [7])


def test_a_course_without_anything_to_draw_says_so():
    empty = Course(np.empty(0, np.int64), np.empty((0, 0)), EMPTY, EMPTY)
    for spec in (
        figures.course_spec(empty, "factor"),
        figures.course_spec(empty, "reach"),
        figures.lag_map_spec(empty),
    ):
        assert spec["layout"]["annotations"]
    assert isinstance(figures.lag_map(empty), go.Figure)


def test_runs_side_by_side_are_drawn_as_what_is_left_on_one_scale():
    runs = [Contender("RNN", "rnn", 3, 8 * H, 0.1, 0.9, False),
            Contender("LSTM", "lstm", 3, 0.01 * C, 0.1, 0.9, False)]  # fmt: skip
    drawn = lines(figures.contenders_spec(runs))
    np.testing.assert_allclose(drawn["RNN ×0.50"]["y"], H)
    np.testing.assert_allclose(drawn["LSTM ×0.90"]["y"], C)
    assert [line["line"]["dash"] for line in drawn.values()] == [dash for _, dash in RUN_LINES[:2]]
    losses = [("RNN", np.arange(3), np.ones(3)), ("LSTM", np.arange(3), np.zeros(3))]
    spec = figures.runs_spec(losses, "batch loss")
    assert [line["line"]["color"] for line in spec["data"]] == [
        line["line"]["color"] for line in drawn.values()
    ]
    assert np.isnan(lines(spec)["LSTM"]["y"]).all()


def test_more_runs_than_lines_begin_again_and_are_drawn_wider():
    count = len(RUN_LINES) + 1
    spec = figures.runs_spec([(f"run {at}", [0, 1], [1, 1]) for at in range(count)], "batch loss")
    styles = [line["line"] for line in spec["data"]]
    assert styles[-1]["color"] == styles[0]["color"]
    assert [style["width"] for style in styles] == [2] * len(RUN_LINES) + [4]


def test_runs_have_lines_that_no_quantity_has():
    quantities = [each for cell in QUANTITIES.values() for each in cell.values()]
    taken = {colour for each in quantities for colour in (each.colour, each.negative)}
    colours, dashes = zip(*RUN_LINES, strict=True)
    assert not taken & {*colours}
    assert len({*colours}) == len({*dashes}) == len(RUN_LINES)
    for colour in colours:
        for background in ("#ffffff", "#171614"):
            assert contrast(colour, background) >= 3


#: How a colour appears without blindness, and to those without green or red cones, of linear RGB;
#: Machado, Oliveira and Fernandes (2009), severity 1.
SEEN = (
    np.eye(3),
    np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
    np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
)


def test_lines_of_runs_can_be_told_apart_those_of_gru_and_lstm_best():
    def apart(one, other):
        return min(np.linalg.norm(lab(one, seen) - lab(other, seen)) for seen in SEEN)

    colours = [colour for colour, _ in RUN_LINES]
    assert min(apart(*pair) for pair in combinations(colours, 2)) >= 40
    assert apart(*colours[2:]) >= 100


def linear(colour):
    """Linear RGB of a colour, 0..1."""
    parts = np.array([int(colour[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(colour, seen):
    """Return a colour in CIELAB, as an eye sees it."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(to_xyz @ np.clip(seen @ linear(colour), 0, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one, other):
    """Contrast of two colours, 1..21; WCAG 2.2."""
    darker, lighter = sorted(linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("by", ["h", "c"])
def test_the_course_has_the_colour_of_its_state(by):
    (line,) = figures.course_spec(made_course(0.5, 0.9), "factor", by=by)["data"]
    assert line["line"]["color"] == QUANTITIES["lstm"][f"d_{by}"].colour


def test_the_colour_bar_is_labelled_in_powers_of_ten():
    (picture,) = figures.lag_map_spec(made_course(0.1))["data"]
    assert picture["colorbar"]["ticktext"][0] == "10<sup>-3</sup>"
    assert picture["colorbar"]["tickvals"][0] == -3
