"""A replay is the run itself, to the last bit."""

import pytest

import rnnviz
from rnnviz import RunConfig, Trainer, link
from rnnviz.engine import Hold, Silence
from rnnviz.tasks import GymSchedule
from tests.link.experiments import experiment
from tests.link.replayed import digest


def assert_same_run(one: Trainer, other: Trainer) -> None:
    assert one.network.flat.tobytes() == other.network.flat.tobytes()
    assert digest(one) == digest(other)


def replayed(trainer: Trainer) -> Trainer:
    return rnnviz.open(trainer.link())


def test_what_was_changed_while_it_trained_is_done_again_at_its_iteration():
    trainer = Trainer(RunConfig(hidden_size=5, seed=3))
    trainer.intervene(Silence(units=(0,)))
    trainer.advance(iterations=7)
    trainer.set(learning_rate=0.05, clip_norm=0.5)
    trainer.set(batch_size=5)
    trainer.advance(iterations=7)
    trainer.intervene(Hold("f", 0.25))
    trainer.set(truncate=3)
    trainer.advance(iterations=7)

    assert_same_run(trainer, replayed(trainer))
    assert [mark.iteration for mark in replayed(trainer).marks] == [0, 7, 14]


@pytest.mark.parametrize(
    "order", [("sgd", "adam"), ("sgd", "rmsprop", "adam"), ("rmsprop", "sgd"), ("sgd",)]
)
def test_it_does_not_matter_through_which_optimisers_one_came(order):
    trainer = Trainer(RunConfig(hidden_size=5))
    trainer.advance(iterations=7)
    for number, name in enumerate(order):
        trainer.set(optimizer=name)
        trainer.set(learning_rate=0.01 + number / 1000)
    trainer.advance(iterations=7)

    assert_same_run(trainer, replayed(trainer))


def test_to_leave_an_optimiser_and_come_back_at_once_changes_nothing():
    left, stayed = Trainer(RunConfig(hidden_size=5)), Trainer(RunConfig(hidden_size=5))
    left.advance(iterations=7)
    left.set(optimizer="sgd")
    left.set(clip_norm=5.0)
    left.set(optimizer="adam")
    left.set(clip_norm=None)
    left.advance(iterations=7)
    stayed.advance(iterations=14)

    assert_same_run(left, stayed)


def test_who_comes_back_to_an_optimiser_later_begins_it_anew():
    trainer = Trainer(RunConfig(hidden_size=5))
    trainer.advance(iterations=7)
    trainer.set(optimizer="sgd")
    trainer.advance(iterations=1)
    trainer.set(optimizer="adam")

    assert trainer.updater.state()["iterations"] == 0


def test_the_last_good_state_knows_the_optimiser_that_was_left_there():
    trainer = Trainer(RunConfig(hidden_size=5))
    trainer.advance(iterations=10)
    trainer.set(optimizer="sgd")
    trainer.advance(iterations=1)
    trainer.set(optimizer="adam")
    assert trainer.last_good_iteration == 10
    trainer.restore_last_good()
    trainer.advance(iterations=4)

    assert trainer.link() == "v=1&h=5&it=14"
    assert_same_run(trainer, replayed(trainer))


def test_after_an_undo_the_run_is_the_one_that_the_link_says():
    trainer = Trainer(RunConfig(hidden_size=5))
    trainer.advance(iterations=7)
    trainer.set(optimizer="sgd")
    trainer.set(momentum=0.5)
    trainer.undo()
    trainer.set(optimizer="adam")
    trainer.advance(iterations=4)

    assert_same_run(trainer, replayed(trainer))


def test_a_run_that_diverged_diverges_again():
    explosive = {"spectral_radius": 2.0, "optimizer": "sgd", "learning_rate": 100.0}
    trainer = Trainer(RunConfig(hidden_size=5, cell="relu", **explosive), GymSchedule(length=60))
    trainer.advance(iterations=500)
    assert trainer.diverged
    trainer.set(learning_rate=0.01)

    assert_same_run(trainer, replayed(trainer))
    trainer.restore_last_good()
    trainer.advance(iterations=4)
    assert_same_run(trainer, replayed(trainer))


def test_a_replay_in_slices_tells_how_far_it_is():
    opened = link.read("v=1&h=64&it=60&do=20_lr_0.003")
    replay = link.Replay(opened.experiment)
    told = []
    while not replay.done:
        replay.advance(0.001)
        told.append((replay.progress, replay.time_left))
    shares = [share for share, _ in told]
    assert len(told) > 3
    assert shares == sorted(shares)
    assert all(left > 0 for _, left in told[:-1])
    assert told[-1] == (1.0, 0.0)
    assert replay.trainer.config.learning_rate == 0.003


def test_the_estimate_follows_the_batch_size():
    small = link.read("v=1&h=64&it=100&b=8").experiment
    grown = link.read("v=1&h=64&it=100&b=8&do=50_b_128").experiment
    assert link.estimate_s(grown) > 2 * link.estimate_s(small)
    assert link.estimate_s(small.until(0)) == 0


def test_an_experiment_opened_and_sent_on_has_the_same_link():
    for seed in range(20):
        before = experiment(seed)
        trainer = rnnviz.open(link.write(before))
        after = link.experiment_of(trainer, before.view, before.hidden)
        if not trainer.diverged:
            assert after == (before, ())
