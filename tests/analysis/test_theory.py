"""Theory beside measurement: where both are known by hand, and what the sentence makes of them."""

import re
from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.gradients import backward_norms, factor_per_step
from rnnviz.analysis.theory import (
    Estimate,
    WayBack,
    through_gates,
    verdict,
    way_back,
    way_back_sentence,
)
from rnnviz.tasks import DelayedRecall, NextSymbol
from tests.schedules import three_days

EMPTY = np.empty(0)


def trainer_of(task=None, **settings):
    key = "gym" if task is None else task.key
    config = RunConfig(task=key, **{"hidden_size": 6, **settings})
    return Trainer(config, three_days() if task is None else task)


def way_of(trainer, layer=-1):
    trainer.choose_probe(0)  # the tests change weights behind its back
    trace = trainer.trace()
    return way_back(trace, trainer.network_of(trace), layer)


def line(way, source):
    return next(found for found in way.estimates if found.source == source)


def test_what_gates_leave_is_their_product_in_each_unit():
    gates = np.array([[0.5, 1.0], [0.5, 0.0]])
    np.testing.assert_allclose(through_gates(np.array([4.0, 3.0]), gates), [5, np.sqrt(13), 1])


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_what_gates_leave_of_extreme_gradients_is_exact(size):
    found = through_gates(np.array([3.0, 4.0]) * size, np.full((2, 2), 0.5))
    np.testing.assert_allclose(found, np.array([5, 2.5, 1.25]) * size, rtol=1e-12)


@pytest.mark.parametrize("radius", [0.7, 1.0, 1.2])
def test_a_recurrence_of_one_factor_that_is_never_off_has_the_radius_as_its_factor(radius):
    trainer = trainer_of(cell="relu", initial_weights="identity", spectral_radius=radius)
    trainer.network.parameters["bias_ih_l0"][:] = 50.0
    way = way_of(trainer)
    assert line(way, "Jacobians").factor == pytest.approx(radius)
    assert factor_per_step(way.h) == pytest.approx(radius)
    np.testing.assert_allclose(line(way, "Jacobians").norms, way.h, rtol=1e-9)


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm"])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_jacobians_are_a_bound_at_each_lag_of_the_top_layer(cell, layers):
    for seed in range(5):
        start = {"spectral_radius": 1.4} if seed % 2 else {"initial_weights": "uniform"}
        trainer = trainer_of(cell=cell, layers=layers, seed=seed, **start)
        trainer.advance(iterations=30 * (seed % 3))
        trainer.set(truncate=5 if seed == 4 else None)
        way = way_of(trainer)
        if not way.h[1:].any():  # the units are off
            continue
        bound = line(way, "Jacobians")
        assert bound.lags.tolist() == list(range(np.count_nonzero(way.h)))
        assert (way.h[bound.lags] <= bound.norms * (1 + 1e-9)).all()
        assert factor_per_step(way.h) <= bound.factor * (1 + 1e-9)
        assert bound.norms[0] == way.h[0]


def test_lower_layers_have_no_bound_as_more_comes_in_from_above():
    for cell in ("rnn", "relu", "gru", "lstm"):
        way = way_of(trainer_of(cell=cell, layers=2), layer=0)
        assert "Jacobians" not in [found.source for found in way.estimates]
        assert "Jacobians" not in way_back_sentence(way, "h")


def test_of_many_lags_some_are_looked_at_the_last_among_them(monkeypatch):
    trainer = trainer_of(cell="rnn")
    every = line(way_of(trainer), "Jacobians")
    monkeypatch.setattr("rnnviz.analysis.theory.MOST_LOOKED_AT", 4 * 6**2)
    some = line(way_of(trainer), "Jacobians")
    assert (some.lags.size, some.lags[-1]) == (4, every.lags[-1])
    np.testing.assert_allclose(some.norms, every.norms[some.lags])
    assert some.factor == pytest.approx(every.factor)


def test_an_lstm_without_recurrent_weights_is_its_forget_gates():
    trainer = trainer_of(DelayedRecall(length=12), cell="lstm")
    trainer.network.parameters["weight_hh_l0"][:] = 0
    way = way_of(trainer)
    gates = line(way, "forget gates alone")
    assert gates.letter == "c"
    np.testing.assert_allclose(gates.norms, way.c, rtol=1e-9)
    assert "about what is measured" in way_back_sentence(way, "c")


def test_a_gru_has_a_line_for_its_update_gates():
    trainer = trainer_of(cell="gru")
    trace = trainer.trace()
    gates = line(way_of(trainer), "update gates alone")
    by_hand = np.linalg.norm(trace.layers[0].last_d_h[-1] * trace.gates["z"][-1])
    assert gates.norms[1] == pytest.approx(by_hand)


