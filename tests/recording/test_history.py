"""The history keeps a row of plain numbers per iteration, and is bounded."""

import numpy as np

from rnnviz.recording import COLUMNS, History


def history_of(iterations: int, limit: int = 65_536) -> History:
    history = History(limit)
    for iteration in range(1, iterations + 1):
        history.add(iteration, 1 / iteration, 0.5, 2.0, iteration % 2 == 1, 0.01)
    return history


def test_every_iteration_is_a_row_with_its_own_numbers():
    frame = history_of(1000).frame()

    assert tuple(frame.columns) == COLUMNS
    assert frame["iteration"].tolist() == list(range(1, 1001))
    np.testing.assert_array_equal(frame["loss"], 1 / np.arange(1, 1001))
    assert frame["clipped"].tolist()[:3] == [True, False, True]


def test_a_full_history_keeps_an_even_cover_of_all_iterations():
    history = history_of(10_000, limit=100)

    iterations = history.column("iteration")
    assert len(history) <= 100
    assert set(np.diff(iterations)) == {history.stride}
    assert 10_000 - iterations[-1] < history.stride
    np.testing.assert_array_equal(history.column("loss"), 1 / iterations)


def test_a_column_taken_earlier_is_not_changed_by_later_rows():
    history = history_of(3)
    before = history.column("loss")

    history.rewind(1)
    history.add(2, 99.0, 0.5, 2.0, False, 0.01)

    assert before.tolist() == [1, 1 / 2, 1 / 3]


def test_rewinding_forgets_the_rows_after_the_iteration():
    history = history_of(10)

    history.rewind(4)

    assert history.column("iteration").tolist() == [1, 2, 3, 4]


def test_infinite_numbers_are_kept_as_they_are():
    history = History()

    history.add(1, float("inf"), 0.0, float("nan"), False, 0.01)

    assert history.column("loss")[0] == np.inf
    assert np.isnan(history.column("gradient_norm")[0])
