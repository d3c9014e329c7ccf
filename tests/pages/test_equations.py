"""Equations: one unit at one time step, stepped through, with the numbers of the run."""

import re

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.equations import number_text
from rnnviz.engine import Hold
from rnnviz.tasks import NextSymbol
from tests.pages.conftest import control, go_to, visit_of
from tests.schedules import three_days

BACKWARD = "backward"


@pytest.fixture
def trained(open_app):
    trainer = Trainer(RunConfig(), three_days())
    trainer.advance(iterations=30)
    return open_app("equations", trainer)


def written(app) -> str:
    """Return all that is drawn as HTML, without the style sheet."""
    return " ".join(html.proto.body for html in app.get("html") if "<style>" not in html.proto.body)


def results(app) -> list[str]:
    """Return the recorded values on the page; each must be the result of its equation."""
    found = re.findall(r"recorded: (\S+) ✓", written(app))
    assert len(found) == written(app).count("recorded:")
    return found


def show_trainer(app, trainer):
    visit = visit_of(app)
    visit.replace_trainer(trainer, "another")
    return app.run()


def test_the_four_steps_of_an_lstm_end_in_what_was_recorded(trained):
    assert not trained.exception
    titles = re.findall(r'stage-title">(.*?)<', written(trained))
    assert titles == [
        "1 · What to forget",
        "2 · What to store",
        "3 · Update the cell",
        "4 · What to output",
    ]
    trace, step = visit_of(trained).trainer.trace(), control(trained, "time_step").value
    recorded = [
        values[step, 0]
        for values in (*(trace.gates[g] for g in "fig"), trace.c, trace.gates["o"], trace.h)
    ]
    assert results(trained) == [number_text(value, 6) for value in recorded]
    assert len(trained.get("latex") or trained.latex) == 6


def test_stepping_on_and_back_through_time(trained):
    step, before = control(trained, "time_step").value, results(trained)

    control(trained, "step_on").click().run()

    trace = visit_of(trained).trainer.trace()
    assert control(trained, "time_step").value == step + 1
    assert results(trained)[-1] == number_text(trace.h[step + 1, 0], 6)
    assert f"Time step {step + 1} of 0..13" in " ".join(text.value for text in trained.caption)

    control(trained, "step_back").click().run()

    assert results(trained) == before


def test_there_is_no_step_before_the_first_or_after_the_last(trained):
    control(trained, "time_step").set_value(0).run()
    assert control(trained, "step_back").disabled
    assert "still 0 at the first step" in written(trained)

    control(trained, "time_step").set_value(13).run()
    assert control(trained, "step_on").disabled

    control(trained, "equation_direction").set_value(BACKWARD).run()
    assert "This is the last step" in written(trained)


def test_backward_ends_in_the_recorded_gradients(trained):
    control(trained, "equation_direction").set_value(BACKWARD).run()

    assert not trained.exception
    trace, step = visit_of(trained).trainer.trace(), control(trained, "time_step").value
    expected = [number_text(values[step, 0], 6) for values in (trace.d_h, trace.d_c)]
    assert results(trained) == expected


def test_a_unit_chosen_here_is_chosen_in_the_other_views(trained):
    control(trained, "equation_unit").set_value(5).run()

    visit = visit_of(trained)
    assert visit.selected == (0, 5)
    assert "keeps" in written(trained)
    assert "unit 5’s cell state" in written(trained)


def test_a_unit_chosen_elsewhere_is_shown_here(trained):
    visit_of(trained).select_unit(3, 0)

    trained.run()

    assert control(trained, "equation_unit").value == 3
    assert "unit 3’s cell state" in written(trained)


def test_another_iteration_has_other_numbers(trained):
    now = results(trained)

    control(trained, "shown_iteration").set_value(10).run()

    early = visit_of(trained).trainer.recording.at(10)
    assert results(trained) != now
    assert results(trained)[-1] == number_text(early.h[control(trained, "time_step").value, 0], 6)