def test_there_is_no_theory_for_a_network_without_memory_or_a_single_step():
    assert way_of(trainer_of(cell="mlp")).estimates == ()
    assert way_of(trainer_of(NextSymbol(length=1), cell="lstm")).estimates == ()


@pytest.mark.parametrize("poison", [np.nan, np.inf, 1e300])
def test_a_run_that_diverged_has_a_sentence_all_the_same(poison):
    for cell in ("rnn", "relu", "gru", "lstm"):
        trainer = trainer_of(cell=cell)
        trainer.network.flat[:] = poison
        with np.errstate(all="ignore"):
            way = way_of(trainer)
        assert way_back_sentence(way, "h")


def test_a_gradient_that_is_exactly_zero_has_a_sentence():
    trainer = trainer_of(cell="lstm")
    trainer.network.parameters["readout.weight"][:] = 0
    way = way_of(trainer)
    assert "exactly zero at every step" in way_back_sentence(way, "c")


@pytest.mark.parametrize(
    ("norms", "word"),
    [
        (0.5 ** np.arange(11), "vanishes"),
        (2.0 ** np.arange(11), "explodes"),
        (0.9 ** np.arange(11), "arrives attenuated"),
        (1.2 ** np.arange(11), "arrives amplified"),
        (0.95 ** np.arange(11), "is kept"),
        (np.array([1.0, 0.9, 0.0]), "is cut off"),
        (np.array([1.0, 0.0]), ""),
        (np.array([1e200, 1.0, 1e-200]), "vanishes"),
    ],
)
def test_the_verdict_is_about_what_is_left_at_the_end(norms, word):
    assert verdict(norms) == word


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (0.9, "about what is measured"),
        (0.95, "with the other paths it is more"),
        (0.8, "with the other paths it is less"),
    ],
)
def test_the_sentence_compares_with_what_gates_foretell(measured, words):
    gates = Estimate("c", "forget gates alone", np.arange(5), 0.9 ** np.arange(5))
    sentence = way_back_sentence(WayBack(EMPTY, measured ** np.arange(5), (gates,)), "c")
    start = (
        r"The gradient w\.r\.t\. the cell state \(dL/dc\) (is kept|arrives attenuated)\. It shrinks"
    )
    assert re.match(start, sentence)
    assert "The forget gates alone would leave ×0.90 per step over these 4 steps" in sentence
    assert words in sentence


def test_only_what_is_about_the_same_state_is_compared():
    jacobians = Estimate("h", "Jacobians", np.arange(5), 0.9 ** np.arange(5))
    way = WayBack(0.5 ** np.arange(5), 0.9 ** np.arange(5), (jacobians,))
    assert "Jacobians allow ×0.90 per step at most" in way_back_sentence(way, "h")
    assert "Jacobians" not in way_back_sentence(way, "c")


def test_truncation_is_seen_as_a_cut():
    trainer = trainer_of(cell="rnn")
    trainer.set(truncate=5)
    way = way_of(trainer)
    np.testing.assert_array_equal(way.h, backward_norms(trainer.trace()))
    assert "is cut off" in way_back_sentence(way, "h")
    assert "exactly zero" in way_back_sentence(way, "h")


@pytest.mark.parametrize(("cell", "source"), [("lstm", "forget"), ("gru", "update")])
def test_where_the_gradient_is_cut_off_theory_is_about_the_same_steps(cell, source):
    trainer = trainer_of(cell=cell)
    whole = line(way_of(trainer), f"{source} gates alone")
    trainer.set(truncate=5)
    way = way_of(trainer)
    gates = line(way, f"{source} gates alone")
    letter = "c" if cell == "lstm" else "h"
    assert gates.lags.tolist() == list(range(np.count_nonzero(way.by(letter)))) == [0, 1, 2, 3]
    np.testing.assert_allclose(gates.norms, whole.norms[:4])
    assert "over these 3 steps" in way_back_sentence(way, letter)


def test_the_lower_of_two_layers_can_be_asked_for():
    trainer = trainer_of(cell="gru", layers=2)
    trace = replace(trainer.trace())
    np.testing.assert_array_equal(way_of(trainer, 0).h, backward_norms(trace, layer=0))


def test_jacobians_that_would_take_too_long_are_left_out(monkeypatch):
    trainer = trainer_of(cell="lstm")
    monkeypatch.setattr("rnnviz.analysis.theory.MOST_NUMBERS", 14 * 6**2 - 1)
    assert [line.source for line in way_of(trainer).estimates] == ["forget gates alone"]
