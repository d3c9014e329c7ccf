"""Where else do units behave alike."""

from dataclasses import replace

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.memory.alike import (
    Corpus,
    alike,
    context,
    corpus_of,
    corpus_of_text,
    sentence,
    table,
)
from rnnviz.analysis.observation import sequences_for
from rnnviz.tasks import GymSchedule, NextSymbol
from tests.analysis.memory.drained import drained


def _corpus(values, words=None):
    """Return a corpus of sequences of values (B, T, U); its words are the numbers of the steps."""
    values = np.asarray(values, dtype=float)
    B, T = values.shape[:2]
    words = words or [[f"{b}.{t}" for t in range(T)] for b in range(B)]
    empty = tuple(("",) * T for _ in range(B))
    names = tuple(f"sequence {b}" for b in range(B))
    return Corpus(values, tuple(map(tuple, words)), empty, names)


def test_a_planted_copy_is_found_first_at_its_place():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(6, 30, 4))
    values[4, 11:14] = values[0, 5:8]
    found = drained(alike(_corpus(values), 5, 7))
    assert (found.matches[0].sequence, found.matches[0].first) == (4, 11)
    assert found.matches[0].distance == 0
    assert found.matches[1].distance > 0.3


def test_distances_are_those_of_brute_force_in_standard_deviations():
    generator = np.random.default_rng(1)
    values = generator.normal(size=(5, 12, 3)) * [1, 100, 0.01]
    found = drained(alike(_corpus(values), 2, 4, units=(0, 2), most=200))
    scaled = (values / values.std(axis=(0, 1)))[..., [0, 2]]
    for match in found.matches:
        there = scaled[match.sequence, match.first : match.first + 3]
        by_hand = np.sqrt(((there - scaled[0, 2:5]) ** 2).mean())
        assert match.distance == pytest.approx(by_hand)
    ranked = [match.distance for match in found.matches]
    assert ranked == sorted(ranked)


def test_units_that_were_not_chosen_do_not_count():
    generator = np.random.default_rng(2)
    values = generator.normal(size=(4, 20, 3))
    values[3, 9, 1] = values[0, 4, 1]
    found = drained(alike(_corpus(values), 4, 4, units=(1,)))
    assert (found.matches[0].sequence, found.matches[0].first) == (3, 9)


def test_matches_do_not_overlap_with_each_other_or_with_the_stretch():
    ramp = np.sin(np.linspace(0, 20, 60))[None, :, None] * np.ones((3, 1, 2))
    found = drained(alike(_corpus(ramp), 20, 24))
    places = [(m.sequence, m.first) for m in found.matches] + [(0, 20)]
    for i, (b, t) in enumerate(places):
        assert all(b != c or abs(t - u) >= 5 for c, u in places[:i])


def test_constant_units_are_left_out_and_counted():
    values = np.random.default_rng(3).normal(size=(4, 10, 3))
    values[..., 1] = 0.7
    corpus = _corpus(values)
    found = drained(alike(corpus, 2, 3))
    assert (found.units, found.constant) == ((0, 2), (1,))
    assert "1 constant unit left out" in sentence(corpus, found)
    nothing = drained(alike(corpus, 2, 3, units=(1,)))
    assert nothing.matches == ()
    assert "constant, or not numbers" in sentence(corpus, nothing)


def test_values_that_are_not_numbers_are_constant_to_it():
    values = np.full((2, 5, 1), np.nan)
    assert drained(alike(_corpus(values), 0, 1)).matches == ()


def test_sequences_with_the_same_inputs_are_one_match():
    values = np.random.default_rng(4).normal(size=(3, 10, 2))
    values[2] = values[1]
    words = [[f"a{t}" for t in range(10)], ["b"] * 10, ["b"] * 10]
    found = drained(alike(_corpus(values, words), 3, 4))
    twins = [match for match in found.matches if match.times > 1]
    assert twins
    assert all(match.sequence == 1 and match.times == 2 for match in twins)


def test_a_sequence_that_begins_as_the_probe_does_is_not_found_where_the_stretch_is_chosen():
    values = np.random.default_rng(4).normal(size=(3, 10, 2))
    values[1, :6], values[2, 3:5] = values[0, :6], values[0, 3:5]
    words = [["a"] * 10, ["a"] * 7 + ["b"] * 3, ["c"] * 10]
    found = drained(alike(_corpus(values, words), 3, 4))
    assert found.matches[0].sequence == 2
    assert all(match.first not in (2, 3, 4) for match in found.matches if match.sequence == 1)


