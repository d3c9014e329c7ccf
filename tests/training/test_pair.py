"""Two runs beside each other: each is the run that it would be alone, and both are in step."""

from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import Hold, ShiftForgetBias, Silence
from rnnviz.tasks import GymSchedule, make_task
from rnnviz.training import limits
from rnnviz.training import pair as pair_module
from rnnviz.training.pair import (
    WITHOUT_ATTENTION,
    Pair,
    can_stand_beside,
    usual_companion,
)

TASK = GymSchedule(exercises=("legs", "arms", "cardio"), length=6)
CONFIG = RunConfig(cell="lstm", hidden_size=4, batch_size=4)
CELLS = ("rnn", "relu", "gru", "lstm", "mlp")


def trainer(cell="lstm", task=TASK, **settings):
    return Trainer(replace(CONFIG, cell=cell, **settings), task)


def same(found, wanted):
    assert (found.iteration, found.config) == (wanted.iteration, wanted.config)
    np.testing.assert_array_equal(found.network.flat, wanted.network.flat)
    for column in ("iteration", "loss", "gradient_norm", "learning_rate"):
        np.testing.assert_array_equal(found.history.column(column), wanted.history.column(column))


def test_gates_are_shown_beside_none_and_the_reverse():
    assert usual_companion("lstm") == "rnn"
    assert {usual_companion(cell) for cell in ("rnn", "relu", "gru", "mlp")} == {"lstm"}


@pytest.mark.parametrize("first", CELLS)
@pytest.mark.parametrize("second", CELLS)
def test_each_is_the_run_that_it_would_be_alone_whatever_the_slices(first, second):
    pair = Pair(trainer(first), second)
    assert pair.advance(iterations=3) == 3
    while pair.first.iteration < 23:
        pair.advance(iterations=min(4, 23 - pair.first.iteration), seconds=0.0005)
        assert pair.level
        assert pair.first.iteration == pair.second.iteration
    for found, cell in ((pair.first, first), (pair.second, second)):
        alone = trainer(cell)
        alone.advance(iterations=23)
        same(found, alone)


def test_the_same_without_attention_is_the_run_that_it_would_be_alone():
    pair = Pair(trainer("gru", attention="dot"), WITHOUT_ATTENTION)
    pair.advance(iterations=5)
    pair.first.set(learning_rate=0.1)
    pair.advance(iterations=5)
    alone = trainer("gru")
    alone.advance(iterations=5)
    alone.set(learning_rate=0.1)
    alone.advance(iterations=5)
    same(pair.second, alone)
    assert pair.names == ("GRU with attention", "GRU without")
    assert WITHOUT_ATTENTION in can_stand_beside(pair.first.config)
    assert WITHOUT_ATTENTION not in can_stand_beside(alone.config)


def test_both_see_the_same_batches(monkeypatch):
    seen = {"lstm": [], "rnn": []}
    pair = Pair(trainer(), "rnn")
    for each in (pair.first, pair.second):
        learn, kept = each.network.learn, seen[each.config.cell]

        def noting(x, *rest, learn=learn, kept=kept, **named):
            kept.append(x.copy())
            return learn(x, *rest, **named)

        monkeypatch.setattr(each.network, "learn", noting)
    pair.advance(iterations=5)
    assert len(seen["rnn"]) == 5
    np.testing.assert_array_equal(seen["lstm"], seen["rnn"])


def test_what_is_done_to_the_first_is_done_to_the_second_at_the_same_iteration():
    pair, alone = Pair(trainer(), "gru"), trainer("gru")
    pair.advance(iterations=4)
    pair.first.set(learning_rate=0.1, batch_size=8)
    pair.first.intervene(Silence(units=(1,)))
    pair.advance(iterations=3)
    pair.first.set(optimizer="sgd")
    pair.first.intervene()
    pair.advance(iterations=2)
    alone.advance(iterations=4)
    alone.set(learning_rate=0.1, batch_size=8)
    alone.intervene(Silence(units=(1,)))
    alone.advance(iterations=3)
    alone.set(optimizer="sgd")
    alone.intervene()
    alone.advance(iterations=2)
    same(pair.second, alone)


def test_one_that_comes_late_catches_up_through_all_that_was_done():
    first = trainer()
    first.advance(iterations=10)
    first.set(learning_rate=0.1)
    first.advance(iterations=10)
    first.intervene(Silence(units=(0,)))
    first.advance(iterations=5)
    pair = Pair(first, "rnn")
    assert (pair.level, pair.second.iteration) == (False, 0)
    pair.advance(seconds=0.0)
    assert 0 < pair.second.iteration < 25
    assert first.iteration == 25, "the first waits"
    pair.catch_up()
    assert pair.level
    alone = trainer("rnn")
    alone.advance(iterations=10)
    alone.set(learning_rate=0.1)
    alone.advance(iterations=10)
    alone.intervene(Silence(units=(0,)))
    alone.advance(iterations=5)
    same(pair.second, alone)


