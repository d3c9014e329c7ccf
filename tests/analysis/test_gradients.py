from dataclasses import replace

import numpy as np
import pytest

from rnnviz.analysis.gradients import (
    REACHED,
    back_from,
    backward_norms,
    backward_sentence,
    factor_per_step,
    last_scored_step,
    reach,
    reach_sentence,
    step_norms,
)
from tests.serving import ROOT
from tests.traces import make_trace


def with_last_d_h(values, scored=None):
    values = np.asarray(values, dtype=float)
    trace = make_trace(steps=len(values), units=values.shape[1])
    layers = (replace(trace.layers[0], last_d_h=values),)
    return replace(trace, layers=layers, scored=trace.scored if scored is None else scored)


def test_the_norm_of_a_step_is_the_2_norm_over_its_units():
    np.testing.assert_allclose(step_norms(np.array([[3.0, -4.0], [0.0, 2.0]])), [5.0, 2.0])


@pytest.mark.parametrize("size", [1e-200, 1e-308, 1e200])
def test_a_norm_far_outside_the_range_of_squares_is_still_exact(size):
    np.testing.assert_allclose(step_norms(np.array([[3.0, 4.0]]) * size), [5 * size], rtol=1e-12)


def test_float32_gradients_are_measured_in_float64():
    small = np.full((1, 4), 1e-30, dtype=np.float32)
    assert step_norms(small).dtype == np.float64
    np.testing.assert_allclose(step_norms(small), [2e-30], rtol=1e-6)


def test_zero_is_zero_and_what_is_no_number_stays_none():
    norms = step_norms(np.array([[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]]))
    assert norms[0] == 0.0
    assert np.isnan(norms[1])
    assert np.isinf(norms[2])


def test_lag_counts_back_from_the_last_scored_step():
    np.testing.assert_array_equal(back_from(np.array([1.0, 2.0, 3.0, 0.0]), 2), [3.0, 2.0, 1.0])
    assert back_from(np.array([1.0, 2.0]), None).size == 0


def test_the_last_scored_step_is_found():
    trace = make_trace(steps=4)
    assert last_scored_step(replace(trace, scored=np.array([True, True, True, False]))) == 2
    assert last_scored_step(replace(trace, scored=np.zeros(4, dtype=bool))) is None


def test_the_way_back_is_that_of_the_last_scored_step_alone():
    scored = np.array([False, True, False])
    trace = with_last_d_h([[3.0, 4.0], [6.0, 8.0], [0.0, 0.0]], scored)
    np.testing.assert_allclose(backward_norms(trace), [10.0, 5.0])


def test_a_cell_without_cell_state_has_no_gradient_by_it():
    assert backward_norms(make_trace(cell="gru"), "last_d_c").size == 0


@pytest.mark.parametrize("factor", [0.5, 0.63, 1.0, 1.3])
def test_the_factor_of_a_geometric_sequence_is_its_ratio(factor):
    assert factor_per_step(7.0 * factor ** np.arange(10)) == pytest.approx(factor)


def test_the_factor_is_the_geometric_mean_of_the_factors_of_the_steps():
    assert factor_per_step(np.array([1.0, 0.1, 0.4])) == pytest.approx(np.sqrt(0.1 * 4.0))


def test_the_factor_holds_over_more_decades_than_a_float_has():
    assert factor_per_step(np.array([1e200, 1.0, 1e-200])) == pytest.approx(1e-200)


def test_steps_behind_a_truncation_do_not_count_for_the_factor():
    assert factor_per_step(np.array([1.0, 0.5, 0.25, 0.0, 0.0])) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "norms", [[], [1.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, np.nan], [np.inf, 1.0]]
)
def test_there_is_no_factor_without_two_finite_norms_above_zero(norms):
    assert factor_per_step(np.array(norms)) is None


def test_reach_is_the_last_lag_above_one_percent_of_the_largest():
    assert reach(np.array([100.0, 10.0, 1.1, 0.9, 0.1])) == 2


def test_exactly_one_percent_is_no_longer_reached():
    assert reach(np.array([100.0, 10.0, 1.0])) == 1


