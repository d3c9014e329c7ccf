"""The schedule repeats, waits on missed days, and its targets follow from the past."""

import datetime
import itertools
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks import calendar
from tests.schedules import three_days

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
    inputs = [*task.output_labels, "rest"]
    for sequence in range(batch.x.shape[1]):
        assert (batch.x[:, sequence].sum(axis=1) == 1).all()
        assert np.isin(batch.x, (0.0, 1.0)).all()
        seen = [inputs[int(row.argmax())] for row in batch.x[:, sequence]]
        yield seen, [task.output_labels[target] for target in batch.y[:, sequence]]


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_target_is_what_a_slow_walk_through_the_past_says(setting):
    task = three_days(**setting)
    batches = [task.sample(np.random.default_rng(seed), 8) for seed in range(3)]
    probes = [task.probe(index).batch for index in range(len(task.probe_names))]
    for batch in [*batches, task.evaluation(), *probes]:
        assert batch.mask is None
        assert batch.x.shape == (task.length, batch.y.shape[1], task.input_size)
        for seen, targets in read(task, batch):
            assert seen[0] != "rest"
            assert targets == due_next(task.exercises, seen)


def test_the_same_seed_gives_the_same_batch_and_another_seed_another():
    for task in (three_days(), three_days(missed=0.3)):
        first, again, other = (task.sample(np.random.default_rng(s), 16) for s in (7, 7, 8))
        np.testing.assert_array_equal(first.x, again.x)
        np.testing.assert_array_equal(first.y, again.y)
        assert not np.array_equal(first.x, other.x)


def test_equal_tasks_give_equal_batches():
    first = three_days(missed=0.3).sample(np.random.default_rng(7), 4)
    again = three_days(missed=0.3).sample(np.random.default_rng(7), 4)
    np.testing.assert_array_equal(first.x, again.x)


@pytest.mark.parametrize("missed", [0.0, 0.3])
def test_a_batch_that_is_spoilt_spoils_no_later_one(missed):
    task = three_days(missed=missed)
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
    batch = three_days().evaluation()
    with pytest.raises(ValueError, match="read-only"):
        batch.x[:] = 0
    with pytest.raises(ValueError, match="read-only"):
        batch.y[:] = 0


def test_sequences_start_everywhere_in_the_schedule():
    task = three_days()
    starts = task.sample(np.random.default_rng(0), 300).x[0].sum(axis=0)
    assert (starts > 70).all()


def test_days_are_missed_as_often_as_was_asked_for():
    x = three_days(missed=0.3, length=100).sample(np.random.default_rng(0), 100).x
    assert x[1:, :, 3].mean() == pytest.approx(0.3, abs=0.02)
    assert x[0, :, 3].sum() == 0


def test_there_is_a_rest_input_only_if_days_can_be_missed():
    assert three_days().input_size == 3
    assert three_days(missed=0.1).input_size == 4
    assert three_days(missed=0.1).output_labels == ("shoulder", "biceps", "cardio")


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_baseline_is_what_a_hand_count_gives(setting):
    task = three_days(**setting)
    said = Counter(t for _, targets in read(task, task.evaluation()) for t in targets)
    baseline = task.baseline()
    assert baseline.accuracy == pytest.approx(max(said.values()) / said.total())
    assert said[baseline.label] == max(said.values())


def test_without_missed_days_always_saying_one_of_three_is_right_every_third_day():
    assert three_days(length=15).baseline().accuracy == pytest.approx(1 / 3)


def test_the_evaluation_covers_every_start():
    assert three_days().evaluation().x[0].sum(axis=0).tolist() == [1, 1, 1]
    assert three_days(missed=0.2).evaluation().x[0].sum(axis=0).tolist() == [22, 21, 21, 0]


def test_there_is_one_probe_for_each_start():
    expected = ("starts with shoulder", "starts with biceps", "starts with cardio")
    assert three_days().probe_names == expected


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_labels_of_a_probe_are_its_numbers_in_words(setting):
    task = three_days(**setting)
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
        task = three_days(missed=missed)
        assert "rest" in task.probe(0).input_labels
        assert any(name.endswith("misses 6 days in a row") for name in task.probe_names)
        assert any(name.endswith("misses no day") for name in task.probe_names)


