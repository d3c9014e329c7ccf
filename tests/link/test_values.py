"""A value comes out of a link as it went in, and whatever else stands there is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.link.values import Budget, from_text, packed, to_text
from tests.test_fields import CELL, FIELDS, FREE, NAMES, NORM, RATE, SEED, SIZE, SWITCH, TEXT


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (SIZE, 7),
        (RATE, 0.1 + 0.2),
        (SEED, 2**62 + 1),
        (NORM, None),
        (NORM, 0.5),
        (CELL, "rnn"),
        (TEXT, 'a, "b"'),
        (TEXT, "~ a"),
        (TEXT, "~~"),
        (NAMES, ("!0", "!-~")),
        (NAMES, ("", "~")),
        (RATE, 1e-300),
        (NAMES, ("bench, flat", 'the "plank"', "<b>", "שלום")),
        (SWITCH, True),
        (SWITCH, False),
    ],
)
def test_a_value_survives_its_way_through_a_link(field, value):
    assert from_text(field, to_text(field, value), Budget()) == value


@given(names=st.lists(st.text(min_size=1), min_size=2, max_size=4))
@settings(derandomize=True, max_examples=40, deadline=None)
def test_any_list_of_names_survives_its_way_through_a_link(names):
    assert from_text(NAMES, to_text(NAMES, tuple(names)), Budget()) == tuple(names)


@given(field=st.sampled_from(FIELDS), text=st.text())
@settings(derandomize=True, max_examples=150, deadline=None)
def test_whatever_stands_in_a_link_is_either_allowed_or_refused(field, text):
    try:
        value = from_text(field, text, Budget())
    except ValueError as refusal:
        sentence = str(refusal)
    else:
        assert field.check(value) == value
        return
    assert sentence.startswith(f"{field.name} must be ")


@given(text=st.text(st.characters(), max_size=400))
@settings(derandomize=True, max_examples=60, deadline=None)
def test_a_text_survives_whether_it_is_compressed_or_not(text):
    written = to_text(FREE, text)
    assert from_text(FREE, written, Budget()) == text
    assert from_text(FREE, packed(written), Budget()) == text
