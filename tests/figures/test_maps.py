"""Maps over training, of distributions, weights and correlations, and the cloud of saturation."""

import json
import re

import numpy as np
import pytest

from rnnviz import figures
from rnnviz.analysis.correlations import Correlations
from rnnviz.analysis.gate_weights import GateWeights
from rnnviz.analysis.gates import Distribution, Saturation
from rnnviz.figures.payload import to_bytes
from rnnviz.training import Mark

ITERATIONS = np.array([0, 5, 10, 12])


def by_name(spec):
    return {trace["name"]: trace for trace in spec["data"] if "name" in trace}


def history(units=3, count=4, **letters):
    generator = np.random.default_rng(0)
    letters = letters or {"f": 0, "i": 0, "o": 0}
    return [
        Saturation.of(int(it), {each: generator.random((5, 2, units)) for each in letters})
        for it in range(0, 5 * count, 5)
    ]


@pytest.fixture
def values():
    return {"f": np.arange(12).reshape(4, 3) / 12, "c": np.arange(12).reshape(4, 3) - 6.0}


def test_a_step_over_training_has_units_as_rows_in_the_order_given(values):
    spec = figures.gates_at_step_spec("lstm", ITERATIONS, values, order=[2, 0, 1])
    found = by_name(spec)["forget gate"]
    np.testing.assert_array_equal(found["z"], values["f"].T[[2, 0, 1]])
    np.testing.assert_array_equal(found["x"], ITERATIONS)
    assert found["y"] == ["2", "0", "1"]
    assert by_name(spec)["cell state"]["zmax"] == 6.0


def test_the_outline_follows_the_unit_to_its_place_in_the_order(values):
    spec = figures.gates_at_step_spec("lstm", ITERATIONS, values, unit=1, order=[2, 0, 1])
    assert {(shape["y0"], shape["y1"]) for shape in spec["layout"]["shapes"]} == {(1.5, 2.5)}


def test_the_chosen_iteration_is_a_line_in_every_map(values):
    spec = figures.gates_of_unit_spec("lstm", ITERATIONS, values, "abc", iteration=5)
    lines = [shape for shape in spec["layout"]["shapes"] if shape["type"] == "line"]
    assert [(line["y0"], line["y1"]) for line in lines] == [(5, 5)] * 2
    np.testing.assert_array_equal(by_name(spec)["forget gate"]["z"], values["f"])


def test_what_rows_are_is_said_at_the_left_and_not_between_the_maps(values):
    over_units = figures.gates_at_step_spec("lstm", ITERATIONS, values)["layout"]
    over_training = figures.gates_of_unit_spec("lstm", ITERATIONS, values, "abc")["layout"]
    for frame, name in ((over_units, "unit"), (over_training, "iteration")):
        assert frame["yaxis"]["title"]["text"] == name
        assert "title" not in frame["yaxis2"]


def test_a_map_alone_is_drawn_large(values):
    one = figures.gates_at_step_spec("lstm", ITERATIONS, {"f": values["f"]})
    assert one["layout"]["height"] > 400
    assert one["layout"]["xaxis"]["domain"] == [0, 1]


def test_maps_of_other_sides_do_not_zoom_together():
    found = {
        "f": Distribution.of("f", [np.ones(3)] * 4),
        "c": Distribution.of("c", [np.ones(3)] * 4),
    }
    frame = figures.distributions_spec("lstm", ITERATIONS, found)["layout"]
    assert frame["xaxis2"]["matches"] == "x"
    assert "matches" not in frame["yaxis2"]


def test_distributions_are_drawn_with_their_median():
    spread = Distribution.of("f", [np.linspace(0, level, 9) for level in (0.2, 0.4, 0.6, 0.8)])
    spec = figures.distributions_spec("lstm", ITERATIONS, {"f": spread})
    np.testing.assert_array_equal(by_name(spec)["forget gate"]["z"], spread.percent.T)
    np.testing.assert_allclose(spec["data"][-1]["y"], [0.1, 0.2, 0.3, 0.4])


def test_a_point_of_the_cloud_is_a_unit_and_its_outline_the_chosen_one():
    kept = history()
    spec = figures.saturation_cloud_spec("lstm", kept[1], unit=2, history=kept)
    cloud = by_name(spec)["input gate"]
    np.testing.assert_array_equal(cloud["x"], 100 * kept[1].below["i"])
    np.testing.assert_array_equal(cloud["y"], 100 * kept[1].above["i"])
    assert list(cloud["marker"]["line"]["width"] > 0) == [False, False, True]
    way = spec["data"][3]
    np.testing.assert_array_equal(way["x"], [100 * found.below["f"][2] for found in kept])


def test_the_axes_of_the_cloud_are_the_same_at_every_iteration():
    for found in history():
        frame = figures.saturation_cloud_spec("lstm", found)["layout"]
        assert all(frame[axis]["range"] == [-4, 104] for axis in ("xaxis", "yaxis3", "xaxis3"))


def test_a_cell_without_gates_says_so():
    (found,) = history(h=0, count=1)
    spec = figures.saturation_cloud_spec("rnn", found)
    assert spec["layout"]["annotations"][0]["text"] == "This cell has no gates."


