"""Variants of the cells, the baseline without memory, the embedding, the last step as readout."""

import math
from dataclasses import replace

import numpy as np
import pytest

from rnnviz.engine import Network, gradient_check, reference, softmax
from rnnviz.engine.reference import Reference
from tests.engine.batches import batch, initial_state, network, relative

EXACT = 1e-12
VARIANTS = {
    "peephole": {"cell": "lstm", "peephole": True},
    "coupled": {"cell": "lstm", "coupled": True},
    "coupled peephole": {"cell": "lstm", "coupled": True, "peephole": True},
    "reset before": {"cell": "gru", "reset": "before"},
    "mlp": {"cell": "mlp"},
    "mlp window": {"cell": "mlp", "window": 3},
}


def variant(name, **more):
    return network(**VARIANTS[name], **more)


def reference_of(net):
    a = net.architecture
    return Reference(net.cell, net.to_torch(), net.layers, reset=a.reset, window=a.window)


def state_of(net):
    return None if net.cell == "mlp" else initial_state(net)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", VARIANTS)
def test_outputs_and_every_quantity_are_those_of_the_equations(name, layers):
    net = variant(name, layers=layers)
    x, y, mask = batch(net, masked=True)
    record = net.record(x, y, mask, initial=state_of(net))
    outputs, expected = reference_of(net).run(x, state_of(net))
    assert relative(record.outputs, outputs.real) < EXACT
    for layer, steps in zip(record.layers, expected, strict=True):
        found = {**layer.gates, "h": layer.h, **({} if layer.c is None else {"c": layer.c})}
        assert set(found) == set(steps[0])
        for letter, values in found.items():
            assert relative(values, np.array([step[letter].real for step in steps])) < EXACT


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("name", VARIANTS)
def test_every_gradient_is_that_of_the_equations(name, layers):
    net = variant(name, layers=layers, D=2, H=3, K=2)
    x, y, mask = batch(net, T=3, masked=True)
    state, plain = state_of(net), reference_of(net)
    record = net.record(x, y, mask, initial=state)
    found = {**record.gradients, "x": record.d_x}
    found |= {f"initial.{letter}": values for letter, values in record.d_initial.items()}
    expected = reference.gradients(plain, x, y, mask, initial=state)
    assert set(found) == set(expected)
    for letter, values in expected.items():
        assert relative(found[letter], values) < EXACT, letter
    for number, layer in enumerate(record.layers):
        whole = net.record(x, y, mask).layers[number]
        d_h = reference.state_gradient(plain, "h", number, layer.h.shape, x, y, mask)
        assert relative(whole.d_h, d_h) < EXACT
        if layer.c is not None:
            d_c = reference.state_gradient(plain, "c", number, layer.h.shape, x, y, mask)
            assert relative(whole.d_c, d_c) < EXACT


@pytest.mark.parametrize("name", VARIANTS)
def test_truncation_is_that_of_the_equations(name):
    net = variant(name, D=2, H=3, K=2)
    x, y, _ = batch(net, T=5, B=1)
    plain = replace(reference_of(net), truncate=2)
    found = net.record(x, y, truncate=2)
    for letter, values in reference.gradients(plain, x, y).items():
        assert relative({**found.gradients, "x": found.d_x}[letter], values) < EXACT, letter


@pytest.mark.parametrize("name", VARIANTS)
def test_the_public_checker_passes_every_variant(name):
    net = variant(name, D=2, H=3, K=2)
    assert max(gradient_check(net, *batch(net, T=4)).values()) < 1e-6


@pytest.mark.parametrize("name", VARIANTS)
def test_a_pass_is_not_changed_by_what_was_in_the_buffers(name):
    net = variant(name, layers=2)
    (x, y, _), other = batch(net, seed=1), batch(net, seed=2)
    fresh = net.copy().record(x, y)
    net.record(*other, truncate=2)
    again = net.record(x, y)
    assert np.array_equal(again.d_x, fresh.d_x)
    for letter, values in fresh.gradients.items():
        assert np.array_equal(again.gradients[letter], values), letter


