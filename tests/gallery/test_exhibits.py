"""Every experiment of the gallery shows what its card says, and its picture is its own."""

from dataclasses import replace
from urllib.parse import parse_qs

import numpy as np
import pytest

from rnnviz import link
from rnnviz.gallery import EXHIBITS, THEMES, looking, picture, pictures, seeded
from rnnviz.gallery.claims import trained
from rnnviz.training import PRESETS
from rnnviz.training.memory_presets import MEMORY_PRESETS
from rnnviz.ui.gates.linked import LINKED as GATES
from rnnviz.ui.gradients.linked import LINKED as GRADIENTS
from rnnviz.ui.memory.linked import LINKED as MEMORY
from rnnviz.ui.shell.address import as_word
from rnnviz.ui.shell.frame import MENU

#: Chosen before they were tried; the links show seed 0.
UNSEEN = (41,)
#: Quick to train. `benchmarks/gallery.py` counts for all on more seeds; what presets claim is
#: tested with these.
ON_ALL = ("gym", "forget-gates-shut", "without-memory", "counting", "anti-diagonal",
          "one-step-beside", "handed-over")  # fmt: skip
ON_THE_SHOWN = ("missed-days", "text", "brackets", "parity", "adding", "temporal-order",
                "learning-rate", "explosion", "dates")  # fmt: skip


def by_key(key):
    return next(exhibit for exhibit in EXHIBITS if exhibit.key == key)


@pytest.mark.parametrize(
    ("key", "seed"),
    [
        *((key, seed) for key in ON_ALL for seed in (0, *UNSEEN)),
        *((key, 0) for key in ON_THE_SHOWN),
    ],
)
def test_the_run_shows_what_the_card_says(key, seed):
    exhibit = by_key(key)
    numbers = exhibit.claim.measure(seeded(exhibit.experiment, seed))
    assert exhibit.claim.holds(numbers), numbers


@pytest.mark.parametrize(
    "key",
    [
        "gym",
        "counting",
        "text",
        "adding",
        "temporal-order",
        "anti-diagonal",
        "one-step-beside",
        "handed-over",
        "dates",
    ],
)
def test_before_it_is_trained_nothing_is_claimed(key):
    claim = by_key(key).claim
    assert not claim.holds(claim.measure(by_key(key).experiment.until(0)))


@pytest.mark.parametrize("key", ["anti-diagonal", "one-step-beside", "handed-over"])
def test_where_a_symbol_was_read_is_the_step_that_shows_what_is_answered(key):
    task = by_key(key).experiment.task
    batch = task.evaluation()
    shown = batch.x[looking.where_read(task)].argmax(axis=2)
    names = np.array(task.input_names)[shown]

    assert (names == np.array(task.output_labels)[batch.y[task.answering.first :]]).all()


def test_the_unit_that_card_and_link_name_is_the_one_that_counts():
    exhibit = by_key("counting")
    unit = exhibit.claim.measure(exhibit.experiment)["unit"]
    assert unit == exhibit.experiment.view.unit
    assert f"unit {unit} " in exhibit.sees


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.key)
def test_a_link_is_read_without_a_problem_and_is_the_canonical_one(exhibit):
    opened = link.read(exhibit.link)
    assert opened.problems == ()
    assert link.write(opened.experiment) == exhibit.link
    assert opened.experiment.config.seed == 0
    assert exhibit.experiment.view.page in {name for name, *_ in MENU}
    if exhibit.experiment.view.name:
        page = {"gates": GATES, "memory": MEMORY}[exhibit.experiment.view.page]
        assert page.view.titled(exhibit.experiment.view.name)
    assert opened.experiment.iteration > 0
    assert link.estimate_s(opened.experiment) < 10


def test_a_link_that_starts_a_preset_leads_to_its_first_run_and_claims_what_it_claims():
    by_word = {as_word(preset.name): preset for preset in (*PRESETS, *MEMORY_PRESETS)}
    found = []
    for exhibit in EXHIBITS:
        word = parse_qs(exhibit.link).get("p.preset")
        if word is None:
            continue
        preset, experiment = by_word[word[0]], exhibit.experiment
        found.append(preset.key)
        assert experiment.view.page == (GRADIENTS.page if preset in PRESETS else MEMORY.page)
        assert (experiment.config, experiment.task) == preset.runs[0][1:]
        assert experiment.iteration == preset.iterations
        assert bool(exhibit.recorded) == (len(preset.runs) > 1)
    assert sorted(found) == sorted([*(preset.key for preset in PRESETS), "triangle", "two"])


def test_titles_and_keys_are_each_of_their_own_and_a_card_holds_one_sentence():
    assert len(EXHIBITS) >= 12
    for name in ("key", "title", "link"):
        assert len({getattr(exhibit, name) for exhibit in EXHIBITS}) == len(EXHIBITS)
    for exhibit in EXHIBITS:
        assert exhibit.sees.endswith(".")
        assert ". " not in exhibit.sees
        assert len(exhibit.sees) < 180


def test_the_same_experiment_from_another_seed_keeps_its_changes():
    shut = by_key("forget-gates-shut").experiment

    other = seeded(replace(shut, iteration=2, stages=(replace(shut.stages[0], iteration=1),)), 5)

    assert other.config.seed == 5
    assert trained(other).network.interventions == shut.stages[0].setup.interventions
    assert seeded(shut, 0) == shut


def test_every_picture_was_made_from_the_experiment_as_it_is_now():
    made = {exhibit.key: pictures.made_from(exhibit) for exhibit in EXHIBITS}

    assert pictures.recorded() == made, "run: python -m benchmarks.gallery_pictures"


def test_pictures_are_small_and_there_is_none_too_many():
    files = {picture(exhibit, theme) for exhibit in EXHIBITS for theme in THEMES}

    assert {*pictures.FOLDER.glob("*.webp")} == files
    for file in files:
        assert file.read_bytes()[8:12] == b"WEBP"
        assert file.stat().st_size < 20_000
