"""A run of a sweep is the very run that a trainer does alone, and that its link opens."""

from __future__ import annotations

import pickle

import pytest

import rnnviz
from rnnviz import sweeps
from rnnviz.recording.reach import backward_norms, memory_norms, reach
from rnnviz.tasks import make_task
from rnnviz.training import RunConfig, Trainer

#: Solved after some 60 iterations.
EASY = {"task": "echo", "lag": 1, "length": 6, "cell": "gru", "hidden_size": 8}


def run_of(iterations: int = 120, seed: int = 3, **settings: object) -> sweeps.Run:
    return sweeps.plan({**EASY, **settings}, [seed], iterations=iterations).runs[0]


@pytest.fixture(scope="module")
def alone() -> Trainer:
    """Return the same run as a notebook would do it, evaluated every ten iterations."""
    config = RunConfig(task="echo", cell="gru", hidden_size=8, learning_rate=0.03, seed=3)
    trainer = Trainer(config, make_task("echo", lag=1, length=6))
    trainer.score()
    for _ in range(12):
        trainer.advance(iterations=10)
        trainer.score()
    return trainer


def test_the_reach_of_an_lstm_is_that_of_its_cell_state():
    run = run_of(iterations=1, cell="lstm", lag=1, length=30, forget_bias=0.0)
    at_the_start = Trainer(run.config, run.task).trace()
    row = sweeps.one(run)
    assert row["reach_at_start"] == reach(memory_norms(at_the_start))
    assert row["reach_at_start"] != reach(backward_norms(at_the_start))


def test_a_row_says_what_a_trainer_alone_has_to_the_bit(alone):
    row = sweeps.one(run_of(learning_rate=0.03))
    assert row["loss"] == alone.history.column("loss")[-1]
    assert row["score"] == alone.score().value
    assert row["solved"]
    assert row["solved_at"] == alone.solved_at
    assert row["reach"] == reach(memory_norms(alone.trace()))
    assert row["reach_at_start"] == reach(memory_norms(alone.recording.at(0)))
    assert (row["iterations"], row["seed"], row["lag"], row["cell"]) == (120, 3, 1, "gru")
    assert (row["diverged"], row["error"]) == (False, "")


def test_the_link_of_a_row_opens_that_very_run(alone):
    opened = rnnviz.open(sweeps.one(run_of(learning_rate=0.03))["link"])
    assert (opened.network.flat == alone.network.flat).all()
    assert opened.iteration == 120


def test_a_run_in_slices_gives_the_row_of_a_run_at_once():
    run = run_of(iterations=25)
    doing = sweeps.Doing(run)
    shares = []
    while not doing.done:
        doing.advance(0.0)  # one iteration
        shares.append(doing.progress)
    assert shares == pytest.approx([n / 25 for n in range(1, 26)])
    assert {**doing.row(), "seconds": 0} == {**sweeps.one(run), "seconds": 0}


def test_a_run_goes_to_another_process_without_the_arrays_of_its_task():
    run = run_of()
    run.task.evaluation()
    sent = pickle.dumps(run)
    assert len(sent) < 1500
    assert pickle.loads(sent) == run


def test_a_diverged_run_is_not_solved_and_its_link_goes_to_where_it_stopped():
    wild = {"task": "adding", "cell": "relu", "optimizer": "sgd", "learning_rate": 100.0}
    row = sweeps.one(sweeps.plan(wild, [3], iterations=120).runs[0])
    assert row["diverged"]
    assert not row["solved"]
    assert row["iterations"] < 120
    assert rnnviz.open(row["link"]).diverged
