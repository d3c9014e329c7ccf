"""Triangle, Jacobians, norm and updates: the figures hold the numbers that they were given."""

import numpy as np
import plotly.graph_objects as go
import pytest

from rnnviz import figures
from rnnviz.analysis.jacobians import Shares, StepValues, slopes
from rnnviz.analysis.triangle import Triangle
from rnnviz.analysis.updates import Updates
from rnnviz.figures.palette import QUANTITIES
from rnnviz.training import Mark
from tests.traces import make_trace

NORMS = np.array([[1.0, 0.0, 0.0], [0.01, 0.1, 0.0], [1e-4, 1e-3, 10.0]])
TRIANGLE = Triangle(np.arange(3), NORMS)


def test_the_triangle_holds_powers_of_ten_and_leaves_zero_blank():
    (picture,) = figures.triangle_spec(TRIANGLE)["data"]
    np.testing.assert_allclose(picture["z"], [[0, np.nan, np.nan], [-2, -1, np.nan], [-4, -3, 1]])
    np.testing.assert_array_equal(picture["customdata"], NORMS)


def test_the_chosen_row_is_framed_and_drawn_up_to_its_own_step():
    layout = figures.triangle_spec(TRIANGLE, 1)["layout"]
    (frame,) = layout["shapes"]
    assert (frame["y0"], frame["y1"], frame["x1"]) == (0.5, 1.5, 1.5)
    assert layout["yaxis"]["autorange"] == "reversed"
    spec = figures.triangle_row_spec(TRIANGLE, 1, ["a", "<b>", "c"], QUANTITIES["rnn"]["d_h"])
    np.testing.assert_array_equal(spec["data"][0]["y"], [0.01, 0.1])
    assert spec["data"][0]["text"] == ["a", "&lt;b&gt;"]


@pytest.mark.parametrize("norms", [np.zeros((1, 1)), np.full((1, 1), np.nan)])
def test_an_empty_triangle_says_so(norms):
    empty = Triangle(np.zeros(1, int), norms)
    assert figures.triangle_spec(empty)["layout"]["annotations"]
    figures.triangle(empty, 0)
    row = figures.triangle_row_spec(empty, 0, ["a"], QUANTITIES["rnn"]["d_h"])
    assert row["layout"]["annotations"]


def test_singular_values_are_drawn_as_largest_middle_and_middle_half():
    values = np.array([[1.5, 1.0, 0.5, 0.25, 0.1]] * 2)
    spec = figures.step_values_spec(StepValues(np.array([1, 2]), values), radius=0.9)
    drawn = [line["y"][0] for line in spec["data"]]
    assert drawn == [0.25, 1.0, 1.5, 0.5]
    assert [line["name"] for line in spec["data"]] == ["", "middle half", "largest", "median"]
    assert "spectral radius" in spec["layout"]["annotations"][0]["text"]
    assert spec["layout"]["annotations"][0]["y"] == pytest.approx(np.log10(0.9))


@pytest.mark.parametrize("values", [np.zeros((2, 3)), np.full((2, 3), np.nan), np.empty((0, 3))])
def test_singular_values_that_cannot_be_drawn_are_said(values):
    spec = figures.step_values_spec(StepValues(np.arange(len(values)), values), radius=np.nan)
    assert spec["layout"]["annotations"]
    assert spec["layout"]["yaxis"]["visible"] is False


def test_the_map_of_slopes_is_unit_by_step():
    trace = make_trace(cell="rnn")
    (picture,) = figures.slope_map_spec(trace)["data"]
    np.testing.assert_array_equal(picture["z"], slopes(trace).T)
    assert (picture["zmin"], picture["zmax"]) == (0, 1)


def test_shares_that_are_not_there_have_no_line():
    some, none = np.array([0.5, 0.2]), np.full(2, np.nan)
    assert len(figures.step_shares_spec(Shares(some, some), "rnn")["data"]) == 2
    assert len(figures.step_shares_spec(Shares(some, none), "gru")["data"]) == 1
    for nothing in (none, np.zeros(2)):
        spec = figures.step_shares_spec(Shares(nothing, none), "gru")
        assert not spec["data"]
        assert spec["layout"]["yaxis"]["visible"] is False
        assert spec["layout"]["annotations"]


def test_the_norm_is_drawn_with_its_threshold_and_what_was_clipped():
    iterations, norms, clipped = np.arange(1, 5), np.array([1.0, 5, 0.5, 7]), np.array([0, 1, 0, 1])
    marks = [Mark(2, "clipping at norm 2")]
    spec = figures.gradient_norm_spec(iterations, norms, clipped, 2.0, marks)
    line, dots, mark = spec["data"]
    np.testing.assert_array_equal(line["y"], norms)
    np.testing.assert_array_equal(dots["x"], [2, 4])
    assert mark["text"] == ["clipping at norm 2"]
    assert spec["layout"]["annotations"][0]["text"] == "clipped at 2"


@pytest.mark.parametrize("norms", [np.empty(0), np.full(2, np.inf), np.zeros(1)])
def test_a_norm_that_cannot_be_drawn_is_said(norms):
    places = np.arange(len(norms))
    spec = figures.gradient_norm_spec(places, norms, np.zeros(len(norms)), 1.0)
    assert "No gradient above zero yet." in spec["layout"]["annotations"][0]["text"]


def test_updates_have_a_line_for_each_gate_in_its_colour():
    found = Updates(np.array([1, 2]), {"f": np.array([1e-3, 2e-3]), "readout": np.array([1, 2.0])})
    spec = figures.updates_spec(found, "lstm")
    assert [line["name"] for line in spec["data"]] == ["forget gate", "readout"]
    assert spec["data"][0]["line"]["color"] == QUANTITIES["lstm"]["f"].colour
    assert "healthy" in spec["layout"]["annotations"][0]["text"]
    empty = Updates(np.empty(0, np.int64), {"f": np.empty(0)})
    assert "No update" in figures.updates_spec(empty, "lstm")["layout"]["annotations"][0]["text"]
    assert isinstance(figures.updates(empty, "lstm"), go.Figure)
