"""Presets: one click on the Gradients page starts an experiment that says what it shows."""

from dataclasses import replace

import pytest

from rnnviz.analysis.gradients import backward_norms, factor_per_step
from rnnviz.numbers import factor as factor_text
from rnnviz.numbers import percent
from rnnviz.training import PRESETS
from rnnviz.ui.gradients import presets
from rnnviz.ui.shell.markup import escaped
from tests.pages.conftest import control, visit_of
from tests.pages.test_gradients import large_numbers


def start(open_app, key):
    app = open_app("gradients")
    app.button(key=f"preset:{key}").click().run()
    assert not app.exception
    return app


def finish(app, ticks=100):
    """Run until the runs are trained, and once more: then the page is drawn anew."""
    for _ in range(ticks):
        if visit_of(app).job is None:
            break
        app.run()
    return app.run()


@pytest.fixture
def short(monkeypatch):
    """Let the first preset, Vanishing, end before it shows anything: that takes less time."""
    monkeypatch.setattr(presets, "PRESETS", (replace(PRESETS[0], iterations=3),))


def texts(app):
    return " ".join(text.value for text in (*app.markdown, *app.caption))


def test_every_preset_has_its_button(open_app):
    app = open_app("gradients")

    for preset in PRESETS:
        assert app.button(key=f"preset:{preset.key}").label == preset.name


@pytest.mark.parametrize("key", ["clip", "bias", "identity"])
def test_one_click_starts_the_runs_and_shows_the_first(open_app, key):
    app = start(open_app, key)

    visit = visit_of(app)
    preset = next(preset for preset in PRESETS if preset.key == key)
    name, config, task = preset.runs[0]
    assert visit.trainer.config == config
    assert visit.trainer.task == task
    assert visit.trainer is visit.side_by_side.trainers[name]
    assert control(app, "setting:cell").value == config.cell
    assert control(app, f"length:{task.key}").value == task.length
    assert escaped(preset.look_at) in texts(app)
    assert escaped(preset.not_to_conclude) in texts(app)


@pytest.mark.usefixtures("short")
def test_at_the_end_the_sentence_is_that_of_the_measured_numbers(open_app):
    app = finish(start(open_app, "vanish"))

    visit = visit_of(app)
    assert visit.trainer.iteration == visit.preset.iterations
    assert f"{percent(visit.trainer.score().accuracy)} of the answers are right" in texts(app)
    assert "Measured in these runs;" in texts(app)


@pytest.mark.parametrize("key", ["explode", "bias", "identity", "cell"])
def test_a_preset_whose_text_points_at_the_start_opens_there(open_app, key):
    app = start(open_app, key)
    visit = visit_of(app)
    assert app.dataframe[0].value["iteration"].unique().tolist() == [0]
    for trainer in visit.side_by_side.trainers.values():
        trainer.advance(iterations=2)
    visit.side_by_side.iterations = 2
    app = finish(app)

    assert control(app, "compared_at").value == 0
    assert app.dataframe[0].value["iteration"].unique().tolist() == [0]
    factor = factor_per_step(
        backward_norms(visit.trainer.recording.at(0), memory_of(visit.trainer))
    )
    assert factor_text(factor) in large_numbers(app).values()

    control(app, "compared_at").set_value(2).run()
    assert app.dataframe[0].value["iteration"].unique().tolist() == [2]


def memory_of(trainer):
    return "last_d_c" if trainer.config.cell == "lstm" else "last_d_h"


def test_undo_goes_back_to_the_visitors_own_run(open_app):
    app = open_app("gradients")
    app.button(key="step").click().run()
    own = visit_of(app).trainer

    app.button(key="preset:vanish").click().run()
    assert app.button(key="undo").label == "Undo: preset Vanishing"
    app.button(key="undo").click().run()

    assert visit_of(app).trainer is own
    assert escaped(PRESETS[0].look_at) not in texts(app)


@pytest.mark.usefixtures("short")
def test_a_run_that_was_changed_no_longer_speaks_for_the_preset(open_app):
    app = finish(start(open_app, "vanish"))

    control(app, "setting:clip_norm").set_value(1.0).run()

    assert "Start the preset again" in texts(app)


@pytest.mark.usefixtures("short")
def test_a_new_run_ends_the_experiment(open_app):
    app = finish(start(open_app, "vanish"))

    control(app, "setting:cell").set_value("gru").run()

    assert not app.exception
    assert escaped(PRESETS[0].look_at) not in texts(app)


def test_a_preset_has_controls_of_its_own_so_nothing_sent_late_by_the_browser_changes_it(open_app):
    app = open_app("gradients")
    names = ("setting:cell", "setting:learning_rate", "length:")
    before = {widget_key(app, name) for name in names}

    app.button(key="preset:clip").click().run()

    assert not before & {widget_key(app, name) for name in names}
    trainer = visit_of(app).trainer
    assert control(app, "setting:cell").value == trainer.config.cell
    assert control(app, "setting:learning_rate").value == trainer.config.learning_rate
    assert not trainer.marks


def widget_key(app, start):
    return next(
        each.key
        for each in (*app.slider, *app.select_slider, *app.button_group)
        if each.key.startswith(start)
    )


def test_a_preset_in_place_of_an_untrained_run_is_undone(open_app):
    app = open_app("gradients")
    first = visit_of(app).trainer

    app.button(key="preset:vanish").click().run()
    assert app.button(key="undo").label == "Undo: preset Vanishing"
    app.button(key="undo").click().run()

    assert not app.exception
    assert visit_of(app).trainer is first
    assert visit_of(app).job is None
    assert app.button(key="undo").disabled
