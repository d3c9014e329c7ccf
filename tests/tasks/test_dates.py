"""Dates are read where they can be read in one way only."""

import numpy as np
import pytest

from rnnviz.tasks.dates import date_labels, read_dates


@pytest.mark.parametrize(
    ("cells", "labels"),
    [
        (["2024-02-28", "2024-02-29", "2024-03-01"], ["2024-02-28", "2024-02-29", "2024-03-01"]),
        (["2024/1/9", "2024/1/10"], ["2024-01-09", "2024-01-10"]),
        (["2024.01.09", "2024.01.10"], ["2024-01-09", "2024-01-10"]),
        (["1.2.2024", "3.2.2024"], ["2024-02-01", "2024-02-03"]),
        (["13/02/2024", "01/03/2024"], ["2024-02-13", "2024-03-01"]),
        (["2/13/2024", "3/1/2024"], ["2024-02-13", "2024-03-01"]),
        (["28-12-2023", "02-01-2024"], ["2023-12-28", "2024-01-02"]),
        (["2024-01-01T09:30", "2024-01-01T10:00"], ["2024-01-01 09:30", "2024-01-01 10:00"]),
        (["2024-01-01 09:30:01", "2024-01-02"], ["2024-01-01 09:30:01", "2024-01-02 00:00:00"]),
    ],
)
def test_common_ways_to_write_dates_are_read(cells, labels):
    assert date_labels(read_dates(cells)) == labels


@pytest.mark.parametrize(
    "cells",
    [
        ["1/2/2024", "3/4/2024"],  # January or February?
        ["13/02/2024", "02/13/2024"],
        ["30.02.2024"],
        ["2024-01-02", "2024-01-01"],
        ["2024-01-01", "2024-01-01"],
        ["2024-01-01", ""],
        ["2024-01-01", "yesterday"],
        ["20240101", "20240102"],
        ["1", "2"],
        ["2024-13-01"],
        ["2024-01/02"],
        ["1.2-2024", "13.2-2024"],
        ["2024-01-01T25:00"],
        [],
    ],
)
def test_what_is_no_date_or_could_be_two_is_none(cells):
    assert read_dates(cells) is None


def test_many_dates_are_read_quickly_enough_for_a_large_file():
    days = np.datetime64("1600-01-01") + np.arange(200_000)
    assert len(read_dates([str(day) for day in days])) == 200_000
