"""Every preset shows what its text says, on seeds that are not the one shown."""

import math

import pytest

from rnnviz.analysis.claims import CLAIMS
from rnnviz.training import PRESETS

#: Chosen before they were tried; the presets themselves show seed 0.
UNSEEN = (41, 42, 43)
NEEDS_TRAINING = ("explode", "clip", "truncate", "bias", "identity")


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

    assert "2e+22 at radius 1.3, 230 at radius 1, 3.02 with tanh." in claim.sentence(numbers)


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
