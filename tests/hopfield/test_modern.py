"""The modern network against its formula, and against attention written out."""

import numpy as np
import pytest

from rnnviz.hopfield import Modern, flipped, random_patterns


def test_one_update_is_dot_attention_with_patterns_as_keys_and_values():
    rng = np.random.default_rng(0)
    states, query = rng.normal(size=(9, 16)), rng.normal(size=16)
    scores = np.array([query @ state / np.sqrt(16) for state in states])
    weights = np.exp(scores) / np.exp(scores).sum()
    network = Modern(states, beta=1 / np.sqrt(16))
    np.testing.assert_allclose(network.weights(query), weights, atol=1e-15)
    np.testing.assert_allclose(network.recall(query), weights @ states, atol=1e-15)


def test_energy_is_its_formula():
    rng = np.random.default_rng(1)
    for _ in range(50):
        patterns, xi = rng.normal(size=(6, 10)), rng.normal(size=10)
        network = Modern(patterns, beta=float(rng.uniform(0.1, 5)))
        beta, scores = network.beta, network.beta * patterns @ xi
        formula = -np.log(np.exp(scores).sum()) / beta + xi @ xi / 2
        formula += np.log(6) / beta + (patterns**2).sum(axis=1).max() / 2
        assert network.energy(xi) == pytest.approx(formula, abs=1e-12)
        way = [network.energy(network.recall(xi, steps)) for steps in range(6)]
        np.testing.assert_allclose(network.energies(xi, 5), way, atol=1e-12)


def test_no_update_raises_the_energy_whatever_the_patterns_and_beta():
    rng = np.random.default_rng(6)
    for _ in range(300):
        count, units = rng.integers(1, 40), rng.integers(1, 60)
        if rng.random() < 0.5:
            patterns = random_patterns(count, units, int(rng.integers(1000)))
        else:
            patterns = rng.normal(size=(count, units)) * 10 ** rng.uniform(-2, 2)
        network = Modern(patterns, beta=float(10 ** rng.uniform(-3, 3)))
        way = network.energies(rng.normal(size=units) * 10 ** rng.uniform(-2, 2), 8)
        # Rounding grows with the numbers that are added up.
        assert (np.diff(way) <= 1e-13 * (1 + way[0] + (patterns**2).sum(axis=1).max())).all()
        assert way.min() >= -1e-10 * (1 + way[0])


def test_beta_goes_from_the_mean_of_all_to_one_pattern():
    patterns = random_patterns(10, 64, seed=2)
    query = flipped(patterns[0], 0.2, seed=3)
    spreads = [float(Modern(patterns, beta).spread(query)) for beta in (1e-6, 0.02, 0.05, 1)]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[0] == pytest.approx(10, abs=1e-3)
    assert spreads[-1] == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(
        Modern(patterns, 1e-9).recall(query), patterns.mean(axis=0), atol=1e-6
    )


def test_many_states_are_recalled_at_once():
    patterns = random_patterns(5, 20, seed=4)
    network, states = Modern(patterns, 0.1), random_patterns(3, 20, seed=5)
    np.testing.assert_allclose(
        network.recall(states), [network.recall(one) for one in states], atol=1e-14
    )
    assert network.energy(states).shape == network.spread(states).shape == (3,)


def test_huge_numbers_give_numbers():
    network = Modern([[1e50, 0.0], [0.0, 1e50]], beta=1e50)
    assert network.recall([1e50, 0.0]).tolist() == [1e50, 0.0]
    assert np.isfinite(network.energy([1e50, 0.0]))


@pytest.mark.parametrize(
    ("patterns", "beta", "told"),
    [
        ([], 1, "at least one pattern"),
        ([[1, 2], [3]], 1, "the same number of units, got 1, 2"),
        ([[1.0, np.nan]], 1, "got NaN"),
        ([[1.0, np.inf]], 1, "got inf"),
        ([[1.0, 1e60]], 1, "got 1e\\+60"),
        ([[1.0]], 0, "beta must be a number above 0, got 0"),
        ([[1.0]], -1, "above 0"),
        ([[1.0]], float("nan"), "above 0"),
        ([[1.0]], float("inf"), "above 0"),
        ([[1.0]], "large", "above 0"),
    ],
)
def test_what_is_no_memory_is_refused_in_a_sentence(patterns, beta, told):
    with pytest.raises(ValueError, match=told):
        Modern(patterns, beta)


def test_a_state_of_another_size_is_refused():
    with pytest.raises(ValueError, match="as many units as the patterns, 2"):
        Modern([[1.0, 2.0]], 1).recall([1.0, 2.0, 3.0])
