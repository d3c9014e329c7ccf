"""One turn of the live loop."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_cache import populate_hash_if_needed

from rnnviz import RunConfig, Trainer
from rnnviz.figures.course_charts import course_charts
from rnnviz.numbers import percent
from rnnviz.tasks import GymSchedule, NextLabel
from rnnviz.ui.shell import live, session, transport
from rnnviz.ui.shell.live import Places
from rnnviz.visit import Visit


@pytest.fixture
def visit(monkeypatch):
    config = RunConfig(hidden_size=3, batch_size=2, learning_rate=0.5)
    visit = Visit(Trainer(config, GymSchedule(length=5)))
    visit.play()
    monkeypatch.setattr(session, "live_knobs", lambda: {"learning_rate": 0.02})
    return visit


def test_knobs_that_were_read_before_a_click_changed_the_run_do_not_reach_it(visit, monkeypatch):
    monkeypatch.setattr(transport, "iterations_per_tick", visit.start_pictures_anew)

    live.turn(visit, Places(visit.page_runs, None), lambda: pytest.fail("looked"), print)

    assert visit.trainer.iteration == 0
    assert not visit.trainer.marks


def test_the_score_of_trained_examples_is_told_apart_from_that_of_held_out_ones():
    trainer = Trainer(RunConfig(task="labels", hidden_size=3), NextLabel())
    held_out = f"Held out: {percent(trainer.score().held_out)}."

    captions = [chart.caption for chart in course_charts(trainer)]

    assert any(
        says.startswith("Evaluation sequences, trained part: ") and held_out in says
        for says in captions
    )
    assert not any("examples" in says for says in captions)


def test_no_message_counts_on_another_that_the_browser_may_have_dropped():
    message = ForwardMsg()
    message.delta.new_element.text.body = "x" * 100_000

    populate_hash_if_needed(message)

    assert message.hash
    assert not message.metadata.cacheable
