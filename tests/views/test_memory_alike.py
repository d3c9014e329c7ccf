"""The view "Where else" shows the stretches that were found, with what stands around them."""

import numpy as np
import pytest

import rnnviz
from rnnviz.figures.spec import figure
from rnnviz.tasks import NextSymbol, TemporalOrder, make_task
from rnnviz.views.memory import VIEWS, MemoryScene

VIEW = VIEWS["Where else"]


def _looked(scene):
    for _ in VIEW.work(scene):
        pass
    panel = VIEW.look(scene)
    for chart in panel.charts:
        figure(chart.figure)
    return panel


def _scene(task=None, cell="gru", iterations=0, **looks):
    task = task or TemporalOrder(length=10)
    trainer = rnnviz.Trainer(rnnviz.RunConfig(task=task.key, cell=cell, hidden_size=4), task)
    trainer.advance(iterations=iterations)
    return MemoryScene(trainer, trainer.trace(), 0, **looks)


def test_the_chosen_stretch_stands_above_the_others_with_its_symbols():
    scene = _scene(stretch=(4, 6), units=(1, 2), unit=2)
    panel = _looked(scene)
    drawn, words = panel.charts[0].figure["data"]
    assert drawn["z"][0] == pytest.approx(scene.trace.h[1:10, 2])
    assert drawn["text"][0] == list(scene.trace.input_labels[1:10])
    assert words["text"][:9] == drawn["text"][0]
    assert drawn["x"].tolist() == list(range(-3, 6))
    assert len(panel.table.rows) == len(drawn["z"]) - 1 == 12
    assert panel.charts[0].caption.startswith("Of ")
    assert "unit 2" in panel.note


def test_before_the_first_step_and_after_the_last_there_is_nothing():
    scene = _scene(stretch=(0, 9))
    drawn, _ = _looked(scene).charts[0].figure["data"]
    assert np.isnan(drawn["z"][:, :3]).all()
    assert np.isnan(drawn["z"][:, -3:]).all()


def test_without_a_stretch_it_is_the_step_that_is_looked_at():
    drawn, _ = _looked(_scene(step=5)).charts[0].figure["data"]
    assert drawn["z"].shape[1] == 7


def test_a_text_is_searched_instead_or_refused_in_a_sentence():
    task = NextSymbol(text="abab cdcd abab cdcd abab cdcd", unit="character", length=4)
    panel = _looked(_scene(task, stretch=(1, 2), text="abab cdcd"))
    assert set(panel.table.rows["where"]) == {"your text"}
    refused = _looked(_scene(task, stretch=(1, 2), text="<b>xyz</b>"))
    assert refused.charts == ()
    assert refused.sentence.startswith("The text must be made of")


def test_inputs_that_are_numbers_are_written_as_numbers():
    panel = _looked(_scene(make_task("adding", length=10), cell="rnn", step=5))
    assert panel.table.rows["here"][0].count(" ") == 1  # two inputs


def test_a_diverged_run_is_said_to_have_nothing_alike():
    scene = _scene(cell="lstm")
    scene.trainer.network.flat[:] = np.nan
    panel = _looked(MemoryScene(scene.trainer, scene.trainer.trace(), 0, step=3))
    assert "not numbers" in panel.sentence


def test_while_it_is_searched_it_says_so():
    assert VIEW.look(_scene()).progress == 0
