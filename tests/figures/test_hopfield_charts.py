"""The charts of Hopfield networks write shares as they are written everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from rnnviz.figures.hopfield_charts import Line, shares_spec


@pytest.mark.parametrize(
    ("top", "last"), [(1.0, "100 %"), (0.4, "40 %"), (0.023, "2 %"), (0.00051, "0.04 %")]
)
def test_an_axis_of_shares_has_round_percentages_up_to_the_largest(top: float, last: str) -> None:
    line = Line("kept", np.array([0.1, 0.2]), np.array([0.0, top]))
    upwards = shares_spec([line], "load", "kept")["layout"]["yaxis"]
    assert upwards["ticktext"][0] == "0 %"
    assert upwards["ticktext"][-1] == last
    assert upwards["range"][1] > top


def test_before_anything_is_measured_the_axis_goes_to_100_percent() -> None:
    nothing = Line("kept", np.array([]), np.array([]))
    spec = shares_spec([nothing], "load", "kept")
    assert spec["layout"]["yaxis"]["ticktext"][-1] == "100 %"
    assert "Nothing has been measured yet" in spec["layout"]["annotations"][0]["text"]