@pytest.mark.parametrize("index", [-1, 3, 1.0, True, "0", None])
def test_a_probe_that_is_not_there_is_refused(index):
    with pytest.raises(ValueError, match=r"^probe must be a whole number 0\.\.2, got "):
        three_days().probe(index)


def test_the_table_of_symbols_counts_the_evaluation_inputs():
    task = three_days(missed=0.2)
    table = task.symbols()
    said = Counter(s for seen, _ in read(task, task.evaluation()) for s in seen)
    assert table["symbol"].tolist() == ["shoulder", "biceps", "cardio", "rest"]
    assert table["integer"].tolist() == [0, 1, 2, 3]
    assert table["count"].tolist() == [said[symbol] for symbol in table["symbol"]]


def test_examples_are_sequences_in_words():
    task = three_days(missed=0.3, length=4)
    examples = task.examples(np.random.default_rng(0), 5)
    assert len(examples) == 5
    for example in examples:
        assert due_next(task.exercises, example.seen) == list(example.answers)


def test_the_description_is_made_from_the_settings():
    text = three_days(exercises=("run", "swim"), length=9).description
    assert "2 exercises" in text
    assert "run → swim" in text
    assert "9 days" in text
    assert "missed" not in text
    assert "25 %" in three_days(missed=0.25).description


def test_equal_settings_make_equal_tasks():
    assert three_days(["shoulder ", "biceps", "cardio"], missed=0) == three_days()
    assert hash(three_days(missed=0)) == hash(three_days())
    assert three_days(length=15) != three_days()


def test_rest_may_be_an_exercise_as_long_as_no_day_is_missed():
    assert three_days(("push", "pull", "rest")).output_labels == ("push", "pull", "rest")


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
            {"exercises": ["Run", " rUN ", "run"]},
            "exercises must be at least 2 different names, got 'Run' 3 times",
        ),
        (
            {"exercises": ["run", "Rest Day"], "rest_day": "Sunday"},
            "no exercise may be called 'rest day' while there is a weekly rest day, got 'Rest Day'",
        ),
        (
            {"when_missed": "stops"},
            "when_missed must be one of waits, runs on, got 'stops'",
        ),
        ({"view": "tomorrow"}, "view must be one of yesterday, calendar, got 'tomorrow'"),
        ({"noise": 0.6}, "noise must be 0..0.5, got 0.6"),
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
        three_days(**setting)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "name",
    ["<img src=x onerror=alert(1)>", "🏋🏽\u200d♀\ufe0f", "כתפיים", "**bold**", "=cmd|' /C x'!A0"],
)
def test_markup_emoji_and_right_to_left_names_are_plain_data(name):
    task = three_days((name, "run"))
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
        task = three_days(exercises, length, missed)
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
        task = three_days(exercises, length, missed)
    except ValueError as refusal:
        sentence = str(refusal)
    else:
        check_that_everything_answers(task)
        return
    assert "different" in sentence  # ß and ss


def check_that_everything_answers(task):
    for seen, targets in read(task, task.sample(np.random.default_rng(0), 3)):
        if "rest" not in task.exercises and len(set(task.exercises)) == len(task.exercises):
            assert targets == due_next(task.exercises, seen)
    assert 0 < task.baseline().accuracy <= 1
    assert task.description
    assert len(task.symbols()) == task.input_size
    assert len(task.examples(np.random.default_rng(0), 2)) == 2
    assert task.probe(len(task.probe_names) - 1).name == task.probe_names[-1]


# The options beyond the plain schedule.

WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SPLIT = ("push", "cardio", "pull", "cardio", "legs")
OPTIONS = [
    {"exercises": SPLIT},
    {"exercises": SPLIT, "missed": 0.3, "noise": 0.2, "rest_day": "Tuesday", "length": 30},
    {"when_missed": "runs on", "missed": 0.4},
    {"rest_day": "Sunday", "length": 22},
    {"rest_day": "Monday", "missed": 0.2, "when_missed": "runs on", "length": 15},
    {"noise": 0.5},
    {"exercises": ("a", "a", "b"), "noise": 0.1, "missed": 0.1},
]


