"""Norms, clipping: true also where squares leave the range of the numbers."""

import math

import numpy as np
import pytest

from rnnviz.engine import clip_by_norm, clip_by_value, norm, norms
from tests.engine.batches import network


def test_norms_are_those_of_pythagoras():
    vectors = np.array([[3.0, 4.0], [0.0, 0.0], [-5.0, 12.0]])
    assert norms(vectors).tolist() == [5.0, 0.0, 13.0]
    assert norm(vectors[0]) == 5.0


@pytest.mark.parametrize("size", [1e-160, 1e-200, 1e-300, 1e-320, 1e200, 1e300])
def test_a_norm_whose_squares_leave_float64_is_true(size):
    found = norms(np.array([[3 * size, 4 * size], [3.0, 4.0]]))
    assert found == pytest.approx([5 * size, 5.0], rel=1e-3 if size < 1e-310 else 1e-14)
    assert norm(np.array([3 * size, 4 * size])) == found[0]


def test_a_float32_vector_that_is_not_zero_has_a_norm_that_is_not_zero():
    smallest = np.nextafter(np.float32(0), np.float32(1))
    assert norms(np.array([[smallest, 0]], np.float32))[0] == float(smallest)
    assert norm(np.array([1e-30, 0], np.float32)) == pytest.approx(1e-30)


def test_squares_of_float32_numbers_are_added_up_in_float64():
    vector = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    assert norm(vector) == pytest.approx(np.sqrt((vector.astype(float) ** 2).sum()), rel=1e-14)


def test_infinity_and_nan_are_not_cleaned_up():
    found = norms(np.array([[np.inf, 1.0], [np.nan, 1.0], [np.inf, np.nan]]))
    assert found[0] == math.inf
    assert np.isnan(found[1:]).all()
    assert norm(np.array([np.inf, 0.0])) == math.inf
    assert math.isnan(norm(np.array([np.nan, 0.0])))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_gradient_that_vanishes_over_many_steps_is_small_and_not_zero(dtype):
    net = network("rnn", H=6, dtype=dtype)
    net.parameters["weight_hh_l0"] *= 0.05
    steps = 140 if dtype == "float64" else 25
    x = np.random.default_rng(0).normal(size=(steps, 1, 3))
    mask = np.zeros((steps, 1), bool)
    mask[-1] = True
    record = net.record(x, np.zeros((steps, 1), int), mask)
    found = norms(record.layers[0].d_h)[:, 0]
    assert np.all(np.diff(np.log(found)) > 0)  # grows towards the end at every single step
    assert 0 < found[0] < (1e-150 if dtype == "float64" else 1e-30)


def test_clipping_by_norm_keeps_the_direction_and_tells_the_norm_before():
    gradient = np.array([3.0, 4.0])
    assert clip_by_norm(gradient, 1.0) == 5.0
    assert gradient == pytest.approx(np.array([0.6, 0.8]), rel=1e-6)


def test_clipping_leaves_a_short_gradient_and_one_without_limit_alone():
    gradient = np.array([3.0, 4.0])
    assert clip_by_norm(gradient, 6.0) == 5.0
    assert clip_by_norm(gradient, None) == 5.0
    assert clip_by_value(gradient, None) == 5.0
    assert gradient.tolist() == [3.0, 4.0]


def test_clipping_by_value_limits_each_entry():
    gradient = np.array([0.1, -3.0, 4.0])
    assert clip_by_value(gradient, 0.5) == pytest.approx(math.sqrt(25.01))
    assert gradient.tolist() == [0.1, -0.5, 0.5]


def test_a_gradient_of_nan_stays_so():
    gradient = np.array([np.nan, 1.0])
    assert math.isnan(clip_by_norm(gradient, 1.0))
    assert np.isnan(gradient[0])
