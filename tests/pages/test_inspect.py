"""Gates and Gradients show the run of the Studio, at the iteration that is chosen."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.ui.equations import sheet
from rnnviz.ui.gates import controls
from rnnviz.ui.shell import inspection, session
from rnnviz.ui.shell.frame import MENU
from tests.pages.conftest import control, go_to, visit_of
from tests.serving import ROOT


def figures(app):
    return [json.loads(chart.proto.figure.spec or chart.proto.spec) for chart in charts(app)]


def charts(app):
    return [*app.get("plotly_chart"), *app.get("bidi_component")]


@pytest.fixture
def trained(open_app):
    app = open_app()
    visit_of(app).trainer.advance(iterations=40)
    return app


@pytest.mark.parametrize("page", ["gates", "gradients"])
def test_a_page_opens_before_any_training(open_app, page):
    app = open_app(page)

    assert not app.exception
    assert any("teration 0" in caption.value for caption in app.caption)
    assert charts(app)


@pytest.mark.parametrize("name", [name for name, *_ in MENU])
def test_a_page_script_alone_draws_the_frame_around_itself(name):
    app = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=30).run()

    assert not app.exception
    assert control(app, "setting:hidden_size").value == 16

    control(app, "setting:hidden_size").set_value(6).run()

    assert not app.exception
    assert visit_of(app).trainer.config.hidden_size == 6


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm", "mlp"])
@pytest.mark.parametrize("page", ["gates", "gradients"])
def test_every_cell_has_its_pictures(open_app, page, cell):
    app = open_app(page)

    control(app, "setting:cell").set_value(cell).run()

    assert not app.exception
    assert visit_of(app).trainer.config.cell == cell
    assert charts(app)


def test_the_newest_iteration_is_shown_until_another_is_chosen(trained):
    go_to(trained, "gates")
    assert "iteration 40 of 40" in trained.caption[0].value

    control(trained, "shown_iteration").set_value(10).run()

    assert "iteration 10 of 40" in trained.caption[0].value


def test_the_chosen_iteration_holds_on_the_other_page_and_after_coming_back(trained):
    go_to(trained, "gates")
    control(trained, "shown_iteration").set_value(10).run()

    for page in ("gradients", "studio", "gates"):
        go_to(trained, page)
        assert not trained.exception

    assert "iteration 10 of 40" in trained.caption[0].value


def test_the_layer_can_be_chosen_when_there_are_several(open_app):
    app = open_app("gates")
    control(app, "setting:layers").set_value(2).run()

    control(app, "shown_layer").set_value(0).run()

    assert not app.exception
    assert np.isfinite(visit_of(app).trainer.trace().layers[0].h).all()


@pytest.mark.parametrize("page", ["gates", "equations"])
def test_a_page_trains_and_shows_the_newest_iteration_unless_one_has_rewound(trained, page):
    go_to(trained, page)
    control(trained, "play").click().run()

    now = visit_of(trained).trainer.iteration
    assert now > 40
    assert f"iteration {now:,} of {now:,}" in said(trained)

    control(trained, "shown_iteration").set_value(10).run()
    trained.run()

    later = visit_of(trained).trainer.iteration
    assert later > now
    assert f"iteration 10 of {later:,}" in said(trained)

    control(trained, "follow").click().run()

    assert not trained.exception
    newest = visit_of(trained).trainer.iteration
    assert f"iteration {newest:,} of {newest:,}" in said(trained)

    control(trained, "play").click().run()

    assert visit_of(trained).trainer.iteration == newest
    assert control(trained, "shown_iteration").value == newest


def said(app):
    return " ".join(caption.value for caption in app.caption)


@pytest.mark.parametrize("page", ["gates", "equations"])
def test_one_step_and_a_reset_from_a_page_are_shown_on_it(open_app, page):
    app = open_app(page)
    control(app, "step").click().run()
    assert "iteration 1 of 1" in said(app)

    control(app, "reset").click().run()
    assert "iteration 0 of 0" in said(app)


@pytest.mark.parametrize("page", ["gates", "equations"])
def test_a_live_knob_acts_on_the_pages_that_inspect(trained, page):
    go_to(trained, page)
    control(trained, "play").click().run()

    control(trained, "setting:learning_rate").set_value(0.03).run()
    trained.run()

    assert visit_of(trained).trainer.config.learning_rate == 0.03


def test_training_is_replayed_on_every_page_that_inspects(trained):
    go_to(trained, "gates")
    control(trained, "replay").click().run()
    trained.run()

    visit = visit_of(trained)
    kept = visit.trainer.recording.iterations
    assert visit.looked_at.shown_iteration in kept[:4]
    control(trained, "replay").click().run()
    assert visit.job is None


@pytest.mark.parametrize(
    "late", ["mean of all", "unit 3", 99, -7, True, None, 1.5, [3], {"x": 1}, "<b>"]
)
def test_what_a_browser_sends_late_chooses_no_unit(open_app, monkeypatch, late):
    app = open_app("gates")
    visit = visit_of(app)
    monkeypatch.setattr(session, "current", lambda: visit)
    visit.select_unit(2, 0)

    for choice, choose in (
        (inspection.UNIT, inspection._select_unit),
        (sheet.EQUATION_UNIT, sheet._choose),
    ):
        known = {inspection.control(choice, 2): late}
        monkeypatch.setattr(session, "value", lambda key, *_, known=known: known.get(key, *_))
        choose(*known, 0)
        assert visit.looked_at.unit in (2, None)

    for place in ({"chart": 0, "x": late, "y": late}, {"chart": 0}):
        monkeypatch.setattr(controls, "clicked", lambda _, place=place: place)
        controls.click("key", "y", 0)
        assert visit.looked_at.unit in (2, None)


def test_what_is_chosen_in_a_control_that_is_gone_is_not_taken(open_app, monkeypatch):
    visit = visit_of(open_app("gates"))
    monkeypatch.setattr(session, "current", lambda: visit)
    visit.select_unit(2, 0)
    visit.rewind_to(10)
    kept = {}
    monkeypatch.setattr(session, "value", kept.get)
    monkeypatch.setattr(session, "show", kept.__setitem__)
    for choice, choose, more in (
        (inspection.UNIT, inspection._select_unit, 0),
        (sheet.EQUATION_UNIT, sheet._choose, 0),
        (inspection.SHOWN_ITERATION, inspection._choose_iteration, (0, 5, 10)),
    ):
        gone = inspection.control(choice, 2)
        kept[gone] = 5
        assert inspection.control(choice, 5) == gone
        assert inspection.control(choice, 2) != gone
        choose(gone, more)
    assert (visit.looked_at.unit, visit.looked_at.shown_iteration) == (2, 10)


@pytest.mark.parametrize("late", ["gone", "mean of all", 99, None, True])
@pytest.mark.parametrize("page", ["gates", "equations"])
def test_a_late_choice_of_any_control_leaves_a_page_whole(trained, late, page):
    keys = (
        controls.GATE_VIEW, controls.GATE_QUANTITY, controls.UNIT_ORDER, inspection.TIME_STEP,
        controls.SATURATED_GATE, controls.WEIGHED_GATE, controls.FOLLOWING_QUANTITY,
        sheet.EQUATION_DIRECTION, sheet.EQUATION_UNIT, inspection.SHOWN_LAYER,
    )  # fmt: skip
    for key in keys:
        trained.session_state[key] = late

    go_to(trained, page)

    assert not trained.exception
    assert charts(trained)


def test_a_diverged_run_is_shown_as_what_it_is(trained):
    trainer = visit_of(trained).trainer
    trainer.network.flat[:] = np.nan
    trainer.advance(iterations=1)

    for page in ("gates", "gradients", "studio", "task"):
        go_to(trained, page)
        assert not trained.exception
