"""Task: what a browser sends late, or that nobody would send, changes nothing."""

import time

import pytest

from rnnviz.tasks import TASKS, GymSchedule, NextSymbol
from rnnviz.training import RunConfig, Trainer
from rnnviz.ui.shell import session
from rnnviz.ui.task import overview, start
from rnnviz.visit.turns import TURNS
from tests.pages.conftest import control, go_to, visit_of

FOREIGN = (None, "", "nothing of the kind", -1, 10**9, 0.5, True, ["x"], {"a": 1}, b"x")


@pytest.mark.parametrize("sent", FOREIGN)
def test_a_probe_that_there_is_not_is_ignored(open_app, sent, monkeypatch):
    app = open_app("task", Trainer(RunConfig(task="symbols"), NextSymbol()))
    visit = visit_of(app)
    before = visit.trainer.probe.name
    monkeypatch.setattr(session, "current", lambda: visit)
    monkeypatch.setattr(session, "value", lambda *_: sent)

    overview._choose_probe("probe")

    assert visit.trainer.probe.name == before


@pytest.mark.parametrize("sent", FOREIGN)
def test_the_page_draws_the_probe_of_the_run_whatever_was_sent(open_app, sent):
    app = open_app("studio")
    name = visit_of(app).trainer.probe.name

    app.session_state["probe@0"] = sent
    go_to(app, "task")

    assert not app.exception
    box = control(app, "probe")
    assert box.options[box.value] == name


def test_a_probe_of_another_task_is_forgotten_with_it(open_app):
    app = open_app("task", Trainer(RunConfig(task="symbols"), NextSymbol()))
    control(app, "probe").set_value(12).run()
    assert visit_of(app).trainer.probe.name.startswith("13:")

    visit_of(app).trainer = Trainer(RunConfig(), GymSchedule())
    app.session_state["task"] = "gym"
    app.run()

    assert not app.exception
    box = control(app, "probe")
    assert box.options[box.value] == visit_of(app).trainer.probe.name


@pytest.mark.parametrize("sent", FOREIGN)
def test_a_task_that_there_is_not_is_that_of_the_run(open_app, sent):
    app = open_app("studio")

    app.session_state["task"] = sent
    go_to(app, "task")

    assert not app.exception
    assert control(app, "task").value == "gym"


@pytest.mark.parametrize("key", TASKS)
def test_no_setting_of_any_task_can_be_sent_so_that_the_page_breaks(open_app, key):
    app = open_app("studio")
    for sent in (None, "nothing of the kind", -1, ["x"]):
        app.session_state["task"] = key
        for field in TASKS[key].fields:
            if field.name != "length" and field.kind is not tuple:
                app.session_state[f"draft:{key}:{field.name}"] = sent
        go_to(app, "task")

        assert not app.exception, sent
        go_to(app, "studio")


def test_a_late_press_of_the_button_starts_no_run_without_a_task(open_app, monkeypatch):
    app = open_app("task")
    visit = visit_of(app)
    monkeypatch.setattr(session, "current", lambda: visit)
    monkeypatch.setattr(session, "restart", lambda *_, **__: pytest.fail("a new run"))

    start._use(None)
    start._use(visit.trainer.task)


def test_a_file_that_was_refused_is_not_complained_of_under_another_task(open_app):
    app = open_app("task")
    control(app, "task").set_value("values").run()
    app.file_uploader[0].set_value(("mine.csv", b"\x00\x01", "text/csv")).run()
    assert "Nothing was changed" in app.error[0].value

    control(app, "task").set_value("labels").run()

    assert not app.error


def test_a_refused_run_is_not_complained_of_under_another_task(open_app):
    app = open_app("task")
    visit_of(app).problem = "length must be 2..500, got 1"
    app.run()
    assert app.error

    control(app, "task").set_value("parity").run()

    assert not app.error


def test_it_is_said_that_a_new_run_has_begun_and_where_it_is_trained(open_app):
    app = open_app("task")
    control(app, "task").set_value("parity").run()
    assert not app.success

    app.button(key="use_task").click().run()

    (said,) = app.success
    assert "A new run with this task is ready in the Studio. It is not trained yet." in said.value
    assert "Go to the Studio" in [link.proto.label for link in app.get("page_link")]

    visit_of(app).trainer.advance(iterations=3)
    go_to(app, "task")
    assert "iteration 3" in app.success[0].value


def test_training_is_begun_from_the_task_page_and_shown_in_the_studio(open_app):
    app = open_app("task")
    control(app, "task").set_value("parity").run()
    app.button(key="use_task").click().run()

    app.button(key="train_task").click().run()

    assert not app.exception
    assert visit_of(app).playing
    assert visit_of(app).trainer.task.key == "parity"
    # The Studio's transport bar.
    assert any(str(button.key).startswith("play") for button in app.button)


def test_what_takes_long_lets_others_have_their_turns(open_app):
    visit = visit_of(open_app("task"))
    others = []

    def steps():
        for _ in range(8):
            time.sleep(0.03)
            yield
            others.append(TURNS.waiting)

    turns = []
    real = TURNS.turn
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TURNS, "turn", lambda who: turns.append(who) or real(who))
        TURNS.in_slices(visit, steps())

    assert len(others) == 8
    assert 2 < len(turns) <= 9
