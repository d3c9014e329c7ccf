"""Solved is said after several good looks, never for luck, and never where it says nothing."""

import math

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import GymSchedule, make_task
from rnnviz.training import Score
from rnnviz.training.solved import IN_A_ROW, ScoreTracker, can_be_solved

TASK = GymSchedule()


def looks_at(*scores, first=1):
    looks = ScoreTracker()
    for iteration, value in enumerate(scores, start=first):
        looks.add(iteration, TASK, Score(value, None, "accuracy", 1, 1, 1))
    return looks


def test_it_takes_several_good_looks_in_a_row_and_the_first_counts():
    good = [1.0] * IN_A_ROW
    assert looks_at(0.5, *good).solved_at(1 + IN_A_ROW) == 2
    assert looks_at(*good[1:], 0.9, *good[1:]).solved_at(99) is None
    assert looks_at(*good[1:], math.nan, *good).solved_at(99) == IN_A_ROW + 1


def test_looks_at_the_same_iteration_count_once():
    looks = ScoreTracker()
    for _ in range(IN_A_ROW + 1):
        looks.add(7, TASK, Score(1.0, None, "accuracy", 1, 1, 1))
    assert looks.solved_at(7) is None


def test_what_happens_later_changes_nothing_but_going_back_before_it_does():
    looks = looks_at(*[1.0] * IN_A_ROW, 0.2)
    assert looks.solved_at(IN_A_ROW + 1) == 1
    assert looks.solved_at(IN_A_ROW - 1) is None
    assert looks.solved_at(IN_A_ROW + 1) is None


def test_a_run_knows_when_it_was_solved_and_one_begun_anew_does_not():
    trainer = Trainer(RunConfig(seed=1))
    while trainer.iteration < 120:
        trainer.advance(iterations=3)
        trainer.score()
    assert 30 < trainer.solved_at < 120
    assert Trainer(trainer.config, trainer.task).solved_at is None


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (GymSchedule(), True),
        (GymSchedule(view="calendar"), False),  # always the same answer is as good
        (GymSchedule(exercises=tuple("abcdefg"), view="calendar"), True),
        (make_task("symbols"), True),
        (make_task("waves"), True),
        (make_task("values"), False),  # nobody knows what can be reached
        (make_task("labels"), False),
    ],
)
def test_solved_is_said_only_where_it_means_that_the_task_is_learned(task, told):
    assert can_be_solved(task) == told


def test_a_model_without_memory_is_never_told_to_have_solved_what_needs_one():
    trainer = Trainer(RunConfig(cell="mlp"))
    for _ in range(40):
        trainer.advance(iterations=5)
        trainer.score()
    assert trainer.solved_at is None
