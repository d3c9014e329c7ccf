"""Sequences that are read first and then answered."""

import pytest

from rnnviz.engine import Answering


@pytest.mark.parametrize(
    ("first", "from_zero", "says"),
    [
        (0, False, "first must be a whole number 1 or more, got 0"),
        (2.5, False, "first must be a whole number 1 or more, got 2.5"),
        (True, False, "first must be a whole number 1 or more, got True"),
        (3, "no", "from_zero must be true or false, got 'no'"),
    ],
)
def test_what_is_no_answering_part_is_refused_in_a_sentence(first, from_zero, says):
    with pytest.raises(ValueError, match=says):
        Answering(first, from_zero)


def test_the_answering_part_must_lie_within_the_sequence():
    assert Answering(4, True).checked(5) == Answering(4, True)
    with pytest.raises(ValueError, match=r"answering.first must be a whole number 1..4, got 5"):
        Answering(5).checked(5)
