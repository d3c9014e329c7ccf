"""Optimisers by hand; against PyTorch they stand in test_torch.py."""

import math

import numpy as np
import pytest

from rnnviz.engine import OPTIMIZERS, make_optimizer


def test_momentum_by_hand():
    flat, optimizer = np.array([1.0]), make_optimizer("sgd", 1, momentum=0.5)
    optimizer.step(flat, np.array([2.0]), 0.1)
    optimizer.step(flat, np.array([3.0]), 0.1)
    assert flat[0] == pytest.approx(1 - 0.1 * 2 - 0.1 * (0.5 * 2 + 3))


def test_rmsprop_by_hand():
    flat, optimizer = np.array([1.0]), make_optimizer("rmsprop", 1, smoothing=0.9)
    optimizer.step(flat, np.array([2.0]), 0.1)
    assert flat[0] == pytest.approx(1 - 0.1 * 2 / math.sqrt(0.1 * 4))


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_gradient():
    for gradient in (1e-3, 7.0, -2e5):
        flat = np.array([1.0])
        make_optimizer("adam", 1).step(flat, np.array([gradient]), 0.1)
        assert flat[0] == pytest.approx(1 - math.copysign(0.1, gradient), rel=1e-5)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weight_decay_adds_the_parameter_to_its_gradient_and_leaves_the_gradient_alone(name):
    decayed, plain = np.array([1.0, -2.0]), np.array([1.0, -2.0])
    gradient = np.array([0.5, 0.25])
    make_optimizer(name, 2, weight_decay=0.1).step(decayed, gradient, 0.01)
    make_optimizer(name, 2).step(plain, gradient + 0.1 * plain, 0.01)
    assert np.array_equal(decayed, plain)
    assert gradient.tolist() == [0.5, 0.25]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_restored_state_goes_on_to_the_bit(name):
    generator = np.random.default_rng(0)
    first, optimizer = generator.normal(size=5), make_optimizer(name, 5)
    gradients = generator.normal(size=(8, 5))
    for gradient in gradients[:4]:
        optimizer.step(first, gradient, 0.01)
    state, second = optimizer.state(), first.copy()
    for gradient in gradients[4:]:
        optimizer.step(first, gradient, 0.01)
    twin = make_optimizer(name, 5)
    twin.restore(state)
    for gradient in gradients[4:]:
        twin.step(second, gradient, 0.01)
    assert np.array_equal(first, second)


def test_a_state_of_another_optimizer_or_size_is_refused():
    with pytest.raises(ValueError, match="state must have the entries"):
        make_optimizer("adam", 5).restore(make_optimizer("sgd", 5).state())
    with pytest.raises(ValueError, match="state must have the entries"):
        make_optimizer("adam", 5).restore(make_optimizer("adam", 6).state())


def test_an_unknown_optimizer_is_refused():
    with pytest.raises(ValueError, match="optimizer must be one of sgd, rmsprop, adam, got 'adm'"):
        make_optimizer("adm", 5)
