"""Numbers are written one way everywhere."""

import math

import pytest

from rnnviz.numbers import factor, number, percent, power_of_ten, share


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (1, "1"),
        (-0.0176, "−0.0176"),
        (1234.4, "1230"),
        (0.00123456, "0.00123"),
        (0.00099999, "0.001"),
        (9996, "1e4"),
        (1.76e-4, "1.76e−4"),
        (-2.5e-9, "−2.5e−9"),
        (3e5, "3e5"),
        (1e-300, "1e−300"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
    ],
)
def test_a_number_has_three_digits_a_true_minus_and_a_short_exponent(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.36, "36 %"),
        (0.357, "36 %"),
        (1, "100 %"),
        (0.9996, "99.9 %"),
        (0.9949, "99 %"),
        (0, "0 %"),
        (0.0994, "9.9 %"),
        (0.0996, "10 %"),
        (0.012, "1.2 %"),
        (0.0002, "0.02 %"),
        (2e-9, "2e−7 %"),
        (3.5, "350 %"),
        (math.nan, "–"),
    ],
)
def test_a_share_is_written_in_per_cent_and_never_rounded_to_perfection(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (1.0, "100 %"),
        (0.0123, "1.2 %"),
        (0.00004, "0.004 %"),
        (2.34e-9, "2.3e−9 of it"),
        (0.0, "0 %"),
        (2.0, "200 %"),
        (35.0, "35 times as much"),
        (math.inf, "∞ times as much"),
        (math.nan, "–"),
    ],
)
def test_what_is_left_is_a_share_of_it_or_so_many_times_as_much(left, text):
    assert share(left) == text


def test_a_power_of_ten_may_be_beyond_a_float():
    assert power_of_ten(-400.2) == "1e−400"


def test_a_factor_has_two_places_where_they_say_something():
    assert [factor(each) for each in (0.634, 1.0, 0.0123, 1.2e-9, 340.0, None)] == [
        "×0.63", "×1.00", "×0.012", "×1.2e−9", "×340", "–",
    ]  # fmt: skip
