"""Every task is found by its key and keeps the promises of the protocol."""

import dataclasses
import pickle

import numpy as np
import pytest

from rnnviz.tasks import TASKS, GymSchedule, NextSymbol, make_task

ALL = sorted(TASKS)


def test_a_task_is_made_from_its_key_and_settings():
    assert make_task("gym", length=20) == GymSchedule(length=20)
    assert make_task("symbols") == NextSymbol()


@pytest.mark.parametrize(
    ("key", "settings", "sentence"),
    [
        ("chess", {}, "task must be one of gym, symbols, got 'chess'"),
        (None, {}, "task must be one of gym, symbols, got None"),
        ([], {}, "task must be one of gym, symbols, got []"),
        ("gym", {"text": "a"}, "gym has the settings exercises, length, missed, got 'text'"),
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
        assert np.issubdtype(batch.y.dtype, np.integer)
        assert 0 <= batch.y.min() <= batch.y.max() < outputs
        if batch.mask is not None:
            assert batch.mask.shape == batch.y.shape
            assert batch.mask.dtype == bool
            assert batch.mask.any()
    assert task.title
    assert task.loss == "cross_entropy"
    for index in range(len(task.probe_names)):
        probe = task.probe(index)
        assert probe.batch.x.shape == (task.length, 1, task.input_size)
        assert len(probe.input_labels) == len(probe.target_labels) == task.length


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