def lived(task, start, missed):
    """Walk through the days of a schedule slowly: what it says for each day, one more than seen."""
    place, said = start, []
    for day in range(task.length + 1):
        off = task.rest_day != "none" and day % 7 == 6
        said.append("rest day" if off else task.exercises[place % len(task.exercises)])
        waits = off or (day < task.length and missed[day] and task.when_missed == "waits")
        place += not waits
    return said


def explained_by(task, start, seen, targets):
    """Tell whether a schedule that began at this place explains what was seen and asked for."""
    said = lived(task, start, [name == "rest" for name in seen])
    allowed = ("rest",) if task.missed else ()
    for day, (name, due) in enumerate(zip(seen, said, strict=False)):
        if due == "rest day" or day == 0:
            if name != due:
                return False
        elif name != due and name not in allowed and not task.noise:
            return False
    return said[1:] == targets


@pytest.mark.parametrize("setting", OPTIONS, ids=str)
def test_each_sequence_is_one_that_a_slow_walk_from_some_start_gives(setting):
    task = three_days(**setting)
    probes = [task.probe(index).batch for index in range(len(task.probe_names))]
    inputs = task.vocabulary.labels
    for batch in [task.sample(np.random.default_rng(0), 40), task.evaluation(), *probes]:
        for x, y in zip(batch.x.transpose(1, 0, 2), batch.y.T, strict=True):
            seen = [inputs[int(row.argmax())] for row in x]
            targets = [task.output_labels[target] for target in y]
            starts = range(len(task.exercises))
            assert any(explained_by(task, start, seen, targets) for start in starts)


@pytest.mark.parametrize(
    ("exercises", "days"),
    [
        (("shoulder", "biceps", "cardio"), 1),
        (("shoulder", "cardio", "biceps", "cardio"), 2),
        (("a", "b", "a", "b"), 1),
        (("a", "a", "b"), 2),
        (("a", "a", "a", "b"), 3),
        (SPLIT, 2),
        (("a", "b", "c", "a", "b", "d"), 3),
        (("a",) * 49 + ("b",), 49),
    ],
)
def test_the_days_of_memory_are_what_a_look_at_all_windows_says(exercises, days):
    task = three_days(exercises)
    assert task.memory_days == days

    def determined(count):
        after = defaultdict(set)
        long = exercises * 3
        for place in range(len(exercises)):
            after[long[place : place + count]].add(long[place + count])
        return all(len(found) == 1 for found in after.values())

    assert determined(days)
    assert not any(determined(count) for count in range(1, days))
    assert (f"the last {days} exercises determine" in task.description) == (days > 1)


def test_a_repeated_exercise_has_one_output():
    task = three_days(("Push", "cardio", "pull", "CARDIO"))
    assert task.exercises == ("Push", "cardio", "pull", "cardio")
    assert task.output_labels == ("Push", "cardio", "pull")
    assert task.input_size == 3
    assert task.probe_names[3] == "starts with cardio, day 4 of the schedule"
    # Push, pull follow cardio equally often: half of the days after it are lost without memory.
    assert task.memoryless == pytest.approx(0.75, abs=0.03)


def test_days_before_enough_was_seen_do_not_count_in_the_evaluation():
    assert three_days().evaluation().mask is None
    mask = three_days(("a", "a", "a", "b")).evaluation().mask
    assert mask[:2].sum() == 0
    assert mask[2:].all()


def test_missing_days_let_the_schedule_wait_or_run_on():
    for when, expected in (("waits", ["a", "b"]), ("runs on", ["a", "c"])):
        task = three_days(("a", "b", "c"), missed=0.5, when_missed=when, length=3)
        for x in task.sample(np.random.default_rng(0), 60).x.transpose(1, 0, 2):
            seen = [task.vocabulary.labels[int(row.argmax())] for row in x]
            if seen[0] == "a" and seen[1] == "rest" and seen[2] != "rest":
                assert [seen[0], seen[2]] == expected


def test_something_else_is_done_as_often_as_was_asked_for():
    task = three_days(noise=0.3, length=200)
    batch = task.sample(np.random.default_rng(0), 50)
    # What is seen on day t + 1 is what was due after day t, unless something else was done.
    assert (batch.x[1:].argmax(axis=2) != batch.y[:-1]).mean() == pytest.approx(0.3, abs=0.02)


