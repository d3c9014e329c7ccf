"""Singular values, slopes and shares: known cases, and that slopes times weights is the factor."""

import re

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis import jacobians as module
from rnnviz.analysis.gradients import backward_norms
from rnnviz.analysis.jacobians import (
    saturated_units,
    shares,
    slopes,
    slopes_sentence,
    spectra,
    step_values,
    values_sentence,
)
from rnnviz.engine import Hold, Silence, jacobian_norms
from rnnviz.tasks import GymSchedule, NextSymbol


def trainer_of(length=8, **settings):
    task = NextSymbol(length=1) if length == 1 else GymSchedule(length=length)
    return Trainer(RunConfig(task=task.key, **{"hidden_size": 6, **settings}), task)


def trace_of(trainer):
    trainer.choose_probe(0)  # the tests change weights behind its back
    return trainer.trace()


def looked_at(trainer, layer=-1):
    trace = trace_of(trainer)
    network = trainer.network_of(trace)
    return trace, step_values(trace, network, layer), spectra(network, layer)


def always_on(radius):
    trainer = trainer_of(cell="relu", initial_weights="identity", spectral_radius=radius)
    trainer.network.parameters["bias_ih_l0"][:] = 50.0
    return trainer


@pytest.mark.parametrize(
    ("radius", "words"),
    [
        (0.8, "no step can amplify anything. What stays in this layer is at most about 21 % aft"),
        (1.0, "1 at every step: the direction that a step stretches most keeps about its length"),
        (1.2, "every step can amplify something"),
    ],
)
def test_a_recurrence_of_one_factor_that_is_never_off_has_one_singular_value(radius, words):
    trace, found, sizes = looked_at(always_on(radius))
    assert found.steps.tolist() == list(range(1, 8))
    np.testing.assert_allclose(found.values, radius)
    sentence = values_sentence(found, sizes, trace.cell)
    assert words in sentence
    assert f"Spectral radius of the recurrent weights: {radius:g}." in sentence
    assert "Looked at" not in sentence


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", ["rnn", "relu", "gru"])
def test_what_all_steps_can_leave_at_most_bounds_what_stays_in_the_layer(cell, layers):
    """The product of the largest singular values, against the norm of the product of Jacobians."""
    for seed in range(4):
        trainer = trainer_of(cell=cell, layers=layers, seed=seed, spectral_radius=0.7)
        for layer in range(layers):
            trace, found, sizes = looked_at(trainer, layer)
            said = re.search(r"at most about ([\d.]+) %", values_sentence(found, sizes, cell))
            if found.values[:, 0].max() > 1:
                assert said is None
                continue
            whole = jacobian_norms(trainer.network, trace.inputs[:, None], steps=[0])[layer, 0]
            assert said is None or 100 * whole <= float(said[1]) * 1.06 + 1e-3


@pytest.mark.parametrize("bias", [0.0, 3.0])
def test_of_an_lstm_the_product_with_the_cell_held_is_not_told_as_a_bound(bias):
    trainer = trainer_of(cell="lstm", forget_bias=bias, length=20)
    trace, found, sizes = looked_at(trainer)
    sentence = values_sentence(found, sizes, "lstm")
    assert "at most" not in sentence
    assert "does not say how much is left" in sentence
    # It would be violated.
    back = backward_norms(trace)
    assert back[-1] / back[0] > np.prod(found.values[:, 0])


@pytest.mark.parametrize(("cell", "gate"), [("gru", "update gate"), ("lstm", "forget gate")])
def test_of_cells_with_gates_the_sentence_tells_the_path_around_the_slopes(cell, gate):
    sentence = slopes_sentence(trainer_of(cell=cell).trace())
    assert f"the direct path from {'h to h' if cell == 'gru' else 'c to c'} meets the {gate}" in (
        sentence
    )
    assert "It leaves the gradient" not in sentence


def test_singular_values_that_can_not_be_told_from_rounding_are_zero():
    trainer = always_on(1.0)
    trainer.network.parameters["weight_hh_l0"][1:] *= 1e-20
    _, found, _ = looked_at(trainer)
    assert (found.values[:, 1:] == 0).all()
    assert (found.values[:, 0] > 0.9).all()


def test_a_step_that_passes_nothing_on_is_told():
    trainer = always_on(1.0)
    trainer.network.parameters["weight_hh_l0"][:] = 0
    trace, found, sizes = looked_at(trainer)
    assert "some steps pass nothing on" in values_sentence(found, sizes, trace.cell)


def test_of_a_large_network_some_steps_are_looked_at_and_the_sentence_says_so(monkeypatch):
    monkeypatch.setattr(module, "MOST_NUMBERS", 1)
    trainer = Trainer(RunConfig(cell="rnn", hidden_size=3), GymSchedule(length=20))
    trace, found, sizes = looked_at(trainer)
    assert found.steps.size + found.left_out == 19
    sentence = values_sentence(found, sizes, trace.cell)
    assert sentence.endswith("Looked at: 8 steps, evenly spread.")


