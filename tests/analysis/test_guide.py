"""The sentence above the picture is true of every task and cell, and follows the run."""

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.guide import guide
from rnnviz.engine import Hold, ShiftForgetBias, Silence
from rnnviz.numbers import percent
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
    assert guide(trainer, playing=True).startswith("Training:")
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
    assert told.startswith(f"Solved at iteration {trainer.solved_at}. ")
    assert "gate" not in told


def test_what_comes_after_it_was_solved_may_be_worse_and_is_not_said_to_stay():
    trainer = Trainer(RunConfig(seed=109))
    scores = {}
    while trainer.iteration < 95:
        trainer.advance(iterations=1)
        scores[trainer.iteration] = trainer.score().value
    found = trainer.solved_at
    assert any(score < trainer.task.solved for at, score in scores.items() if at > found)
    assert guide(trainer, playing=False).startswith(f"Solved at iteration {found}. ")


def test_a_held_gate_tells_what_this_network_relies_on_not_what_the_gate_is_worth():
    shut = Trainer(RunConfig(seed=104))
    shut.intervene(Hold("f", 0.0))
    usual = Trainer(RunConfig(seed=104))
    for trainer in (shut, usual):
        while trainer.solved_at is None and trainer.iteration < 120:
            trainer.advance(iterations=1)
            trainer.score()
        assert trainer.solved_at is not None
    for value in (0.0, 1.0):
        usual.intervene(Hold("f", value))
        assert usual.score().value < 0.75
    sentence = guide(usual, playing=False)
    assert "worth" not in sentence


@pytest.fixture(scope="module")
def solved():
    trainer = Trainer(RunConfig())
    while trainer.solved_at is None:
        trainer.advance(iterations=5)
        trainer.score()
    return trainer


def test_once_the_gate_is_held_it_says_the_score_and_what_comes_next(solved):
    assert "Hold the forget gate at 0 under Intervene" in guide(solved, playing=False)

    solved.intervene(Hold("f", 0.0))
    sentence = guide(solved, playing=False)
    assert sentence.startswith(f"Forget gate held at 0: accuracy {percent(solved.score().value)}. ")
    assert "does it recover" in sentence
    assert "Hold" not in sentence

    solved.intervene()
    assert "Hold the forget gate at 0 under Intervene" in guide(solved, playing=False)


def test_under_an_intervention_that_costs_nothing_no_recovery_is_asked_for(solved):
    solved.intervene(ShiftForgetBias(0.001))
    sentence = guide(solved, playing=False)
    solved.intervene()
    assert "so the task is solved. Release it under Intervene." in sentence
    assert "recover" not in sentence


@pytest.mark.parametrize(
    ("items", "start"),
    [
        ([Silence((3,)), Hold("f", 1.0)], "2 interventions: "),
        ([Hold("f", 0.333, units=(1, 2, 3, 4), layer=0)], "With this intervention: "),
    ],
)
def test_many_or_long_interventions_fit_in_one_line_too(solved, items, start):
    solved.intervene(*items)
    sentence = guide(solved, playing=False)
    solved.intervene()
    assert sentence.startswith(start)
    assert len(sentence) <= 105


def test_what_a_network_is_trained_on_it_may_not_learn():
    trainer = Trainer(RunConfig(cell="mlp"))
    trainer.advance(iterations=100)
    assert trainer.score().value <= trainer.task.memoryless
    assert "an MLP trains on" in guide(Trainer(RunConfig(cell="mlp")), playing=False)
