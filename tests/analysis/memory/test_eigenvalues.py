"""The eigenvalues of a step, and the direction that the gradient takes."""

import math
from dataclasses import replace

import numpy as np
import pytest

import rnnviz
from rnnviz.analysis.gradients import last_scored_step
from rnnviz.analysis.memory.eigenvalues import (
    along_sentence,
    carried,
    modulus_of,
    spectra,
    spectrum_of,
    step_sentence,
    steps_sentence,
    time_constant,
    weight_eigenvalues,
)
from rnnviz.engine.step_map import StepMap
from rnnviz.tasks import TemporalOrder
from rnnviz.training.config import RECURRENT
from rnnviz.views.memory import VIEWS, MemoryScene
from tests.analysis.memory.drained import drained

SEEDS = (0, 1)


def _run(cell="rnn", iterations=0, **settings):
    config = rnnviz.RunConfig(**{"task": "order", "cell": cell, "hidden_size": 5, **settings})
    trainer = rnnviz.Trainer(config, TemporalOrder(length=10))
    trainer.advance(iterations=iterations)
    return trainer


def test_those_of_a_tanh_network_are_those_of_slopes_times_weights():
    trainer = _run(iterations=3)
    trace = trainer.trace()
    found = drained(spectra(trainer.network_of(trace), trace, 0))
    W = trainer.network.parameters["weight_hh_l0"]
    for each in found.steps:
        by_hand = np.linalg.eigvals((1 - trace.h[each.step] ** 2)[:, None] * W)
        assert np.sort_complex(each.values) == pytest.approx(np.sort_complex(by_hand), abs=1e-12)
        assert (np.diff(np.abs(each.values)) <= 1e-12).all()
    assert [each.step for each in found.steps] == list(range(1, 10))
    sizes = np.sort(np.abs(np.linalg.eigvals(W)))[::-1]
    assert np.abs(found.weights["h"]) == pytest.approx(sizes)


@pytest.mark.parametrize("cell", RECURRENT)
def test_the_gradient_that_the_jacobians_carry_back_is_the_one_that_was_recorded(cell):
    trainer = _run(cell, iterations=2)
    trace = trainer.trace()
    step_map = StepMap(trainer.network_of(trace), 0)
    recorded = trace.layers[0].last_d_h
    seen = dict(carried(step_map, trace, 0, last_scored_step(trace, 0)))
    assert sorted(seen) == list(range(10))
    h = step_map.parts[0][2]
    for step, whole in seen.items():
        here = whole[h] / np.linalg.norm(whole[h])
        assert here == pytest.approx(recorded[step] / np.linalg.norm(recorded[step]), abs=1e-9)


def test_the_factor_of_a_step_is_that_of_the_recorded_norms():
    trainer = _run(iterations=2)
    trace = trainer.trace()
    found = drained(spectra(trainer.network_of(trace), trace, 0))
    norms = np.linalg.norm(trace.layers[0].last_d_h, axis=1)
    for each in found.steps:
        assert each.factor == pytest.approx(norms[each.step - 1] / norms[each.step])


def test_a_truncated_gradient_ends_at_the_cut():
    trainer = _run(iterations=2, truncate=4)
    trace = trainer.trace()
    found = drained(spectra(trainer.network_of(trace), trace, 0))
    norms = np.linalg.norm(trace.layers[0].last_d_h, axis=1)
    assert norms[:8] == pytest.approx(0)
    assert found.at(9).factor == pytest.approx(norms[8] / norms[9])
    assert (found.at(8).factor, found.at(8).cut) == (0, True)
    assert "does not go back over this step" in step_sentence(found.at(8))
    assert math.isnan(found.at(7).along)
    assert "gradient" not in step_sentence(found.at(7))
    seen = dict(carried(StepMap(trainer.network_of(trace), 0), trace, 0, 9))
    assert sorted(seen) == [8, 9]


@pytest.mark.parametrize("settings", [{"layers": 2}, {"attention": "dot"}])
def test_what_one_layer_carries_is_not_called_the_whole_gradient(settings):
    trainer = _run(iterations=2, **settings)
    trace = trainer.trace()
    found = drained(spectra(trainer.network_of(trace), trace, 0))
    norms = np.linalg.norm(trace.layers[0].last_d_h, axis=1)
    assert found.at(5).factor != pytest.approx(norms[4] / norms[5], rel=0.01)
    carried_alone = "what this layer’s recurrence alone carries of the gradient"
    assert carried_alone in step_sentence(found.at(5), whole=False)
    assert carried_alone in along_sentence(found, whole=False)
    panel = VIEWS["Eigenvalues"].look(MemoryScene(trainer, trace, 0, step=5))
    assert carried_alone in panel.charts[0].caption
    assert any(carried_alone in chart.caption for chart in panel.beside)


def test_steps_after_the_last_scored_one_are_not_called_left_out():
    trainer = _run()
    trace = trainer.trace()
    trace = replace(trace, scored=np.arange(10) == 3)
    found = drained(spectra(trainer.network_of(trace), trace, 0))
    assert len(found.steps) == last_scored_step(trace, 0) == 3
    assert "evenly spread" not in steps_sentence(found, "hidden state", None, None)


