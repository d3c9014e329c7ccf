from dataclasses import replace

import numpy as np
import pytest

from rnnviz.analysis.gradient_course import course, course_sentence, map_sentence
from tests.traces import make_trace


def falling(iteration, factor, steps=4):
    trace = make_trace(iteration=iteration, cell="rnn", steps=steps, units=1)
    last_d_h = (factor ** np.arange(steps)[::-1])[:, None]
    return replace(trace, layers=(replace(trace.layers[0], last_d_h=last_d_h),))


def test_the_course_has_a_row_for_each_trace_over_lag():
    found = course([falling(0, 0.5), falling(8, 0.001)])
    np.testing.assert_array_equal(found.iterations, [0, 8])
    np.testing.assert_allclose(found.norms[0], [1, 0.5, 0.25, 0.125])
    np.testing.assert_allclose(found.factors, [0.5, 0.001])
    np.testing.assert_array_equal(found.reaches, [3, 0])


def test_what_has_no_factor_is_not_a_number():
    found = course([falling(0, 0.0), falling(1, np.nan)])
    assert np.isnan(found.factors).all()
    assert found.reaches[0] == 0
    assert np.isnan(found.reaches[1])


def test_the_course_of_what_is_not_there_is_empty():
    for found in (course([]), course([make_trace(cell="gru")], "last_d_c")):
        assert found.iterations.size == found.norms.size == 0
        assert "Nothing to compare" in course_sentence(found)
        assert map_sentence(found) == ""


def test_the_sentences_tell_the_first_and_the_last_iteration():
    found = course([falling(0, 0.5), falling(3, 7.0), falling(1200, 0.09)])
    assert course_sentence(found) == (
        "From iteration 0 to 1,200: factor per step ×0.50, then ×0.09; reach 3 steps, then 1 step."
    )
    assert map_sentence(found) == (
        "What is left 3 steps back: 12 % at iteration 0, 0.073 % at iteration 1,200."
    )


@pytest.mark.parametrize("factor", [0.0, np.nan])
def test_what_has_no_number_is_told_as_none(factor):
    found = course([falling(0, 0.5), falling(3, factor)])
    assert "nan" not in map_sentence(found)
    assert "then none" in course_sentence(found)


def test_what_stays_is_told_as_that_and_a_factor_that_is_gone_as_none():
    still = course([falling(0, 0.5), falling(3, 0.5)])
    assert "factor per step ×0.50 at both; reach 3 steps at both" in course_sentence(still)
    gone = replace(still, factors=np.array([0.5, np.nan]))
    assert "×0.50, then none" in course_sentence(gone)