def test_above_two_directions_only_sequences_that_are_the_same_are_one_match():
    values = np.random.default_rng(4).normal(size=(4, 10, 2))
    values[2] = values[1]
    ends = [["a"] * 10, ["b"] * 10, ["b"] * 10, ["b"] * 9 + ["a"]]
    values[3, 9] = values[1, 9]
    corpus = replace(_corpus(values, ends), looks_ahead=True)
    found = drained(alike(corpus, 3, 4, most=40))
    # The same inputs up to there, and other states: sequence 3 stands for itself.
    assert {match.times for match in found.matches if match.sequence == 3} == {1}
    assert {match.times for match in found.matches if match.sequence == 1} == {2}


def test_many_equal_stretches_are_ranked_in_slices():
    values = np.zeros((40, 200, 1))
    values[:, 0] = 1
    slices = sum(1 for _ in alike(_corpus(values), 5, 7))
    assert slices > 3


def test_one_stretch_is_not_compared_with_a_median():
    values = np.random.default_rng(6).normal(size=(2, 3, 2))
    corpus = _corpus(values)
    said = sentence(corpus, drained(alike(corpus, 0, 2)))
    assert said.startswith("1 stretch was compared: it has a distance of ")


@pytest.mark.parametrize("stretch", [(3, 2), (-1, 2), (0, 10)])
def test_a_stretch_that_is_not_there_is_refused(stretch):
    with pytest.raises(ValueError, match=r"must be 0..9 in this order"):
        drained(alike(_corpus(np.ones((1, 10, 1))), *stretch))


def test_a_unit_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"units must be 0..0, got 4"):
        drained(alike(_corpus(np.ones((1, 10, 1))), 1, 2, units=(4,)))


def test_the_context_stands_before_in_and_after_the_match():
    corpus = _corpus(np.random.default_rng(5).normal(size=(2, 12, 1)))
    found = drained(alike(corpus, 5, 6))
    match = next(match for match in found.matches if 4 <= match.first <= 7)
    t, b = match.first, match.sequence
    before, within, after = context(corpus, match, 2)
    assert before == "… " + " ".join(f"{b}.{t - k}" for k in (3, 2, 1))
    assert within == f"{b}.{t} {b}.{t + 1}"
    assert after.startswith(f"{b}.{t + 2} ")
    assert table(corpus, found)["distance"].tolist() == [m.distance for m in found.matches]


def _searched(trainer, step):
    trace = trainer.trace()
    sequences = sequences_for(trainer.network, trainer.task, trainer.probe, affordable=20_000)
    network = trainer.network_of(trace)
    corpus = drained(corpus_of(network, trace, sequences, 0, "h", trainer.task))
    return trace, corpus, drained(alike(corpus, step, step))


def test_what_the_states_of_a_run_stand_for_is_named():
    trainer = rnnviz.Trainer(rnnviz.RunConfig(task="gym", cell="rnn", hidden_size=8), GymSchedule())
    trainer.advance(iterations=150)
    trace, corpus, found = _searched(trainer, 6)
    assert corpus.values[0] == pytest.approx(trace.h)
    assert corpus.words[0] == trace.input_labels
    # A network that knows the schedule has the same state where the same comes next.
    targets = [corpus.targets[m.sequence][m.first] for m in found.matches[:5]]
    assert set(targets) == {trace.target_labels[6]}
    said = sentence(corpus, found)
    assert (
        "In 12 of the 12 nearest the input one step before is “arms”, which is so at 10 %" in said
    )


def test_the_stretch_is_found_in_a_text_that_was_typed():
    task = NextSymbol(text="abab cdcd abab cdcd abab cdcd", unit="character", length=4)
    trainer = rnnviz.Trainer(rnnviz.RunConfig(task="symbols", cell="gru", hidden_size=4), task)
    trace = trainer.trace()
    network = trainer.network_of(trace)
    word = "".join(trace.input_labels)
    corpus = corpus_of_text(network, trace, task, f"{word}cdcd", 0, "h")
    assert corpus.words[0] == (*trace.input_labels, "", "", "", "")
    assert corpus.words[1] == tuple(word.replace(" ", "␣") + "cdcd")
    found = drained(alike(corpus, 1, 3))
    assert (found.matches[0].sequence, found.matches[0].first) == (1, 1)
    assert found.matches[0].distance == pytest.approx(0, abs=1e-12)
    short = corpus_of_text(network, trace, task, "ab", 0, "h")
    assert drained(alike(short, 1, 3)).matches == ()
    with pytest.raises(ValueError, match="a start must be made of"):
        corpus_of_text(network, trace, task, "xyz", 0, "h")
