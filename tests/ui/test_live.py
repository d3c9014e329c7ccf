"""One turn of the live loop."""

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import GymSchedule
from rnnviz.ui import live, session, transport
from rnnviz.ui.live import Places
from rnnviz.ui.session import Run


@pytest.fixture
def run(monkeypatch):
    config = RunConfig(hidden_size=3, batch_size=2, learning_rate=0.5)
    run = Run(Trainer(config, GymSchedule(length=5)), playing=True)
    monkeypatch.setattr(session, "live_knobs", lambda: {"learning_rate": 0.02})
    return run


def test_knobs_that_were_read_before_a_click_changed_the_run_do_not_reach_it(run, monkeypatch):
    monkeypatch.setattr(transport, "iterations_per_tick", run.start_pictures_anew)

    live.turn(run, Places(run.page_runs, None), lambda: pytest.fail("looked"), print)

    assert run.trainer.iteration == 0
    assert not run.trainer.marks
