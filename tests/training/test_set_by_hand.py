"""Weights and interventions that are set on the network itself: nothing stale is shown after it."""

import copy

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer, export
from rnnviz.engine import Hold, ShiftForgetBias, Silence
from rnnviz.tasks import GymSchedule
from rnnviz.training import Mark
from rnnviz.training.evaluate import evaluate
from rnnviz.training.tracing import make_trace


def small_trainer(iterations=0, **settings) -> Trainer:
    config = RunConfig(**{"hidden_size": 5, "batch_size": 4, **settings})
    trainer = Trainer(config, GymSchedule(exercises=("cardio", "legs", "arms"), length=6))
    trainer.advance(iterations=iterations)
    return trainer


def other_weights(network):
    generator = np.random.default_rng(3)
    return {name: generator.normal(size=w.shape) for name, w in network.to_torch().items()}


def load(network):
    network.load_torch(other_weights(network))


def write_into_an_entry(network):
    network.parameters["weight_hh_l0"][2, 3] += 1.5


def assign_an_entry(network):
    network.parameters["readout.bias"] = np.arange(3.0)


def assign_within_an_entry_in_place(network):
    network.parameters["weight_hh_l0"] *= 2


def update_the_entries(network):
    network.parameters.update(other_weights(network))


def update_the_entries_by_the_operator(network):
    entries = network.parameters
    entries |= other_weights(network)


def write_into_the_vector(network):
    network.flat[7] = 2.5


def assign_the_vector(network):
    network.flat = np.random.default_rng(1).normal(size=network.flat.shape)


def multiply_the_vector(network):
    network.flat *= 1.5


def one_bit(network):
    network.flat[0] = np.nextafter(network.flat[0], 2)


def no_number(network):
    network.flat[0] = np.nan


def intervene(network):
    network.intervene(Hold("f", 0.0), Silence((1,)))


def shift(network):
    network.intervene(ShiftForgetBias(2.0))


WAYS = [
    load, write_into_an_entry, assign_an_entry, assign_within_an_entry_in_place, update_the_entries,
    update_the_entries_by_the_operator, write_into_the_vector, assign_the_vector,
    multiply_the_vector, one_bit, no_number, intervene, shift,
]  # fmt: skip
OF_WEIGHTS = [way for way in WAYS if way not in (intervene, shift)]


def assert_shows_the_network_as_it_is(trainer):
    fresh = trainer.network.copy()
    expected = make_trace(fresh, trainer.task, trainer.probe, trainer.config, trainer.iteration)
    shown = trainer.trace()
    np.testing.assert_array_equal(shown.weights, fresh.flat)
    np.testing.assert_array_equal(shown.h, expected.h)
    np.testing.assert_array_equal(shown.d_h, expected.d_h)
    assert shown.interventions == fresh.interventions
    np.testing.assert_equal(trainer.score(), evaluate(fresh, trainer.task))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("iterations", [0, 5])
def test_trace_and_score_are_of_the_network_as_it_is(way, iterations):
    trainer = small_trainer(iterations)
    trainer.trace(), trainer.score()  # kept, and stale from the next line on
    way(trainer.network)
    assert_shows_the_network_as_it_is(trainer)


@pytest.mark.parametrize("way", WAYS)
def test_what_was_set_is_marked_and_can_be_undone_to_the_bit(way):
    changed, untouched = small_trainer(5), small_trainer(5)
    way(changed.network)
    (mark,) = changed.marks
    assert mark.iteration == 5
    assert (mark.text == "weights set by hand") == (way in OF_WEIGHTS)
    changed.advance(iterations=3)
    assert changed.undo() == mark
    for trainer in (changed, untouched):
        trainer.advance(iterations=4)
    np.testing.assert_array_equal(changed.network.flat, untouched.network.flat)
    np.testing.assert_array_equal(changed.trace().d_h, untouched.trace().d_h)
    kept = zip(changed.recording.traces, untouched.recording.traces, strict=True)
    for mine, other in kept:
        np.testing.assert_array_equal(mine.weights, other.weights)
    assert changed.marks == untouched.marks == ()


