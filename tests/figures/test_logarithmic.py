"""A logarithmic axis has ticks wherever it lies, and however short or long it is."""

import numpy as np
import pytest

from rnnviz.figures.logarithmic import (
    add_level,
    drawable,
    log_axis,
    power_bar,
    powers_of_ten,
    ticks,
)


@pytest.mark.parametrize("low", [1e-200, 3e-5, 0.97, 1.1, 640.0, 1e200])
@pytest.mark.parametrize("factor", [1.01, 1.4, 3.0, 8.0, 15.0])
def test_a_short_axis_has_ticks_with_different_names_on_it(low, factor):
    found = ticks(np.log10([low, low * factor]))
    values = np.asarray(found["tickvals"])
    margin = 0.05 * low * factor
    assert ((values >= low - margin) & (values <= low * factor + margin)).sum() >= 2
    assert len(set(found["ticktext"])) == len(found["ticktext"])


def test_a_long_axis_has_about_six_decades_between_its_ends():
    assert ticks(np.array([-200.0, 200.0])) == {"dtick": 67, "exponentformat": "power"}
    assert ticks(np.array([0.0, 3.0]))["dtick"] == 1


@pytest.mark.parametrize("value", [1.3e19, 1.0, 1e-200])
def test_around_a_single_value_where_a_decade_is_left_on_each_side_decades_are_marked(value):
    assert ticks(np.log10([value, value])) == {"dtick": 1, "exponentformat": "power"}


def test_what_has_no_place_on_the_axis_is_left_out():
    values = [0.0, -1.0, np.nan, np.inf, 1e-200]
    np.testing.assert_array_equal(drawable(values), [np.nan] * 4 + [1e-200])
    np.testing.assert_allclose(powers_of_ten(values), [np.nan] * 4 + [-200])
    assert log_axis("norm", [0.0], [])["visible"] is False


def test_a_level_stands_at_its_value_and_its_name_at_the_exponent():
    frame = {}
    add_level(frame, 1e-3, "healthy")
    assert frame["shapes"][0]["y0"] == 1e-3
    assert frame["annotations"][0]["y"] == pytest.approx(-3)


@pytest.mark.parametrize("low", [0.001, 0.03, 0.5, 1e-200])
def test_a_colour_bar_has_several_numbers_however_short_it_is(low):
    powers = np.log10([low, 1.0])
    bar = power_bar(powers)
    seen = (bar["tickvals"] >= powers[0]) & (bar["tickvals"] <= powers[1])
    assert seen.sum() >= 2
    assert len(bar["tickvals"]) == len(bar["ticktext"])
