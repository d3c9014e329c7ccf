import numpy as np
import pytest

from rnnviz.analysis.observation import observe, sequences_for
from rnnviz.engine import Hold
from rnnviz.tasks import make_task
from rnnviz.training import RunConfig, Trainer


@pytest.fixture(scope="module")
def trainer():
    trainer = Trainer(RunConfig(task="echo", hidden_size=4, layers=2), make_task("echo", length=8))
    trainer.advance(iterations=3)
    return trainer


def all_sequences(trainer, **limits):
    return sequences_for(trainer.network, trainer.task, trainer.probe, **limits)


def test_the_probe_comes_first_and_then_the_evaluation_sequences(trainer):
    sequences = all_sequences(trainer)
    evaluation = trainer.task.evaluation()
    np.testing.assert_array_equal(sequences.batch.x[:, :1], trainer.probe.batch.x)
    np.testing.assert_array_equal(sequences.batch.x[:, 1:], evaluation.x)
    np.testing.assert_array_equal(sequences.batch.y[:, 1:], evaluation.y)
    np.testing.assert_array_equal(sequences.batch.mask[:, 1:], evaluation.mask)


def test_no_more_sequences_are_taken_than_are_affordable(trainer):
    # 8 time steps x (2 inputs + 2 layers of 4 units) = 80 a sequence, in 5 passes 400.
    assert all_sequences(trainer, passes=5, affordable=4_000).count == 10
    assert all_sequences(trainer, passes=5, affordable=1).count == 2


def test_what_is_observed_of_the_probe_is_what_its_trace_holds(trainer):
    network, sequences = trainer.network_of(trainer.trace()), all_sequences(trainer)
    for trace in (trainer.recording.at(0), trainer.trace()):
        for layer in (0, 1):
            seen = observe(network, trace, sequences, layer)
            assert set(seen) == set("ifgoch")
            for letter, values in seen.items():
                expected = trace.layers[layer].quantities()[letter]
                np.testing.assert_allclose(values[:, 0], expected, rtol=1e-9, atol=1e-12)


def test_interventions_of_the_trace_are_obeyed(trainer):
    other = Trainer(trainer.config, trainer.task)
    other.intervene(Hold("f", 0.25, layer=1))
    network = other.network_of(other.recording.at(0))
    seen = observe(network, other.trace(), all_sequences(other), 1)
    assert (seen["f"] == 0.25).all()


def test_the_running_network_is_left_alone(trainer):
    before = trainer.network.flat.copy()
    observe(trainer.network_of(trainer.trace()), trainer.recording.at(0), all_sequences(trainer), 0)
    np.testing.assert_array_equal(trainer.network.flat, before)


def test_the_sentence_tells_how_many_cases_there_are(trainer):
    says = all_sequences(trainer, affordable=800).sentence()
    assert says.startswith("10 sequences × 8 time steps = 80 cases for each unit: the probe and 9 ")
