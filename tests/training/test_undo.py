"""Undo goes back to exactly the state before the last change."""

import math

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import Hold, ShiftForgetBias, Silence
from rnnviz.tasks import GymSchedule
from rnnviz.training import Mark, changes
from tests.schedules import three_days


def small_trainer(**settings) -> Trainer:
    config = RunConfig(**{"hidden_size": 5, "batch_size": 4, **settings})
    return Trainer(config, three_days(length=6))


def assert_same_run(first: Trainer, second: Trainer) -> None:
    assert first.iteration == second.iteration
    assert first.config == second.config
    assert first.network.interventions == second.network.interventions
    np.testing.assert_array_equal(first.network.flat, second.network.flat)
    np.testing.assert_array_equal(first.history.frame(), second.history.frame())
    assert first.recording.iterations == second.recording.iterations
    for mine, other in zip(first.recording.traces, second.recording.traces, strict=True):
        np.testing.assert_array_equal(mine.d_h, other.d_h)
    assert first.marks == second.marks
    assert first.last_good_iteration == second.last_good_iteration


CHANGES = [
    lambda trainer: trainer.set(learning_rate=0.3),
    lambda trainer: trainer.set(optimizer="sgd", momentum=0.5),
    lambda trainer: trainer.set(batch_size=7),
    lambda trainer: trainer.set(truncate=2, clip_norm=0.1),
    lambda trainer: trainer.intervene(Hold("f", 0.0)),
    lambda trainer: trainer.intervene(ShiftForgetBias(3.0), Silence((1,))),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rmsprop"])
def test_after_undo_the_run_repeats_an_untouched_one_to_the_bit(change, optimizer):
    undone, untouched = small_trainer(optimizer=optimizer), small_trainer(optimizer=optimizer)
    undone.advance(iterations=23)
    change(undone)
    undone.advance(iterations=30)
    undone.undo()
    untouched.advance(iterations=23)

    assert_same_run(undone, untouched)
    assert undone.trace().loss == untouched.trace().loss
    assert undone.score() == untouched.score()

    undone.advance(iterations=30)
    untouched.advance(iterations=30)
    assert_same_run(undone, untouched)


def test_undo_takes_back_one_change_after_the_other():
    trainer = small_trainer()
    trainer.set(learning_rate=0.1)
    trainer.intervene(Hold("f", 1.0))
    trainer.advance(iterations=5)
    trainer.set(truncate=3)

    assert trainer.undo() == Mark(5, "truncation after 3 steps")
    assert (trainer.iteration, trainer.config.truncate) == (5, None)
    assert trainer.undo() == Mark(0, "forget gate held at 1")
    assert (trainer.iteration, trainer.config.learning_rate) == (0, 0.1)
    assert trainer.undo() == Mark(0, "learning rate 0.01 → 0.1")
    assert trainer.config.learning_rate == 0.01
    assert trainer.marks == ()


def test_undo_without_a_change_is_refused():
    trainer = small_trainer()
    trainer.advance(iterations=3)

    with pytest.raises(LookupError, match="no change"):
        trainer.undo()
    assert trainer.iteration == 3


def test_a_change_undone_may_be_made_again_and_gives_the_same():
    trainer = small_trainer()
    trainer.advance(iterations=5)
    trainer.set(learning_rate=0.1)
    trainer.advance(iterations=5)
    expected = trainer.network.flat.copy()

    trainer.undo()
    trainer.set(learning_rate=0.1)
    trainer.advance(iterations=5)

    np.testing.assert_array_equal(trainer.network.flat, expected)


def test_undo_wakes_a_run_that_diverged_after_the_change():
    trainer = Trainer(RunConfig(cell="relu", optimizer="sgd"), three_days())
    trainer.advance(iterations=15)
    trainer.set(learning_rate=1.0)
    trainer.advance(iterations=200)
    assert trainer.diverged is not None

    trainer.undo()

    assert trainer.diverged is None
    assert trainer.iteration == 15
    assert trainer.advance(iterations=5) == 5


def test_a_change_made_at_rest_after_divergence_is_undone_to_rest():
    trainer = Trainer(RunConfig(cell="relu", optimizer="sgd"), three_days())
    trainer.advance(iterations=15)
    trainer.set(learning_rate=1.0)
    trainer.advance(iterations=200)
    trainer.set(learning_rate=0.01)

    trainer.undo()

    assert trainer.diverged is not None
    assert trainer.config.learning_rate == 1.0


def test_an_intervention_acts_on_the_next_iteration_and_is_seen_at_once():
    trainer = small_trainer()
    trainer.advance(iterations=5)
    before = trainer.score()

    trainer.intervene(Hold("f", 0.25))

    assert (trainer.trace().gates["f"] == 0.25).all()
    assert trainer.score() is not before
    trainer.advance(iterations=1)
    assert not trainer.network.gradients["weight_hh_l0"][5:10].any()


def test_another_example_chosen_in_between_stays_chosen():
    trainer = small_trainer()
    trainer.advance(iterations=5)
    trainer.intervene(Hold("f", 0.0))
    trainer.choose_probe(1)
    trainer.advance(iterations=5)

    trainer.undo()

    assert trainer.recording.iterations == (5,)
    assert trainer.recording.at(5).interventions == ()
    assert trainer.recording.at(5).input_labels[0] == "biceps"


def test_a_recording_that_began_after_the_change_is_made_anew_as_the_network_then_was():
    trainer = small_trainer()
    trainer.advance(iterations=5)
    trainer.set(truncate=2)
    trainer.choose_probe(1)
    assert trainer.recording.at(5).truncate == 2
    trainer.recording.stride = 4  # as after a long run: iteration 5 would not be kept

    trainer.undo()

    assert trainer.recording.iterations == (5,)
    assert trainer.recording.at(5).truncate is None
    assert trainer.recording.is_due(6)


def test_a_run_that_rested_has_given_its_buffers_back_and_goes_on_to_the_bit():
    rested, awake = small_trainer(), small_trainer()
    for trainer in (rested, awake):
        trainer.intervene(Hold("f", 0.5, units=(1,)))
        trainer.advance(iterations=5)

    rested.free_buffers()
    assert not rested.network._unrolled
    rested.advance(iterations=5)
    awake.advance(iterations=5)

    assert_same_run(rested, awake)


def test_going_back_to_the_last_good_state_rewinds_the_marks_and_tells_what_differs_now():
    trainer = Trainer(RunConfig(cell="relu", optimizer="sgd"), three_days())
    trainer.set(batch_size=16)
    trainer.advance(iterations=15)
    trainer.set(clip_value=100.0)
    trainer.set(learning_rate=1.0)
    trainer.advance(iterations=200)
    good = trainer.last_good_iteration
    assert good <= 15

    trainer.restore_last_good()

    told = "learning rate 0.01 → 1, clipping at value 100"
    assert trainer.marks == (Mark(0, "batch size 32 → 16"), Mark(good, told))
    assert trainer.undo() == Mark(good, told)
    assert trainer.config.learning_rate == 0.01
    assert trainer.iteration == good


def test_going_back_to_the_last_good_state_keeps_the_settings_and_interventions_of_now():
    trainer = small_trainer()
    trainer.advance(iterations=41)
    trainer.set(learning_rate=0.002, optimizer="sgd", truncate=2)
    trainer.intervene(Silence((0,)))
    settings = trainer.config

    trainer.restore_last_good()
    trace = trainer.trace()
    trainer.advance(iterations=1)

    assert trainer.config == settings
    assert trainer.history.column("learning_rate")[-1] == 0.002
    assert set(trainer.updater.state()) == {"iterations", "velocity"}
    assert trace.truncate == 2
    assert trainer.network.interventions == (Silence((0,)),)
    assert not trace.h[:, 0].any()


def test_the_last_twenty_changes_can_be_undone():
    trainer = small_trainer()
    for number in range(25):
        trainer.set(batch_size=number + 5)
        trainer.advance(iterations=1)

    for _ in range(20):
        trainer.undo()

    assert trainer.undoable is None
    assert trainer.iteration == 5
    assert len(trainer.marks) == 5


def test_the_states_for_undo_are_bounded_in_bytes_and_the_last_is_always_kept(monkeypatch):
    trainer = small_trainer()
    one = trainer.network.flat.nbytes * 3
    monkeypatch.setattr(changes, "MOST_BYTES", int(3.5 * one))
    for number in range(10):
        trainer.set(batch_size=number + 5)
        trainer.advance(iterations=1)

    assert 2 * one <= trainer._changes.nbytes <= 3.5 * one
    monkeypatch.setattr(changes, "MOST_BYTES", 1)
    trainer.set(learning_rate=1.0)
    assert trainer.undo().text == "learning rate 0.01 → 1"


def test_a_run_that_diverges_in_its_first_iteration_goes_back_to_its_start():
    trainer = Trainer(RunConfig(cell="relu", spectral_radius=2.0), GymSchedule(length=60))
    trainer.network.flat *= 1e150
    trainer._best = trainer._state(loss=np.inf)
    before = trainer.network.flat.copy()
    trainer.advance(iterations=1)
    assert trainer.diverged is not None
    assert trainer.last_good_iteration == 0

    trainer.restore_last_good()

    assert trainer.diverged is None
    assert len(trainer.history) == 0
    np.testing.assert_array_equal(trainer.network.flat, before)


def test_a_knob_turned_back_after_it_made_the_run_diverge_at_once_can_be_undone(monkeypatch):
    trainer = Trainer(RunConfig(cell="relu", optimizer="sgd"), three_days())
    trainer.advance(iterations=15)
    trainer.set(learning_rate=100.0)
    with monkeypatch.context() as once:
        once.setattr(trainer, "_learn", lambda _batch: math.inf)
        trainer.advance(iterations=1)
    assert (trainer.iteration, trainer.diverged is None) == (15, False)

    trainer.set(learning_rate=0.01)
    trainer.undo()
    trainer.undo()

    assert trainer.diverged is None
    assert trainer.config.learning_rate == 0.01
