import itertools
from dataclasses import replace

import numpy as np
import pytest

from rnnviz.analysis.units import (
    at_step,
    by_likeness,
    by_size,
    change_sentence,
    correlations,
    iterations_of,
    of_unit,
    range_sentence,
    table,
)
from tests.traces import make_trace


@pytest.fixture
def run():
    """Return three traces in which the forget gate grows by 1 from one to the next."""
    traces = [make_trace(iteration=iteration) for iteration in (0, 5, 10)]
    layers = [trace.layers[0] for trace in traces]
    grown = [
        replace(layer, gates={**layer.gates, "f": layer.gates["f"] + number})
        for number, layer in enumerate(layers)
    ]
    return [replace(trace, layers=(layer,)) for trace, layer in zip(traces, grown, strict=True)]


def test_a_step_over_training_has_a_row_for_each_kept_iteration(run):
    np.testing.assert_array_equal(iterations_of(run), [0, 5, 10])
    found = at_step(run, 0, "f", step=2)
    np.testing.assert_array_equal(found, [trace.gates["f"][2] for trace in run])


def test_a_unit_over_training_has_a_column_for_each_time_step(run):
    found = of_unit(run, 0, "f", unit=1)
    np.testing.assert_array_equal(found, [trace.gates["f"][:, 1] for trace in run])


def test_without_a_unit_the_mean_over_units_is_shown(run):
    found = of_unit(run, 0, "f", unit=None)
    np.testing.assert_allclose(found, [trace.gates["f"].mean(axis=1) for trace in run])


def test_units_are_ordered_by_their_mean_the_largest_first():
    courses = np.array([[0.1, 0.9, 0.5, 0.5], [0.3, 0.7, 0.5, 0.5]])
    np.testing.assert_array_equal(by_size(courses), [1, 2, 3, 0])


def test_units_that_are_no_numbers_come_last_in_both_orders():
    courses = np.array([[np.nan, 1.0, 0.0], [0.0, 0.5, 1.0], [1.0, 0.2, np.inf]])
    assert list(by_size(courses)) == [1, 0, 2]
    assert list(by_likeness(courses)) == [1, 0, 2]


def test_units_with_like_courses_stand_side_by_side():
    t = np.arange(40)
    slow, fast = np.sin(t / 6), np.sin(t * 1.3)
    kinds = [slow, fast, slow + 0.05 * fast, fast + 0.05 * slow, 2 * slow]
    order = list(by_likeness(np.column_stack(kinds)))
    assert sorted(order) == [0, 1, 2, 3, 4]
    assert {frozenset(order[:3]), frozenset(order[2:])} & {frozenset((0, 2, 4))}


def test_two_groups_meet_with_their_nearest_units():
    # Points on a line: 1 - r of nearby angles is nearly the square of their distance.
    angles = np.array([0.9, 0.0, 0.5, 0.2, 0.6])
    t = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    order = by_likeness(np.cos(t[:, None] - angles))
    along = list(angles[order])
    assert along in (sorted(along), sorted(along, reverse=True))


def joined(distances):
    """Return the groups of average linkage, by its definition: the mean over all pairs."""
    groups, found = [[unit] for unit in range(len(distances))], []
    while len(groups) > 1:
        pairs = itertools.combinations(range(len(groups)), 2)
        one, other = min(pairs, key=lambda p: distances[np.ix_(groups[p[0]], groups[p[1]])].mean())
        groups[one] += groups.pop(other)
        found.append(list(groups[one]))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_every_group_that_average_linkage_joins_stands_together(seed):
    courses = np.random.default_rng(seed).normal(size=(6, 7))
    order = by_likeness(courses)
    for group in joined(1 - np.corrcoef(courses.T)):
        assert np.ptp(np.flatnonzero(np.isin(order, group))) == len(group) - 1


def test_constant_units_form_a_group_of_their_own():
    t = np.arange(20.0)
    courses = np.column_stack([np.full(20, 0.3), np.sin(t), np.zeros(20), np.sin(t + 0.1)])
    order = list(by_likeness(courses))
    assert abs(order.index(0) - order.index(2)) == 1
    assert abs(order.index(1) - order.index(3)) == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (5, 1)])
