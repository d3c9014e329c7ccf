"""What the network promises around its mathematics: buffers, copies, seeds, initial weights."""

import numpy as np
import pytest

from rnnviz.engine import Network
from tests.engine.batches import RECURRENT, batch, network, relative


@pytest.mark.parametrize("cell", RECURRENT)
def test_learning_computes_what_is_recorded(cell):
    net = network(cell, layers=2)
    x, y, mask = batch(net, masked=True)
    record = net.record(x, y, mask, truncate=2)
    assert net.learn(x, y, mask, truncate=2) == record.loss
    assert np.array_equal(net.outputs, record.outputs)
    assert np.array_equal(net.predict(x), record.outputs)
    for name, values in record.gradients.items():
        assert np.array_equal(net.gradients[name], values), name


def test_recording_looks_only():
    net = network("lstm")
    x, y, _ = batch(net)
    net.learn(x, y)
    weights, gradients = net.flat.copy(), net.flat_gradients.copy()
    net.record(-x, y)
    assert np.array_equal(net.flat, weights)
    assert np.array_equal(net.flat_gradients, gradients)


@pytest.mark.parametrize("B", [1, 2])
@pytest.mark.parametrize("cell", RECURRENT)
def test_a_record_is_a_copy_that_later_passes_do_not_change(cell, B):
    net = network(cell, layers=2)
    x, y, _ = batch(net, B=B)
    record = net.record(x, y)
    arrays = [record.outputs, record.d_x, *record.gradients.values()]
    arrays += [*record.d_initial.values(), *record.final.values()]
    for layer in record.layers:
        arrays += [*layer.gates.values(), layer.h, layer.d_h]
        arrays += [] if layer.c is None else [layer.c, layer.d_c]
    before = [array.copy() for array in arrays]
    net.flat *= -0.5
    net.learn(x + 1, y)
    net.record(x * 2, y)
    for array, copy in zip(arrays, before, strict=True):
        assert np.array_equal(array, copy)


def test_the_state_after_the_last_step_goes_on_where_it_was_left():
    for cell in RECURRENT:
        net = network(cell, layers=2)
        x, y, _ = batch(net, T=6)
        whole = net.record(x, y)
        first = net.record(x[:4], y[:4])
        second = net.record(x[4:], y[4:], initial=first.final)
        assert relative(second.outputs, whole.outputs[4:]) < 1e-14


def test_parameters_and_gradients_are_views_on_the_flat_vectors():
    net = network("gru", layers=2)
    net.flat[:] = 0
    assert all(np.all(values == 0) for values in net.parameters.values())
    net.parameters["weight_hh_l1"][2, 3] = 7
    assert net.flat.sum() == 7
    assert sum(values.size for values in net.gradients.values()) == net.flat_gradients.size


def test_the_same_seed_makes_the_same_weights_and_another_seed_others():
    def drawn(seed):
        return Network(cell="lstm", input_size=3, hidden_size=4, output_size=5, seed=seed).flat

    assert np.array_equal(drawn(3), drawn(3))
    assert not np.array_equal(drawn(3), drawn(4))


def test_initial_weights_are_those_of_the_documentation():
    settings = {"input_size": 3, "hidden_size": 8, "output_size": 5}
    lstm = Network(cell="lstm", forget_bias=2.5, **settings).parameters
    total = lstm["bias_ih_l0"] + lstm["bias_hh_l0"]
    assert total.tolist() == [0] * 8 + [2.5] * 8 + [0] * 16
    assert np.abs(lstm["weight_ih_l0"]).max() <= np.sqrt(6 / 11)
    for block in np.split(lstm["weight_hh_l0"], 4):
        assert block @ block.T == pytest.approx(np.eye(8), abs=1e-12)
    relu = Network(cell="relu", **settings).parameters
    assert np.array_equal(relu["weight_hh_l0"], np.eye(8))


def test_float32_is_float32_throughout():
    net = network("lstm", dtype="float32")
    record = net.record(*batch(net)[:2])
    arrays = [net.flat, net.flat_gradients, record.outputs, record.d_x, record.layers[0].d_c]
    assert {array.dtype for array in arrays} == {np.dtype("float32")}


def test_numbers_that_grow_beyond_all_bounds_are_returned_as_they_are_and_warn_nobody():
    for cell in RECURRENT:
        net = network(cell)
        x, y, _ = batch(net)
        net.flat[:] = np.inf
        assert not np.isfinite(net.learn(x, y))
        assert not np.isfinite(net.flat_gradients).all()
        assert not np.isfinite(net.record(x, y).loss)
        assert not np.isfinite(net.predict(x)).all()


def test_buffers_of_shapes_long_unused_are_given_back():
    net = network("rnn")
    for T in range(1, 30):
        net.predict(np.zeros((T, 1, 3)))
    assert len(net._unrolled) <= 4


@pytest.mark.parametrize("sizes", [{}, {"layers": 3}, {"cell": "mlp", "window": 3}])
@pytest.mark.parametrize("B", [1, 2])
def test_the_gradient_by_the_inputs_can_be_asked_for_after_learning(sizes, B):
    net = network(**{"cell": "lstm", **sizes})
    with pytest.raises(RuntimeError, match="input_gradient: nothing was learned yet"):
        net.input_gradient()
    x, y, mask = batch(net, B=B, masked=True)
    expected = net.record(x, y, mask, truncate=2)
    net.learn(x, y, mask, truncate=2)
    assert np.array_equal(net.input_gradient(), expected.d_x)
    assert np.array_equal(net.input_gradient(), expected.d_x)
    assert np.array_equal(
        net.flat_gradients,
        np.concatenate([values.ravel() for values in expected.gradients.values()]),
    )


def test_gradient_norms_are_those_of_the_last_batch_that_was_learned():
    net = network("gru", layers=2)
    with pytest.raises(RuntimeError, match="nothing was learned"):
        net.gradient_norms()
    x, y, _ = batch(net)
    record = net.record(x, y)
    net.learn(x, y)
    net.predict(x[:3])
    expected = [np.sqrt((layer.d_h**2).sum(axis=(1, 2))) for layer in record.layers]
    assert net.gradient_norms() == pytest.approx(np.array(expected), rel=1e-13)


def test_outputs_before_any_pass_are_refused():
    with pytest.raises(RuntimeError, match="nothing has been computed"):
        _ = network("rnn").outputs
