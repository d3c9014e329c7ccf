"""RunConfig holds only values that are allowed, and says what is wrong with the others."""

import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import GymSchedule
from rnnviz.training import FIELD, FIELDS, LIVE_KNOBS


def test_the_defaults_of_the_table_are_those_of_the_class():
    assert {f.name: f.default for f in FIELDS} == dataclasses.asdict(RunConfig())


def test_what_the_issue_calls_live_is_live():
    assert {"learning_rate", "clip_norm", "truncate", "optimizer", "batch_size"} <= set(LIVE_KNOBS)
    assert not {"task", "cell", "hidden_size", "layers", "seed", "dtype"} & set(LIVE_KNOBS)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("hidden_size", 0, r"hidden_size must be a whole number 1\.\.512, got 0"),
        ("hidden_size", 2.5, r"hidden_size must be a whole number 1\.\.512, got 2\.5"),
        ("hidden_size", True, r"hidden_size must be .* got True"),
        ("layers", 5, r"layers must be a whole number 1\.\.4, got 5"),
        ("seed", -1, r"seed must be a whole number 0\.\..*, got -1"),
        ("cell", "transformer", r"cell must be one of rnn, relu, gru, lstm.*, got 'transformer'"),
        ("learning_rate", 0, r"learning_rate must be 1e-06\.\.100, got 0"),
        ("learning_rate", float("nan"), r"learning_rate must be .*, got nan"),
        ("learning_rate", "fast", r"learning_rate must be .*, got 'fast'"),
        ("batch_size", 257, r"batch_size must be a whole number 1\.\.256, got 257"),
        ("clip_norm", 0, r"clip_norm must be 0\.001\.\.1000, or none, got 0"),
        ("truncate", 0, r"truncate must be a whole number 1\.\.500, or none, got 0"),
        ("dtype", "float16", r"dtype must be one of float32, float64, got 'float16'"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_with_the_range(name, value, sentence):
    with pytest.raises(ValueError, match=sentence):
        RunConfig(**{name: value})


def test_a_config_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        RunConfig().seed = 1


@pytest.mark.parametrize(
    ("settings", "without_effect"),
    [
        ({}, {"momentum", "window", "reset"}),
        ({"optimizer": "sgd"}, {"window", "reset"}),
        ({"cell": "gru"}, {"momentum", "window", "forget_bias"}),
        ({"initial_weights": "uniform"}, {"momentum", "window", "reset", "spectral_radius"}),
        (
            {"cell": "mlp"},
            {"momentum", "forget_bias", "spectral_radius", "truncate", "attention", "reset"}
            | {"bidirectional"},
        ),
        (
            {"cell": "gru", "bidirectional": True},
            {"momentum", "window", "forget_bias", "truncate", "attention"},
        ),
    ],
)
def test_a_setting_without_effect_is_known_and_changes_nothing(settings, without_effect):
    """The rule of the table is measured: nothing else is changed by such a setting."""
    config = RunConfig(hidden_size=3, batch_size=2, **settings)
    task = GymSchedule(length=6)
    found = {
        field.name
        for field in FIELDS
        if field.without_effect(lambda name: getattr(config, name), FIELD)
    }
    assert found == without_effect
    others = {"momentum": 0.1, "window": 1, "forget_bias": 3.0, "spectral_radius": 0.5}
    others |= {"truncate": 2, "attention": "dot", "reset": "before", "bidirectional": True}
    others |= {} if config.cell == "mlp" else {"window": 3}
    for name in without_effect:
        first, other = Trainer(config, task), Trainer(replace(config, **{name: others[name]}), task)
        first.advance(iterations=3)
        other.advance(iterations=3)
        np.testing.assert_array_equal(first.network.flat, other.network.flat, err_msg=name)