def test_the_calendar_is_that_of_python():
    first = datetime.date(2024, 1, 1)
    for day in range(0, calendar.PERIOD, 13):
        date = first + datetime.timedelta(day)
        assert calendar.MONTH[day] + 1 == date.month
        assert calendar.WEEKDAYS[day % 7] == date.strftime("%A")
    assert len(calendar.MONTH) == calendar.PERIOD
    again = first + datetime.timedelta(calendar.PERIOD)
    assert (again.year, again.month, again.day, again.weekday()) == (2052, 1, 1, 0)


CALENDAR = [
    {},
    {"exercises": tuple("abcdefg")},
    {"exercises": tuple("abcdef"), "rest_day": "Sunday"},
    {"exercises": tuple("abcdef"), "rest_day": "Wednesday"},
    {"exercises": ("a", "b"), "rest_day": "Monday"},
    {"exercises": SPLIT},
    {"missed": 0.2},
    {"missed": 0.2, "when_missed": "runs on", "exercises": tuple("abcdefg")},
    {"missed": 0.2, "rest_day": "Friday"},
]


@pytest.mark.parametrize("setting", CALENDAR, ids=str)
def test_the_best_accuracy_from_the_calendar_is_what_a_long_count_gives(setting):
    task = three_days(**setting, view="calendar")
    assert task.input_size == 7 + 12 + 3
    known = defaultdict(Counter)
    batch = task.sample(np.random.default_rng(0), 2_000)  # of 14 days: each weekday twice
    for x, y in zip(batch.x.reshape(-1, 22), batch.y.ravel(), strict=True):
        assert x.sum() == 3
        known[tuple(x[:7])][int(y)] += 1  # months say next to nothing, and would need more data
    counted = sum(max(of.values()) for of in known.values()) / 28_000
    assert task.best_accuracy == pytest.approx(counted, abs=0.025)


@pytest.mark.parametrize(
    ("setting", "best"),
    [
        ({"exercises": tuple("abcdefg")}, 1.0),
        ({"exercises": tuple("abcdef"), "rest_day": "Sunday"}, 1.0),
        ({"missed": 0.1}, 1 / 3),
        ({"missed": 0.1, "rest_day": "Sunday"}, 1 / 7 + 6 / 7 / 3),
    ],
)
def test_the_best_accuracy_from_the_calendar_is_exact(setting, best):
    assert three_days(**setting, view="calendar").best_accuracy == pytest.approx(best)


def test_a_cycle_of_three_in_a_week_of_seven_cannot_be_known_from_the_calendar():
    task = three_days(view="calendar")
    assert task.best_accuracy < 0.35
    assert "more than 34 % of the days" in task.description
    assert task.memoryless == task.best_accuracy
    assert three_days().memoryless == 1.0


def test_the_days_of_the_calendar_view_follow_each_other():
    task = three_days(view="calendar", length=40, rest_day="Thursday")
    for index in range(len(task.probe_names)):
        probe = task.probe(index)
        days = [label.split(", ")[0] for label in probe.input_labels]
        first = WEEK.index(next(day for day in WEEK if day.startswith(days[0])))
        assert days == [WEEK[(first + step) % 7][:3] for step in range(40)]
        for day, due in zip(days, probe.target_labels, strict=True):
            assert (day == "Thu") == (due == "rest day")


def test_three_weeks_can_be_drawn_as_a_calendar():
    task = three_days(missed=0.2, noise=0.4, rest_day="Sunday", length=5)
    table, batch = task.weeks(np.random.default_rng(0))
    assert table["weekday"].tolist() == list(WEEK) * 3
    assert batch.x.shape == (21, 1, task.input_size)
    assert table["due"].tolist()[1:] == [task.output_labels[y] for y in batch.y[:-1, 0]]
    assert table["done"].tolist() == [task.vocabulary.labels[i] for i in batch.x[:, 0].argmax(1)]
    assert (table["done"] == "rest").tolist() == table["missed"].tolist()
    assert (table["weekday"] == "Sunday").tolist() == (table["due"] == "rest day").tolist()
    assert table["missed"].any()
    assert table["other"].any()
    expected = (table["done"] != table["due"]) & ~table["missed"]
    assert expected.tolist() == table["other"].tolist()