def test_one_step_with_peepholes_by_hand():
    net = Network(cell="lstm", input_size=1, hidden_size=1, output_size=2, peephole=True)
    net.load_torch(
        {
            "weight_ih_l0": [[0.6], [-0.5], [1.1], [0.9]],
            "weight_hh_l0": [[-0.3], [0.8], [1.3], [-0.7]],
            "bias_ih_l0": [0.2, -0.1, 0.05, 0.35],
            "bias_hh_l0": [0.4, 0.15, -0.25, -0.45],
            "peephole_l0": [[0.55], [-0.65], [0.75]],  # i f o
            "readout.weight": [[2.0], [-1.0]],
            "readout.bias": [0.0, 0.0],
        }
    )
    h, c, x = 0.3, -0.8, 0.5

    def sigmoid(a):
        return 1 / (1 + math.exp(-a))

    i = sigmoid(0.6 * x + 0.6 - 0.3 * h + 0.55 * c)
    f = sigmoid(-0.5 * x + 0.05 + 0.8 * h - 0.65 * c)
    g = math.tanh(1.1 * x - 0.2 + 1.3 * h)
    c = f * c + i * g
    o = sigmoid(0.9 * x - 0.1 - 0.7 * h + 0.75 * c)
    state = {"h": np.full((1, 1, 1), 0.3), "c": np.full((1, 1, 1), -0.8)}
    layer = net.record(np.full((1, 1, 1), x), np.zeros((1, 1), int), initial=state).layers[0]
    found = [layer.gates[letter].item() for letter in "ifgo"] + [layer.c.item(), layer.h.item()]
    assert found == pytest.approx([i, f, g, o, c, o * math.tanh(c)], rel=1e-14)


def test_coupled_gates_add_up_to_one_and_the_forget_bias_is_kept():
    net = Network(
        cell="lstm", input_size=3, hidden_size=4, output_size=2, coupled=True, forget_bias=2.0
    )
    record = net.record(np.zeros((1, 1, 3)), np.zeros((1, 1), int))
    gates = record.layers[0].gates
    assert gates["f"] + gates["i"] == pytest.approx(np.ones((1, 1, 4)), abs=1e-15)
    assert gates["f"] == pytest.approx(np.full((1, 1, 4), 1 / (1 + math.exp(-2.0))))


def test_a_network_without_memory_sees_its_window_and_no_more():
    net = variant("mlp window", layers=2)
    x, y, _ = batch(net, T=8)
    moved = x.copy()
    moved[2] += 1
    change = np.abs(net.predict(moved) - net.predict(x)).max(axis=(1, 2))
    assert np.flatnonzero(change).tolist() == [2, 3, 4]
    record = net.record(x, y)
    assert record.d_initial == {}
    assert record.final == {}


def test_a_window_longer_than_the_sequence_is_filled_with_zeros():
    net = network("mlp", window=5)
    x, y, _ = batch(net, T=2)
    padded = np.concatenate([np.zeros((5, 2, 3)), x])
    assert net.predict(x) == pytest.approx(net.predict(padded)[-2:], abs=1e-15)
    assert max(gradient_check(net, x, y).values()) < 1e-6


@pytest.mark.parametrize("cell", ["lstm", "mlp"])
def test_an_embedding_is_a_table_whose_rows_are_the_inputs(cell):
    net = network(cell, D=6, K=4, embedding_size=3)
    generator = np.random.default_rng(0)
    ids, y = generator.integers(0, 6, (5, 2)), generator.integers(0, 4, (5, 2))
    record = net.record(ids, y)
    assert record.d_x.shape == (5, 2, 3)
    dense = network(cell, D=3, K=4)
    weights = net.to_torch()
    table = weights.pop("embedding.weight")
    dense.load_torch(weights)
    expected = dense.record(table[ids], y)
    assert record.loss == expected.loss
    assert np.array_equal(record.d_x, expected.d_x)
    for row in range(6):
        d_row = expected.d_x[ids == row].sum(axis=0)
        assert record.gradients["embedding.weight"][row] == pytest.approx(d_row, abs=1e-15)
    plain = Reference(cell, net.to_torch())
    for name, values in reference.gradients(plain, ids, y).items():
        assert relative(record.gradients[name], values) < EXACT, name
    assert net.learn(ids, y) == record.loss
    assert np.array_equal(net.gradients["embedding.weight"], record.gradients["embedding.weight"])
    assert max(gradient_check(net, ids, y).values()) < 1e-6


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error"])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_targets_of_the_last_step_alone_are_a_mask_of_the_last_step(cell, loss):
    net = network(cell)
    x, y, _ = batch(net, loss=loss)
    mask = np.zeros((5, 2), bool)
    mask[-1] = True
    net.record(x, y, loss=loss)  # leaves gradients of all steps in the buffers
    last, masked = net.record(x, y[-1], loss=loss), net.record(x, y, mask, loss)
    assert last.loss == pytest.approx(masked.loss, rel=1e-15)
    for name, values in masked.gradients.items():
        assert relative(last.gradients[name], values) < 1e-14, name
    assert net.learn(x, y[-1], loss=loss) == last.loss
    assert (
        relative(Reference(cell, net.to_torch()).loss(x, y[-1], loss=loss).real, last.loss) < EXACT
    )