def test_one_step_or_one_unit_has_an_order(shape):
    assert sorted(by_likeness(np.ones(shape))) == list(range(shape[1]))


def test_correlation_is_pearsons_and_undefined_for_a_constant():
    generator = np.random.default_rng(0)
    courses = generator.normal(size=(50, 3)) * (1e-3, 1.0, 1e3) + (0.0, 5.0, -1e3)
    np.testing.assert_allclose(correlations(courses), np.corrcoef(courses.T), atol=1e-12)
    # Rounding alone is no course.
    wobbling = np.column_stack([0.7 + 1e-16 * np.arange(50), courses[:, 0]])
    assert np.isnan(correlations(wobbling)[0]).all()


def test_the_sentence_names_the_unit_that_moves_most_and_the_one_that_moves_least():
    courses = np.array([[0.1, 0.5], [0.9, 0.6]])
    assert range_sentence("forget gate", courses) == (
        "Forget gate over the 2 time steps: unit 0 moves most, between 0.1 and 0.9; unit 1 "
        "least, between 0.5 and 0.6."
    )
    assert range_sentence("forget gate", courses[:, :1]).endswith(
        "the one unit moves between 0.1 and 0.9."
    )


def test_the_sentence_says_what_there_is_when_nothing_moves():
    constant = np.full((3, 2), 0.7)
    for courses in (constant, np.add(constant, [[0.0], [1e-16], [1e-12]]), np.zeros((3, 2))):
        assert "no unit changes over the 3" in range_sentence("forget gate", courses)
    for values, says in (
        ([0.4, 0.2], "from 0.2 in unit 1 to 0.4 in unit 0."),
        ([-0.4, -0.4], "−0.4 in every unit."),
        ([0.4], "one unit: 0.4."),
    ):
        assert range_sentence("forget gate", np.array([values])).endswith(says)
    assert "1 of 4 values are not finite" in range_sentence(
        "cell state", np.array([[np.nan, 0.0], [1.0, 2.0]])
    )


def test_the_sentence_names_what_training_changed_most():
    values = np.array([[0.5, 0.5], [0.2, 0.6], [0.4, 0.9]])
    says = change_sentence(
        "forget gate", np.array([0, 5, 10]), values, ["unit 0", "unit 1"], "at time step 3"
    )
    assert says == (
        "Forget gate at time step 3, from iteration 0 to 10: unit 1 changed most, from 0.5 to "
        "0.9; on average the change is 0.25, up or down."
    )


def test_what_did_not_change_or_has_one_unit_has_no_most():
    now = np.array([0, 5])
    same = change_sentence("forget gate", now, np.ones((2, 2)), ["unit 0", "unit 1"])
    assert same == "Forget gate: the same at iteration 0 and at 5."
    one = change_sentence("forget gate", now, np.array([[0.1], [-0.2]]), ["unit 0"])
    assert one == "Forget gate, from iteration 0 to 5: from 0.1 to −0.2 in unit 0."


def test_one_kept_iteration_and_numbers_lost_are_said():
    one = change_sentence("forget gate", np.array([0]), np.ones((1, 2)), ["a", "b"])
    assert one.startswith("Only iteration 0 is kept")
    lost = change_sentence(
        "forget gate", np.array([0, 5]), np.array([[0.0, 0.0], [np.nan, 1.0]]), ["a", "b"]
    )
    assert "1 of 4 values" in lost


def test_a_table_has_a_row_for_each_value_of_each_map():
    found = table(
        ("unit", [0, 1]), ("iteration", [0, 5, 10]), {"forget gate": np.arange(6).reshape(2, 3)}
    )
    assert list(found.columns) == ["quantity", "unit", "iteration", "value"]
    row = found[(found["unit"] == 1) & (found["iteration"] == 5)].iloc[0]
    assert (row["quantity"], row["value"], len(found)) == ("forget gate", 4, 6)
