"""The sidebar: interventions act on the running network, and undo takes back what was done."""

import numpy as np
import pytest

from rnnviz.engine import Hold, ShiftForgetBias, Silence
from rnnviz.training import Mark
from tests.pages.conftest import control, go_to, visit_of


def step(app, times=1):
    for _ in range(times):
        app.button(key="step").click().run()


def undo(app):
    return app.button(key="undo").click().run()


def test_at_first_there_is_nothing_to_undo(open_app):
    app = open_app()

    assert app.button(key="undo").disabled
    assert app.button(key="undo").label == "Undo"


def test_a_gate_is_held_and_released(open_app):
    app = open_app()
    step(app, 2)
    control(app, "held_gate").set_value("f").run()
    control(app, "held_value:share").set_value(0.0).run()

    app.button(key="intervene").click().run()
    trainer = visit_of(app).trainer
    assert trainer.network.interventions == (Hold("f", 0.0),)
    assert not trainer.trace().gates["f"].any()
    assert app.button(key="intervene").disabled

    step(app)
    app.button(key="release:0").click().run()
    assert trainer.network.interventions == ()
    assert [mark.iteration for mark in trainer.marks] == [2, 3]


def test_a_candidate_can_be_held_below_zero_and_in_one_unit(open_app):
    app = open_app()
    control(app, "held_gate").set_value("g").run()
    control(app, "held_value:signed").set_value(-1.0).run()
    control(app, "intervention_unit").set_value(3).run()

    app.button(key="intervene").click().run()

    assert visit_of(app).trainer.network.interventions == (Hold("g", -1.0, units=(3,)),)


@pytest.mark.parametrize(("kind", "item"), [("silence", Silence()), ("bias", ShiftForgetBias(2.0))])
def test_the_other_interventions_act_as_well(open_app, kind, item):
    app = open_app()
    control(app, "intervention").set_value(kind).run()

    app.button(key="intervene").click().run()

    assert visit_of(app).trainer.network.interventions == (item,)


def test_only_what_a_cell_has_is_offered(open_app):
    app = open_app()
    control(app, "intervention").set_value("bias").run()

    control(app, "setting:cell").set_value("rnn").run()

    assert not app.exception
    assert control(app, "intervention").options == ["Silence"]
    app.button(key="intervene").click().run()
    assert visit_of(app).trainer.network.interventions == (Silence(),)


def test_in_a_network_of_two_layers_one_can_be_chosen(open_app):
    app = open_app()
    control(app, "setting:layers").set_value(2).run()
    control(app, "met_layer").set_value(1).run()

    app.button(key="intervene").click().run()

    assert visit_of(app).trainer.network.interventions == (Hold("f", 1.0, layer=1),)


def test_undo_says_what_it_takes_back_and_goes_back_to_the_bit(open_app):
    app = open_app()
    step(app, 3)
    trainer = visit_of(app).trainer
    before = trainer.network.flat.copy()
    control(app, "setting:learning_rate").set_value(0.3).run()
    assert app.button(key="undo").label == "Undo: learning rate 0\\.01 → 0\\.3"
    step(app, 2)

    undo(app)

    assert trainer.iteration == 3
    np.testing.assert_array_equal(trainer.network.flat, before)
    assert control(app, "setting:learning_rate").value == 0.01
    assert app.button(key="undo").disabled
    step(app)
    assert trainer.config.learning_rate == 0.01


def test_while_training_the_button_follows_and_undo_works(open_app, monkeypatch):
    monkeypatch.setattr("rnnviz.visit.visit.REST_S", 0.0)
    app = open_app()
    control(app, "play").click().run()
    trainer = visit_of(app).trainer
    control(app, "setting:learning_rate").set_value(0.3).run()
    app.run()
    at = trainer.marks[-1].iteration
    assert app.button(key="undo").label == "Undo: learning rate 0\\.01 → 0\\.3"

    undo(app)

    assert visit_of(app).playing
    assert trainer.marks == ()
    assert trainer.config.learning_rate == 0.01
    assert not np.isin(0.3, trainer.history.column("learning_rate"))
    assert trainer.iteration > at


