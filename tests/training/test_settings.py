"""What the less common settings of a run do."""

import numpy as np

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import AssociativeRecall, DelayedRecall, GymSchedule, NextSymbol
from tests.schedules import three_days


def trainer_with(**settings) -> Trainer:
    config = RunConfig(**{"hidden_size": 5, "batch_size": 4, **settings})
    return Trainer(config, GymSchedule(length=6))


def test_clipping_by_value_is_noted_when_it_cut_something():
    trainer = trainer_with(clip_value=1e-4)

    trainer.advance(iterations=1)
    trainer.set(clip_value=100.0)
    trainer.advance(iterations=1)

    assert trainer.history.frame()["clipped"].tolist() == [True, False]
    assert np.abs(trainer.network.flat_gradients).max() > 1e-4


def test_clipping_by_norm_is_noted_where_clipping_by_value_cut_nothing():
    trainer = trainer_with(clip_value=100.0, clip_norm=1e-3)

    trainer.advance(iterations=1)
    trainer.set(clip_norm=1e3)
    trainer.advance(iterations=1)

    assert trainer.history.frame()["clipped"].tolist() == [True, False]


def test_momentum_carries_the_last_change_into_the_next():
    carried, plain = trainer_with(optimizer="sgd"), trainer_with(optimizer="sgd", momentum=0.0)
    start = carried.network.flat.copy()

    carried.advance(iterations=1)
    plain.advance(iterations=1)
    np.testing.assert_array_equal(carried.network.flat, plain.network.flat)
    carried.advance(iterations=30)
    plain.advance(iterations=30)

    way, shorter = (np.linalg.norm(run.network.flat - start) for run in (carried, plain))
    assert way > 3 * shorter


def test_weight_decay_draws_the_weights_towards_zero():
    free, drawn = trainer_with(optimizer="sgd"), trainer_with(optimizer="sgd")
    drawn.set(weight_decay=0.5)

    free.advance(iterations=20)
    drawn.advance(iterations=20)

    assert np.linalg.norm(drawn.network.flat) < 0.9 * np.linalg.norm(free.network.flat)


def test_another_momentum_keeps_the_velocity_of_the_running_network():
    changed, kept = trainer_with(optimizer="sgd"), trainer_with(optimizer="sgd")
    changed.advance(iterations=5)
    kept.advance(iterations=5)

    changed.set(momentum=0.9001)
    changed.advance(iterations=1)
    kept.advance(iterations=1)

    np.testing.assert_allclose(changed.network.flat, kept.network.flat, atol=1e-5)


def test_a_network_without_memory_learns_what_one_day_tells_and_not_what_needs_memory():
    every_day = Trainer(RunConfig(cell="mlp", seed=3), three_days())
    with_gaps = Trainer(RunConfig(cell="mlp", seed=3), three_days(missed=0.5))

    every_day.advance(iterations=150)
    with_gaps.advance(iterations=150)

    assert every_day.score().accuracy == 1.0
    assert with_gaps.score().accuracy < 0.8


def test_the_window_of_the_mlp_is_what_it_remembers():
    task = NextSymbol(text="a b c a c b a b c a c b", length=3)
    narrow, wide = (
        Trainer(RunConfig(task="symbols", cell="mlp", window=window), task) for window in (1, 3)
    )

    narrow.advance(iterations=300)
    wide.advance(iterations=300)

    assert narrow.score().accuracy < 0.8
    assert wide.score().accuracy == 1.0


def test_the_spectral_radius_is_that_of_the_recurrent_weights_at_the_start():
    trainer = trainer_with(cell="rnn", initial_weights="orthogonal", spectral_radius=0.7)

    moduli = np.abs(np.linalg.eigvals(trainer.network.parameters["weight_hh_l0"]))

    np.testing.assert_allclose(moduli, 0.7)


def recalled_after_100_iterations(seed, **settings) -> float:
    trainer = Trainer(RunConfig(task="recall", seed=seed, **settings), DelayedRecall())
    trainer.advance(iterations=100)
    return trainer.score().value


def test_delayed_recall_is_learned_with_the_settings_it_suggests_and_often_not_without():
    seeds = range(41, 49)
    suggested = [recalled_after_100_iterations(s, **DelayedRecall.suggested) for s in seeds]
    usual = [recalled_after_100_iterations(s) for s in seeds]

    assert suggested == [1.0] * 8
    # "About half still guess", as far as eight seeds can tell.
    assert 2 <= sum(score < 0.9 for score in usual) <= 6


def associated_after_300_iterations(seed, **settings) -> float:
    trainer = Trainer(RunConfig(task="associative", seed=seed, **settings), AssociativeRecall())
    trainer.advance(iterations=300)
    return trainer.score().value


def test_associative_recall_is_learned_with_the_attention_it_suggests_and_not_without():
    seeds, suggested = range(51, 54), AssociativeRecall.suggested
    with_attention = [associated_after_300_iterations(s, **suggested) for s in seeds]
    without = [
        associated_after_300_iterations(s, **{**suggested, "attention": "none"}) for s in seeds
    ]

    assert min(with_attention) > 0.95
    assert max(without) < 0.75
