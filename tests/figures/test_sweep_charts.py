"""The charts of a sweep: what is drawn is what was handed in."""

import numpy as np

from rnnviz.figures.sweep_charts import (
    Along,
    Shades,
    Side,
    sweep_map_spec,
    sweep_points_spec,
)

SHADES = Shades("share solved", 0.0, 1.0, "0 %", "100 %")


def test_a_map_has_each_value_in_its_cell_and_its_text_beside_it():
    values = np.array([[0.0, 0.5], [np.nan, np.inf]])
    spec = sweep_map_spec(
        Side("cell", ["RNN", "<b>"], marked=1),
        Side("lag", ["5", "10"], marked=0),
        values,
        [["0 of 2", "1 of 2"], ["", "all"]],
        [["a", "b"], ["c", "d"]],
        SHADES,
        "clip & carry",
    )
    (cells,) = spec["data"]
    np.testing.assert_array_equal(cells["z"], [[0.0, 0.5], [np.nan, 1.0]])
    assert (cells["x"], cells["y"]) == (["RNN", "&lt;b&gt;"], ["5", "10"])
    assert cells["text"][1] == ["", "all"]
    assert cells["customdata"][0] == ["a", "b"]
    (box,) = spec["layout"]["shapes"]
    assert [box[end] for end in ("x0", "x1", "y0", "y1")] == [0.5, 1.5, -0.5, 0.5]
    (key,) = spec["layout"]["annotations"]
    assert key["text"].startswith("clip &amp; carry · share solved")


def test_points_that_were_drawn_stand_where_their_settings_are_and_the_chosen_one_is_marked():
    spec = sweep_points_spec(
        Along("rate", logarithmic=True),
        Along("cell", names=("RNN", "GRU")),
        [0.001, 0.1],
        ["GRU", "RNN"],
        np.array([0.25, np.nan]),
        ["first", "second"],
        SHADES,
        marked=1,
    )
    (points,) = spec["data"]
    assert (points["x"], points["y"]) == ([0.001, 0.1], ["GRU", "RNN"])
    np.testing.assert_array_equal(points["marker"]["color"], [0.25, np.nan])
    assert points["marker"]["line"]["width"] == [1.0, 3.0]
    assert spec["layout"]["xaxis"]["type"] == "log"
    assert spec["layout"]["yaxis"]["categoryarray"] == ["RNN", "GRU"]