def test_what_the_second_cell_does_not_have_is_left_out_and_told():
    pair = Pair(trainer(), "rnn")
    pair.first.intervene(
        Hold("f", 1.0), Hold("f", 0.5, units=(1,)), ShiftForgetBias(2.0), Silence((0,))
    )
    pair.advance(iterations=2)
    assert pair.left_out == ("forget gate", "forget bias")
    assert pair.second.network.interventions == (Silence((0,)),)
    pair.first.intervene()
    pair.catch_up()
    assert pair.left_out == ()
    assert pair.second.network.interventions == ()


def test_undo_takes_both_back():
    pair = Pair(trainer(), "rnn")
    pair.advance(iterations=5)
    pair.first.set(optimizer="sgd")
    pair.advance(iterations=5)
    pair.first.set(learning_rate=0.1)
    pair.first.set(learning_rate=0.2)  # dragged: one change
    pair.advance(iterations=5)
    second = pair.second
    for iteration in (10, 5):
        pair.first.undo()
        assert not pair.level
        pair.catch_up()
        assert pair.level
        assert pair.second is second, "gone back, not begun anew"
        assert pair.second.iteration == pair.first.iteration == iteration
    pair.advance(iterations=6)
    alone = trainer("rnn")
    alone.advance(iterations=11)
    same(pair.second, alone)


def test_undo_of_what_only_the_first_has_takes_both_back():
    pair = Pair(trainer(), "rnn")
    pair.advance(iterations=5)
    pair.first.intervene(Hold("f", 1.0))
    pair.advance(iterations=5)
    pair.first.undo()
    pair.catch_up()
    assert pair.second.iteration == 5
    alone = trainer("rnn")
    alone.advance(iterations=5)
    same(pair.second, alone)


@pytest.mark.parametrize("seed", range(6))
def test_after_any_sequence_of_changes_the_second_is_what_it_would_be_alone(seed):
    """Settings, interventions, undo, slices that end anywhere: the log of the first is replayed."""
    generator = np.random.default_rng(seed)
    pair = Pair(trainer(), "gru")
    for _ in range(60):
        match generator.integers(5):
            case 0:
                pair.first.set(learning_rate=float(generator.choice([0.01, 0.03, 0.1])))
            case 1:
                pair.first.set(optimizer=str(generator.choice(["adam", "sgd", "rmsprop"])))
            case 2:
                held = Hold("f", 1.0) if generator.integers(2) else Silence((0,))
                pair.first.intervene(*([held] if generator.integers(2) else []))
            case 3:
                if pair.first.undoable is not None:
                    pair.first.undo()
            case _:
                pair.advance(iterations=int(generator.integers(1, 6)), seconds=0.01)
    pair.catch_up()
    alone = trainer("gru")
    for since in pair.first.setups:
        alone.advance(iterations=since.iteration - alone.iteration)
        config, items = since.setup.config, since.setup.interventions
        alone.set(learning_rate=config.learning_rate, optimizer=config.optimizer)
        alone.intervene(*(item for item in items if isinstance(item, Silence)))
    alone.advance(iterations=pair.first.iteration - alone.iteration)
    same(pair.second, alone)


def test_of_very_many_changes_the_oldest_are_let_go_without_beginning_anew():
    pair = Pair(trainer(), "rnn")
    second = pair.second
    for number in range(130):
        pair.first.set(learning_rate=0.01 + 0.0001 * (number % 7), batch_size=2 + number % 2)
        pair.advance(iterations=1)
    assert pair.second is second
    assert pair.second.config.learning_rate == pair.first.config.learning_rate
    pair.first.undo()
    pair.catch_up()
    assert pair.second.iteration == pair.first.iteration == 129


def test_both_recordings_keep_the_same_iterations():
    pair = Pair(trainer(), "rnn")
    pair.advance(iterations=300)
    assert pair.first.recording.iterations == pair.second.recording.iterations
    assert pair.common_iterations() == list(pair.first.recording.iterations)
    assert len(pair.common_iterations()) > 60


def test_a_second_that_comes_late_keeps_the_iterations_of_the_first():
    first = trainer()
    first.advance(iterations=300)
    pair = Pair(first, "rnn")
    pair.catch_up()
    assert pair.common_iterations() == list(first.recording.iterations)


def test_another_example_is_shown_of_both():
    pair = Pair(trainer(), "rnn")
    pair.advance(iterations=3)
    pair.first.choose_probe(2)
    assert not pair.level
    pair.catch_up()
    assert pair.second.probe.name == pair.first.probe.name
    assert pair.second.trace().input_labels == pair.first.trace().input_labels
    assert pair.common_iterations() == [3]


