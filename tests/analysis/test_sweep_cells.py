"""What the seeds of one combination tell, by rows whose answer is known by hand."""

import math

import pytest

from rnnviz.analysis.sweep_cells import (
    NOTHING,
    by_combination,
    iterations_to_solve,
    overlaps,
    reach,
    share_solved,
    wilson,
)


def row(solved_at=None, reach=None, error="", **settings):
    return {
        "solved": solved_at is not None,
        "solved_at": solved_at,
        "reach": reach,
        "error": error,
        **settings,
    }


@pytest.mark.parametrize(
    ("count", "runs", "low", "high"),
    # By R's prop.test(..., correct = FALSE), and at the ends by z² / (n + z²).
    [(3, 5, 0.2307, 0.8824), (0, 3, 0.0, 0.5615), (10, 10, 0.7225, 1.0), (1, 2, 0.0945, 0.9055)],
)
def test_the_interval_of_a_share_is_wilsons(count, runs, low, high):
    assert wilson(count, runs) == pytest.approx((low, high), abs=5e-5)


def test_an_interval_of_no_runs_is_refused():
    with pytest.raises(ValueError, match="at least 1: got 0/0"):
        wilson(0, 0)


def test_a_run_that_failed_counts_for_nothing_and_one_that_diverged_as_not_solved():
    rows = [row(40), row(error="out of memory"), row() | {"diverged": True}, row(60)]
    share = share_solved(rows)
    assert (share.count, share.runs, share.value) == (2, 3, 2 / 3)
    assert share_solved([row(error="no")]) is NOTHING


def test_a_run_that_is_not_solved_took_longer_than_all_others():
    taken = iterations_to_solve([row(40), row(60), row()])
    assert (taken.value, taken.low, taken.high, taken.count) == (60, 40, math.inf, 2)
    assert iterations_to_solve([row(40), row()]).value == math.inf
    assert iterations_to_solve([row(40), row(50)]).value == 45


def test_runs_without_a_reach_are_left_out():
    found = reach([row(reach=3), row(reach=None), row(reach=9), row(reach=4)])
    assert (found.value, found.low, found.high, found.runs) == (4, 3, 9, 3)


def test_runs_are_grouped_by_what_is_swept():
    rows = [row(cell="rnn", lag=2), row(cell="gru", lag=2), row(7, cell="rnn", lag=2)]
    assert by_combination(rows, ["cell", "lag"]) == {
        ("rnn", 2): [rows[0], rows[2]],
        ("gru", 2): [rows[1]],
    }


def test_intervals_of_few_seeds_overlap_and_of_many_do_not():
    def solved(count, runs):
        return share_solved([row(1)] * count + [row()] * (runs - count))

    assert overlaps(solved(3, 3), solved(0, 3))
    assert not overlaps(solved(20, 20), solved(0, 20))
