"""Marks say in words what was done to a run, and when."""

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import CELLS, Hold, ShiftForgetBias, Silence, gate_label
from rnnviz.figures.palette import QUANTITIES
from rnnviz.tasks import GymSchedule, TemporalOrder
from rnnviz.training import Mark, describe, new_run, put


def small_trainer(**settings) -> Trainer:
    config = RunConfig(**{"hidden_size": 5, "batch_size": 4, **settings})
    return Trainer(config, GymSchedule(length=6))


def texts(trainer) -> list[str]:
    return [mark.text for mark in trainer.marks]


@pytest.mark.parametrize(
    ("settings", "knobs", "text"),
    [
        ({}, {"learning_rate": 0.003}, "learning rate 0.01 → 0.003"),
        ({}, {"optimizer": "sgd"}, "optimiser Adam → SGD"),
        ({}, {"clip_norm": 1}, "clipping at norm 1"),
        ({"clip_norm": 1}, {"clip_norm": 0.3}, "clipping at norm 1 → 0.3"),
        ({"clip_norm": 1}, {"clip_norm": None}, "no clipping at a norm"),
        ({}, {"clip_value": 0.1}, "clipping at value 0.1"),
        ({}, {"truncate": 3}, "truncation after 3 steps"),
        ({"truncate": 3}, {"truncate": 1}, "truncation after 3 → 1 step"),
        ({"truncate": 3}, {"truncate": None}, "no truncation"),
        ({}, {"batch_size": 8, "truncate": 2}, "batch size 4 → 8, truncation after 2 steps"),
    ],
)
def test_a_live_knob_leaves_a_mark_at_the_iteration_of_its_change(settings, knobs, text):
    trainer = small_trainer(**settings)
    trainer.advance(iterations=7)

    trainer.set(**knobs)

    assert trainer.marks == (Mark(7, text),)


@pytest.mark.parametrize(
    ("item", "text", "release"),
    [
        (Hold("f", 1.0), "forget gate held at 1", "forget gate released"),
        (
            Hold("o", 0.5, units=(3,), layer=0),
            "output gate of unit 3 in layer 1 held at 0.5",
            "output gate of unit 3 in layer 1 released",
        ),
        (Silence((1, 2)), "units 1, 2 silenced", "units 1, 2 heard again"),
        (Silence(), "all units silenced", "all units heard again"),
        (ShiftForgetBias(-2.0), "forget bias −2", "nothing added to the forget bias"),
    ],
)
def test_an_intervention_and_its_end_leave_a_mark_each(item, text, release):
    trainer = small_trainer()

    trainer.intervene(item)
    trainer.advance(iterations=2)
    trainer.intervene()

    assert trainer.marks == (Mark(0, text), Mark(2, release))
    assert describe(item) == text


def test_what_changes_nothing_leaves_no_mark():
    trainer = small_trainer()

    trainer.set(learning_rate=0.01, clip_norm=None)
    trainer.intervene()

    assert trainer.marks == ()


def test_a_refused_change_leaves_no_mark():
    trainer = small_trainer()

    with pytest.raises(ValueError, match=r"clip_norm must be 0.001..1000, or none, got 0"):
        trainer.set(clip_norm=0)
    with pytest.raises(ValueError, match="gate must be one of"):
        trainer.intervene(Hold("z", 1.0))

    assert trainer.marks == ()


def test_a_knob_that_is_dragged_leaves_one_mark_per_iteration():
    trainer = small_trainer()
    for rate in (0.02, 0.03, 0.1):
        trainer.set(learning_rate=rate)
    trainer.set(truncate=2)
    trainer.advance(iterations=1)
    trainer.set(learning_rate=0.3)

    assert trainer.marks == (
        Mark(0, "learning rate 0.01 → 0.1"),
        Mark(0, "truncation after 2 steps"),
        Mark(1, "learning rate 0.1 → 0.3"),
    )


def test_a_knob_that_is_dragged_back_leaves_nothing():
    trainer = small_trainer()

    trainer.set(learning_rate=0.02)
    trainer.set(learning_rate=0.01)

    assert trainer.marks == ()
    assert trainer.undoable is None


def test_a_gate_whose_value_is_dragged_leaves_one_mark():
    trainer = small_trainer()

    for value in (0.2, 0.7, 1.0):
        trainer.intervene(Hold("f", value), Silence((2,)))

    assert texts(trainer) == ["forget gate held at 0.2, unit 2 silenced", "forget gate held at 1"]


def test_a_mark_tells_three_things_and_counts_the_rest():
    trainer = small_trainer()

    trainer.intervene(*(Hold("f", 1.0, units=(unit,)) for unit in range(5)))

    assert texts(trainer) == [
        "forget gate of unit 0 held at 1, forget gate of unit 1 held at 1, and 3 more"
    ]


def test_a_long_run_keeps_its_latest_hundred_marks():
    trainer = small_trainer(hidden_size=1)
    for number in range(1, 121):
        trainer.set(batch_size=number % 2 + 1)
        trainer.advance(iterations=1)

    assert [mark.iteration for mark in trainer.marks] == list(range(20, 120))


def test_gates_are_called_what_the_palette_calls_them():
    for key, cell in CELLS.items():
        for letter in cell.gates:
            assert QUANTITIES[key][letter].label == gate_label(letter)


def test_a_run_that_was_begun_for_something_says_so_at_its_start():
    trainer = Trainer(RunConfig(), begun_for="new run: radius")
    trainer.advance(iterations=5)

    trainer.set(learning_rate=0.1)
    trainer.undo()

    assert trainer.marks == (Mark(0, "new run: radius"),)
    assert trainer.undoable is None


def test_a_new_run_is_told_by_what_differs_in_settings_and_task():
    gym, longer = GymSchedule(), GymSchedule(length=30)
    config = RunConfig()

    assert new_run((config, gym), (config, gym)) == ""
    assert new_run((config, gym), (RunConfig(cell="gru"), longer)) == (
        "new run: cell LSTM → GRU, sequence length 20 → 30"
    )
    assert new_run((config, gym), (config, GymSchedule(exercises=("a", "b")))) == (
        "new run: exercises changed"
    )
    assert new_run((config, gym), (RunConfig(task="order"), TemporalOrder())) == (
        "new run: task Gym schedule → Temporal order"
    )


def test_putting_an_intervention_on_the_same_gate_and_units_replaces_the_old_one():
    items = put((Hold("f", 0.0), Silence((1,))), Hold("f", 1.0))

    assert items == (Silence((1,)), Hold("f", 1.0))
    assert put(items, Hold("f", 1.0, units=(2,)))[:2] == items


def test_a_run_at_rest_goes_on_as_if_it_had_not_rested():
    rested, other = small_trainer(), small_trainer()
    for trainer in (rested, other):
        trainer.advance(iterations=5)
        trainer.intervene(Hold("f", 0.5))
    rested.free_buffers()

    for trainer in (rested, other):
        trainer.advance(iterations=5)

    assert (rested.network.flat == other.network.flat).all()
    assert rested.network.interventions == other.network.interventions
