"""How much does memory help?: feed-forward beside recurrent, in the Studio and on the Task page."""

from rnnviz.tasks import GymSchedule
from rnnviz.training import RunConfig, Trainer
from rnnviz.ui.task import feed_forward
from tests.pages.conftest import control, go_to, visit_of


def buttons(app):
    return {button.key: button.label for button in app.button if str(button.key).startswith("way:")}


def test_one_click_trains_the_other_way_and_keeps_what_this_one_reached(open_app):
    app = open_app()
    visit_of(app).trainer.advance(iterations=40)
    accuracy = visit_of(app).trainer.score().value
    assert buttons(app) == {
        "way:calendar": "Train the MLP: calendar alone",
        "way:yesterday": "Train the MLP: yesterday alone",
    }

    app.button(key="way:calendar").click().run()

    visit = visit_of(app)
    assert not app.exception
    assert visit.playing
    assert visit.trainer.task == GymSchedule(view="calendar")
    assert (visit.trainer.config.cell, visit.trainer.config.window) == ("mlp", 1)
    kept = feed_forward._results(visit)["memory"]
    assert (kept.cell, kept.iteration, kept.accuracy) == ("lstm", 40, accuracy)
    assert buttons(app)["way:memory"] == "Train the LSTM: all days so far"

    app.button(key="way:memory").click().run()
    assert visit_of(app).trainer.config.cell == "lstm"
    assert visit_of(app).trainer.task == GymSchedule()


def test_a_run_that_was_never_trained_is_not_remembered(open_app):
    app = open_app()
    app.button(key="way:calendar").click().run()
    assert not feed_forward._results(visit_of(app))


def test_other_tasks_are_not_compared(open_app):
    app = open_app("task")
    assert any("How much does memory help?" in text.value for text in app.markdown)
    control(app, "task").set_value("parity").run()
    assert not any("How much does memory help?" in text.value for text in app.markdown)
    app.button(key="use_task").click().run()
    go_to(app, "studio")
    assert not app.exception
    assert not buttons(app)


def test_the_controls_of_the_old_cell_are_gone_with_what_the_browser_still_sends_of_them(open_app):
    app = open_app()
    old = control(app, "setting:cell").key

    app.button(key="way:calendar").click().run()

    new = control(app, "setting:cell")
    assert new.value == visit_of(app).trainer.config.cell == "mlp"
    assert new.key != old


def test_an_mlp_with_a_window_can_be_compared_with_a_network_that_remembers_all(open_app):
    app = open_app(trainer=Trainer(RunConfig(cell="mlp", window=3), GymSchedule()))

    assert buttons(app)["way:memory"] == "Train the LSTM: all days so far"
    app.button(key="way:memory").click().run()

    assert visit_of(app).trainer.config.cell == "lstm"
