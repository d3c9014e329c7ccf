"""Every view of the memory shows every network, or says why there is nothing to show."""

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import OwnSequences, Parity
from rnnviz.views.memory import VIEWS, MemoryScene, without_state

_SMALL = Parity(length=5)


def _run(task=_SMALL, **settings):
    return Trainer(RunConfig(task=task.key, hidden_size=2, **settings), task)


def _diverged():
    trainer = _run(cell="rnn")
    trainer.network.flat[:] = np.nan
    return trainer


@pytest.mark.parametrize(
    "begin",
    [
        lambda: _run(cell="lstm", layers=2),
        lambda: _run(cell="gru", bidirectional=True),
        lambda: _run(OwnSequences(targets=""), cell="gru"),
        _diverged,
    ],
    ids=["two layers", "both directions", "no targets", "not numbers"],
)
def test_every_view_measures_in_pieces_and_then_shows_something_or_says_why_not(begin):
    trainer = begin()
    for title, view in VIEWS.items():
        scene = MemoryScene(trainer, trainer.trace(), held=-1, with_machine=True, everywhere=False)
        for _ in () if view.work is None else view.work(scene):
            pass
        panel = view.look(scene)
        assert panel.charts or panel.sentence, title


def test_a_network_that_keeps_no_state_has_a_sentence_and_one_that_does_has_none():
    assert "keeps no state" in without_state(RunConfig(cell="mlp"))
    assert without_state(RunConfig(cell="gru")) == ""


def test_what_is_said_of_the_states_is_of_the_iteration_that_is_shown():
    trainer = _run(cell="lstm")
    trainer.advance(iterations=3)
    before = trainer.recording.traces[2]
    drawn = MemoryScene(trainer, before).space
    trainer.network.flat[:] = np.nan
    diverged = MemoryScene(trainer, trainer.trace(), drawn=drawn)
    VIEWS["Paths"].look(diverged)
    drawn.clouds.of(trainer.recording.traces[1])
    assert "not numbers" in VIEWS["Paths"].look(diverged).sentence
    seen = MemoryScene(trainer, before, drawn=drawn)
    assert "not numbers" not in VIEWS["Paths"].look(seen).sentence
