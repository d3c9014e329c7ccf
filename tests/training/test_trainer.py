"""The trainer repeats to the bit, changes live knobs only, and survives divergence."""

import math
from itertools import pairwise

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import Hold, Silence
from rnnviz.tasks import NextSymbol, make_task
from rnnviz.training import evaluate
from tests.schedules import three_days

SMALL = three_days(length=6)


def small_trainer(**settings) -> Trainer:
    return Trainer(RunConfig(**{"hidden_size": 5, "batch_size": 4, **settings}), SMALL)


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm", "mlp"])
def test_the_same_seed_gives_the_same_run_to_the_bit(cell):
    first, second = small_trainer(cell=cell), small_trainer(cell=cell)

    first.advance(iterations=30)
    for _ in range(30):
        second.advance(iterations=1)
        second.trace()

    np.testing.assert_array_equal(first.network.flat, second.network.flat)
    np.testing.assert_array_equal(first.history.frame(), second.history.frame())
    np.testing.assert_array_equal(first.trace().d_h, second.trace().d_h)


def test_another_seed_gives_another_run():
    first, second = small_trainer(seed=1), small_trainer(seed=2)

    assert not np.array_equal(first.network.flat, second.network.flat)


def test_looking_at_the_network_does_not_change_the_run():
    watched, alone = small_trainer(), small_trainer()

    for _ in range(20):
        watched.advance(iterations=1)
        watched.trace()
        watched.score()
    alone.advance(iterations=20)

    np.testing.assert_array_equal(watched.network.flat, alone.network.flat)


def test_each_iteration_is_a_row_of_the_history():
    trainer = small_trainer(clip_norm=0.01)

    trainer.advance(iterations=12)
    frame = trainer.history.frame()

    assert frame["iteration"].tolist() == list(range(1, 13))
    assert frame["clipped"].all()
    assert (frame["gradient_norm"] > 0.01).all()
    assert (frame["learning_rate"] == 0.01).all()


def test_the_recording_covers_the_run_from_its_first_weights():
    trainer = small_trainer()

    trainer.advance(iterations=300)

    assert trainer.recording.iterations[0] == 0
    assert 300 - trainer.recording.iterations[-1] < trainer.recording.stride
    assert len(trainer.recording) > 50


def test_a_kept_trace_is_not_changed_by_further_training():
    trainer = small_trainer()
    trace = trainer.trace()
    before = {name: array.copy() for name, array in trace.layers[0].quantities().items()}

    trainer.advance(iterations=20)

    for name, array in trace.layers[0].quantities().items():
        np.testing.assert_array_equal(array, before[name])


def test_a_live_knob_acts_on_the_next_iteration_and_keeps_the_weights():
    trainer = small_trainer(optimizer="sgd", momentum=0.0)
    trainer.advance(iterations=3)
    before = trainer.network.flat.copy()

    trainer.set(learning_rate=1e-6)
    trainer.advance(iterations=1)

    assert np.abs(trainer.network.flat - before).max() < 1e-5
    assert trainer.history.column("learning_rate").tolist() == [0.01, 0.01, 0.01, 1e-6]


def test_every_live_knob_can_be_changed_while_the_run_goes_on():
    trainer = small_trainer()

    trainer.advance(iterations=2)
    trainer.set(optimizer="rmsprop", batch_size=7, clip_norm=0.5, truncate=2, momentum=0.5)
    trainer.advance(iterations=2)

    assert trainer.iteration == 4
    assert trainer.config.optimizer == "rmsprop"


def test_what_starts_a_new_run_cannot_be_set():
    trainer = small_trainer()

    with pytest.raises(ValueError, match="hidden_size starts a new run; live knobs are"):
        trainer.set(learning_rate=1.0, hidden_size=3)
    assert trainer.config.learning_rate == 0.01


def test_a_live_knob_out_of_range_changes_nothing():
    trainer = small_trainer()

    with pytest.raises(ValueError, match="batch_size must be"):
        trainer.set(learning_rate=1.0, batch_size=0)
    assert trainer.config == RunConfig(hidden_size=5, batch_size=4)


def test_truncation_shows_as_exact_zeros_in_the_gradient_of_the_last_step():
    trainer = small_trainer()
    trainer.set(truncate=2)

    last = trainer.trace().layers[0].last_d_h

    assert not last[:4].any()
    assert last[4:].all()


def test_the_last_steps_gradient_is_the_whole_one_when_only_that_step_is_scored():
    trainer = Trainer(RunConfig(task="symbols", hidden_size=4), NextSymbol())

    layer = trainer.trace().layers[0]

    np.testing.assert_array_equal(layer.d_h, layer.last_d_h)


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_the_last_steps_gradient_is_on_the_scale_of_the_whole_one(cell):
    """They meet at the last scored step: nothing else goes back there."""
    top = Trainer(RunConfig(cell=cell, hidden_size=4, layers=2)).trace().layers[-1]

    np.testing.assert_allclose(top.last_d_h[-1], top.d_h[-1], rtol=1e-12)
    if top.d_c is not None:
        np.testing.assert_allclose(top.last_d_c[-1], top.d_c[-1], rtol=1e-12)


