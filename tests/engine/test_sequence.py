"""One sequence, with the gradient of its loss and that of its last scored step's share."""

import numpy as np
import pytest

from rnnviz.engine import CELLS, Hold, Silence, record_sequence
from tests.engine.batches import batch, network, relative

EXACT = 1e-12


def alone(y, last):
    """Return a mask of the last scored step alone."""
    only = np.zeros(y.shape[:2], dtype=bool)
    only[last] = True
    return only


@pytest.mark.parametrize("truncate", [None, 2])
@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("cell", CELLS)
def test_both_gradients_are_those_of_two_records(cell, loss, truncate):
    net = network(cell, layers=2)
    x, y, _ = batch(net, T=6, B=1, loss=loss)
    mask = np.array([True, False, True, True, False, False])[:, None]
    found = record_sequence(net, x, y, mask, loss, truncate)
    whole = net.record(x, y, mask, loss, truncate=truncate)
    last = net.record(x, y, alone(y, 3), loss, truncate=truncate)
    assert relative(found.loss, whole.loss) < EXACT
    assert relative(found.outputs, whole.outputs[:, 0]) < EXACT
    assert relative(found.d_x, whole.d_x[:, 0]) < EXACT
    for layer, expected, of_last in zip(found.layers, whole.layers, last.layers, strict=True):
        for letter, gate in expected.gates.items():
            assert relative(layer.gates[letter], gate[:, 0]) < EXACT
        for name in "hc" if expected.c is not None else "h":
            assert relative(getattr(layer, name), getattr(expected, name)[:, 0]) < EXACT
            d_name = f"d_{name}"
            assert relative(getattr(layer, d_name), getattr(expected, d_name)[:, 0]) < EXACT
            # Three steps are scored: the share of one of them is a third of its own loss.
            share = getattr(of_last, d_name)[:, 0] / 3
            assert relative(getattr(layer, f"last_{d_name}"), share) < EXACT


def test_at_the_last_scored_step_the_two_gradients_are_one():
    net = network("lstm")
    x, y, _ = batch(net, T=5, B=1)
    (layer,) = record_sequence(net, x, y).layers
    np.testing.assert_array_equal(layer.d_h[-1], layer.last_d_h[-1])
    assert not np.allclose(layer.d_h[0], layer.last_d_h[0])


def test_interventions_hold_in_both():
    net = network("gru")
    net.intervene(Hold("z", 1.0, units=(0,)), Silence(units=(1,)))
    x, y, _ = batch(net, T=5, B=1)
    (layer,) = record_sequence(net, x, y).layers
    (expected,) = net.record(x, y).layers
    assert relative(layer.d_h, expected.d_h[:, 0]) < EXACT
    assert (layer.h[:, 1] == 0).all()
    assert (layer.gates["z"][:, 0] == 1).all()


def test_several_sequences_are_refused():
    net = network("rnn")
    x, y, _ = batch(net, T=4, B=2)
    with pytest.raises(ValueError, match=r"x must be a single sequence \(B = 1\), got B = 2"):
        record_sequence(net, x, y)