def test_a_gradient_is_compared_with_the_left_eigenvectors():
    # Left eigenvectors of [[0.9, 5], [0, 0.1]]: (0.8, 5) for 0.9 and (0, 1) for 0.1.
    jacobian = np.array([[0.9, 5.0], [0.0, 0.1]])
    slow = np.array([0.8, 5.0])
    assert spectrum_of(1, jacobian, slow).along == pytest.approx(1)
    assert spectrum_of(1, jacobian, np.array([5.0, -0.8])).along == pytest.approx(0, abs=1e-12)
    # The right one, (1, 0), is another direction.
    right = spectrum_of(1, jacobian, np.array([1.0, 0.0]))
    assert right.along == pytest.approx(0.8**2 / (0.8**2 + 25))
    assert right.by_chance == 0.5


def test_a_complex_pair_is_a_plane_of_directions():
    turn = 0.9 * np.array([[math.cos(1), -math.sin(1), 0], [math.sin(1), math.cos(1), 0], [0] * 3])
    turn[2, 2] = 0.5
    in_plane = spectrum_of(1, turn, np.array([0.3, -2.0, 0.0]))
    assert in_plane.along == pytest.approx(1)
    assert in_plane.by_chance == pytest.approx(2 / 3)
    assert spectrum_of(1, turn, np.array([0.0, 0.0, 1.0])).along == pytest.approx(0, abs=1e-12)


def test_random_directions_have_on_average_what_is_said_to_be_by_chance():
    generator = np.random.default_rng(0)
    jacobian = generator.normal(size=(6, 6))
    found = [spectrum_of(1, jacobian, generator.normal(size=6)) for _ in range(500)]
    mean = np.mean([each.along for each in found])
    assert mean == pytest.approx(found[0].by_chance, abs=0.04)


def test_the_same_step_again_and_again_turns_the_gradient_into_the_slowest_direction():
    jacobian = np.diag([0.9, 0.6, 0.3]) + np.triu(np.ones((3, 3)), 1)
    gradient = np.array([0.01, 1.0, 1.0])
    shares = []
    for _ in range(60):
        shares.append(spectrum_of(1, jacobian, gradient).along)
        gradient = jacobian.T @ gradient
    assert shares[0] < 0.9
    assert shares[-1] == pytest.approx(1)


def test_where_every_eigenvalue_is_zero_there_is_no_slowest_direction():
    found = spectrum_of(3, np.zeros((2, 2)), np.ones(2))
    assert math.isnan(found.along)
    assert found.factor == 0
    assert "nothing of the state before is left" in step_sentence(found)


def test_equally_slow_eigenvalues_count_together_also_without_enough_eigenvectors():
    assert spectrum_of(1, np.eye(3), np.ones(3)).by_chance == pytest.approx(1)
    defective = np.array([[0.5, 1.0], [0.0, 0.5]])  # one eigenvector for a double eigenvalue
    assert spectrum_of(1, defective, np.array([0.0, 1.0])).along == pytest.approx(1)


@pytest.mark.parametrize(
    ("modulus", "steps"),
    [(0.0, 0.0), (math.exp(-0.1), 10.0), (1.0, math.inf), (math.exp(0.5), -2.0)],
)
def test_a_time_constant_is_minus_one_over_the_logarithm(modulus, steps):
    assert time_constant(modulus) == pytest.approx(steps)
    if steps > 0:
        assert modulus_of(steps) == pytest.approx(modulus)


def test_sentences_name_the_numbers():
    trainer = _run(iterations=2)
    trace = trainer.trace()
    found = drained(spectra(trainer.network_of(trace), trace, 0))
    said = step_sentence(found.at(5))
    assert said.startswith("Step 5: The largest eigenvalue has a modulus of ")
    assert "Outside the unit circle: " in said
    over = steps_sentence(found, "hidden state", 0.8, 9)
    assert "changes by ×0.80 per step on average and reaches 9 steps back" in over
    assert "at step 9" in along_sentence(found)


def test_one_unit_is_one_eigenvalue():
    trainer = _run(hidden_size=1)
    trace = trainer.trace()
    found = drained(spectra(trainer.network_of(trace), trace, 0))
    W = float(trainer.network.parameters["weight_hh_l0"][0, 0])
    assert found.steps[2].values[0] == pytest.approx((1 - float(trace.h[3, 0]) ** 2) * W)
    assert found.steps[2].along == pytest.approx(1)
    assert step_sentence(found.steps[2]).startswith("Step 3: The only eigenvalue")


def test_a_diverged_network_has_no_eigenvalues_and_says_so():
    trainer = _run()
    trainer.network.flat[:] = np.nan
    trace = trainer.trace()
    found = drained(spectra(trainer.network_of(trace), trace, 0))
    assert not found.is_finite
    assert "not numbers" in steps_sentence(found, "hidden state", None, None)
    assert "not made of numbers" in step_sentence(found.steps[0])
    assert weight_eigenvalues(trainer.network, 0) == {}
