import math

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz import figures
from rnnviz.figures.payload import to_bytes
from rnnviz.training import Mark


def test_the_loss_is_drawn_as_it_was():
    (curve,) = figures.loss_spec([0, 1, 2], [3.0, 2.0, 1.0])["data"]
    np.testing.assert_array_equal(curve["x"], [0, 1, 2])
    np.testing.assert_array_equal(curve["y"], [3.0, 2.0, 1.0])


def test_the_line_of_chance_lies_at_ln_k():
    frame = figures.loss_spec([0], [1.0], classes=3)["layout"]
    assert frame["shapes"][0]["y0"] == frame["shapes"][0]["y1"] == pytest.approx(math.log(3))
    assert frame["annotations"][0]["text"].endswith("even odds, ln 3: 1.1")


def test_numbers_have_no_line_of_chance():
    frame = figures.loss_spec([0], [1.0], classes=None)["layout"]
    assert frame["shapes"] == []
    assert frame["yaxis"]["title"]["text"] == "batch loss, squared error"


def test_the_words_of_the_levels_stand_above_the_figure_where_no_curve_covers_them():
    for spec in (
        figures.loss_spec([0], [1.0], classes=3, logarithmic=True),
        figures.accuracy_spec([1], [0.5], baseline=0.3, memoryless=0.7),
    ):
        (words,) = spec["layout"]["annotations"]
        assert (words["yref"], words["y"], words["yanchor"]) == ("paper", 1.0, "bottom")


def test_the_accuracy_is_drawn_where_it_was_measured():
    (curve,) = figures.accuracy_spec([0, 1, 2], [0.2, math.nan, 0.8])["data"]
    np.testing.assert_array_equal(curve["x"], [0, 2])
    np.testing.assert_array_equal(curve["y"], [0.2, 0.8])


def test_the_baseline_lies_at_its_accuracy():
    frame = figures.accuracy_spec([0], [0.2], baseline=1 / 3)["layout"]
    assert frame["shapes"][0]["y0"] == 1 / 3


def test_a_run_of_many_iterations_is_drawn_with_at_most_500_points():
    (curve,) = figures.loss_spec(np.arange(100_000), np.ones(100_000))["data"]
    assert len(curve["x"]) <= 500


def test_points_without_a_neighbour_are_seen():
    assert figures.loss_spec([0], [1.0])["data"][0]["mode"] == "lines+markers"


def test_a_few_iterations_are_counted_in_whole_numbers():
    assert figures.loss_spec([0, 1, 2], [1.0, 1.0, 1.0])["layout"]["xaxis"]["dtick"] == 1
    assert "dtick" not in figures.loss_spec([0, 500], [1.0, 1.0])["layout"]["xaxis"]


@pytest.mark.parametrize("draw", [figures.loss, figures.accuracy])
def test_no_iteration_yet_can_be_drawn(draw):
    assert isinstance(draw([], []), go.Figure)


@pytest.mark.parametrize("draw", [figures.loss, figures.accuracy])
def test_a_run_that_diverged_can_be_drawn(draw):
    assert isinstance(draw([0, 1, 2], [1.0, math.inf, math.nan]), go.Figure)


def test_the_best_without_memory_has_a_line_where_it_is_given():
    spec = figures.accuracy_spec([1, 2], [0.5, 0.9], baseline=0.3, memoryless=0.7)

    heights = [shape["y0"] for shape in spec["layout"]["shapes"]]
    assert heights == [0.7, 0.3]
    (words,) = spec["layout"]["annotations"]
    assert words["text"].index("no memory: 70 %") < words["text"].index("guess: 30 %")


MARKS = (Mark(3, "learning rate 0.01 → 0.1"), Mark(8, "forget gate held at 1"))


@pytest.mark.parametrize("draw", [figures.loss_spec, figures.accuracy_spec])
def test_what_was_done_to_the_run_is_a_line_across_with_its_words(draw):
    *_, lines = draw([0, 5, 10], [0.3, 0.2, 0.1], marks=MARKS)["data"]

    assert lines["x"].tolist() == [3, 8]
    assert lines["error_y"]["valueminus"] == 1
    assert lines["text"] == [mark.text for mark in MARKS]


def test_a_run_to_which_nothing_was_done_has_no_second_axis():
    spec = figures.loss_spec([0, 1], [1.0, 0.5])

    assert len(spec["data"]) == 1
    assert "yaxis2" not in spec["layout"]


def test_marks_keep_the_range_of_the_axis_that_they_lie_across():
    frame = figures.loss_spec([0, 1], [1.0, 0.5], logarithmic=True, marks=MARKS)["layout"]

    assert frame["yaxis"]["type"] == "log"
    assert frame["yaxis2"]["range"] == [0, 1]
    assert frame["yaxis2"]["overlaying"] == "y"


def test_a_hundred_marks_cost_little_on_their_way_to_the_browser():
    many = [Mark(number, "learning rate 0.01 → 0.003") for number in range(100)]
    with_marks, without = (
        len(to_bytes(figures.loss_spec([0, 1], [1.0, 0.5], marks=marks))) for marks in (many, ())
    )

    assert with_marks - without < 5000


def test_shares_on_the_axis_have_a_blank_before_their_sign_as_everywhere_else():
    ticks = figures.accuracy_spec([1, 2], [0.5, 0.9])["layout"]["yaxis"]["ticktext"]
    assert ticks == ["0 %", "25 %", "50 %", "75 %", "100 %"]
