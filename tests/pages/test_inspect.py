"""Gates and Gradients show the run of the Studio, at the iteration that is chosen."""

import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from rnnviz.ui.frame import MENU
from tests.pages.conftest import control, go_to, run_of
from tests.serving import ROOT


def figures(app):
    return [json.loads(chart.proto.figure.spec or chart.proto.spec) for chart in charts(app)]


def charts(app):
    return [*app.get("plotly_chart"), *app.get("bidi_component")]


@pytest.fixture
def trained(open_app):
    app = open_app()
    run_of(app).trainer.advance(iterations=40)
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
    assert run_of(app).trainer.config.hidden_size == 6


@pytest.mark.parametrize("cell", ["rnn", "relu", "gru", "lstm", "mlp"])
@pytest.mark.parametrize("page", ["gates", "gradients"])
def test_every_cell_has_its_pictures(open_app, page, cell):
    app = open_app(page)

    control(app, "setting:cell").set_value(cell).run()

    assert not app.exception
    assert run_of(app).trainer.config.cell == cell
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
    assert np.isfinite(run_of(app).trainer.trace().layers[0].h).all()


def test_a_diverged_run_is_shown_as_what_it_is(trained):
    trainer = run_of(trained).trainer
    trainer.network.flat[:] = np.nan
    trainer.advance(iterations=1)

    for page in ("gates", "gradients", "studio", "task"):
        go_to(trained, page)
        assert not trained.exception