def test_weights_stand_beside_their_gradients_on_scales_of_their_own():
    weights = GateWeights(("x0 <b>", "h0"), {"i": np.eye(2), "f": -3 * np.eye(2)})
    gradients = GateWeights(("x0 <b>", "h0"), {"i": np.eye(2) / 100, "f": np.eye(2) / 1e6})
    spec = figures.gate_weights_spec("lstm", weights, gradients, order=[1, 0])
    names = [trace["name"] for trace in spec["data"]]
    assert names == ["forget gate", "gradient, forget gate", "input gate", "gradient, input gate"]
    np.testing.assert_array_equal(spec["data"][0]["z"], [[0, -3], [-3, 0]])
    assert [trace["zmax"] for trace in spec["data"]] == [3, 1e-6, 3, 0.01]
    assert "<b>" not in json.dumps(spec["data"][0]["x"])


def test_correlations_are_drawn_for_the_leading_features():
    r = np.array([[0.1, 0.2], [np.nan, np.nan], [-0.9, 0.3]])
    found = Correlations(("p", "q", "long " * 40), r, np.full(3, 50))
    spec = figures.correlations_spec("lstm", "h", found, unit=0, order=[1, 0])
    np.testing.assert_array_equal(spec["data"][0]["z"], r[[0, 2]][:, [1, 0]])
    assert [len(name) <= 34 for name in spec["data"][0]["y"]] == [True, True]
    (outline,) = spec["layout"]["shapes"]
    assert (outline["x0"], outline["x1"]) == (0.5, 1.5)


def test_features_with_the_same_beginning_have_rows_of_their_own():
    names = tuple("x" * 50 + end for end in "ab")
    spec = figures.correlations_spec("rnn", "h", Correlations(names, np.ones((2, 1)), np.ones(2)))
    assert len(set(spec["data"][0]["y"])) == 2


def test_units_that_follow_nothing_are_said():
    nothing = Correlations(("p",), np.full((1, 2), np.nan), np.ones(1))
    spec = figures.correlations_spec("lstm", "h", nothing)
    assert "No unit correlates with anything" in spec["layout"]["annotations"][0]["text"]
    figures.correlations("lstm", "h", nothing)


def test_every_new_picture_can_be_sent(values):
    spread = {"c": Distribution.of("c", [np.array([np.nan, 1.0])] * 4)}
    weights = GateWeights(("x0",), {"h": np.array([[np.nan]])})
    for spec in (
        figures.gates_at_step_spec("lstm", ITERATIONS, values, unit=1, iteration=5),
        figures.gates_of_unit_spec("lstm", [0], {"f": np.full((1, 3), np.nan)}, "abc"),
        figures.distributions_spec("lstm", ITERATIONS, spread),
        figures.gate_weights_spec("rnn", weights, weights),
        figures.saturation_cloud_spec("lstm", history(units=1)[0], unit=0),
    ):
        assert {"data", "layout"} <= set(json.loads(to_bytes(spec)))


@pytest.mark.parametrize(
    ("bound", "key"), [(8.71, "−8.7"), (1.0, "−1"), (110.4, "−110"), (0.000221, "+ 2.2e−4")]
)
def test_the_key_tells_what_is_drawn_in_full_colour_and_a_long_number_once(bound, key):
    spec = figures.gates_at_step_spec("lstm", ITERATIONS, {"c": np.full((4, 2), bound)})
    title = re.sub("<[^>]*>", "", spec["layout"]["annotations"][0]["text"])
    assert key in title
    assert title.count(key.strip("−+ ")) == (2 if key.startswith("−") else 1)


@pytest.mark.parametrize(
    ("draw", "side"),
    [
        (
            lambda values, marks: figures.gates_at_step_spec(
                "lstm", ITERATIONS, values, marks=marks
            ),
            "x",
        ),
        (
            lambda values, marks: figures.gates_of_unit_spec(
                "lstm", ITERATIONS, values, "abc", marks=marks
            ),
            "y",
        ),
    ],
)
def test_what_was_done_to_the_run_is_a_thin_line_across_every_map(values, draw, side):
    shapes = draw(values, [Mark(5, "learning rate 0.01 → 0.1")])["layout"]["shapes"]

    assert [(shape[f"{side}0"], shape[f"{side}1"]) for shape in shapes] == [(5, 5), (5, 5)]
    assert {shape[f"{side}ref"] for shape in shapes} == {side, f"{side}2"}
    assert {shape["line"]["width"] for shape in shapes} == {1}


def test_the_key_of_a_gate_marks_both_ends_of_its_scale(values):
    spec = figures.gates_at_step_spec("lstm", ITERATIONS, values)

    (key,) = (a["text"] for a in spec["layout"]["annotations"] if "forget" in a["text"])
    assert re.sub("<[^>]*>", "", key) == "forget gate □ 0 ■ 1"


def test_of_many_time_steps_few_are_named_and_of_few_all_that_have_room():
    def axis_of(steps):
        of_steps = {"f": np.zeros((4, steps))}
        return figures.gates_of_unit_spec("lstm", ITERATIONS, of_steps, ["a"] * steps)["layout"]

    assert axis_of(500)["xaxis"]["nticks"] == 12
    assert "nticks" not in axis_of(14)["xaxis"]
