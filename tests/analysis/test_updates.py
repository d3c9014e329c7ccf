"""Clipping and the size of updates: measured on real runs, and told by sentences."""

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.updates import (
    READOUT,
    Updates,
    clipping_sentence,
    updates,
    updates_sentence,
)


def test_an_update_of_a_tenth_is_a_tenth_in_every_group():
    trainer = Trainer(RunConfig(hidden_size=4, optimizer="sgd", momentum=0.0, learning_rate=1e-6))
    trainer.set(weight_decay=0.5)
    trainer.advance(iterations=2)
    (trace,) = [kept for kept in trainer.recording.traces if kept.iteration == 1]
    found = updates([trace], trainer.network)
    assert set(found.ratios) == {"i", "f", "g", "o", READOUT}
    change, before = trace.update, trace.weights - trace.update
    network = trainer.network_of(trace)
    places = np.zeros(network.flat.size, bool)
    start = 0
    for name, values in network.parameters.items():
        here = np.zeros(values.shape, bool)
        if name.endswith("_l0"):
            here[4:8] = True  # the rows of f, as PyTorch has them
        places[start : start + values.size] = here.ravel()
        start += values.size
    by_hand = np.linalg.norm(change[places]) / np.linalg.norm(before[places])
    assert found.ratios["f"][0] == pytest.approx(by_hand)


def test_every_weight_of_a_layer_and_the_readout_is_in_one_group():
    trainer = Trainer(RunConfig(hidden_size=4, cell="gru", layers=2))
    trainer.advance(iterations=1)
    trace = trainer.recording.at(1)
    squares = 0.0
    for layer in (0, 1):
        found = updates([trace], trainer.network, layer)
        assert list(found.ratios) == ["r", "z", "n", READOUT]
    whole = Trainer(RunConfig(hidden_size=4, cell="rnn"))
    whole.advance(iterations=1)
    trace = whole.recording.at(1)
    found = updates([trace], whole.network)
    before = trace.weights - trace.update
    readout = np.concatenate(
        [whole.network.parameters[name].ravel() for name in ("readout.weight", "readout.bias")]
    ).size
    for name, part in (("h", slice(None, -readout)), (READOUT, slice(-readout, None))):
        change = np.linalg.norm(trace.update[part])
        squares += change**2
        assert found.ratios[name][0] == pytest.approx(change / np.linalg.norm(before[part]))
    assert squares == pytest.approx(np.linalg.norm(trace.update) ** 2)


def test_iterations_whose_update_was_not_looked_at_are_left_out():
    trainer = Trainer(RunConfig(hidden_size=4))
    trainer.advance(iterations=3)
    found = updates(trainer.recording.traces, trainer.network)
    assert found.iterations.tolist() == [1, 2, 3]
    assert updates_sentence(updates([], trainer.network), {}).startswith("No update")


def latest(**ratios):
    return Updates(np.array([7]), {name: np.array([ratio]) for name, ratio in ratios.items()})


def test_the_sentence_judges_what_is_far_from_healthy():
    labels = {"f": "forget gate", "i": "input gate"}
    good = updates_sentence(latest(f=2e-3, i=5e-4), labels)
    assert good == (
        "Iteration 7 changed the weights by these shares: forget gate 0.2 %, input gate 0.05 %. "
        "All within a factor of 10 of 0.1 %, which is considered healthy."
    )
    bad = updates_sentence(latest(f=2e-2, i=5e-6), labels)
    assert "forget gate above 1 %: the updates are large" in bad
    assert "input gate below 0.01 %: little changes there" in bad
    assert "not a number" in updates_sentence(latest(f=np.nan), labels)


NORMS = np.array([0.5, 2.0, 4.0, 1.0])


def test_the_share_of_clipped_iterations_is_told_with_the_threshold():
    sentence = clipping_sentence(NORMS, np.array([0, 1, 1, 0]), 1.5, None)
    assert sentence == (
        "The gradient's norm is 1 now, 1.5 at the median, 4 at most. Clipping at norm 1.5 is on; "
        "50 % of the iterations were clipped so far."
    )
    assert "norm 1.5 and value 0.1" in clipping_sentence(NORMS, np.zeros(4), 1.5, 0.1)


def test_without_clipping_it_is_told_what_a_threshold_would_have_met():
    assert "in 50 % of the iterations the norm was above 1" in clipping_sentence(
        NORMS, np.zeros(4), None, None
    )
    assert "Clipping is off now; 25 % of the iterations were clipped before." in clipping_sentence(
        NORMS, np.array([1, 0, 0, 0]), None, None
    )


def test_no_iteration_and_a_diverged_run_are_said():
    assert clipping_sentence(np.empty(0), np.empty(0), None, None) == "No iteration yet."
    assert "No gradient was a number" in clipping_sentence(
        np.array([np.nan]), np.zeros(1), None, None
    )
    assert "diverged" in clipping_sentence(np.array([1.0, np.inf]), np.zeros(2), None, None)


def test_what_was_clipped_in_a_run_is_what_the_history_says():
    trainer = Trainer(RunConfig(hidden_size=4, clip_norm=0.12))
    trainer.advance(iterations=30)
    history = trainer.history
    norms, clipped = history.column("gradient_norm"), history.column("clipped")
    share = (norms > 0.12).mean()
    assert 0 < share < 1
    assert f"{100 * share:.0f} % of the iterations were clipped" in clipping_sentence(
        norms, clipped, 0.12, None
    )
