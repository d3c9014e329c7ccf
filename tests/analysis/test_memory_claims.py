"""Every preset of the page Memory shows what its text says, on seeds that are not the one shown."""

import pytest

from rnnviz.analysis.memory.claims import MEMORY_CLAIMS
from rnnviz.training.memory_presets import MEMORY_PRESETS

#: Chosen before they were tried; the presets themselves show seed 0.
UNSEEN = (41, 42)
PRESETS = {preset.key: preset for preset in MEMORY_PRESETS}


def test_every_preset_has_a_claim_and_the_other_way_round():
    assert set(PRESETS) == set(MEMORY_CLAIMS)
    assert all(config.seed == 0 for preset in MEMORY_PRESETS for _, config, _ in preset.runs)


@pytest.mark.parametrize("seed", UNSEEN)
@pytest.mark.parametrize("key", PRESETS)
def test_a_preset_shows_what_it_says_on_a_seed_that_is_not_shown(key, seed):
    preset, claim = PRESETS[key].seeded(seed), MEMORY_CLAIMS[key]
    trainers = preset.trainers()
    assert claim.sentence(claim.measure(trainers)).endswith(".")

    for trainer in trainers:
        trainer.advance(iterations=preset.iterations)

    numbers = claim.measure(trainers)
    assert claim.holds(numbers), numbers
    assert "nan" not in claim.sentence(numbers)
