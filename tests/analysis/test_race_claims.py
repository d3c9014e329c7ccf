"""The stories of the races are true of seeds that they do not show; here of what is quick."""

import pytest

from rnnviz.analysis.race_claims import RACE_CLAIMS, finishes, kept
from rnnviz.analysis.verdict import verdict_of
from rnnviz.training.race import Race
from rnnviz.training.race_presets import RACES

#: Chosen before they were tried; the races themselves show 0, 1, 2, ...
UNSEEN = (41,)
#: The others take too long for the suite; `benchmarks/race_claims.py` counts on ten seeds of each.
QUICK = ("gym",)


def test_every_race_has_claims_and_all_its_lanes_run():
    assert [preset.key for preset in RACES] == list(RACE_CLAIMS)
    for preset in RACES:
        next(Race.making(preset.task, preset.lanes, range(preset.seeds)))  # it fits in the memory
        assert not preset.race([0]).refused
        names = {name for claim in RACE_CLAIMS[preset.key] for name in claim.lanes}
        assert names <= {lane.name for lane in preset.lanes}


@pytest.mark.parametrize("key", QUICK)
def test_a_quick_race_ends_as_its_story_says_on_seeds_that_are_not_shown(key):
    (preset,) = (preset for preset in RACES if preset.key == key)
    race = preset.race(UNSEEN)
    race.advance(iterations=preset.until)
    ended = finishes(verdict_of(race))
    for claim in RACE_CLAIMS[key]:
        assert all(kept(claim, ended)), (claim.says, ended)
