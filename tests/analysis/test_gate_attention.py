"""A state of a gated cell is exactly the sum of its past candidates, with weights of the gates."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.attention import attention_sentence, focus, hidden_sentence
from rnnviz.analysis.gate_attention import hidden_attention
from rnnviz.engine import CELLS, Answering, Hold, Network, Silence, record_sequence
from rnnviz.tasks import make_task
from tests.traces import make_trace

TASKS = {
    "order": {"length": 20},
    "gym": {},
    "echo": {"length": 15},
    "adding": {"length": 12},
    "parity": {"length": 9},
}


def difference(trace, layer):
    """Return by how much the sum differs from the recorded state."""
    found = hidden_attention(trace, layer)
    values = trace.layers[layer].quantities()
    sums = [(row * values[found.candidate]).sum(axis=0) for row in found.rows()]
    return np.abs(np.array(sums) - values[found.state]).max()


@pytest.mark.parametrize("cell", [cell for cell in CELLS if CELLS[cell].spec.valve])
def test_it_adds_up_to_the_recorded_state(cell):
    for key, settings in TASKS.items():
        config = RunConfig(task=key, cell=cell, hidden_size=5, layers=2, seed=3)
        trainer = Trainer(config, make_task(key, **settings))
        trainer.advance(iterations=20)
        for layer in (0, 1):
            assert difference(trainer.trace(), layer) < 1e-12
    trainer.intervene(Silence((1,)), Hold("z" if cell == "gru" else "f", 0.7, units=(2,)))
    assert difference(trainer.trace(), 1) < 1e-12


def test_it_adds_up_in_variants_and_where_the_answer_starts_from_zero():
    x = np.random.default_rng(0).normal(size=(9, 1, 3))
    part = Answering(4, from_zero=True)
    for settings in ({"peephole": True}, {"coupled": True}, {"cell": "gru", "reset": "before"}):
        sizes = {"input_size": 3, "hidden_size": 4, "output_size": 2}
        net = Network(**{"cell": "lstm", **sizes, **settings})
        record = record_sequence(net, x, np.zeros((9, 1), int), answering=part)
        trace = replace(make_trace(cell=net.cell), layers=record.layers, answering=part)
        assert difference(trace, 0) < 1e-12
        assert not hidden_attention(trace).weights()[4:, :4].any()


def test_a_cell_without_a_direct_path_hides_none():
    assert hidden_attention(make_trace(cell="rnn")) is None


def test_one_unit_and_the_mean_of_all_are_of_the_same_rows():
    trace = make_trace(steps=5)
    found = hidden_attention(trace)
    every = [found.weights(unit) for unit in range(3)]
    assert np.allclose(np.mean(every, axis=0), found.weights())
    assert np.array_equal(np.triu(found.weights(), 1), np.zeros((5, 5)))


def test_sentences_say_where_the_weights_lie():
    trace = make_trace(steps=4)
    trace = replace(trace, scored=np.array([False, False, False, True]))
    weights = np.tril(np.ones((4, 4)))
    weights[3] = (0.1, 0.7, 0.1, 0.1)
    assert focus(weights, trace).back == 2
    said = attention_sentence(weights, trace)
    assert said == (
        "Step 3, the one that is scored, gives 0.7 to the step it looks at most, where even "
        "weights would give 0.25; that lies 2 steps back."
    )
    said = hidden_sentence(weights, "c(t)", "g")
    assert "add up to 1, and the largest, 0.7, is that of step 1." in said
    every = attention_sentence(np.eye(4), replace(trace, scored=np.ones(4, bool)))
    assert "for at least half of them that is the step itself" in every
    assert "not numbers" in attention_sentence(np.full((4, 4), np.nan), trace)
