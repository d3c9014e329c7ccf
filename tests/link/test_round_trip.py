"""A link says all of an experiment, and nothing else."""

import pytest

from rnnviz import RunConfig, Trainer, link
from rnnviz.engine import Hold
from rnnviz.fields import Field
from rnnviz.link import words
from rnnviz.tasks import SAMPLE_SERIES, TASKS, NextSymbol, NextValue, make_task
from rnnviz.training import FIELDS, LIVE_KNOBS
from tests.link.experiments import experiment
from tests.serving import ROOT


def test_a_link_read_and_written_again_is_the_same_for_200_experiments():
    for seed in range(200):
        before = experiment(seed)
        opened = link.read(link.write(before))
        assert opened == (before, ()), seed
        assert link.write(opened.experiment) == link.write(before)


def test_a_file_says_what_the_link_says(tmp_path):
    for seed in range(30):
        before = experiment(seed)
        link.write_file(before, tmp_path / "some.rnnviz.json")
        assert link.read_file(tmp_path / "some.rnnviz.json") == (before, ()), seed


def test_the_defaults_leave_nothing_but_the_version():
    assert link.write(link.Experiment()) == "v=1"
    assert link.read("v=1") == link.read("") == (link.Experiment(), ())


def test_eleven_settings_take_at_most_120_characters():
    config = RunConfig(cell="gru", hidden_size=32, seed=7, learning_rate=0.003, layers=2)
    view = link.View(page="gates", name="maps", unit=3, layer=1, time_step=12)
    text = link.write(link.Experiment(config, iteration=1200, view=view))
    assert text.count("=") == 12  # and the version
    assert len(text) <= 120


def test_own_data_of_5_kb_take_at_most_3500_characters():
    prose = (ROOT / "README.md").read_text(encoding="utf-8")[:5_000]
    rows = SAMPLE_SERIES[:5_000].rpartition("\n")[0]
    assert len(prose) == 5_000
    assert len(rows) > 4_900
    own = make_task("symbols", text=prose, unit="character")
    series = make_task("values", csv=rows)
    for task in (own, series):
        written = link.write(link.Experiment(RunConfig(task=task.key), task))
        assert len(written) <= 3_500
        assert link.read(written).experiment.task == task


def test_every_key_means_one_thing():
    for task in TASKS:
        every = (*FIELDS, *TASKS[task].fields, words.PROBE, words.ITERATION, *words.VIEW)
        keys = [*(field.short for field in every), words.HIDDEN.short, "v", "do"]
        assert len(keys) == len(set(keys)), task


def test_what_separates_changes_stands_in_none_of_their_values():
    knobs: list[Field] = [field for field in FIELDS if field.live]
    assert len(knobs) == len(LIVE_KNOBS)
    assert not any(sign in choice for field in knobs for choice in field.choices for sign in "_~")


def test_what_was_done_stands_in_the_link_with_its_iteration():
    trainer = Trainer(RunConfig(hidden_size=4))
    trainer.set(learning_rate=0.02)
    trainer.advance(iterations=10)
    trainer.set(learning_rate=0.003)
    trainer.intervene(Hold("f", 0.5, units=(1, 3), layer=0))
    trainer.advance(iterations=10)
    trainer.intervene()

    assert trainer.link() == "v=1&h=4&lr=0.02&it=20&do=10_lr_0.003_hold_f_0.5_u1.3_l0~20_free"


def test_what_was_undone_does_not():
    trainer = Trainer(RunConfig(hidden_size=4))
    trainer.advance(iterations=3)
    trainer.set(learning_rate=0.003)
    trainer.advance(iterations=3)
    trainer.undo()

    assert trainer.link() == "v=1&h=4&it=3"


def test_weights_set_by_hand_are_told_not_to_be_in_the_link():
    trainer = Trainer(RunConfig(hidden_size=4))
    trainer.advance(iterations=3)
    trainer.network.flat[0] = 1.0

    with pytest.warns(UserWarning, match="by hand at iteration 3, and a link holds no weights"):
        assert trainer.link() == "v=1&h=4&it=3"


def test_large_own_texts_are_read_in_steps():
    task = NextSymbol(text="one two three four " * 20_000)
    steps = link.reading(link.write(link.Experiment(RunConfig(task="symbols"), task)))
    assert sum(1 for _ in steps) > 1


def test_columns_of_a_series_stay_as_they_are():
    task = NextValue(csv="a,b~c,!d\n" + "1,2,3\n4,5,7\n" * 30, column="b~c", inputs=("!d", "a"))
    experiment = link.Experiment(RunConfig(task="values"), task)
    assert link.read(link.write(experiment)) == (experiment, ())


def test_a_pages_own_long_words_stay_as_they_are():
    view = link.View(more=(("a", "~" + "x y" * 60), ("b", "")))
    assert link.read(link.write(link.Experiment(view=view))).experiment.view == view
