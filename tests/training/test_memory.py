"""A run that would take the memory of all the others is refused."""

import tracemalloc

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import GymSchedule
from rnnviz.training.memory import buffers_mb


def test_the_largest_network_on_the_longest_sequences_is_refused_with_the_reason():
    config = RunConfig(hidden_size=128, layers=4, batch_size=256)

    with pytest.raises(ValueError, match=r"128 x 4 x 256 x 500, which needs \d+ MB"):
        Trainer(config, GymSchedule(length=500))


def test_a_batch_that_would_be_too_large_leaves_the_run_as_it_is():
    trainer = Trainer(RunConfig(hidden_size=64), GymSchedule(length=300))

    with pytest.raises(ValueError, match="make one of them smaller"):
        trainer.set(batch_size=256)
    assert trainer.config.batch_size == 32
    assert trainer.advance(iterations=1) == 1


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_the_estimate_is_near_to_what_a_run_takes(cell):
    config, task = RunConfig(cell=cell, hidden_size=64), GymSchedule(length=50)
    tracemalloc.start()
    trainer = Trainer(config, task)
    trainer.advance(iterations=1)
    trainer.score()
    taken = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()

    assert 0.4 < taken / buffers_mb(config, task) < 1.6


def test_the_estimate_counts_the_evaluation_sequences_besides_the_batch():
    task = GymSchedule(length=50)
    one, two = (buffers_mb(RunConfig(batch_size=size), task) for size in (1, 2))

    assert one / (two - one) == pytest.approx(1 + task.evaluation().x.shape[1])
