"""A run that begins from given weights, and a trace that needs no run."""

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.pair import second_sentence
from rnnviz.engine import Network, softmax
from rnnviz.tasks import GymSchedule
from rnnviz.tasks.task import Batch
from rnnviz.training import Mark
from rnnviz.training.pair import Pair
from rnnviz.training.tracing import measure

CONFIG = RunConfig(hidden_size=5, batch_size=4)
TASK = GymSchedule(exercises=("cardio", "legs", "arms"), length=6)


@pytest.fixture(scope="module")
def weights():
    trainer = Trainer(CONFIG, TASK)
    trainer.advance(iterations=3)
    return trainer.network.to_torch()


def test_a_run_begins_from_given_weights_and_says_so(weights):
    trainer = Trainer(CONFIG, TASK, weights=weights)
    assert trainer.marks == (Mark(0, "begun from given weights"),)
    assert trainer.undoable is None
    for name, values in trainer.network.parameters.items():
        assert np.array_equal(values, weights[name])
        assert not np.shares_memory(values, weights[name])
    assert np.array_equal(trainer.recording.at(0).weights, trainer.network.flat)
    begun = Trainer(CONFIG, TASK, begun_for="new run: hidden units 4 → 5", weights=weights)
    assert begun.marks[0].text == "new run: hidden units 4 → 5, from given weights"


def test_the_given_weights_are_kept_as_they_were(weights):
    theirs = {name: np.array(values) for name, values in weights.items()}
    trainer = Trainer(CONFIG, TASK, weights=theirs)
    for values in theirs.values():
        values[...] = 7.0  # such as those of a model that is trained on
    trainer.advance(iterations=1)
    for name, values in trainer.given_weights.items():
        assert np.array_equal(values, weights[name])


def test_a_second_network_beside_it_says_that_it_began_from_others(weights):
    pair = Pair(Trainer(CONFIG, TASK, weights=weights), "lstm")
    assert "not from the given ones" in second_sentence(pair, pair.second.trace())
    other = Pair(Trainer(CONFIG, TASK), "lstm")
    assert "given" not in second_sentence(other, other.second.trace())


def test_its_link_says_that_it_holds_no_weights_also_after_a_change(weights):
    trainer = Trainer(CONFIG, TASK, weights=weights)
    trainer.advance(iterations=1)
    trainer.set(learning_rate=0.1)
    with pytest.warns(UserWarning, match="began from weights that were given to it, and a link"):
        trainer.link()


def test_weights_that_do_not_fit_are_refused(weights):
    with pytest.raises(ValueError, match="weight_ih_l0 must have the shape"):
        Trainer(RunConfig(hidden_size=6), TASK, weights=weights)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_measured_trace_is_that_of_a_run(cell):
    trainer = Trainer(RunConfig(cell=cell, hidden_size=5, layers=2, truncate=4), TASK)
    whole, batch = trainer.trace(), trainer.probe.batch
    found = measure(
        trainer.network, batch, "cross_entropy", truncate=4, output_labels=TASK.output_labels
    )
    assert found.loss == whole.loss
    assert np.array_equal(found.d_x, whole.d_x)
    assert np.array_equal(found.probabilities, whole.probabilities)
    assert np.array_equal(found.scored, whole.scored)
    for one, other in zip(found.layers, whole.layers, strict=True):
        for letter, values in one.quantities().items():
            assert np.array_equal(values, other.quantities()[letter]), letter


def test_a_given_gradient_comes_back_as_that_of_the_loss_does():
    network = Network(cell="lstm", input_size=3, hidden_size=4, output_size=5, layers=2)
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(6, 1, 3)), generator.integers(0, 5, (6, 1))
    mask = np.array([[True], [False], [True], [False], [True], [False]])
    batch = Batch(x, y, mask)
    whole = measure(network, batch, "cross_entropy")
    d_outputs = (softmax(whole.outputs) - np.eye(5)[y[:, 0]]) * mask / 3
    d_h = (d_outputs @ network.parameters["readout.weight"])[:, None]

    found = measure(network, batch, d_h, value=0.25)

    assert found.loss == 0.25
    assert found.has_gradients
    assert found.scored.tolist() == mask[:, 0].tolist()
    assert found.d_x == pytest.approx(whole.d_x, rel=1e-12, abs=1e-15)
    for one, other in zip(found.layers, whole.layers, strict=True):
        for letter, values in one.quantities().items():
            expected = other.quantities()[letter]
            assert values == pytest.approx(expected, rel=1e-12, abs=1e-15), letter


def test_without_a_loss_a_trace_has_states_and_gates_alone():
    network = Network(cell="gru", input_size=3, hidden_size=4, output_size=2, layers=2)
    x = np.random.default_rng(0).normal(size=(6, 1, 3))
    found = measure(network, Batch(x, np.zeros((6, 1), int), None))
    assert not found.has_gradients
    assert not found.scored.any()
    assert np.isnan(found.loss)
    assert found.d_h is None
    assert found.d_x is None
    assert [set(layer.quantities()) for layer in found.layers] == [set("rznh")] * 2
    assert found.outputs == pytest.approx(network.predict(x)[:, 0], rel=1e-12)
    assert set(found.frame()["quantity"]) == set("rznh")


def test_a_gradient_that_does_not_fit_is_refused():
    x = np.zeros((6, 1, 3))
    batch = Batch(x, np.zeros((6, 1), int), None)
    network = Network(cell="rnn", input_size=3, hidden_size=4, output_size=2)
    with pytest.raises(ValueError, match=r"d_h must have the shape \(6, 1, 4\), got \(6, 4\)"):
        measure(network, batch, np.zeros((6, 4)))
    attending = Network(cell="rnn", input_size=3, hidden_size=4, output_size=2, attention="dot")
    with pytest.raises(ValueError, match="d_h must be None for a network with attention"):
        measure(attending, batch, np.zeros((6, 1, 4)))