@pytest.mark.parametrize("direction", ["forward", BACKWARD])
@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "mlp"])
def test_every_cell_is_explained(trained, cell, direction):
    control(trained, "setting:cell").set_value(cell).run()
    control(trained, "equation_direction").set_value(direction).run()

    assert not trained.exception
    assert results(trained)
    says_no_memory = any("no recurrence" in info.value for info in trained.info)
    assert says_no_memory == (cell == "mlp")


def test_the_lower_of_two_layers_gets_its_gradient_from_the_one_above(trained):
    control(trained, "setting:layers").set_value(2).run()
    control(trained, "equation_direction").set_value(BACKWARD).run()
    control(trained, "shown_layer").set_value(0).run()

    assert not trained.exception
    assert "layer 2" in written(trained)
    assert len(results(trained)) == 2


@pytest.mark.parametrize("direction", ["forward", BACKWARD])
def test_one_time_step_and_one_unit_need_no_choice(open_app, direction):
    app = open_app("equations")
    task = NextSymbol(length=1)
    show_trainer(app, Trainer(RunConfig(task="symbols", hidden_size=1), task))
    control(app, "equation_direction").set_value(direction).run()

    assert not app.exception
    assert results(app)
    said = " ".join(text.value for text in app.caption)
    assert "the only one" in said
    assert not [slider for slider in app.slider if slider.key in ("time_step", "equation_unit")]


def test_a_choice_beyond_the_end_of_a_smaller_run_is_brought_back(trained):
    control(trained, "time_step").set_value(13).run()
    control(trained, "equation_unit").set_value(15).run()

    show_trainer(trained, small())

    assert not trained.exception
    assert control(trained, "time_step").value == 2
    assert control(trained, "equation_unit").value == 1


def small():
    return Trainer(RunConfig(task="symbols", hidden_size=2), NextSymbol(length=3))


@pytest.mark.parametrize("direction", ["forward", BACKWARD])
def test_a_run_that_diverged_shows_what_is_no_number(trained, direction):
    trainer = visit_of(trained).trainer
    trainer.network.flat[:] = np.nan
    trainer._trace = None
    control(trained, "equation_direction").set_value(direction).run()

    assert not trained.exception
    assert set(results(trained)) == {"NaN"}


def test_symbols_with_markup_are_shown_as_they_are(open_app):
    app = open_app("equations")
    task = NextSymbol(text="<b>x</b> *y* $z$ " * 8, length=2, punctuation="kept")
    show_trainer(app, Trainer(RunConfig(task="symbols"), task))

    assert not app.exception
    assert "<b>" not in written(app)


def test_an_intervention_is_said(trained):
    visit_of(trained).trainer.intervene(Hold("f", 1.0))
    trained.run()

    assert any("intervention" in info.value for info in trained.info)
    assert "Held by an intervention" in written(trained)
    assert "keeps 100&nbsp;%" in written(trained)
    assert results(trained)[0] == "1.00000"


def test_the_chosen_step_and_direction_hold_when_leaving_and_coming_back(trained):
    control(trained, "time_step").set_value(4).run()
    control(trained, "equation_direction").set_value(BACKWARD).run()

    go_to(trained, "gradients")
    go_to(trained, "equations")

    assert control(trained, "time_step").value == 4
    assert control(trained, "equation_direction").value == BACKWARD


def test_attention_has_stages_of_its_own_that_end_in_what_was_recorded(open_app):
    trainer = Trainer(RunConfig(attention="general", hidden_size=4), three_days())
    app = open_app("equations", trainer)
    titles = re.findall(r'stage-title">(.*?)<', written(app))
    assert titles[4:] == [
        "5 · Attention: where to look",
        "6 · Attention: what the output reads",
    ]
    attending, step = trainer.trace().attending, control(app, "time_step").value
    most = int(attending.weights[step].argmax())
    recorded = (
        attending.scores[step, most],
        attending.weights[step, most],
        attending.sums[step, 0],
        trainer.trace().outputs[step].max(),
    )
    assert results(app)[-4:] == [number_text(float(value), 6) for value in recorded]
    turned = control(app, "equation_direction").set_value(BACKWARD).run()
    assert not turned.exception
    assert "1 · Over attention: to the scores of this step" in written(turned)
    assert results(turned)
