"""Every task is found by its key and keeps the promises of the protocol."""

import dataclasses
import pickle

import numpy as np
import pytest

from rnnviz.tasks import TASKS, GymSchedule, NextSymbol, make_task
from rnnviz.tasks.column import Column
from rnnviz.tasks.generated import Generated
from rnnviz.tasks.windows import Windows

ALL = sorted(TASKS)


def test_a_task_is_made_from_its_key_and_settings():
    assert make_task("gym", length=20) == GymSchedule(length=20)
    assert make_task("symbols") == NextSymbol()


@pytest.mark.parametrize(
    ("key", "settings", "sentence"),
    [
        ("chess", {}, f"task must be one of {', '.join(TASKS)}, got 'chess'"),
        (None, {}, f"task must be one of {', '.join(TASKS)}, got None"),
        ([], {}, f"task must be one of {', '.join(TASKS)}, got []"),
        (
            "echo",
            {"text": "a"},
            "echo has the settings lag, kinds, length, got 'text'",
        ),
        ("gym", {"length": 0}, "length must be a whole number 2..500, got 0"),
    ],
)
def test_an_unknown_task_or_setting_is_refused(key, settings, sentence):
    with pytest.raises(ValueError, match=r".") as refusal:
        make_task(key, **settings)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("key", ALL)
def test_the_fields_describe_all_settings_and_their_defaults(key):
    kind = TASKS[key]
    assert kind.key == key
    names = [field.name for field in dataclasses.fields(kind)]
    assert [field.name for field in kind.fields] == names
    task = make_task(key)
    for field in kind.fields:
        assert getattr(task, field.name) == field.default
        assert field.check(field.default) == field.default
        assert field.help
        assert field.label
    shorts = [field.short for field in kind.fields]
    assert all(shorts)
    assert len(set(shorts)) == len(shorts)


@pytest.mark.parametrize("key", ALL)
def test_the_parts_of_a_task_fit_together(key):
    task = make_task(key)
    outputs = len(task.output_labels)
    for batch in (task.sample(np.random.default_rng(0), 5), task.evaluation()):
        assert batch.x.dtype == np.float64
        assert batch.x.shape == (task.length, batch.y.shape[1], task.input_size)
        assert batch.y.shape[0] == task.length
        if task.loss == "cross_entropy":
            assert batch.y.ndim == 2
            assert np.issubdtype(batch.y.dtype, np.integer)
            assert 0 <= batch.y.min() <= batch.y.max() < outputs
        else:
            assert batch.y.shape[2:] == (outputs,)
            assert np.isfinite(batch.y).all()
        if batch.mask is not None:
            assert batch.mask.shape == batch.y.shape[:2]
            assert batch.mask.dtype == bool
            assert batch.mask.any()
    assert task.title
    assert task.measure == {"cross_entropy": "accuracy", "squared_error": "error"}[task.loss]
    assert task.baseline().measure == task.measure
    assert task.teaches.endswith(".")
    assert task.description.endswith(".")
    assert task.difficulty in {field.name for field in task.fields}
    assert "length" in {field.name for field in task.fields}
    assert_the_scores_are_in_order(task)
    for index in range(len(task.probe_names)):
        probe = task.probe(index)
        assert probe.batch.x.shape == (task.length, 1, task.input_size)
        assert len(probe.input_labels) == len(probe.target_labels) == task.length


def assert_the_scores_are_in_order(task):
    """A constant answer does no better than a function of the input, and that does not solve it."""
    scores = [task.baseline().score, task.memoryless]
    if task.key not in MEMORYLESS:
        scores.append(task.solved)
    assert scores == sorted(scores, reverse=task.measure == "error")


#: Without missed days, a schedule without repetition follows from yesterday alone.
MEMORYLESS = {"gym"}


@pytest.mark.parametrize("key", ALL)
def test_a_task_can_be_copied_after_use(key):
    task = make_task(key)
    task.evaluation()
    copy = pickle.loads(pickle.dumps(task))
    assert copy == task
    np.testing.assert_array_equal(copy.evaluation().x, task.evaluation().x)


@pytest.mark.parametrize("key", ALL)
def test_a_task_is_frozen(key):
    with pytest.raises(dataclasses.FrozenInstanceError):
        make_task(key).length = 5


@pytest.mark.parametrize("base", [Generated, Windows, Column])
def test_a_task_that_leaves_out_what_each_must_say_cannot_be_made(base):
    with pytest.raises(TypeError, match="abstract"):
        base()