def test_seconds_train_at_least_one_whole_iteration():
    trainer = small_trainer()

    assert trainer.advance(seconds=0.0) == 1
    assert trainer.advance(seconds=0.02) >= 1


def test_of_iterations_and_seconds_the_first_to_be_reached_counts():
    trainer = small_trainer()

    assert trainer.advance(iterations=3, seconds=60) == 3
    assert trainer.advance(iterations=np.int8(127)) == trainer.advance(iterations=np.int8(127))
    assert trainer.advance(iterations=1000, seconds=0) == 1


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "advance expects iterations, seconds or both, got neither"),
        ({"iterations": -1}, "iterations must be a whole number 0 or more, got -1"),
        ({"iterations": math.inf}, "iterations must be a whole number 0 or more, got inf"),
        ({"iterations": "3"}, "iterations must be a whole number 0 or more, got '3'"),
        ({"seconds": -1}, "seconds must be 0 or more, got -1"),
        ({"seconds": math.nan}, "seconds must be a finite number, got nan"),
        ({"seconds": math.inf}, "seconds must be a finite number, got inf"),
        ({"seconds": [1]}, r"seconds must be a number, got \[1\]"),
    ],
)
def test_advance_wants_iterations_or_seconds_that_end(asked, sentence):
    with pytest.raises(ValueError, match=sentence):
        small_trainer().advance(**asked)


def diverged_trainer() -> Trainer:
    trainer = Trainer(RunConfig(cell="relu", optimizer="sgd"), three_days())
    trainer.advance(iterations=15)
    trainer.set(learning_rate=1.0)
    trainer.advance(iterations=200)
    return trainer


def test_a_run_whose_loss_becomes_infinite_stops_at_that_iteration_and_says_so():
    trainer = diverged_trainer()

    row = trainer.history.frame().iloc[-1]
    assert trainer.diverged is not None
    assert f"iteration {int(row['iteration'])}" in trainer.diverged
    assert not (np.isfinite(row["loss"]) and np.isfinite(row["gradient_norm"]))
    assert trainer.advance(iterations=5) == 0


def test_going_back_to_the_last_good_state_gives_that_state_and_trains_on():
    trainer = diverged_trainer()
    good = trainer.last_good_iteration
    kept = trainer.recording.at(good)

    trainer.restore_last_good()

    assert trainer.diverged is None
    assert trainer.iteration == good
    assert trainer.history.column("iteration").max(initial=0) <= good
    if kept.iteration == good:
        np.testing.assert_array_equal(trainer.trace().h, kept.h)
    trainer.set(learning_rate=0.01)
    assert trainer.advance(iterations=5) == 5


def test_the_restored_run_repeats_what_followed():
    trainer = small_trainer()
    trainer.advance(iterations=60)
    expected = trainer.network.flat.copy()

    trainer.restore_last_good()
    assert trainer.iteration < 60
    trainer.advance(iterations=60 - trainer.iteration)

    np.testing.assert_array_equal(trainer.network.flat, expected)


def test_choosing_another_probe_keeps_the_network_and_shows_the_other_example():
    trainer = small_trainer()
    trainer.advance(iterations=10)
    before = trainer.network.flat.copy()

    trainer.choose_probe(1)

    np.testing.assert_array_equal(trainer.network.flat, before)
    assert trainer.recording.iterations == (10,)
    assert trainer.trace().input_labels[0] == "biceps"


def test_a_probe_that_does_not_exist_is_refused_and_nothing_changes():
    trainer = small_trainer()

    with pytest.raises(ValueError, match="probe"):
        trainer.choose_probe(99)
    assert trainer.probe.name == SMALL.probe_names[0]


def test_a_task_that_the_config_does_not_name_is_refused():
    with pytest.raises(ValueError, match="task must be 'symbols'"):
        Trainer(RunConfig(task="symbols"), SMALL)


@pytest.mark.parametrize("other", ["gym", 3, ["gym"], [10**5000]])
def test_a_config_or_task_that_is_none_is_refused(other):
    with pytest.raises(ValueError, match="config must be a RunConfig, got"):
        Trainer(other)
    with pytest.raises(ValueError, match="task must be 'gym', as in config, got"):
        Trainer(RunConfig(), other)


@pytest.mark.parametrize("item", [None, Silence([1]), Silence(np.array([1, 2])), Hold([], 1.0)])
def test_an_intervention_that_cannot_be_is_refused_and_leaves_no_mark(item):
    trainer = small_trainer()
    trainer.intervene(Hold("f", 1.0))
    with pytest.raises(ValueError, match=r"^(intervention|units|gate) must be"):
        trainer.intervene(item)
    assert trainer.network.interventions == (Hold("f", 1.0),)
    assert len(trainer.marks) == 1


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match=r"task must be one of gym, symbols, .*got 'chess'"):
        Trainer(RunConfig(task="chess"))


