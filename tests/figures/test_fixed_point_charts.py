"""The figure of fixed points has the points that were found, and so has the canvas."""

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.memory.planes import plane_of
from rnnviz.analysis.memory.resting_search import Search
from rnnviz.engine import Network, StepMap
from rnnviz.figures.fixed_point_charts import fixed_points_json, fixed_points_spec


@pytest.fixture(scope="module")
def found():
    trainer = rnnviz.Trainer(rnnviz.RunConfig(task="gym", cell="lstm", hidden_size=2))
    trainer.network.parameters["weight_hh_l0"][:] *= 4
    return rnnviz.analysis.fixed_points(trainer, starts=32)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_each_point_is_drawn_once_with_its_kind(found, dimensions):
    spec = fixed_points_spec(found, dimensions)
    plane = plane_of(np.concatenate([found.around, found.points]), dimensions)
    marks = [trace for trace in spec["data"] if "hovertemplate" in trace]
    drawn = np.concatenate([np.column_stack([t[a] for a in "xyz"[:dimensions]]) for t in marks])
    np.testing.assert_allclose(drawn, plane.of(found.points))
    lines = [trace for trace in spec["data"] if trace["mode"] == "lines"]
    ends = sum(np.isfinite(trace["x"]).sum() for trace in lines)
    assert ends == 2 * found.unstable.sum()
    rnnviz.figures.fixed_points(found, dimensions)  # plotly accepts it
    with pytest.raises(ValueError, match="2 or 3"):
        fixed_points_spec(found, 4)


def test_the_canvas_gets_the_part_that_it_shows(found):
    where = found.parts[1][2]
    plane = plane_of(found.around[:, where], 3)
    described = fixed_points_json(found, plane, 0, "c")
    assert len(described["points"]) == len(found)
    for place, point in enumerate(described["points"]):
        np.testing.assert_allclose(point["at"], plane.of(found.points[place, where]))
        assert len(point["directions"]) == found.unstable[place]
        assert point["kind"] == found.kinds[place]
        assert f"answer: {found.answers[place]}" in point["text"]
    with pytest.raises(ValueError, match="no h of layer 1"):
        fixed_points_json(found, plane, 1, "h")


def test_one_unit_is_drawn_on_a_line_and_nothing_is_said_to_be_nothing():
    one = Network(cell="rnn", input_size=1, hidden_size=1, output_size=1, seed=1)
    spec = fixed_points_spec(Search(StepMap(one), [0.0], np.ones((3, 1))).finish())
    assert not np.any(spec["data"][-1]["y"])
    nothing = Search(StepMap(one), [0.0], np.full((3, 1), np.nan)).finish()
    assert fixed_points_spec(nothing)["layout"]["annotations"]
