"""Tasks from one's own CSV: scaled by the training part, split in time order, or refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks import SAMPLE_LABELS, SAMPLE_SERIES, DelayedRecall, NextLabel, NextValue
from rnnviz.training import RunConfig, Trainer


def series(values, name="value"):
    return name + "\n" + "\n".join(map(str, values))


def several(rows=200):
    """Return a CSV in which `a` is what `b`, far larger, was a row before."""
    b = np.random.default_rng(0).normal(1000, 200, size=rows + 1).round(2)
    days = np.datetime64("2023-12-30") + np.arange(rows)
    return "day,a,b\n" + "\n".join(
        f"{day},{before / 1000},{now}" for day, before, now in zip(days, b[:-1], b[1:], strict=True)
    )


SEVERAL = several()
COUNT = NextValue(series(range(100)), length=5)


@pytest.mark.parametrize("ahead", [1, 4])
def test_targets_are_the_values_some_rows_later(ahead):
    values = np.random.default_rng(0).normal(50, 9, size=200).round(3)
    task = NextValue(series(values), length=7, ahead=ahead)
    known = {round(value, 3): place for place, value in enumerate(values.tolist())}
    batch = task.sample(np.random.default_rng(0), 50)
    assert batch.mask is None
    for x, y in zip(
        task.unscale(batch.x[:, :, 0]).T, task.unscale(batch.y[:, :, 0]).T, strict=True
    ):
        place = known[round(float(x[0]), 3)]
        np.testing.assert_allclose(x, values[place : place + 7])
        np.testing.assert_allclose(y, values[place + ahead : place + ahead + 7])


def test_scaling_is_made_from_the_training_part_alone():
    values = [1.0, 3.0] * 40 + [1000.0] * 20
    task = NextValue(series(values), length=4)
    assert task.mean == 2.0
    assert task.deviation == 1.0
    assert set(task.evaluation().x.ravel()) == {-1.0, 1.0}
    assert task.held_out().y.max() == 998.0
    np.testing.assert_array_equal(task.unscale([-1.0, 0.0, 998.0]), [1, 2, 1000])
    assert "mean 2 becomes 0, standard deviation 1 becomes 1" in task.description


def test_the_last_fifth_is_held_out_in_time_order():
    drawn = COUNT.unscale(COUNT.sample(np.random.default_rng(0), 5000).y).round()
    assert drawn.max() == 79
    held_out = COUNT.held_out()
    scored = COUNT.unscale(held_out.y[held_out.mask][:, 0]).round()
    assert set(scored.tolist()) == set(range(80, 100))
    assert COUNT.unscale(COUNT.evaluation().y).max().round() == 79
    assert "The last 20 values are held out." in COUNT.description
    assert NextValue(series(range(100)), holdout=0).held_out() is None


def test_probes_and_examples_of_a_series_are_values_of_the_file():
    probe = COUNT.probe(0)
    assert probe.input_labels == ("0", "1", "2", "3", "4")
    assert probe.target_labels == ("1", "2", "3", "4", "5")
    assert COUNT.probe_names[0] == "from value 1"
    assert COUNT.probe_names[-1] == "from value 95 (held out)"
    for example in COUNT.examples(np.random.default_rng(0), 4):
        assert [int(answer) - 1 for answer in example.answers] == list(map(int, example.seen))


def test_labels_are_read_and_the_next_one_is_asked_for():
    names = ["a", "b", "c", "d"] * 25
    task = NextLabel("n,label\n" + "\n".join(f"{i},{x}" for i, x in enumerate(names)), length=3)
    assert task.chosen == "label"
    assert task.output_labels == ("a", "b", "c", "d")
    for batch in (task.sample(np.random.default_rng(0), 20), task.evaluation(), task.held_out()):
        np.testing.assert_array_equal(batch.y, (batch.x.argmax(axis=2) + 1) % 4)
        assert batch.mask.sum() == batch.mask.shape[1]
    assert task.memoryless == 1.0
    assert task.probe(0).input_labels == ("a", "b", "c")
    assert task.probe(0).target_labels == ("", "", "d")
    assert task.windows == 80 - 3
    assert task.held_out().y.shape == (3, 20)
    assert task.symbols()["count"].tolist() == [25] * 4


def test_gaps_are_reported_in_the_description():
    text = series(["1", "2", "", "4", "5", "6", "7", "9"])
    assert "Row 4 has no value and was dropped." in NextValue(text, length=2).description
    filled = NextValue(text, length=2, gaps="filled", holdout=0)
    assert filled.unscale(filled.probe(0).batch.y[-1, 0]).round(6).tolist() == [3.0]


def test_the_shipped_samples_need_a_memory():
    for task in (NextValue(), NextLabel()):
        assert task.gap.rows
        assert task.held_out() is not None
    assert NextValue().chosen == "visitors"
    assert NextLabel().chosen == "weather"
    assert NextValue(SAMPLE_SERIES) == NextValue()
    assert NextLabel(SAMPLE_LABELS).memoryless < 0.8


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: NextValue(series(range(9)), length=9),
            "at least 11 values for a window of 9, got 9",
        ),
        (lambda: NextValue(series([5] * 9)), "at least 2 different numbers, got 5 throughout"),
        (lambda: NextValue(series(range(9)), "x"), "column must be one of 'value', got 'x'"),
        (lambda: NextValue("a,b\nx,y\nu,v"), "must hold numbers from -1e30 to 1e30, got 'y'"),
        (lambda: NextValue(SEVERAL, "a", ("a",)), "other columns, each once, got 'a'"),
        (lambda: NextValue(SEVERAL, "a", ("b", "b")), "other columns, each once, got 'b'"),
        (lambda: NextValue(SEVERAL, "a", ("z",)), "column must be one of"),
        (lambda: NextValue(SEVERAL, "a", ("day",)), "must hold numbers from -1e30 to 1e30"),
        (lambda: NextValue(SEVERAL, inputs=("b",) * 21), "inputs must be a list of 0..20 names"),
        (lambda: NextValue(""), "csv must be a text of 1..5000000 characters, got 0"),
        (lambda: NextLabel(series(["a"] * 20)), "must have 2..500 different labels, got 1"),
        (lambda: NextLabel(series(range(501))), "must have 2..500 different labels, got 501"),
        (lambda: NextValue(gaps="ignored"), "gaps must be one of dropped, filled, got 'ignored'"),
        (lambda: NextLabel("a\n1"), "at least 2 rows of values below the names, got 1"),
    ],
)
def test_a_refusal_says_what_is_allowed_and_what_came(make, sentence):
    with pytest.raises(ValueError, match=r".") as refusal:
        make()
    assert sentence in str(refusal.value)


def test_a_part_that_is_constant_is_not_divided_by_zero():
    task = NextValue(series([7] * 80 + [9] * 20), length=3)
    assert task.deviation == 1.0
    assert np.isfinite(task.held_out().y).all()


def test_the_evaluation_of_long_windows_of_many_labels_is_bounded():
    task = NextLabel(series([f"l{i % 500}" for i in range(5000)]), length=200)
    assert task.evaluation().x.nbytes < 16e6
    assert task.held_out().x.nbytes < 16e6
    assert DelayedRecall(200).evaluation().x.nbytes < 16e6


CELLS = st.sampled_from(
    ["1", "2", "2.5", "-7", "", "NA", "inf", "1e200", "1e-300", "x", "=1+1", "é"]
)


@given(
    cells=st.lists(CELLS, max_size=12),
    kind=st.sampled_from([NextValue, NextLabel]),
    gaps=st.sampled_from(["dropped", "filled"]),
    length=st.integers(1, 4),
    holdout=st.sampled_from([0.0, 0.2, 0.5]),
)
@settings(derandomize=True, max_examples=200, deadline=None)
def test_any_column_makes_a_task_or_a_value_error(cells, kind, gaps, length, holdout):
    try:
        task = kind(series(cells), gaps=gaps, length=length, holdout=holdout)
    except ValueError:
        return
    for batch in (task.sample(np.random.default_rng(0), 3), task.evaluation(), task.held_out()):
        if batch is not None:
            assert batch.x.shape[0] == length
            assert np.isfinite(batch.x).all()
            assert np.isfinite(batch.y).all()
            assert batch.mask is None or batch.mask.any(axis=0).all()
    assert task.description
    assert np.isfinite([task.memoryless, task.solved, task.baseline().score]).all()
    assert len(task.examples(np.random.default_rng(0), 2)) == 2
    assert task.probe(len(task.probe_names) - 1).name == task.probe_names[-1]
    if isinstance(task, NextValue):
        _, values, batch = task.latest(3)
        np.testing.assert_allclose(task.unscale(batch.y[-1, :, 0]), values, rtol=1e-9, atol=1e-9)


def test_the_latest_values_are_asked_for_by_their_windows():
    places, values, batch = NextValue(series(range(1, 101)), length=5, ahead=2).latest(10)
    np.testing.assert_array_equal(places, range(91, 101))
    np.testing.assert_array_equal(values, range(91, 101))
    assert batch.x.shape == (5, 10, 1)
    assert NextValue(series(range(1, 101)), length=5, ahead=2).latest(1000)[0][0] == 7


def test_what_always_saying_the_mean_gives_is_told_in_the_units_of_the_data():
    task = NextValue(series(range(0, 1000, 10)), holdout=0.0)
    assert task.scale == (task.mean, task.deviation)
    off = np.sqrt(task.baseline().score) * task.deviation
    assert (
        task.baseline()
        .error_in_words(task.baseline().score)
        .endswith(f"(±{off:.3g} in the units of the data)")
    )


def test_several_columns_come_in_and_one_is_predicted():
    task = NextValue(SEVERAL, "a", ("b",), length=6)
    batch = task.sample(np.random.default_rng(0), 40)

    assert task.input_names == ("a", "b")
    assert task.output_labels == ("next a",)
    assert (batch.x.shape, batch.y.shape) == ((6, 40, 2), (6, 40, 1))
    # What comes next in `a` is in `b` now; both are scaled, each by itself.
    means, deviations = task._scales
    raw_b = batch.x[:, :, 1] * deviations[1] + means[1]
    np.testing.assert_allclose(task.unscale(batch.y[:, :, 0]), raw_b / 1000, rtol=1e-6)
    trained = task._sequence[: task.trained]
    np.testing.assert_allclose(means, trained.mean(axis=0))
    np.testing.assert_allclose(deviations, trained.std(axis=0))
    assert task.scale == (means[0], deviations[0])


def test_what_a_model_without_memory_reaches_uses_all_columns():
    assert NextValue(SEVERAL, "a", ("b",)).memoryless < 1e-6
    assert NextValue(SEVERAL, "a").memoryless > 0.5


def test_a_network_learns_from_the_other_column():
    with_b = Trainer(RunConfig(task="values", cell="rnn"), NextValue(SEVERAL, "a", ("b",)))
    without = Trainer(RunConfig(task="values", cell="rnn"), NextValue(SEVERAL, "a"))
    for trainer in (with_b, without):
        trainer.advance(iterations=150)

    assert with_b.score().held_out < 0.1
    assert without.score().held_out > 0.5
    assert with_b.trace().inputs.shape == (14, 2)


def test_the_probe_shows_all_columns_and_the_samples_the_one_that_is_predicted():
    task = NextValue("a,b\n1,10\n2,30\n3,20\n4,50\n5,40\n6,70", "a", ("b",), length=2, holdout=0)
    assert task.probe(0).input_labels == ("1, 10", "2, 30")
    assert task.probe(0).target_labels == ("2", "3")
    for example in task.examples(np.random.default_rng(0), 3):
        assert [int(answer) - 1 for answer in example.answers] == list(map(int, example.seen))
    assert "of 'a', with 'b' of the same rows. At each step" in task.description


def test_values_have_the_dates_of_their_rows_where_the_file_tells_them():
    task = NextValue(SEVERAL, length=5)
    places = task.latest(3)[0]
    assert task.chosen == "a"
    assert task.dates(places) == ["2024-07-14", "2024-07-15", "2024-07-16"]
    assert task.probe_names[0] == "from value 1, 2023-12-30"
    assert len(set(task.probe_names)) == len(task.probe_names)
    assert COUNT.dates(places) is None


def test_dates_stay_with_their_values_where_rows_are_dropped():
    text = "day,a\n" + "\n".join(f"2024-01-{n:02},{n if n % 3 else ''}" for n in range(1, 29))
    task = NextValue(text, length=2, holdout=0)
    places, values, _ = task.latest(100)
    assert task.dates(places) == [f"2024-01-{int(value):02}" for value in values]
