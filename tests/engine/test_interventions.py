"""Interventions are exact: the equations with the same interventions have the same gradients."""

import numpy as np
import pytest

from rnnviz.engine import Hold, ShiftForgetBias, Silence, gradient_check, reference
from rnnviz.engine.reference import Reference
from tests.engine.batches import batch, initial_state, network, relative

EXACT = 1e-12
NETWORKS = {
    "rnn": {"cell": "rnn"},
    "relu": {"cell": "relu"},
    "mlp": {"cell": "mlp"},
    "gru": {"cell": "gru"},
    "gru reset before": {"cell": "gru", "reset": "before"},
    "lstm": {"cell": "lstm"},
    "peephole": {"cell": "lstm", "peephole": True},
    "coupled": {"cell": "lstm", "coupled": True},
    "coupled peephole": {"cell": "lstm", "coupled": True, "peephole": True},
}
HELD = [
    (name, gate)
    for name, gates in {
        "gru": "rzn",
        "gru reset before": "rzn",
        "lstm": "ifgo",
        "peephole": "ifgo",
        "coupled": "igo",
        "coupled peephole": "igo",
    }.items()
    for gate in gates
]


def build(name, layers=2):
    return network(**NETWORKS[name], layers=layers, D=2, H=3, K=2)


def compare(net, **changes):
    """Compare every value and gradient with the equations under the same interventions."""
    a = net.architecture
    plain = Reference(net.cell, net.to_torch(), net.layers, reset=a.reset, **changes)
    state = None if net.cell == "mlp" else initial_state(net, B=1)
    x, y, mask = batch(net, T=3, B=1, masked=True)
    record = net.record(x, y, mask, initial=state)
    outputs, steps = plain.run(x, state)
    assert relative(record.outputs, outputs.real) < EXACT
    for layer, expected in zip(record.layers, steps, strict=True):
        for letter, values in layer.gates.items():
            wanted = np.array([step[letter].real for step in expected])
            assert np.abs(values - wanted).max() < EXACT
    found = {**record.gradients, "x": record.d_x}
    found |= {f"initial.{letter}": values for letter, values in record.d_initial.items()}
    for letter, values in reference.gradients(plain, x, y, mask, initial=state).items():
        assert np.abs(found[letter] - values).max() < EXACT, letter
    whole = net.record(x, y, mask)
    for number, layer in enumerate(whole.layers):
        d_h = reference.state_gradient(plain, "h", number, layer.h.shape, x, y, mask)
        assert np.abs(layer.d_h - d_h).max() < EXACT
        if layer.d_c is not None:
            d_c = reference.state_gradient(plain, "c", number, layer.h.shape, x, y, mask)
            assert np.abs(layer.d_c - d_c).max() < EXACT
    return record


@pytest.mark.parametrize(("name", "gate"), HELD)
def test_a_gate_that_is_held_for_some_units_of_a_layer(name, gate):
    net = build(name)
    net.intervene(Hold(gate, 0.3, units=(0, 2), layer=1))
    record = compare(net, held={(1, gate, 0): 0.3, (1, gate, 2): 0.3})
    assert np.all(record.layers[1].gates[gate][:, :, [0, 2]] == 0.3)
    assert np.all(record.layers[1].gates[gate][:, :, 1] != 0.3)
    assert np.all(record.layers[0].gates[gate] != 0.3)


@pytest.mark.parametrize(("name", "gate"), HELD)
def test_a_gate_that_is_held_whole_has_no_gradient_by_its_weights(name, gate):
    net = build(name, layers=1)
    net.intervene(Hold(gate, 1.0))
    record = compare(net, held={(0, gate, unit): 1.0 for unit in range(3)})
    block = net.architecture.cell_type.weight_gates.index(gate)
    assert np.all(record.gradients["weight_ih_l0"][3 * block : 3 * block + 3] == 0)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_silent_unit(name):
    net = build(name)
    net.intervene(Silence(units=(1,), layer=0))
    record = compare(net, silent={(0, 1)})
    assert np.all(record.layers[0].h[:, :, 1] == 0)
    assert np.all(record.layers[0].h[:, :, 0] != 0) or name == "relu"


@pytest.mark.parametrize("name", ["lstm", "peephole", "coupled", "coupled peephole"])
def test_a_shifted_forget_bias(name):
    net = build(name)
    net.intervene(ShiftForgetBias(1.5))
    compare(net, forget_offset=1.5)


def test_several_interventions_at_once_and_the_later_hold_wins():
    net = build("lstm")
    net.intervene(
        Hold("f", 0.9), Hold("f", 0.1, units=(0,)), Hold("g", -0.5, layer=0), Silence((2,), 1)
    )
    held = {(layer, "f", unit): 0.9 for layer in (0, 1) for unit in (1, 2)}
    held |= {(layer, "f", 0): 0.1 for layer in (0, 1)}
    held |= {(0, "g", unit): -0.5 for unit in range(3)}
    compare(net, held=held, silent={(1, 2)})
    x, y, _ = batch(net)
    assert max(gradient_check(net, x, y).values()) < 1e-6


@pytest.mark.parametrize("name", NETWORKS)
def test_a_released_network_is_as_if_nothing_had_been(name):
    net = build(name)
    x, y, _ = batch(net)
    before, weights = net.record(x, y), net.flat.copy()
    net.intervene(Silence(units=(0,)))
    assert net.record(x, y).loss != before.loss
    net.intervene()
    after = net.record(x, y)
    assert after.loss == before.loss
    assert np.array_equal(after.d_x, before.d_x)
    assert np.array_equal(net.flat, weights)


def test_interventions_meet_shapes_that_come_later_and_learning_too():
    net = build("lstm")
    net.intervene(Hold("f", 0.25))
    x, y, _ = batch(net, T=9)
    record = net.record(x, y)
    assert np.all(record.layers[0].gates["f"] == 0.25)
    assert net.learn(x, y) == record.loss
    assert np.array_equal(net.copy().predict(x), record.outputs)


@pytest.mark.parametrize(
    ("name", "item", "message"),
    [
        ("lstm", Hold("r", 1.0), "gate must be one of ifgo, got 'r' for lstm"),
        ("coupled", Hold("f", 1.0), "gate must be one of igo, got 'f'"),
        ("rnn", Hold("i", 1.0), "gate must be one of none: it has no gates, got 'i'"),
        ("lstm", Hold(1, 1.0), "gate must be one of ifgo, got 1"),
        ("lstm", Hold("i", 1.0, units=2), "units must be a tuple of whole numbers or None, got 2"),
        ("lstm", Silence(units=[1]), r"units must be a tuple .*, got \[1\]"),
        ("lstm", Hold("", 1.0), "gate must be one of ifgo, got ''"),
        ("lstm", Hold("i", float("nan")), "value must be a finite number, got nan"),
        ("lstm", Hold("i", 1.0, units=(3,)), r"unit must be a whole number 0\.\.2, got 3"),
        ("lstm", Silence(units=(-1,)), r"unit must be a whole number 0\.\.2, got -1"),
        ("lstm", Silence(layer=2), r"layer must be a whole number 0\.\.1, got 2"),
        ("gru", ShiftForgetBias(1.0), "there is no forget bias in the cell gru"),
        ("lstm", "silence", "intervention must be Hold, Silence or ShiftForgetBias, got str"),
    ],
)
def test_an_intervention_without_a_place_is_refused_and_nothing_is_changed(name, item, message):
    net = build(name)
    net.intervene(Silence((0,)))
    with pytest.raises(ValueError, match=message):
        net.intervene(Silence((1,)), item)
    assert net.interventions == (Silence((0,)),)
