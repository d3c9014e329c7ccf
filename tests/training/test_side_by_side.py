"""Runs side by side: each is the run that it would be alone, whatever the slices."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import GymSchedule
from rnnviz.training.side_by_side import SideBySide, other_cells

TASK = GymSchedule(length=6)
CONFIG = RunConfig(hidden_size=4, batch_size=4)
LABELS = {cell: cell.upper() for cell in ("rnn", "relu", "gru", "lstm")}


def test_the_other_cells_differ_in_the_cell_alone():
    runs = other_cells(CONFIG, TASK, LABELS)
    assert [name for name, *_ in runs] == ["RNN", "RELU", "GRU", "LSTM"]
    assert [config for _, config, _ in runs] == [
        replace(CONFIG, cell=cell) for cell in ("rnn", "relu", "gru", "lstm")
    ]
    assert all(task is TASK for *_, task in runs)


def test_each_run_is_the_same_as_alone_and_stops_at_the_iteration_asked_for():
    comparison = SideBySide(other_cells(CONFIG, TASK, LABELS), iterations=23)
    assert (comparison.done, comparison.progress) == (False, 0.0)
    shares = []
    while not comparison.done:
        comparison.advance(seconds=0.001)
        shares.append(comparison.progress)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    alone = Trainer(RunConfig(cell="gru", hidden_size=4, batch_size=4), TASK)
    alone.advance(iterations=23)
    found = comparison.trainers["GRU"]
    assert {trainer.iteration for trainer in comparison.trainers.values()} == {23}
    np.testing.assert_array_equal(found.network.flat, alone.network.flat)


def test_a_long_slice_does_not_go_beyond_the_iteration_asked_for():
    comparison = SideBySide(other_cells(CONFIG, TASK, LABELS), iterations=23)
    comparison.advance(seconds=60)
    assert {trainer.iteration for trainer in comparison.trainers.values()} == {23}


def test_nobody_is_left_behind():
    comparison = SideBySide(other_cells(CONFIG, TASK, LABELS), iterations=10_000)
    for _ in range(30):
        comparison.advance(seconds=0.002)
    iterations = [trainer.iteration for trainer in comparison.trainers.values()]
    assert min(iterations) > 0
    assert max(iterations) - min(iterations) <= 10


def test_runs_can_be_looked_at_together_where_all_have_been():
    comparison = SideBySide(other_cells(CONFIG, TASK, LABELS), iterations=50)
    for trainer, iterations in zip(comparison.trainers.values(), (5, 3, 7, 4), strict=True):
        trainer.advance(iterations=iterations)
    assert comparison.slowest == 3
    assert comparison.common_iterations() == [0, 1, 2, 3]

    comparison.trainers["RELU"].diverged = "at iteration 3"

    assert comparison.slowest == 4
    assert not comparison.are_level
    assert comparison.common_iterations() == [0, 1, 2, 3, 4]


def test_one_that_diverges_does_not_hold_up_the_others():
    wild = RunConfig(hidden_size=4, optimizer="sgd", learning_rate=100.0, cell="relu")
    comparison = SideBySide([("wild", wild, TASK), ("tame", CONFIG, TASK)], iterations=200)
    comparison.trainers["wild"].network.flat[:] = np.inf
    comparison.advance(seconds=30)
    assert comparison.done
    assert comparison.trainers["wild"].diverged
    assert comparison.trainers["tame"].iteration == 200


def test_more_than_the_memory_holds_is_refused():
    large = RunConfig(hidden_size=128, batch_size=256)
    with pytest.raises(
        ValueError, match=r"4 runs side by side need about \d+ MB of memory, and 200 MB"
    ):
        SideBySide(other_cells(large, GymSchedule(length=60), LABELS), iterations=10)
