"""The classic network against its equations, written out."""

import numpy as np
import pytest

from rnnviz.hopfield import Hopfield, covered, flipped, letter, random_patterns


def energies(weights, states):
    """Return the energy by its definition, for rows of states."""
    return -0.5 * np.einsum("bi,ij,bj->b", states, weights, states)


def test_weights_are_hebbs_rule_with_a_zero_diagonal():
    patterns = random_patterns(3, 7, seed=1)
    by_hand = sum(np.outer(xi, xi) for xi in patterns) / 7
    np.fill_diagonal(by_hand, 0)
    np.testing.assert_allclose(Hopfield(patterns).weights, by_hand, atol=1e-15)


def test_energy_never_rises_from_a_thousand_starts():
    rises, changes = 0, 0
    for seed in range(20):
        network = Hopfield(random_patterns(1 + seed, 36, seed=seed))
        weights = network.weights
        for start in random_patterns(50, 36, seed=100 + seed):
            recall = network.recall(start, seed=seed)
            states = np.array([recall.state_at(step) for step in range(recall.steps + 1)])
            rises += (np.diff(energies(weights, states)) > 1e-12).sum()
            changes += recall.steps
            np.testing.assert_allclose(recall.energy, energies(weights, states), atol=1e-12)
    assert changes > 5000
    assert rises == 0


def test_a_unit_changes_against_its_sign_and_lowers_the_energy_by_twice_its_field():
    network = Hopfield(random_patterns(6, 49, seed=3))
    recall = network.recall(random_patterns(1, 49, seed=4)[0])
    for change, unit in enumerate(recall.unit):
        before = recall.state_at(change)
        assert recall.field[change] == pytest.approx(network.weights[unit] @ before, abs=1e-12)
        assert recall.field[change] * before[unit] < 0
    np.testing.assert_allclose(np.diff(recall.energy), -2 * np.abs(recall.field), atol=1e-12)


def test_where_it_ends_every_unit_agrees_with_its_field():
    network = Hopfield(random_patterns(8, 64, seed=5))
    end = network.recall(random_patterns(1, 64, seed=6)[0]).end
    assert (network.fields(end) * end >= 0).all()


def test_many_states_settle_as_each_does_alone():
    network = Hopfield(random_patterns(9, 36, seed=7))
    starts = random_patterns(12, 36, seed=8)
    alone = [network.recall(start, seed=9).end for start in starts]
    assert (network.settle(starts, seed=9) == alone).all()


def test_a_spoiled_letter_is_recalled():
    patterns = np.array([letter(name, 12) for name in "ASY"])
    network = Hopfield(patterns)
    recall = network.recall(flipped(patterns[1], 0.2, seed=0))
    assert (recall.end == patterns[1]).all()
    assert recall.overlaps[-1, 1] == 1
    np.testing.assert_allclose(recall.overlaps[0], network.overlaps(recall.start))
    assert (np.asarray(recall) == patterns[1]).all()


def test_two_units_all_at_once_go_to_and_fro_for_ever():
    network = Hopfield([[1, -1]])
    recall = network.recall([1, 1], synchronous=True)
    assert recall.cycles
    assert recall.state_at(1).tolist() == [-1, -1]
    assert recall.state_at(2).tolist() == [1, 1]
    assert not network.recall([1, 1]).cycles


def test_the_negative_of_a_pattern_and_a_mixture_of_three_are_stored_with_them():
    patterns = random_patterns(3, 400, seed=10)
    network = Hopfield(patterns)
    mixture = np.sign(patterns.sum(axis=0))
    for state in (-patterns[0], mixture):
        assert network.recall(state).steps == 0
    assert np.abs(network.overlaps(mixture) - 0.5).max() < 0.1


def test_cutting_takes_connections_both_ways_and_leaves_the_network_as_it_was():
    network = Hopfield(random_patterns(3, 30, seed=0))
    less = network.cut(0.4, seed=1).weights
    above = np.triu_indices(30, 1)
    assert (less == less.T).all()
    kept = less[above] != 0
    assert kept.sum() == (network.weights[above] != 0).sum() - round(0.4 * len(above[0]))
    assert (less[above][kept] == network.weights[above][kept]).all()


def test_spoiling_flips_and_covers_as_many_units_as_asked_for():
    whole = letter("A", 10)
    assert (flipped(whole, 0.23, seed=0) != whole).sum() == 23
    assert (covered(whole)[50:] == -1).all()
    assert (covered(whole)[:50] == whole[:50]).all()


@pytest.mark.parametrize(
    ("patterns", "told"),
    [
        ([], "at least one pattern"),
        ([[]], "at least one pattern"),
        ([[1, -1], [1]], "the same number of units, got 1, 2"),
        ([1, -1, 1], "the shape"),
        (np.ones((3, 100)), "3 that are all the same"),
        ([[1, 0]], "got 0"),
        ([[1, np.nan]], "got NaN"),
        ([[1, 1e300]], "got 1e\\+300"),
        ([["a", "b"]], "must be numbers"),
        ([[True, False]], "must be numbers"),
        (None, "must be numbers"),
        (np.ones((1, 5000)), "at most 4,096 units"),
    ],
)
def test_patterns_that_are_none_are_refused_in_a_sentence(patterns, told):
    with pytest.raises(ValueError, match=told):
        Hopfield(patterns)


@pytest.mark.parametrize("start", [[1, 1, 1], [1, 2], [[1, 1]], 1, [1, float("nan")], "11"])
def test_a_start_of_another_kind_is_refused(start):
    with pytest.raises(ValueError, match="start"):
        Hopfield([[1, -1]]).recall(start)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), "all", True])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match=r"share must be a number 0\.\.1"):
        Hopfield([[1, -1]]).cut(share)