def test_a_network_without_memory_learns_what_its_window_shows():
    """Trained like any other, it names the symbol of two steps ago and no better than chance 3."""
    generator = np.random.default_rng(0)
    symbols = generator.integers(0, 4, (30, 16))
    x = np.eye(4)[symbols]
    for lag, learnt in ((2, True), (3, False)):
        net = Network(cell="mlp", input_size=4, hidden_size=16, output_size=4, window=3)
        for _ in range(100):
            net.learn(x[lag:], symbols[:-lag])
            net.flat -= 2.0 * net.flat_gradients
        right = (softmax(net.outputs).argmax(-1) == symbols[:-lag])[3:].mean()
        assert (right > 0.95) == learnt


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"cell": "gru", "peephole": True}, "peephole is only for the cell lstm, got it with gru"),
        ({"cell": "rnn", "coupled": True}, "coupled is only for the cell lstm"),
        ({"cell": "lstm", "reset": "before"}, "reset is only for the cell gru"),
        ({"cell": "gru", "reset": "never"}, "reset must be one of after, before, got 'never'"),
        ({"cell": "gru", "window": 2}, "window is only for the cell mlp"),
        ({"cell": "mlp", "window": 0}, "window must be a whole number 1 or more, got 0"),
        ({"cell": "lstm", "peephole": 1}, "peephole must be true or false, got 1"),
        ({"cell": "lstm", "embedding_size": 0}, "embedding_size must be a whole number 1 or more"),
        ({"cell": "lstm", "initial_weights": "zeros"}, "initial_weights must be one of default"),
        ({"cell": "lstm", "spectral_radius": -1}, "spectral_radius must be 0 or more, got -1"),
        (
            {"cell": "lstm", "initial_weights": "glorot", "spectral_radius": 0.5},
            "spectral_radius is only for the initial weights default, orthogonal, identity",
        ),
    ],
)
def test_settings_that_are_not_for_this_cell_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Network(input_size=3, hidden_size=4, output_size=2, **settings)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((5, 2)), "x must be whole numbers, for the embedding, got float64"),
        (np.zeros((5, 2, 1), int), r"x must have the shape \(T, B\).*got \(5, 2, 1\)"),
        (np.full((5, 2), 6), r"x must be 0\.\.5, got 6\.\.6"),
        (np.full((5, 2), -1), r"x must be 0\.\.5, got -1\.\.-1"),
        (np.zeros((5, 2, 6)), "x must be whole numbers, for the embedding, got float64"),
    ],
)
@pytest.mark.parametrize("what", ["record", "learn"])
def test_bad_integers_are_refused(what, x, message):
    net = network("lstm", D=6, embedding_size=3)
    with pytest.raises(ValueError, match=message):
        getattr(net, what)(x, np.zeros((5, 2), int))


def test_a_mask_with_targets_of_the_last_step_is_refused():
    net = network("lstm")
    x, y, mask = batch(net, masked=True)
    with pytest.raises(ValueError, match="mask must be None where y is the target of the last"):
        net.record(x, y[-1], mask)
    with pytest.raises(ValueError, match="mask must be None where y is the target of the last"):
        net.learn(x, y[-1], mask)


def test_initial_weights_are_as_chosen():
    def drawn(**settings):
        return Network(
            input_size=3, hidden_size=8, output_size=5, **{"cell": "lstm", **settings}
        ).parameters

    uniform = drawn(initial_weights="uniform")
    assert 0.9 / math.sqrt(8) < np.abs(uniform["weight_hh_l0"]).max() <= 1 / math.sqrt(8)
    assert np.abs(uniform["readout.bias"]).min() > 0
    assert (uniform["bias_ih_l0"] + uniform["bias_hh_l0"])[8:16].tolist() == [1.0] * 8
    glorot = drawn(initial_weights="glorot")["weight_hh_l0"]
    assert 0.9 * math.sqrt(6 / 16) < np.abs(glorot).max() <= math.sqrt(6 / 16)
    for block in np.split(
        drawn(initial_weights="orthogonal", spectral_radius=0.7)["weight_hh_l0"], 4
    ):
        assert np.abs(np.linalg.eigvals(block)) == pytest.approx([0.7] * 8)
    identity = drawn(cell="rnn", initial_weights="identity", spectral_radius=1.5)["weight_hh_l0"]
    assert np.array_equal(identity, 1.5 * np.eye(8))