def test_what_never_falls_reaches_all_the_way():
    assert reach(np.array([1.0, 0.9, 0.8])) == 2
    assert reach(np.array([0.001, 1.0, 10.0])) == 2


def test_a_norm_that_comes_back_after_a_gap_does_not_count():
    assert reach(np.array([1.0, 0.001, 1.0 - 1e-9])) == 0


def test_reach_counts_from_the_last_scored_step_even_when_a_later_norm_is_the_largest():
    assert reach(np.array([0.001, 100.0, 50.0, 0.5, 0.5])) == 2


def test_reach_of_nothing_is_zero_and_of_no_number_none():
    assert reach(np.zeros(3)) == 0
    assert reach(np.array([1.0])) == 0
    assert reach(np.array([])) is None
    assert reach(np.array([1.0, np.nan])) is None


@pytest.mark.parametrize(
    ("norms", "sentence"),
    [
        (
            0.999 ** np.arange(101),
            "It shrinks ×0.999 per step on average: 90 % is left after 100 steps.",
        ),
        (
            np.array([1.0, 0.5, 0.0, 0.3]),
            "It shrinks ×0.50 in one step: 50 % is left after 1 step. "
            "2 steps back it is exactly zero; further back it is not.",
        ),
        (
            0.63 ** np.arange(11),
            "It shrinks ×0.63 per step on average: 0.98 % is left after 10 steps.",
        ),
        (
            1.3 ** np.arange(11),
            "It grows ×1.30 per step on average: after 10 steps it is 13.8 times as large.",
        ),
        (np.full(6, 2.0), "After 5 steps it is as large as at first."),
        (
            np.array([1.0, 0.5, 0.0, 0.0]),
            "It shrinks ×0.50 in one step: 50 % is left after 1 step. "
            "From 2 steps back on it is exactly zero.",
        ),
    ],
)
def test_the_sentence_says_how_the_gradient_changes(norms, sentence):
    assert backward_sentence(norms) == sentence


@pytest.mark.parametrize(
    ("norms", "words"),
    [
        ([], "No step is scored"),
        ([np.nan, 1.0], "not a number"),
        ([0.0, 0.0], "exactly zero at every step"),
        ([1.0], "no earlier step to reach"),
        ([1.0, 0.0], "exactly zero one step back: it reaches no earlier step"),
        ([1.0, 0.0, 1.0], "exactly zero one step back; further back"),
        ([0.0, 1.0], "exactly zero at the last scored step itself"),
    ],
)
def test_the_sentence_says_why_there_is_no_factor(norms, words):
    assert words in backward_sentence(np.array(norms))


def test_the_sentence_of_more_decades_than_a_float_has_is_written_all_the_same():
    sentence = backward_sentence(np.array([1e200, 1.0, 1e-200]))
    assert sentence == (
        "It shrinks ×1e−200 per step on average: 1e−400 of it is left after 2 steps."
    )


@pytest.mark.parametrize(
    ("norms", "sentence"),
    [
        (
            [1.0, 0.5, 0.001],
            "It reaches 1 step back; one step further it is down to 1 % of its largest value, or "
            "less.",
        ),
        (
            [0.1, 1.0, 0.001],
            "It reaches 1 step back; one step further it is down to 1 % of its largest value, or "
            "less. It is largest 1 step back.",
        ),
        ([1.0, 0.01], "Already one step back it is down to 1 % of its largest value, or less."),
        (
            [1.0, 0.9, 0.8],
            "It reaches all the way back: 2 steps, never below 1 % of its largest value.",
        ),
        ([0.001, 0.1, 10.0], "It grows all the way back: 2 steps."),
        ([0.001, 10.0, 5.0], "It reaches all the way back: 2 steps. It is largest 1 step back."),
        ([0.0, 0.0], ""),
        ([1.0], ""),
        ([1.0, np.nan], ""),
    ],
)
def test_the_sentence_says_how_far_the_gradient_reaches(norms, sentence):
    assert reach_sentence(np.array(norms)) == sentence


def test_the_share_that_counts_as_reached_is_written_in_one_place():
    written = f"{REACHED} of its largest"
    assert written == "1 % of its largest"
    assert not [file for file in ROOT.glob("rnnviz/**/*.py") if written in file.read_text("utf-8")]
