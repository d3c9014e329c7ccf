"""A sweep is done in slices, or by the workers of an executor, with the same rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from rnnviz import sweeps

PLAN = sweeps.plan(
    {"task": "echo", "lag": [1, 2], "length": 6, "cell": "rnn", "hidden_size": 4},
    [0, 1],
    iterations=12,
)


def results(rows: list[sweeps.Row]) -> list[sweeps.Row]:
    return [{**row, "seconds": 0} for row in rows]


def test_slices_and_an_executor_give_the_same_rows_in_the_order_of_the_plan():
    here = sweeps.Sweeping(PLAN)
    seen = []
    while not here.done:
        seen += here.advance(0.0)
        assert 0 <= here.progress <= 1
        assert here.time_left >= 0
    with ThreadPoolExecutor(2) as executor:
        there = sweeps.Sweeping(PLAN, executor)
        while not there.done:
            there.poll()
    assert results(here.rows) == results(there.rows) == results(seen)
    assert list(here.frame["lag"]) == [1, 1, 2, 2]


def test_what_has_finished_stays_when_the_rest_is_cancelled():
    sweeping = sweeps.Sweeping(PLAN)
    while len(sweeping.rows) < 2:
        sweeping.advance(0.0)
    sweeping.cancel()
    assert sweeping.done
    assert not sweeping.running
    assert len(sweeping.rows) == 2
