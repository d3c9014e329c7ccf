import numpy as np
import pytest

from rnnviz.engine import softmax
from tests.engine.batches import batch, network


def test_softmax_of_huge_logits_is_finite_and_sums_to_one():
    found = softmax(np.array([[1e4, 1e4 - 1, -1e4], [-1e308, 0.0, 1.0]]))
    assert found.sum(axis=-1) == pytest.approx([1, 1])
    assert found[0, 0] == pytest.approx(1 / (1 + np.exp(-1)))


def test_cross_entropy_of_huge_logits_is_finite():
    net = network("rnn", K=2)
    net.parameters["readout.bias"][:] = [5000.0, -5000.0]
    x, _, _ = batch(net)
    wrong = net.record(x, np.ones((5, 2), int))
    right = net.record(x, np.zeros((5, 2), int))
    assert wrong.loss == pytest.approx(10000, rel=1e-2)
    assert right.loss == 0
    assert np.isfinite(wrong.d_x).all()


def test_targets_that_are_not_scored_are_never_read():
    net = network("gru")
    x, y, mask = batch(net, masked=True)
    expected = net.record(x, y, mask)
    found = net.record(x, np.where(mask, y, -100), mask)
    assert found.loss == expected.loss
    assert np.array_equal(found.d_x, expected.d_x)
    assert net.learn(x, np.where(mask, y, -100), mask) == expected.loss


def test_a_mask_of_ones_is_no_mask():
    net = network("lstm")
    x, y, _ = batch(net)
    assert net.record(x, y, np.ones(y.shape, bool)).loss == pytest.approx(
        net.record(x, y).loss, rel=1e-15
    )
