"""What is said of each of two networks beside each other is what was measured."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis import pair as words
from rnnviz.engine import Hold, Silence
from rnnviz.numbers import percent
from rnnviz.tasks import GymSchedule, make_task
from rnnviz.training.pair import Pair
from tests.traces import make_trace

TASK = GymSchedule(exercises=("legs", "arms", "cardio"), length=6)


def with_norms(norms, cell="rnn"):
    """Return a trace of one unit whose last answer's gradient has these sizes."""
    trace = make_trace(cell=cell, steps=len(norms), units=1)
    gradient = np.array(norms, dtype=float)[:, None]
    state = {"last_d_c": gradient} if cell == "lstm" else {"last_d_h": gradient}
    scored = np.ones(len(norms), dtype=bool)
    return replace(trace, scored=scored, layers=(replace(trace.layers[0], **state),))


def trained(cell="rnn", iterations=0, **settings):
    trainer = Trainer(RunConfig(cell=cell, hidden_size=3, batch_size=4, **settings), TASK)
    trainer.advance(iterations=iterations)
    return trainer


@pytest.mark.parametrize(
    ("norms", "says"),
    [
        ([0.2, 0.5, 1.0], "20 % of the last answer's gradient w.r.t. the hidden state reaches"),
        ([4.0, 2.0, 1.0], "hidden state has grown to ×4.00 of what it was."),
        ([0.0, 0.0, 1.0], "Nothing of the last answer's gradient reaches an earlier hidden state."),
        ([0.0, 0.5, 1.0], "reaches step 0: it ends 1 step back."),
        ([0.0, 0.0, 0.0], "has no gradient w.r.t. the hidden state: it is exactly 0."),
        ([np.inf, 1.0, 1.0], "has grown beyond what can be computed."),
        ([np.nan, 1.0, 1.0], "has grown beyond what can be computed."),
        ([1.0], "The last answer is at step 0: there is no earlier step."),
        ([1.0, 1.0], "100 % of the last answer's gradient"),
    ],
)
def test_what_reaches_step_0_is_said(norms, says):
    assert says in words.sentence(with_norms(norms), trained())


def test_of_an_lstm_it_is_the_gradient_of_the_cell_state():
    assert "w.r.t. the cell state" in words.sentence(with_norms([0.1, 1.0], "lstm"), trained())


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_share_is_that_of_the_trace(cell, seed):
    trainer = trained(cell, 5, seed=seed)
    trace = trainer.trace()
    gradient = trace.layers[-1].quantities()[words.carried_by(trace)[0]]
    share = np.linalg.norm(gradient[0]) / np.linalg.norm(gradient[-1])
    said = words.sentence(trace, trainer)
    wanted = "grows" if share >= 1.005 else percent(share) if share > 0 else "Nothing"
    assert wanted in said


def test_a_network_without_recurrence_sends_nothing_back():
    trainer = trained("mlp", 3)
    assert "Nothing of the last answer's gradient" in words.sentence(trainer.trace(), trainer)


def test_truncation_ends_it():
    trainer = trained("rnn", 3, truncate=2)
    assert "reaches step 0: it ends 1 step back" in words.sentence(trainer.trace(), trainer)


def test_the_score_is_that_of_the_batch_of_the_iteration():
    trainer = trained(iterations=8)
    accuracies = trainer.history.column("accuracy")
    for iteration in (3, 8):
        trace = trainer.recording.at(iteration)
        assert f"Batch accuracy {percent(accuracies[iteration - 1])}." in words.sentence(
            trace, trainer
        )
    assert "Not trained yet." in words.sentence(trainer.recording.at(0), trainer)


def test_numbers_as_targets_have_an_error():
    trainer = Trainer(RunConfig(task="adding", hidden_size=3), make_task("adding"))
    trainer.advance(iterations=2)
    assert "Error of its batch 2.61." in words.sentence(trainer.trace(), trainer)


def test_one_that_has_diverged_says_so():
    trainer = trained(iterations=3)
    trainer.diverged = "the loss is no number"
    assert "Stopped at iteration 3" in words.sentence(trainer.trace(), trainer)


def test_the_second_says_that_it_catches_up_and_what_it_does_not_have():
    pair = Pair(trained("lstm", 7), "rnn")
    assert words.second_sentence(pair, pair.second.trace()) == "Catching up: iteration 0 of 7."
    pair.first.intervene(Hold("f", 1.0), Silence((0,)))
    pair.catch_up()
    said = words.second_sentence(pair, pair.second.trace())
    assert said.endswith("It has no forget gate: this intervention acts on LSTM alone.")


def test_a_chart_of_two_states_names_both():
    traces = [with_norms([0.1, 1.0], "lstm"), with_norms([0.1, 1.0])]
    said = words.states_sentence(traces, ("LSTM", "RNN"))
    assert "cell state (LSTM), hidden state (RNN)" in said
    assert "the hidden state." in words.states_sentence(traces[1:] * 2, ("RNN", "ReLU"))
