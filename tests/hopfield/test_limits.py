"""What a network can't hold, and what it withstands: measured, and the theory beside it."""

import math

import numpy as np
import pytest

from rnnviz.hopfield import Hopfield, critical_load, first_flips, letter, random_patterns
from rnnviz.hopfield.capacity import alike, capacity, results, retrieval_line, robustness
from rnnviz.hopfield.false_memories import counted, named, search


def test_the_theory_gives_the_numbers_of_the_books():
    assert [round(first_flips(load), 4) for load in (0.105, 0.138, 0.185)] == [
        0.0010,
        0.0036,
        0.0100,
    ]
    assert critical_load() == pytest.approx(0.138, abs=5e-4)
    loads, overlaps = retrieval_line()
    # Amit, Gutfreund and Sompolinsky (1985): 0.967 at the edge.
    assert overlaps[-1] == pytest.approx(0.967, abs=2e-3)
    for load, m in zip(loads[50::80], overlaps[50::80], strict=True):
        # Their equation m = erf(m / sqrt(2 load r)), r = 1 / (1 - C)^2.
        y = next(y for y in np.linspace(0.5, 4, 20001) if math.erf(y) >= m)
        C = 2 * y / math.sqrt(math.pi) * math.exp(-(y**2)) / m
        assert m / math.sqrt(2 * load / (1 - C) ** 2) == pytest.approx(y, rel=1e-2)


def test_many_more_patterns_are_kept_below_the_edge_than_above():
    low, high = results(capacity(200, (0.08, 0.25), draws=1, seed=3))
    assert low.kept > 0.9
    assert high.kept < 0.3
    assert high.flips == pytest.approx(first_flips(high.load), rel=0.35)


def test_letters_are_lost_where_as_many_random_patterns_are_kept():
    rows = results(alike(14))
    assert rows[0].patterns == 2
    assert rows[-1].patterns == 26
    six = rows[4]
    assert six.random == 1
    assert six.letters < 0.5
    assert six.overlap > 5 * six.random_overlap


def test_half_of_the_connections_can_be_cut():
    rows = results(robustness(random_patterns(5, 100, seed=1), (0.0, 0.5, 1.0), seed=2))
    assert [row.recalled for row in rows][:2] == [1, 1]
    assert rows[2].recalled == 0
    assert rows[0].starts == 40


def test_random_starts_end_in_patterns_negatives_and_mixtures():
    network = Hopfield(np.array([letter(name, 10) for name in "ASY"]))
    found = results(search(network, 100, seed=4))
    assert len(found) == sum(memory.times for memory in counted(found)) == 100
    assert {memory.kind for memory in found} == {"pattern", "negative", "mixture"}
    for memory in found:
        assert (network.fields(memory.state) * memory.state >= 0).all()


def test_a_state_is_named_after_what_it_is_made_of():
    patterns = random_patterns(5, 200, seed=5)
    network = Hopfield(patterns)
    assert named(network, patterns[1]).parts == ((1, 1),)
    assert named(network, -patterns[2]).kind == "negative"
    mixed = named(network, np.sign(patterns[0] - patterns[3] + patterns[4]))
    assert (mixed.kind, sorted(mixed.parts)) == ("mixture", [(0, 1), (3, -1), (4, 1)])
    assert named(network, np.sign(patterns.sum(axis=0))).parts[-1] != ()
    assert len(named(network, np.sign(patterns.sum(axis=0))).parts) == 5
    assert named(network, random_patterns(1, 200, seed=6)[0]).kind == "other"
