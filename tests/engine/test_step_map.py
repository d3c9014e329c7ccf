"""One step as a map: equal to the network, to the equations, and to central differences."""

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import Hold, ShiftForgetBias, Silence, StepMap, step_jacobians
from rnnviz.engine.reference import TINY
from tests.engine.batches import RECURRENT, network, reference_of
from tests.engine.test_interventions import NETWORKS

RECURRENT_NETWORKS = {name: of for name, of in NETWORKS.items() if of["cell"] != "mlp"}
RECURRENT_NETWORKS |= {cell: {"cell": cell} for cell in RECURRENT}


def points(at, count=3, seed=3):
    """Return states and inputs of a map."""
    generator = np.random.default_rng(seed)
    return generator.normal(size=(count, at.size)), generator.normal(size=(count, at.input_size))


def parts_of(at, states):
    """Return states by letter, (layers, N, H)."""
    found = {}
    for _, letter, where in at.parts:
        found.setdefault(letter, []).append(states[:, where])
    return {letter: np.array(of) for letter, of in found.items()}


def differences(at, states, inputs, step=1e-6):
    """Return the Jacobians by central differences."""
    columns = [
        (at.step(states + nudge, inputs) - at.step(states - nudge, inputs)) / (2 * step)
        for nudge in step * np.eye(at.size)
    ]
    return np.stack(columns, axis=2)


@pytest.mark.parametrize("name", RECURRENT_NETWORKS)
def test_a_step_is_that_of_the_network_and_of_its_equations(name):
    net = network(**RECURRENT_NETWORKS[name], layers=2)
    at = StepMap(net)
    states, inputs = points(at)
    initial = parts_of(at, states)
    record = net.record(inputs[None], np.zeros((1, 3), int), initial=initial)
    found = at.step(states, inputs)
    for layer, letter, where in at.parts:
        expected = getattr(record.layers[layer], letter)[0]
        np.testing.assert_allclose(found[:, where], expected, rtol=0, atol=1e-14)
    np.testing.assert_allclose(at.outputs(found), record.outputs[0], atol=1e-13)


@pytest.mark.parametrize("name", sorted(NETWORKS.keys() - {"mlp"}))
def test_the_jacobian_is_that_of_the_equations(name):
    net = network(**NETWORKS[name], layers=2)
    at = StepMap(net)
    states, inputs = points(at)
    plain = reference_of(net, reset=net.architecture.reset)
    found = at.jacobians(states, inputs)
    for column, nudge in enumerate(TINY * 1j * np.eye(at.size)):
        _, layers = plain.run(inputs[None], parts_of(at, states + nudge))
        after = np.concatenate([layers[layer][0][letter] for layer, letter, _ in at.parts], axis=1)
        np.testing.assert_allclose(found[:, :, column], after.imag / TINY, rtol=0, atol=1e-13)


@pytest.mark.parametrize("cell", RECURRENT)
def test_held_gates_silent_units_and_a_shifted_bias_count(cell):
    net = network(cell)
    spec = net.architecture.cell_type
    items = [Hold(gate, 0.3, units=(1,)) for gate in spec.holdable()[:2]] + [Silence((0,))]
    if spec.spec.forget_gate:
        items.append(ShiftForgetBias(1.5))
    without = StepMap(net)
    net.intervene(*items)
    at = StepMap(net)
    states, inputs = points(at)
    record = net.record(inputs[None], np.zeros((1, 3), int), initial=parts_of(at, states))
    h = next(where for _, letter, where in at.parts if letter == "h")
    np.testing.assert_allclose(at.step(states, inputs)[:, h], record.layers[0].h[0], atol=1e-14)
    assert not np.allclose(without.step(states, inputs), at.step(states, inputs))
    found = at.jacobians(states, inputs)
    np.testing.assert_allclose(found, differences(at, states, inputs), rtol=0, atol=1e-8)


@pytest.mark.parametrize("cell", RECURRENT)
def test_the_part_of_the_hidden_state_is_what_step_jacobians_finds(cell):
    trainer = Trainer(RunConfig(task="order", cell=cell, hidden_size=4, layers=2, seed=1))
    trainer.advance(iterations=3)
    net, trace = trainer.network, trainer.trace()
    expected = step_jacobians(net, trace.inputs[:, None])
    for layer in range(2):
        at = StepMap(net, layer)
        states, inputs = at.of_trace(trace), at.inputs_of(trace)
        h = next(where for _, letter, where in at.parts if letter == "h")
        found = at.jacobians(states[:-1], inputs[1:])[:, h, h]
        np.testing.assert_allclose(found, expected[layer, 1:], atol=1e-12)
        np.testing.assert_allclose(at.step(states[:-1], inputs[1:]), states[1:], atol=1e-12)


