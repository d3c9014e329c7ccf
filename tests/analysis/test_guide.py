"""The sentence above the picture is true of every task and cell, and follows the run."""

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.guide import guide
from rnnviz.tasks import TASKS


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm", "mlp"])
def test_before_training_it_says_what_to_press_and_what_is_seen(cell):
    told = guide(Trainer(RunConfig(cell=cell)), playing=False)
    assert told.startswith(("Press Train: a ", "Press Train: an "))
    assert "“Gym schedule”" in told
    assert "gate" not in told  # not every cell has some


@pytest.mark.parametrize("key", list(TASKS))
def test_it_fits_in_one_line_of_a_projector_and_has_no_markup_for_any_task(key):
    told = guide(Trainer(RunConfig(task=key, hidden_size=2)), playing=False)
    assert len(told) <= 105
    assert "<" not in told


def test_it_follows_the_run():
    trainer = Trainer(RunConfig())
    assert guide(trainer, playing=True).startswith("It trains")
    trainer.advance(iterations=2)
    assert guide(trainer, playing=False).startswith("Paused.")
    trainer.diverged = "the loss came out as inf"
    assert guide(trainer, playing=False) == ""


def test_a_solved_run_says_since_when_and_what_to_try():
    trainer = Trainer(RunConfig(cell="rnn"))
    while trainer.solved_at is None and trainer.iteration < 200:
        trainer.advance(iterations=5)
        trainer.score()
    told = guide(trainer, playing=True)
    assert told.startswith(f"Solved: from iteration {trainer.solved_at} on.")
    assert "gate" not in told
