"""Every preset shows what its text says, on seeds that are not the one shown."""

import math
from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.claims import CLAIMS, LEARNED
from rnnviz.analysis.gradients import backward_norms, factor_per_step
from rnnviz.analysis.theory import verdict
from rnnviz.tasks import TemporalOrder
from rnnviz.training import PRESETS

#: Chosen before they were tried; the presets themselves show seed 0.
UNSEEN = (41, 42)
NEEDS_TRAINING = ("explode", "clip", "truncate", "bias", "identity", "shortcut")


def by_key(key):
    return next(preset for preset in PRESETS if preset.key == key)


def test_every_preset_has_a_claim_and_the_other_way_round():
    assert [preset.key for preset in PRESETS] == list(CLAIMS)
    assert all(config.seed == 0 for preset in PRESETS for _, config, _ in preset.runs)


@pytest.mark.parametrize("seed", UNSEEN)
@pytest.mark.parametrize("key", CLAIMS)
def test_a_preset_shows_what_it_says_on_a_seed_that_is_not_shown(key, seed):
    preset, claim = by_key(key).seeded(seed), CLAIMS[key]
    trainers = preset.trainers()
    for trainer in trainers:
        trainer.advance(iterations=preset.iterations)

    numbers = claim.measure(trainers)

    assert claim.holds(numbers), numbers
    assert "nan" not in claim.sentence(numbers)


@pytest.mark.parametrize("key", CLAIMS)
def test_before_the_first_iteration_a_preset_says_what_it_can_and_claims_no_result(key):
    claim = CLAIMS[key]

    numbers = claim.measure(by_key(key).trainers())

    assert claim.sentence(numbers).endswith(".")
    assert "nan" not in claim.sentence(numbers)
    if key in NEEDS_TRAINING:
        assert not claim.holds(numbers)


def test_a_share_that_is_not_known_is_a_dash():
    claim = CLAIMS["clip"]
    numbers = claim.measure(by_key("clip").trainers())

    assert math.isnan(numbers["share"])
    assert "(– of the iterations were clipped)" in claim.sentence(numbers)


def test_numbers_of_the_explosion_can_not_be_taken_for_each_other():
    claim = CLAIMS["explode"]
    numbers = {
        **{"large": 1.29, "one": 0.99, "tanh": 0.95, "diverged": False},
        **{"large peak": 2e22, "one peak": 230.0, "tanh peak": 3.02},
        **{"accuracy": 0.22, "guessing": 0.27},
    }

    assert "2e22 at radius 1.3, 230 at radius 1, 3.02 with tanh." in claim.sentence(numbers)


def test_runs_of_a_preset_differ_in_what_it_is_about_alone():
    for preset in PRESETS:
        tasks = {id(task) for _, _, task in preset.runs}
        assert len(tasks) == 1
        assert len({name for name, *_ in preset.runs}) == len(preset.runs)
        assert len({config for _, config, _ in preset.runs}) == len(preset.runs)


def test_the_same_experiment_from_another_seed_keeps_its_settings():
    preset = by_key("clip")

    other = preset.seeded(5)

    assert [config.seed for _, config, _ in other.runs] == [5] * 4
    assert other.runs[1][1].clip_norm == 1.0
    assert other.seeded(0) == preset


# What the texts say beside their claims: "do not conclude", and the helps of the settings.


def trained(iterations, task, seed, **settings):
    trainer = Trainer(RunConfig(task=task.key, seed=seed, **settings), task)
    trainer.advance(iterations=iterations)
    return trainer


def first_factor(task, which="last_d_h", **settings):
    trainer = Trainer(RunConfig(task=task.key, **settings), task)
    return factor_per_step(backward_norms(trainer.trace(), which))


@pytest.mark.parametrize("seed", UNSEEN)
def test_a_plain_rnn_learns_the_task_of_the_vanishing_gradient_where_it_is_short(seed):
    _, config, _ = by_key("vanish").runs[0]
    short = Trainer(replace(config, seed=seed), TemporalOrder(length=20))
    short.advance(iterations=200)
    assert short.score().accuracy >= LEARNED


@pytest.mark.parametrize("seed", UNSEEN)
def test_clipping_does_nothing_against_vanishing(seed):
    task = TemporalOrder(length=60)
    for clip_norm in (None, 1.0):
        clipped = trained(60, task, seed, cell="rnn", clip_norm=clip_norm)
        assert verdict(backward_norms(clipped.trace())) == "vanishes"


@pytest.mark.parametrize("seed", UNSEEN)
def test_the_state_crosses_the_cut_that_stops_the_gradient(seed):
    cut = by_key("truncate").seeded(seed).trainers()[0]
    trace, network = cut.trace(), cut.network
    changed = trace.inputs[:, None].copy()
    changed[0] = 1.0 - changed[0]
    there = network.predict(changed)[-1] - network.predict(trace.inputs[:, None])[-1]
    assert np.abs(there).max() > 0
    assert backward_norms(trace)[-1] == 0


def test_given_longer_a_forget_bias_of_zero_can_get_there_too():
    low = by_key("bias").seeded(72).trainers()[0]
    low.advance(iterations=200)
    assert low.score().accuracy >= LEARNED


@pytest.mark.parametrize("seed", UNSEEN)
def test_with_the_forget_gate_at_one_half_an_lstm_loses_the_gradient_as_a_plain_rnn_does(seed):
    task = TemporalOrder(length=50)
    lstm = first_factor(task, "last_d_c", cell="lstm", forget_bias=0.0, seed=seed)
    assert lstm < first_factor(task, cell="rnn", seed=seed)


def test_trained_for_longer_some_plain_rnns_learn_to_keep_the_gradient():
    rnn = by_key("cell").seeded(6).trainers()[1]
    rnn.advance(iterations=100)
    assert factor_per_step(backward_norms(rnn.trace())) > 0.93


@pytest.mark.parametrize("seed", UNSEEN)
def test_a_higher_forget_bias_and_a_larger_radius_keep_more_of_the_gradient_at_first(seed):
    task = TemporalOrder(length=30)
    by_bias = [
        first_factor(task, "last_d_c", cell="lstm", forget_bias=bias, seed=seed)
        for bias in (-2.0, 0.0, 1.0, 3.0)
    ]
    by_radius = [
        first_factor(task, cell=cell, spectral_radius=radius, seed=seed)
        for cell in ("rnn", "relu")
        for radius in (0.5, 1.0)
    ]
    assert by_bias == sorted(by_bias)
    assert by_radius[0] < by_radius[1]
    assert by_radius[2] < by_radius[3]
    assert by_radius[0] < 0.5
