"""Networks without a readout or without targets, and bidirectional ones, on every page."""

import re

import pytest

from rnnviz import RunConfig, Trainer, export
from rnnviz.tasks import OwnSequences
from rnnviz.ui.gates.controls import GATE_VIEW
from rnnviz.ui.gates.views import VIEWS as GATE_VIEWS
from rnnviz.ui.shell.frame import MENU
from rnnviz.views.gradients import VIEWS as GRADIENT_VIEWS
from tests.pages.conftest import control, go_to, visit_of


def run(kind):
    settings = {"no readout": {"outputs": 0, "answers": ""}, "no targets": {"outputs": 2}}
    cell = {"no readout": "lstm", "no targets": "gru"}.get(kind, "lstm")
    extra = {"targets": "", **settings[kind]} if kind in settings else {}
    config = RunConfig(
        task="own-sequences", cell=cell, hidden_size=3, bidirectional=kind == "bidirectional"
    )
    return Trainer(config, OwnSequences(**extra))


def said(app):
    kinds = (app.markdown, app.caption, app.error, app.success, app.info, app.warning)
    figures = [str(chart.proto) for chart in app.get("plotly_chart")]
    return [str(box.value) for kind in kinds for box in kind] + figures


def assert_is_fine(app, where):
    assert not app.exception, (where, app.exception[0].message)
    assert not app.error, (where, app.error[0].value)
    for text in said(app):
        assert not re.search(r"\bnan\b|\bNone\b", text, re.IGNORECASE), (where, text)


@pytest.mark.parametrize("kind", ["no readout", "no targets", "bidirectional"])
def test_every_page_shows_what_there_is_and_says_what_there_is_not(open_app, kind):
    app = open_app("studio", run(kind))
    learns = kind == "bidirectional"
    for page, _, _ in MENU:
        go_to(app, page)
        assert_is_fine(app, page)
        if page == "gates":
            for view in GATE_VIEWS:
                control(app, GATE_VIEW).set_value(view).run()
                assert_is_fine(app, view)
        if page == "equations":
            control(app, "equation_direction").set_value("backward").run()
            assert_is_fine(app, "backward")
            told = any("no gradient to come back" in text for text in said(app))
            assert told != learns
        if page == "gradients" and learns:
            for view in GRADIENT_VIEWS:
                control(app, "gradient_view").set_value(view).run()
                assert_is_fine(app, view)
        if page in ("studio", "gradients"):
            assert any("no loss, no score" in text for text in said(app)) != learns
        if page == "studio":
            assert app.button(key="step").disabled != learns
    assert visit_of(app).trainer.iteration == 0


def test_vectors_of_several_numbers_stand_in_the_table_of_the_page_task(open_app):
    task = OwnSequences(
        kind="vectors", sequences="0,1\n1,0.5", outputs=2, gives="numbers", answers="", targets=""
    )
    config = RunConfig(task=task.key, hidden_size=3)
    app = open_app("task", Trainer(config, task))
    assert_is_fine(app, "task")
    assert any("so no line is drawn" in text for text in said(app))


def test_where_nothing_is_learned_no_second_network_stands_beside_it(open_app):
    app = open_app("studio")
    control(app, "beside").set_value("gru").run()
    visit = visit_of(app)
    assert visit.pair is not None
    visit.replace_trainer(run("no targets"), "another")
    app.run()
    assert not any("Something went wrong" in text for text in said(app))
    assert visit.pair is None
    visit.put_beside("rnn")
    assert visit.beside is None


@pytest.mark.parametrize("kind", ["no readout", "no targets"])
def test_late_presses_to_train_are_refused_in_a_sentence(open_app, kind):
    app = open_app("studio", run(kind))
    visit = visit_of(app)
    for press in (visit.play, lambda: visit.step({})):
        press()
        assert "nothing to learn" in visit.problem
        assert not visit.playing
    app.run()
    assert not app.exception
    assert "nothing to learn" in app.error[0].value


@pytest.mark.parametrize("kind", ["no readout", "bidirectional"])
def test_what_is_taken_away_holds_what_there_is(kind):
    taken = export.snapshot(run(kind))
    for make in (export.npz, export.csv):
        assert len(export.finished(make(taken))) > 500


def test_reset_begins_from_the_given_weights_again(open_app):
    start = Trainer(RunConfig(task="own-sequences", hidden_size=3, seed=5), OwnSequences())
    given = {name: value.copy() for name, value in start.network.parameters.items()}
    run_ = Trainer(RunConfig(task="own-sequences", hidden_size=3), OwnSequences(), weights=given)
    app = open_app("studio", run_)
    app.button(key="step").click().run()
    app.button(key="reset").click().run()

    now = visit_of(app).trainer
    assert now is not run_
    assert now.iteration == 0
    for name, value in now.network.parameters.items():
        assert (value == given[name]).all()