def test_many_states_in_groups_are_each_their_own(monkeypatch):
    at = StepMap(network("lstm", layers=2))
    states, inputs = points(at, count=7)
    together = at.jacobians(states, inputs)
    monkeypatch.setattr("rnnviz.engine.step_map.COLUMNS", 3 * 8)
    np.testing.assert_allclose(at.jacobians(states, inputs), together, atol=1e-15)
    alone = at.jacobians(states[4:5], inputs[4])
    np.testing.assert_allclose(alone[0], together[4], atol=1e-15)


def test_training_goes_on_and_the_map_stays():
    trainer = Trainer(RunConfig(task="gym", cell="gru", hidden_size=3, dtype="float32"))
    at = StepMap(trainer.network)
    states, inputs = points(at)
    before = at.jacobians(states, inputs)
    assert before.dtype == np.float64
    np.testing.assert_allclose(before, differences(at, states, inputs), atol=1e-8)
    trainer.advance(iterations=5)
    assert np.array_equal(at.jacobians(states, inputs), before)


def test_integers_are_looked_up_where_the_network_does():
    net = network("gru", embedding_size=2)
    at = StepMap(net)
    states = points(at)[0]
    assert at.input_size == 2
    table = net.parameters["embedding.weight"]
    assert np.array_equal(at.step(states, 1), at.step(states, table[1]))
    assert np.array_equal(at.step(states, [0, 2, 1]), at.step(states, table[[0, 2, 1]]))
    with pytest.raises(ValueError, match=r"inputs must be 0..2, got 3..3"):
        at.step(states, 3)


def test_one_direction_of_the_first_layer_is_a_map_of_its_own():
    net = network("lstm", layers=2, bidirectional=True)
    inputs = np.random.default_rng(0).normal(size=(4, 1, 3))
    record = net.observe(inputs)[1]
    at = StepMap(net, 1)
    states = np.concatenate([record.h[:, 0], record.c[:, 0]], axis=1)
    np.testing.assert_allclose(at.step(states[:-1], inputs[::-1, 0][1:]), states[1:], atol=1e-14)
    with pytest.raises(ValueError, match="choose a direction of the first layer"):
        StepMap(net)
    with pytest.raises(ValueError, match="choose a direction of the first layer"):
        StepMap(net, 2)
    with pytest.raises(ValueError, match="the readout sees both directions"):
        at.outputs(states)


def test_a_trace_of_a_backward_direction_is_read_in_its_own_time():
    trainer = Trainer(RunConfig(task="order", cell="gru", hidden_size=3, bidirectional=True))
    trace = trainer.trace()
    at = StepMap(trainer.network, 1)
    states, inputs = at.of_trace(trace), at.inputs_of(trace)
    np.testing.assert_allclose(at.step(states[:-1], inputs[1:]), states[1:], atol=1e-12)


def test_what_is_no_map_is_said_in_a_sentence():
    with pytest.raises(ValueError, match="no state that goes from step to step"):
        StepMap(network("mlp"))
    with pytest.raises(ValueError, match=r"layer must be a whole number -1..0, got 1"):
        StepMap(network("rnn"), 1)
    at = StepMap(network("rnn"))
    with pytest.raises(ValueError, match=r"states must have the shape \(N, 4\), got \(2, 3\)"):
        at.step(np.zeros((2, 3)), np.zeros(3))
    with pytest.raises(ValueError, match=r"inputs must have the shape \(N, 3\) or \(3,\), got"):
        at.step(np.zeros((2, 4)), np.zeros(4))
    with pytest.raises(ValueError, match=r"as many inputs as states \(2\), got 3"):
        at.step(np.zeros((2, 4)), np.zeros((3, 3)))
    with pytest.raises(ValueError, match=r"inputs must be finite"):
        at.step(np.zeros((2, 4)), np.array([np.nan, 0, 0]))
    with pytest.raises(ValueError, match="with attention an output needs"):
        StepMap(network("rnn", attention="dot")).outputs(np.zeros((2, 4)))
    with pytest.raises(ValueError, match="the readout sees the top layer only, this is layer 1"):
        StepMap(network("rnn", layers=2), 0).outputs(np.zeros((2, 4)))


def test_a_diverged_network_gives_what_is_not_finite_and_no_warning():
    net = network("lstm")
    net.flat[:] = np.nan
    at = StepMap(net)
    assert np.isnan(at.jacobians(*points(at))).any()
