"""The charts of a race draw the medians and ranges of what was measured, and the gates as bytes."""

import numpy as np

from rnnviz import RunConfig, Trainer
from rnnviz.figures.lane_strips import lane_strips
from rnnviz.figures.race_charts import LaneCurve, Level, medians, race_course_spec
from rnnviz.tasks import GymSchedule

NAN = np.nan
X = np.array([0.0, 10.0, 20.0])
VALUES = np.array([[NAN, 1.0, 2.0], [NAN, 3.0, NAN], [NAN, 8.0, 4.0]])


def test_the_median_and_the_range_leave_out_runs_that_were_not_measured():
    np.testing.assert_array_equal(medians(VALUES), [NAN, 3.0, 3.0])
    area, dots, line = race_course_spec([LaneCurve("GRU", 0, X, VALUES)], "loss")["data"]
    np.testing.assert_array_equal(line["x"], [10.0, 20.0])
    np.testing.assert_array_equal(line["y"], [3.0, 3.0])
    np.testing.assert_array_equal(area["y"], [8.0, 4.0, 2.0, 1.0])
    assert dots["y"][:3].tolist() == [1.0, 3.0, 8.0]


def test_one_seed_has_a_line_alone_and_markup_in_a_name_is_shown_as_typed():
    (line,) = race_course_spec([LaneCurve("<b>", 1, X, VALUES[:1])], "loss")["data"]
    assert line["name"] == "&lt;b&gt;"


def test_nothing_measured_is_said_and_levels_are_named():
    none = LaneCurve("RNN", 0, np.empty(0), np.empty((2, 0)))
    level = Level(0.5, "best without memory: 50 %")
    layout = race_course_spec([none], "accuracy", levels=[level], scale="share")["layout"]
    texts = " ".join(each["text"] for each in layout["annotations"])
    assert "best without memory: 50 %" in texts
    assert "Nothing has been measured yet" in texts
    assert layout["shapes"][0]["y0"] == 0.5


def test_the_gates_in_small_are_those_of_the_trace():
    config = RunConfig(cell="lstm", hidden_size=3)
    trace = Trainer(config, GymSchedule(length=5)).trace()
    strips = lane_strips(trace)
    letters = [row["letter"] for row in strips["rows"]]
    assert sorted(letters) == sorted("figoch")
    values = strips["values"].reshape(len(letters), trace.steps, trace.hidden_size).astype(float)
    f, h, c = (values[letters.index(letter)] for letter in "fhc")
    np.testing.assert_allclose(f / 254, trace.gates["f"], atol=0.002)
    np.testing.assert_allclose((h - 127) / 127, trace.h, atol=0.004)
    bound = strips["rows"][letters.index("c")]["bound"]
    assert bound == np.abs(trace.c).max()
    np.testing.assert_allclose((c - 127) / 127 * bound, trace.c, atol=0.004 * bound)
