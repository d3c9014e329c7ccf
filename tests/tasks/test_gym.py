"""The schedule repeats, waits on missed days, and its targets follow from the past."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks import GymSchedule

SETTINGS = [
    {},
    {"length": 50},
    {"length": 2},
    {"missed": 0.3},
    {"exercises": ("run", "swim"), "missed": 0.9, "length": 40},
    {"exercises": tuple(f"e{i}" for i in range(50)), "missed": 0.05, "length": 120},
]


def due_next(exercises, seen):
    """Recompute the targets slowly, by walking through what was seen."""
    targets, due = [], None
    for name in seen:
        if name in exercises:
            assert due in (None, name), "something else was done than what was due"
            due = exercises[(exercises.index(name) + 1) % len(exercises)]
        targets.append(due)
    return targets


def read(task, batch):
    """Return what a person reads: names seen, names due, per sequence."""
    inputs = [*task.exercises, "rest"]
    for sequence in range(batch.x.shape[1]):
        assert (batch.x[:, sequence].sum(axis=1) == 1).all()
        assert np.isin(batch.x, (0.0, 1.0)).all()
        seen = [inputs[int(row.argmax())] for row in batch.x[:, sequence]]
        yield seen, [task.output_labels[target] for target in batch.y[:, sequence]]


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_target_is_what_a_slow_walk_through_the_past_says(setting):
    task = GymSchedule(**setting)
    batches = [task.sample(np.random.default_rng(seed), 8) for seed in range(3)]
    probes = [task.probe(index).batch for index in range(len(task.probe_names))]
    for batch in [*batches, task.evaluation(), *probes]:
        assert batch.mask is None
        assert batch.x.shape == (task.length, batch.y.shape[1], task.input_size)
        for seen, targets in read(task, batch):
            assert seen[0] != "rest"
            assert targets == due_next(task.exercises, seen)


def test_the_same_seed_gives_the_same_batch_and_another_seed_another():
    for task in (GymSchedule(), GymSchedule(missed=0.3)):
        first, again, other = (task.sample(np.random.default_rng(s), 16) for s in (7, 7, 8))
        np.testing.assert_array_equal(first.x, again.x)
        np.testing.assert_array_equal(first.y, again.y)
        assert not np.array_equal(first.x, other.x)


def test_equal_tasks_give_equal_batches():
    first = GymSchedule(missed=0.3).sample(np.random.default_rng(7), 4)
    again = GymSchedule(missed=0.3).sample(np.random.default_rng(7), 4)
    np.testing.assert_array_equal(first.x, again.x)


@pytest.mark.parametrize("missed", [0.0, 0.3])
def test_a_batch_that_is_spoilt_spoils_no_later_one(missed):
    task = GymSchedule(missed=missed)
    expected = task.sample(np.random.default_rng(1), 4)
    spoilt = task.sample(np.random.default_rng(1), 4)
    spoilt.x[:] = 99
    spoilt.y[:] = 99
    probe = task.probe(0).batch
    probe.x[:] = 99
    probe.y[:] = 99
    later = task.sample(np.random.default_rng(1), 4)
    np.testing.assert_array_equal(later.x, expected.x)
    np.testing.assert_array_equal(later.y, expected.y)
    assert task.probe(0).batch.x.max() == 1


def test_the_evaluation_sequences_are_locked():
    batch = GymSchedule().evaluation()
    with pytest.raises(ValueError, match="read-only"):
        batch.x[:] = 0
    with pytest.raises(ValueError, match="read-only"):
        batch.y[:] = 0


def test_sequences_start_everywhere_in_the_schedule():
    task = GymSchedule()
    starts = task.sample(np.random.default_rng(0), 300).x[0].sum(axis=0)
    assert (starts > 70).all()


def test_days_are_missed_as_often_as_was_asked_for():
    x = GymSchedule(missed=0.3, length=100).sample(np.random.default_rng(0), 100).x
    assert x[1:, :, 3].mean() == pytest.approx(0.3, abs=0.02)
    assert x[0, :, 3].sum() == 0


def test_there_is_a_rest_input_only_if_days_can_be_missed():
    assert GymSchedule().input_size == 3
    assert GymSchedule(missed=0.1).input_size == 4
    assert GymSchedule(missed=0.1).output_labels == ("shoulder", "biceps", "cardio")


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_baseline_is_what_a_hand_count_gives(setting):
    task = GymSchedule(**setting)
    said = Counter(t for _, targets in read(task, task.evaluation()) for t in targets)
    baseline = task.baseline()
    assert baseline.accuracy == pytest.approx(max(said.values()) / said.total())
    assert said[baseline.label] == max(said.values())


def test_without_missed_days_always_saying_one_of_three_is_right_every_third_day():
    assert GymSchedule(length=15).baseline().accuracy == pytest.approx(1 / 3)


def test_the_evaluation_covers_every_start():
    assert GymSchedule().evaluation().x[0].sum(axis=0).tolist() == [1, 1, 1]
    assert GymSchedule(missed=0.2).evaluation().x[0].sum(axis=0).tolist() == [22, 21, 21, 0]


def test_there_is_one_probe_for_each_start():
    expected = ("starts with shoulder", "starts with biceps", "starts with cardio")
    assert GymSchedule().probe_names == expected


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_labels_of_a_probe_are_its_numbers_in_words(setting):
    task = GymSchedule(**setting)
    assert len(set(task.probe_names)) == len(task.probe_names)
    for index, name in enumerate(task.probe_names):
        probe = task.probe(index)
        ((seen, targets),) = read(task, probe.batch)
        assert probe.name == name
        assert list(probe.input_labels) == seen
        assert list(probe.target_labels) == targets
        assert name.startswith(f"starts with {seen[0]}")
        if task.missed:
            rests = seen.count("rest")
            wording = {0: "misses no day", 1: "misses 1 day"}.get(rests, f"misses {rests} days")
            assert name.removesuffix(" in a row").endswith(wording)


def test_with_missed_days_the_first_probe_has_a_gap_and_another_a_long_one():
    for missed in (1e-9, 0.1, 0.9):
        task = GymSchedule(missed=missed)
        assert "rest" in task.probe(0).input_labels
        assert any(name.endswith("misses 6 days in a row") for name in task.probe_names)
        assert any(name.endswith("misses no day") for name in task.probe_names)


@pytest.mark.parametrize("index", [-1, 3, 1.0, True, "0", None])
def test_a_probe_that_is_not_there_is_refused(index):
    with pytest.raises(ValueError, match=r"^probe must be a whole number 0\.\.2, got "):
        GymSchedule().probe(index)


def test_the_table_of_symbols_counts_the_evaluation_inputs():
    task = GymSchedule(missed=0.2)
    table = task.symbols()
    said = Counter(s for seen, _ in read(task, task.evaluation()) for s in seen)
    assert table["symbol"].tolist() == ["shoulder", "biceps", "cardio", "rest"]
    assert table["integer"].tolist() == [0, 1, 2, 3]
    assert table["count"].tolist() == [said[symbol] for symbol in table["symbol"]]


def test_examples_are_sequences_in_words():
    task = GymSchedule(missed=0.3, length=4)
    table = task.examples(np.random.default_rng(0), 5)
    assert table.columns.tolist() == ["day 1", "day 2", "day 3", "day 4", "due next"]
    assert len(table) == 5
    for *seen, due in table.itertuples(index=False):
        assert due_next(task.exercises, seen)[-1] == due


def test_the_description_is_made_from_the_settings():
    text = GymSchedule(exercises=("run", "swim"), length=9).description
    assert "2 exercises" in text
    assert "run → swim" in text
    assert "9 days" in text
    assert "missed" not in text
    assert "25 %" in GymSchedule(missed=0.25).description


def test_equal_settings_make_equal_tasks():
    assert GymSchedule(["shoulder ", "biceps", "cardio"], missed=0) == GymSchedule()
    assert hash(GymSchedule(missed=0)) == hash(GymSchedule())
    assert GymSchedule(length=15) != GymSchedule()


def test_rest_may_be_an_exercise_as_long_as_no_day_is_missed():
    assert GymSchedule(("push", "pull", "rest")).output_labels == ("push", "pull", "rest")


MANY = [f"exercise {i}" for i in range(500)]


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"exercises": ()}, "exercises must be a list of 2..50 names, got 0 names"),
        ({"exercises": ["run"]}, "exercises must be a list of 2..50 names, got 1 name"),
        ({"exercises": MANY}, "exercises must be a list of 2..50 names, got 500 names"),
        ({"exercises": "run"}, "exercises must be a list of 2..50 names, got 'run'"),
        ({"exercises": None}, "exercises must be a list of 2..50 names, got None"),
        (
            {"exercises": ["Run", "swim", " rUN "]},
            "exercises must all be different, got 'Run' and 'rUN'",
        ),
        (
            {"exercises": ["run", "run"]},
            "exercises must all be different, got 'run' and 'run'",
        ),
        (
            {"exercises": ["run", " "]},
            "each exercise must be 1..40 printable characters, got ' '",
        ),
        (
            {"exercises": ["run", None]},
            "each exercise must be 1..40 printable characters, got None",
        ),
        (
            {"exercises": ["run", "Rest"], "missed": 0.1},
            "no exercise may be called 'rest' while days can be missed, because a missed day is "
            "shown as 'rest'; got 'Rest' with missed = 0.1",
        ),
        ({"length": 1}, "length must be a whole number 2..500, got 1"),
        ({"length": 501}, "length must be a whole number 2..500, got 501"),
        ({"missed": -0.1}, "missed must be 0..0.9, got -0.1"),
        ({"missed": 0.91}, "missed must be 0..0.9, got 0.91"),
        ({"missed": float("nan")}, "missed must be 0..0.9, got nan"),
    ],
)
def test_a_refusal_says_what_is_allowed_and_what_came(setting, sentence):
    with pytest.raises(ValueError, match=r".") as refusal:
        GymSchedule(**setting)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "name",
    ["<img src=x onerror=alert(1)>", "🏋🏽\u200d♀\ufe0f", "כתפיים", "**bold**", "=cmd|' /C x'!A0"],
)
def test_markup_emoji_and_right_to_left_names_are_plain_data(name):
    task = GymSchedule((name, "run"))
    assert task.output_labels == (name, "run")
    assert task.probe_names[0] == f"starts with {name}"


@given(
    exercises=st.lists(st.text(max_size=45) | st.none() | st.integers(), max_size=6),
    length=st.integers(-1, 30) | st.none(),
    missed=st.floats(-0.2, 1.1) | st.just(0.0),
)
@settings(derandomize=True, max_examples=60, deadline=None)
def test_any_settings_make_a_task_or_a_value_error(exercises, length, missed):
    try:
        task = GymSchedule(exercises, length, missed)
    except ValueError:
        return
    check_that_everything_answers(task)


@given(
    exercises=st.lists(
        st.text("abcß<>שé👍", min_size=1, max_size=5), min_size=2, max_size=6, unique=True
    ),
    length=st.integers(2, 12),
    missed=st.floats(0.0, 0.9),
)
@settings(derandomize=True, max_examples=40, deadline=None)
def test_plausible_settings_make_a_task_or_a_value_error(exercises, length, missed):
    try:
        task = GymSchedule(exercises, length, missed)
    except ValueError as refusal:
        sentence = str(refusal)
    else:
        check_that_everything_answers(task)
        return
    assert "all be different" in sentence  # ß and ss


def check_that_everything_answers(task):
    for seen, targets in read(task, task.sample(np.random.default_rng(0), 3)):
        if "rest" not in task.exercises:
            assert targets == due_next(task.exercises, seen)
    assert 0 < task.baseline().accuracy <= 1
    assert task.description
    assert len(task.symbols()) == task.input_size
    assert len(task.examples(np.random.default_rng(0), 2)) == 2
    assert task.probe(len(task.probe_names) - 1).name == task.probe_names[-1]