def test_the_slope_of_each_cell_is_that_of_its_nonlinearity():
    for cell, by_hand in (
        ("rnn", lambda trace: 1 - trace.h**2),
        ("relu", lambda trace: (trace.h > 0) * 1.0),
        ("gru", lambda trace: 1 - trace.gates["n"] ** 2),
        ("lstm", lambda trace: 1 - (trace.h / trace.gates["o"]) ** 2),
    ):
        trace = trainer_of(cell=cell).trace()
        np.testing.assert_allclose(slopes(trace), by_hand(trace), atol=1e-12)


@pytest.mark.parametrize("cell", ["rnn", "relu"])
def test_slopes_and_weights_together_are_what_happens_in_a_step(cell):
    trace = trainer_of(cell=cell, seed=2).trace()
    left = shares(trace)
    back = backward_norms(trace)
    np.testing.assert_allclose(
        (left.by_slopes * left.by_weights)[1:], (back[1:] / back[:-1])[::-1], rtol=1e-10
    )


@pytest.mark.parametrize("cell", ["rnn", "relu"])
def test_what_a_silenced_unit_stops_is_not_said_to_pass(cell):
    trainer = trainer_of(cell=cell, seed=2)
    units = trainer.config.hidden_size
    trainer.intervene(Silence(units=(0, 2)))
    trace = trainer.trace()
    gradient = np.asarray(trace.layers[0].last_d_h)
    passed = gradient * slopes(trace) * ~np.isin(np.arange(units), (0, 2))
    left = shares(trace)
    np.testing.assert_allclose(
        left.by_slopes, np.linalg.norm(passed, axis=1) / np.linalg.norm(gradient, axis=1)
    )
    # Then the weights have to answer for the weights alone.
    back = passed[1:] @ trainer.network.to_torch()["weight_hh_l0"]
    np.testing.assert_allclose(
        left.by_weights[1:],
        np.linalg.norm(back, axis=1) / np.linalg.norm(passed[1:], axis=1),
        rtol=1e-9,
    )
    assert f"Nothing comes through 2 of {units} units" in slopes_sentence(trace)


def test_nothing_comes_through_a_candidate_that_is_held():
    trainer = trainer_of(cell="gru")
    trainer.intervene(Hold("n", 0.3))
    assert not shares(trainer.trace()).by_slopes.any()


def test_where_gates_or_layers_are_on_the_way_the_weights_are_not_told_apart():
    assert np.isnan(shares(trainer_of(cell="gru").trace()).by_weights).all()
    assert np.isnan(shares(trainer_of(cell="rnn", layers=2).trace(), 0).by_weights).all()


def test_saturated_units_are_those_that_pass_next_to_nothing_at_most_steps():
    found = np.array([[0.01, 0.01, 1.0], [0.01, 0.5, 1.0], [0.5, 0.5, 0.05]])
    assert saturated_units(found).tolist() == [0]


def test_a_saturated_network_is_said_to_eat_the_gradient():
    trainer = trainer_of(cell="rnn")
    trainer.network.parameters["bias_ih_l0"][:] = 5.0
    sentence = slopes_sentence(trace_of(trainer))
    assert "On average tanh′ is 0.00" in sentence or "e−" in sentence
    assert "6 of 6 units are saturated" in sentence
    alone = trainer_of(cell="rnn", hidden_size=1)
    alone.network.parameters["bias_ih_l0"][:] = 5.0
    assert "1 of 1 unit is saturated" in slopes_sentence(trace_of(alone))


def test_the_sentence_tells_the_step_that_leaves_least():
    trace = trainer_of(cell="rnn").trace()
    left = shares(trace).by_slopes
    worst = int(np.nanargmin(left))
    assert f"least at step {worst}: ×{left[worst]:.2f}" in slopes_sentence(trace)


def test_of_many_steps_some_are_looked_at(monkeypatch):
    trainer = trainer_of(length=40)
    _, every, _ = looked_at(trainer)
    monkeypatch.setattr(module, "MOST_NUMBERS", 10 * 6**2)
    _, some, _ = looked_at(trainer)
    assert some.steps.size == 10
    np.testing.assert_allclose(some.values, every.values[some.steps - 1])


def test_a_network_without_memory_a_single_step_and_a_diverged_one_are_said():
    for trainer, words in (
        (trainer_of(cell="mlp"), "no recurrent weights"),
        (trainer_of(length=1), "only one step"),
    ):
        trace, found, sizes = looked_at(trainer)
        assert words in values_sentence(found, sizes, trace.cell)
        assert slopes_sentence(trace)
    broken = trainer_of(cell="lstm")
    broken.network.flat[:] = np.nan
    trace, found, sizes = looked_at(broken)
    assert "not numbers" in values_sentence(found, sizes, trace.cell)
    assert "not numbers" in slopes_sentence(trace)


def test_the_sentence_of_gates_tells_the_radius_of_each():
    trace, found, sizes = looked_at(trainer_of(cell="gru"))
    assert "each gate: r 1, z 1, n 1" in values_sentence(found, sizes, trace.cell)