def test_float32_runs_train_too():
    trainer = small_trainer(dtype="float32")

    trainer.advance(iterations=5)

    assert trainer.network.flat.dtype == np.float32
    assert np.isfinite(trainer.trace().loss)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_an_lstm_learns_the_default_gym_schedule(seed):
    trainer = Trainer(RunConfig(seed=seed))

    trainer.advance(iterations=150)

    assert trainer.score().accuracy == 1.0
    assert trainer.score().accuracy > trainer.task.baseline().accuracy


def test_an_lstm_learns_the_shipped_text():
    trainer = Trainer(RunConfig(task="symbols", hidden_size=32, seed=5))

    trainer.advance(iterations=600)

    assert trainer.score().accuracy > 0.95


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_the_network_of_a_kept_trace_computes_that_trace_again(cell):
    trainer = Trainer(RunConfig(cell=cell, hidden_size=5, layers=2, truncate=3, seed=4))
    trainer.advance(iterations=30)
    kept = trainer.recording.at(10)
    batch = trainer.probe.batch
    again = trainer.network_of(kept).record(
        batch.x, batch.y, batch.mask, loss=trainer.task.loss, truncate=kept.truncate
    )
    assert kept.iteration == 10
    assert again.loss == pytest.approx(kept.loss, rel=1e-13)
    np.testing.assert_allclose(again.layers[0].h[:, 0], kept.layers[0].h, rtol=1e-12)
    np.testing.assert_allclose(again.layers[1].d_h[:, 0], kept.layers[1].d_h, rtol=1e-9)


def test_the_network_of_a_trace_has_the_interventions_of_then():
    trainer = small_trainer()
    before = trainer.trace()
    trainer.intervene(Hold("f", 0.5))

    assert trainer.network_of(before).interventions == ()
    assert trainer.network_of(trainer.trace()).interventions == (Hold("f", 0.5),)


def test_a_trace_of_numbers_tells_the_scale_of_the_data():
    trainer = Trainer(RunConfig(task="values", hidden_size=3, batch_size=2))

    assert trainer.trace().scale == trainer.task.scale != (0.0, 1.0)


def test_the_score_is_about_the_steps_that_are_scored_and_none_where_outputs_are_no_numbers():
    trainer = Trainer(RunConfig(task="recall", hidden_size=3))
    batch = trainer.task.evaluation()

    assert trainer.score().scored == batch.mask.sum() < batch.mask.size
    trainer.network.flat[:] = np.nan
    assert np.isnan(evaluate(trainer.network, trainer.task).value)


def test_the_network_of_a_trace_is_not_the_one_that_trains():
    trainer = Trainer(RunConfig(hidden_size=4))
    trainer.network_of(trainer.trace()).flat[:] = 0.0
    assert trainer.network.flat.any()


def test_a_kept_trace_holds_by_how_much_its_iteration_changed_the_weights():
    trainer = Trainer(RunConfig(hidden_size=4))
    trainer.advance(iterations=3)
    traces = trainer.recording.traces

    assert traces[0].update is None
    for before, after in pairwise(traces):
        np.testing.assert_array_equal(after.update, after.weights - before.weights)


@pytest.mark.parametrize(
    ("task", "counted"), [("recall", {0.0, 1.0}), ("copy", {share / 3 for share in range(4)})]
)
def test_the_accuracy_of_a_batch_counts_the_steps_that_the_score_counts(task, counted):
    settings = {} if task == "recall" else {"copied": 3, "length": 12}
    made = make_task(task, **settings)
    trainer = Trainer(RunConfig(task=task, batch_size=1, hidden_size=4), made)

    trainer.advance(iterations=60)

    # All steps of a sequence are trained: ten of a recall, of which one is counted.
    accuracies = {round(share, 6) for share in trainer.history.frame()["accuracy"]}
    assert accuracies <= {round(share, 6) for share in counted}
    assert made.sample(np.random.default_rng(0), 1).mask is None


@pytest.mark.parametrize(("task", "counted"), [("xor", 10), ("recall", 1), ("reber", 4)])
def test_a_trace_tells_which_of_its_steps_the_accuracy_counts(task, counted):
    trace = Trainer(RunConfig(task=task, hidden_size=2, batch_size=2), make_task(task)).trace()
    assert trace.counted.sum() == counted < trace.scored.sum()
    assert not trace.counted[~trace.scored].any()


def test_a_trace_of_a_task_in_which_all_can_be_known_counts_every_scored_step():
    assert Trainer(RunConfig(hidden_size=2), three_days()).trace().counted is None
