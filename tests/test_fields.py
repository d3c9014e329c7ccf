"""A field accepts what it says, and refuses everything else with one clear sentence."""

import ast
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.fields import Field, check_settings, shown
from rnnviz.tasks import TASKS
from tests.serving import ROOT

SIZE = Field("size", "Size", int, 16, "help", low=1, high=128)
RATE = Field("rate", "Rate", float, 0.1, "help", low=0.0, high=10.0)
SEED = Field("seed", "Seed", int, 0, "help", low=0, high=2**63 - 1)
NORM = Field("norm", "Norm", float, None, "help", low=0.001, high=1000.0, optional=True)
CELL = Field("cell", "Cell", str, "lstm", "help", choices=("rnn", "lstm"))
TEXT = Field("text", "Text", str, "a", "help", low=1, high=10)
FREE = Field("free", "Free", str, "", "help")
NAMES = Field("names", "Names", tuple, ("a", "b"), "help", low=2, high=4)
SWITCH = Field("switch", "Switch", bool, True, "help")
FLOOR = Field("floor", "Floor", float, 1.0, "help", low=1.0)
CEILING = Field("ceiling", "Ceiling", float, 1.0, "help", high=2.0)
FIELDS = (SIZE, RATE, SEED, NORM, CELL, TEXT, FREE, NAMES, SWITCH, FLOOR, CEILING)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        (SIZE, 0, "size must be a whole number 1..128, got 0"),
        (SIZE, 129, "size must be a whole number 1..128, got 129"),
        (SIZE, 1.5, "size must be a whole number 1..128, got 1.5"),
        (SIZE, True, "size must be a whole number 1..128, got True"),
        (SIZE, "16", "size must be a whole number 1..128, got '16'"),
        (SIZE, None, "size must be a whole number 1..128, got None"),
        (SIZE, 10**4000, "size must be a whole number 1..128, got a number of more than 60 digits"),
        (RATE, math.nan, "rate must be 0..10, got nan"),
        (RATE, math.inf, "rate must be 0..10, got inf"),
        (RATE, 10**400, "rate must be 0..10, got a number of more than 60 digits"),
        (RATE, 1j, "rate must be 0..10, got 1j"),
        (RATE, np.array([1.0]), "rate must be 0..10, got array([1.])"),
        (SEED, -1, "seed must be a whole number 0..9.22337203685478e+18, got -1"),
        (NORM, 0.0, "norm must be 0.001..1000, or none, got 0.0"),
        (CELL, "gru", "cell must be one of rnn, lstm, got 'gru'"),
        (CELL, ["rnn"], "cell must be one of rnn, lstm, got ['rnn']"),
        (TEXT, "", "text must be a text of 1..10 characters, got 0 characters"),
        (TEXT, "x" * 11, "text must be a text of 1..10 characters, got 11 characters"),
        (TEXT, 3, "text must be a text of 1..10 characters, got 3"),
        (FREE, 3, "free must be a text, got 3"),
        (NAMES, ["a"], "names must be a list of 2..4 names, got 1 name"),
        (NAMES, "abc", "names must be a list of 2..4 names, got 'abc'"),
        (NAMES, ("a",) * 500, "names must be a list of 2..4 names, got 500 names"),
        (SWITCH, 1, "switch must be true or false, got 1"),
        (FLOOR, 0.5, "floor must be at least 1, got 0.5"),
        (CEILING, 2.5, "ceiling must be at most 2, got 2.5"),
    ],
)
def test_a_refusal_says_what_was_expected_and_what_came(field, value, sentence):
    with pytest.raises(ValueError, match=r".") as refusal:
        field.check(value)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("field", "value", "checked"),
    [
        (SIZE, 16.0, 16),
        (SIZE, np.int32(7), 7),
        (RATE, 1, 1.0),
        (RATE, np.float32(0.5), 0.5),
        (RATE, Fraction(1, 4), 0.25),
        (SEED, 2**53 + 1, 2**53 + 1),
        (NORM, None, None),
        (CELL, "rnn", "rnn"),
        (NAMES, ["a", "b"], ("a", "b")),
        (SWITCH, False, False),
    ],
)
def test_an_allowed_value_comes_back_in_its_own_type(field, value, checked):
    result = field.check(value)
    assert result == checked
    assert type(result) is type(checked)


def test_a_huge_value_is_shown_shortened():
    assert len(shown("x" * 10_000_000)) <= 60
    assert len(shown(["x" * 1000] * 1000)) <= 60
    assert len(shown(10**100_000)) <= 60
    assert shown([10**100_000]) == "a list that holds a number of very many digits"


def test_what_is_shown_of_a_text_holds_no_control_characters():
    assert shown("a\x00\u202eb") == "'a\\x00\\u202eb'"


ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.binary()
    | st.lists(st.integers() | st.text())
    | st.dictionaries(st.text(), st.text())
)


@given(field=st.sampled_from(FIELDS), value=ANYTHING)
@settings(derandomize=True, max_examples=150, deadline=None)
def test_a_value_of_any_type_is_either_allowed_or_refused(field, value):
    try:
        checked = field.check(value)
    except ValueError as refusal:
        sentence = str(refusal)
    else:
        assert checked is None or isinstance(checked, field.kind)
        return
    assert sentence.startswith(f"{field.name} must be ")


def test_the_settings_of_a_frozen_dataclass_are_replaced_by_their_checked_values():
    @dataclass(frozen=True)
    class Owner:
        size: int = 16
        rate: float = 0.1

        def __post_init__(self):
            check_settings(self, (SIZE, RATE))

    assert type(Owner(rate=1).rate) is float
    with pytest.raises(ValueError, match="size must be"):
        Owner(size=0)


@pytest.mark.parametrize("kind", TASKS.values())
def test_a_task_starts_with_the_defaults_of_its_settings(kind):
    made = kind()
    assert {field.name: field.default for field in kind.fields} == {
        field.name: getattr(made, field.name) for field in kind.fields
    }


def test_a_default_is_written_once_as_the_value_of_the_attribute():
    made = []
    for file in [*ROOT.glob("rnnviz/tasks/*.py"), ROOT / "rnnviz/training/config.py"]:
        calls = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        made += [call for call in calls if isinstance(call, ast.Call) and name_of(call)]
    assert len(made) > 50
    for call in made:
        default = call.args[3] if name_of(call) == "Field" else call.args[0]
        assert isinstance(default, ast.Name | ast.Attribute), ast.unparse(call)


def name_of(call):
    """Return the name of what makes a field; empty for other calls."""
    name = getattr(call.func, "id", "")
    return name if name == "Field" or name.endswith("_field") else ""
