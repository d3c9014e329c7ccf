"""A network in float32 computes what its twin in float64 does, up to rounding, in all there is."""

import numpy as np
import pytest

from rnnviz.engine import (
    Hold,
    ShiftForgetBias,
    Silence,
    itemised,
    jacobian_norms,
    step_jacobians,
)
from tests.engine.batches import batch, initial_state, network, relative

NEAR = 2e-5
NETWORKS = {
    "rnn": {"cell": "rnn"}, "relu": {"cell": "relu"}, "gru": {"cell": "gru"},
    "lstm": {"cell": "lstm"}, "peephole": {"cell": "lstm", "peephole": True},
    "coupled": {"cell": "lstm", "coupled": True},
    "coupled peephole": {"cell": "lstm", "coupled": True, "peephole": True},
    "reset before": {"cell": "gru", "reset": "before"}, "mlp": {"cell": "mlp"},
    "mlp window": {"cell": "mlp", "window": 3},
}  # fmt: skip
INTERVENED = {
    "lstm": (Hold("f", 0.7, (1,)), Silence((2,)), ShiftForgetBias(0.3)),
    "gru": (Hold("z", 0.6), Silence((0,), layer=0)),
    "reset before": (Hold("r", 0.1, (3,)), Silence((1,))),
    "coupled peephole": (Hold("i", 0.2, (0,)), ShiftForgetBias(-0.4)),
    "rnn": (Silence((3,)),),
}


def twins(name, *items):
    """Return a network in float32, and one of the very same weights in float64."""
    single = network(**NETWORKS[name], layers=2, dtype="float32")
    single.intervene(*items)
    return single, single.copy("float64")


def assert_near(single, double):
    assert single.dtype == np.float32
    assert relative(single.astype(np.float64), double) < NEAR


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("truncate", [None, 2])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(
    ("name", "items"), [*((name, ()) for name in NETWORKS), *INTERVENED.items()]
)
def test_a_record_is_that_of_float64(name, items, masked, truncate, loss):
    single, double = twins(name, *items)
    x, y, mask = batch(double, T=6, masked=masked, loss=loss)
    x = x.astype(np.float32)
    state = None if single.cell == "mlp" else initial_state(double)
    ours, exact = (net.record(x, y, mask, loss, state, truncate) for net in (single, double))
    assert ours.loss == pytest.approx(exact.loss, rel=NEAR)
    assert_near(ours.outputs, exact.outputs)
    assert_near(ours.d_x, exact.d_x)
    for key, values in exact.gradients.items():
        assert_near(ours.gradients[key], values)
    for mine, theirs in zip(ours.layers, exact.layers, strict=True):
        for letter in theirs.gates:
            assert_near(mine.gates[letter], theirs.gates[letter])
        for letter in ("h", "c", "d_h", "d_c"):
            if getattr(theirs, letter) is not None:
                assert_near(getattr(mine, letter), getattr(theirs, letter))
    for letter in exact.final:
        assert_near(ours.final[letter], exact.final[letter])
        assert_near(ours.d_initial[letter], exact.d_initial[letter])


@pytest.mark.parametrize("name", NETWORKS)
def test_learning_is_that_of_float64_and_leaves_the_same_gradient_as_a_record(name):
    single, double = twins(name)
    x, y, mask = batch(double, T=6, masked=True)
    x = x.astype(np.float32)
    assert single.learn(x, y, mask) == pytest.approx(double.learn(x, y, mask), rel=NEAR)
    assert_near(single.flat_gradients, double.flat_gradients)
    norms = single.gradient_norms()
    np.testing.assert_allclose(norms, double.gradient_norms(), rtol=1e-4)
    assert_near(single.input_gradient(), double.input_gradient())
    record = single.record(x, y, mask)
    for key, values in single.gradients.items():
        np.testing.assert_array_equal(record.gradients[key], values)


@pytest.mark.parametrize("name", [name for name in NETWORKS if "mlp" not in name])
def test_jacobians_and_items_are_those_of_float64(name):
    single, double = twins(name)
    x, y, _ = batch(double, T=6, B=1)
    x = x.astype(np.float32)
    for measure in (jacobian_norms, step_jacobians):
        assert relative(measure(single, x), measure(double, x)) < 1e-4
    mine, theirs = itemised(single, x, y), itemised(double, x, y)
    assert relative(mine.d_h, theirs.d_h) < 1e-4