def test_weights_set_and_a_knob_turned_are_undone_one_after_the_other():
    trainer = small_trainer(5)
    before = trainer.network.flat.copy()
    load(trainer.network)
    trainer.set(learning_rate=0.3)
    assert trainer.undo() == Mark(5, "learning rate 0.01 → 0.3")
    assert not np.array_equal(trainer.network.flat, before)
    assert trainer.undo() == Mark(5, "weights set by hand")
    np.testing.assert_array_equal(trainer.network.flat, before)


def test_the_history_and_earlier_traces_keep_what_was_measured():
    trainer = small_trainer(5)
    rows, kept = trainer.history.frame(), trainer.recording.traces
    load(trainer.network)
    now = trainer.trace()
    assert trainer.history.frame().equals(rows)
    assert trainer.recording.traces[:-1] == kept[:-1]
    # Of the iteration at which they were set, what is kept is what training goes on from.
    assert trainer.recording.traces[-1] is now
    assert trainer.recording.at(5) is now
    trainer.advance(iterations=1)
    assert trainer.recording.iterations == (0, 1, 2, 3, 4, 5, 6)


def test_a_run_that_begins_with_weights_from_elsewhere_shows_them_at_iteration_0():
    trainer = small_trainer()
    load(trainer.network)
    trainer.advance(iterations=2)
    first = trainer.recording.traces[0]
    expected = np.concatenate([w.ravel() for w in other_weights(trainer.network).values()])
    np.testing.assert_array_equal(first.weights, expected)


def test_a_file_to_take_away_holds_the_weights_of_now():
    trainer = small_trainer(5)
    load(trainer.network)
    taken = export.snapshot(trainer)
    np.testing.assert_array_equal(taken.traces[-1].weights, trainer.network.flat)
    np.testing.assert_array_equal(taken.network.flat, trainer.network.flat)


def test_good_weights_wake_a_run_that_diverged():
    trainer = small_trainer(cell="relu", optimizer="sgd")
    good = trainer.network.to_torch()
    trainer.network.flat *= 1e200
    trainer.advance(iterations=1)
    assert trainer.diverged is not None
    trainer.network.load_torch(good)
    assert trainer.advance(iterations=2) == 2
    assert trainer.diverged is None


def test_a_network_that_was_held_on_to_is_still_the_one_after_a_rest():
    trainer = small_trainer(5)
    network = trainer.network
    trainer.free_buffers()
    assert trainer.network is network
    load(network)
    assert_shows_the_network_as_it_is(trainer)


def test_looking_and_training_make_no_mark():
    trainer = small_trainer(7)
    trainer.trace(), trainer.score(), trainer.choose_probe(1), trainer.free_buffers()
    trainer.network_of(trainer.trace()).flat[:] = 0
    trainer.restore_last_good()
    trainer.advance(iterations=3)
    assert trainer.marks == ()


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (
            lambda p: p.__setitem__("weight", 1),
            r"must be one of weight_ih_l0, .*weight'",
        ),
        (lambda p: p.__setitem__("readout.bias", np.zeros(4)), r"readout.bias .*\(3,\), got \(4,"),
        (lambda p: p.pop("readout.bias"), "can be neither added nor removed"),
        (lambda p: p.clear(), "can be neither added nor removed"),
        (lambda p: p.setdefault("new", 1), "can be neither added nor removed"),
    ],
)
def test_entries_that_the_network_would_not_compute_with_are_refused(write, words):
    network = small_trainer().network
    before = network.flat.copy()
    with pytest.raises((KeyError, ValueError, TypeError), match=words):
        write(network.parameters)
    np.testing.assert_array_equal(network.flat, before)


def test_a_vector_of_another_length_is_refused():
    network = small_trainer().network
    with pytest.raises(ValueError, match=r"flat must have the shape \(218,\), got \(3,\)"):
        network.flat = np.zeros(3)


def test_a_deep_copy_is_a_run_of_its_own_whose_weights_are_written_by_name_too():
    trainer = small_trainer(3)
    twin = copy.deepcopy(trainer)
    before = trainer.trace()
    twin.network.parameters["readout.bias"][:] = 4.0
    assert_shows_the_network_as_it_is(twin)
    assert trainer.trace() is before
    kept = copy.deepcopy(trainer.network.parameters)
    trainer.network.flat[:] = 0
    assert type(kept) is dict
    assert kept["weight_hh_l0"].any()