@pytest.mark.parametrize(("first", "second"), [("relu", "lstm"), ("lstm", "relu")])
def test_one_that_diverges_stops_alone(first, second):
    explosive = {"spectral_radius": 2.0, "optimizer": "sgd", "learning_rate": 100.0}
    pair = Pair(trainer(first, GymSchedule(length=60), **explosive), second)
    pair.advance(iterations=40)
    relu = pair.first if first == "relu" else pair.second
    other = pair.second if first == "relu" else pair.first
    assert relu.diverged is not None
    assert other.diverged is None
    assert other.iteration == 40 > relu.iteration
    assert not pair.stopped
    pair.first.set(learning_rate=0.01)
    pair.advance(iterations=2)
    assert (other.iteration, other.config.learning_rate) == (42, 0.01)


def test_both_go_back_to_the_last_good_iteration_of_the_first():
    explosive = {"spectral_radius": 2.0, "optimizer": "sgd", "learning_rate": 100.0}
    pair = Pair(trainer("relu", GymSchedule(length=60), **explosive), "lstm")
    pair.advance(iterations=40)
    pair.first.restore_last_good()
    pair.catch_up()
    assert pair.level
    assert pair.second.iteration == pair.first.iteration < 40


def test_where_both_have_diverged_nothing_is_left_to_do():
    pair = Pair(trainer(), "rnn")
    pair.first.diverged = pair.second.diverged = "no numbers"
    assert pair.stopped
    assert pair.advance(iterations=3, seconds=1.0) == 0


def test_two_of_one_kind_are_the_same_run_under_two_names():
    pair = Pair(trainer("rnn"), "rnn")
    pair.advance(iterations=5)
    assert pair.names == ("RNN, first", "RNN, second")
    np.testing.assert_array_equal(pair.first.network.flat, pair.second.network.flat)


def test_both_together_must_fit_into_memory(monkeypatch):
    monkeypatch.setattr(limits, "MOST_MB", 1.2 * limits.memory_mb(CONFIG, TASK))
    with pytest.raises(ValueError, match=r"2 runs side by side need about .* MB of memory"):
        Pair(trainer(), "rnn")


def test_the_iterations_of_both_count_as_each_turn_does_one_of_both(monkeypatch):
    one, first = limits.iteration_ms(CONFIG, TASK), trainer()
    looks = 2 * limits.observation_ms(CONFIG, TASK)
    both = [(CONFIG, TASK)] * 2
    monkeypatch.setattr(limits, "MOST_TURN_MS", looks + 1.5 * one)
    limits.check_runs(*both)
    with pytest.raises(ValueError, match=r"2 runs side by side need about .* ms for an iteration"):
        limits.check_runs(*both, in_step=True)

    monkeypatch.setattr(limits, "MOST_TURN_MS", looks + 2.5 * one)
    Pair(first, CONFIG.cell)
    monkeypatch.setattr(limits, "MOST_TURN_MS", looks + 1.5 * one)
    with pytest.raises(ValueError, match="for an iteration"):
        Pair(first, CONFIG.cell)


def test_a_batch_too_large_for_both_is_refused_by_the_pair(monkeypatch):
    pair = Pair(trainer(), "rnn")
    monkeypatch.setattr(limits, "MOST_MB", 1.9 * limits.memory_mb(CONFIG, TASK))
    pair.first.set(batch_size=256)
    with pytest.raises(ValueError, match="2 runs side by side"):
        pair.advance(iterations=1)


def test_only_what_may_change_while_it_runs_is_taken_over():
    one = trainer("rnn")
    with pytest.raises(ValueError, match="only live knobs"):
        one.take_over(pair_module.Setup(CONFIG))


def test_numbers_as_targets_have_a_second_run_as_well():
    pair = Pair(Trainer(RunConfig(task="adding", hidden_size=4), make_task("adding")), "gru")
    pair.advance(iterations=3)
    assert pair.second.score().measure != "accuracy"


def test_beside_a_bidirectional_network_no_layer_is_taken_for_another():
    config = RunConfig(cell="lstm", hidden_size=4, layers=2, bidirectional=True, attention="dot")
    first = Trainer(config)
    first.intervene(Silence(units=(0,), layer=3), Silence(units=(1,)))
    without = Pair(first, "mlp")  # it has two layers, and layer 1 is not "layer 1, backward"
    without.catch_up()
    assert without.second.network.interventions == (Silence(units=(1,)),)
    assert without.left_out == ("backward layer 2",)
    other = Pair(first, "gru")
    other.catch_up()
    assert other.second.network.interventions == first.network.interventions
    assert WITHOUT_ATTENTION not in can_stand_beside(config)  # both would be without