@pytest.mark.parametrize(
    ("exercises", "missed", "when", "off", "noise", "view"),
    list(itertools.product(
        [("a", "b"), SPLIT], [0.0, 0.3], ["waits", "runs on"], ["none", "Sunday"], [0.0, 0.3],
        ["yesterday", "calendar"],
    )),
)  # fmt: skip
def test_all_options_go_together(exercises, missed, when, off, noise, view):
    for length in (2, 9):
        task = three_days(exercises, length, missed, when, off, noise, view)
        batch = task.sample(np.random.default_rng(0), 3)
        assert batch.x.shape == (length, 3, task.input_size)
        assert 0 <= batch.y.min() <= batch.y.max() < len(task.output_labels)
        assert 0 < task.baseline().accuracy <= 1
        assert 0 < task.memoryless <= 1
        assert 0 < task.best_with_memory <= 1
        assert task.description
        assert len(task.symbols()) == task.input_size
        assert len(task.examples(np.random.default_rng(0), 2)) == 2
        assert len(set(task.probe_names)) == len(task.probe_names)
        assert task.probe(len(task.probe_names) - 1).name == task.probe_names[-1]
        assert task.weeks(np.random.default_rng(0))[1].x.shape[0] == 21


def slow_best_with_memory(task):
    """Try every start on each evaluation sequence, day by day."""
    batch, starts = task.evaluation(), len(task.exercises)
    right = counted = 0
    for column in range(batch.y.shape[1]):
        seen = task._read_inputs(batch)[column]
        fits = [1.0] * starts
        for step in range(task.length):
            for start in range(starts):
                place = start
                for day in range(step):
                    off = task.rest_day != "none" and day % 7 == 6
                    waits = seen[day] == "rest" and task.when_missed == "waits"
                    place += not off and not waits
                due = task.exercises[place % starts]
                if seen[step] in task.exercises and seen[step] != due:
                    kinds = len(set(task.exercises))
                    fits[start] *= task.noise / (kinds - 1) if step else 0.0
                elif seen[step] in task.exercises:
                    fits[start] *= 1 - task.noise
            if batch.mask is not None and not batch.mask[step, column]:
                continue
            votes = defaultdict(float)
            for start in range(starts):
                place = start
                for day in range(step + 1):
                    off = task.rest_day != "none" and day % 7 == 6
                    waits = seen[day] == "rest" and task.when_missed == "waits"
                    place += not off and not waits
                off = task.rest_day != "none" and (step + 1) % 7 == 6
                votes["rest day" if off else task.exercises[place % starts]] += fits[start]
            counted += 1
            answer = max(task.output_labels, key=lambda name, votes=votes: votes[name])
            right += answer == task.output_labels[batch.y[step, column]]
    return right / counted


@pytest.mark.parametrize(
    "setting",
    [
        {"length": 5},
        {"length": 6, "missed": 0.4},
        {"length": 6, "missed": 0.4, "when_missed": "runs on", "noise": 0.3},
        {"length": 9, "rest_day": "Friday", "noise": 0.2, "missed": 0.2},
        {"length": 7, "exercises": ("a", "b", "a", "c"), "noise": 0.3},
        {"length": 8, "exercises": tuple("aabab"), "missed": 0.3, "noise": 0.2},
    ],
)
def test_the_best_with_memory_is_what_trying_all_starts_gives(setting):
    task = three_days(**setting)
    assert task.best_with_memory == pytest.approx(slow_best_with_memory(task))
    assert three_days(**setting, view="calendar").best_with_memory == task.best_with_memory
    assert task.memoryless <= task.best_with_memory + 1e-9


def test_the_evaluation_from_the_calendar_meets_weekdays_and_exercises_evenly():
    batch = three_days(view="calendar").evaluation()
    weekday = batch.x[:, :, :7].argmax(axis=2)
    meetings = np.bincount((weekday * 3 + batch.y).ravel(), minlength=21)
    assert meetings.max() - meetings.min() <= 0.05 * meetings.mean()