def test_a_new_run_is_undone_to_the_run_before_exactly_as_it_was(open_app):
    app = open_app()
    step(app, 4)
    earlier = visit_of(app).trainer
    before = earlier.network.flat.copy()

    control(app, "setting:spectral_radius").set_value(1.3).run()
    assert visit_of(app).trainer.marks == (Mark(0, "new run: spectral radius 1 → 1.3"),)
    control(app, "setting:spectral_radius").set_value(1.5).run()
    assert visit_of(app).trainer.marks == (Mark(0, "new run: spectral radius 1 → 1.5"),)
    step(app)
    undo(app)
    assert control(app, "setting:spectral_radius").value == 1.3
    undo(app)

    assert visit_of(app).trainer is earlier
    assert earlier.iteration == 4
    np.testing.assert_array_equal(earlier.network.flat, before)
    assert control(app, "setting:spectral_radius").value == 1.0
    step(app)
    assert earlier.iteration == 5
    assert not app.exception


def test_a_new_run_in_place_of_one_in_which_nothing_was_done_has_no_mark_and_can_be_undone(
    open_app,
):
    app = open_app()
    first = visit_of(app).trainer
    control(app, "setting:spectral_radius").set_value(1.3).run()

    assert visit_of(app).trainer.marks == ()
    assert app.button(key="undo").label == "Undo: new run\\: spectral radius 1 → 1\\.3"

    undo(app)

    assert visit_of(app).trainer is first
    assert control(app, "setting:spectral_radius").value == 1.0
    assert app.button(key="undo").disabled


def test_a_new_task_in_place_of_an_untrained_run_is_undone(open_app):
    app = open_app("task")
    first = visit_of(app).trainer
    control(app, "task").set_value("order").run()
    app.button(key="use_task").click().run()
    assert visit_of(app).trainer.task.key == "order"

    undo(app)

    assert visit_of(app).trainer is first
    assert control(app, "length:gym").value == 20


def test_a_reset_of_an_untrained_run_loses_nothing_and_is_nothing_to_undo(open_app):
    app = open_app()

    app.button(key="reset").click().run()

    assert app.button(key="undo").disabled


def test_a_reset_can_be_undone(open_app):
    app = open_app()
    step(app, 4)

    app.button(key="reset").click().run()
    assert app.button(key="undo").label == "Undo: reset"
    undo(app)

    assert visit_of(app).trainer.iteration == 4


def test_what_was_done_first_in_the_new_run_is_undone_first(open_app):
    app = open_app()
    step(app, 2)
    control(app, "length:gym").set_value(30).run()
    step(app)
    app.button(key="intervene").click().run()

    undo(app)
    assert visit_of(app).trainer.task.length == 30
    assert visit_of(app).trainer.network.interventions == ()
    undo(app)

    assert visit_of(app).trainer.task.length == 20
    assert control(app, "length:gym").value == 20
    assert visit_of(app).trainer.iteration == 2


def test_a_new_task_is_undone_too(open_app):
    app = open_app()
    step(app, 2)
    go_to(app, "task")
    control(app, "task").set_value("order").run()
    app.button(key="use_task").click().run()
    assert visit_of(app).trainer.marks[0].text.startswith("new run: task Gym schedule → Temporal")

    undo(app)

    assert not app.exception
    assert visit_of(app).trainer.task.key == "gym"
    assert visit_of(app).trainer.iteration == 2


def test_marks_are_listed_for_those_who_do_not_see_the_lines(open_app):
    app = open_app()
    step(app)
    control(app, "setting:truncate").set_value(5).run()

    assert "Iteration 1: truncation after 5 steps" in [text.value for text in app.caption]
