"""The Sweep page: what is planned, done and kept, without a browser."""

import pytest

from rnnviz.ui.sweep.desk import Desk
from tests.pages.conftest import control, visit_of


@pytest.fixture
def page(open_app):
    return open_app("sweep")


def desk_of(app):
    return visit_of(app).part(Desk)


def make_small(app):
    """Leave little to do: two cells at one learning rate, two seeds."""
    desk = desk_of(app)
    choices = desk.choices.with_typed("cell", "RNN, LSTM").with_typed("learning_rate", "0.03")
    desk.choose(choices.__class__(choices.names, choices.typed, seeds=2, iterations=60))
    visit_of(app).outdate_page()
    return app.run()


def swept(app):
    """Press the button, and let the live loop work to the end."""
    control(app, "sweep_begin").click().run()
    while visit_of(app).job is not None:
        app.run()
    return desk_of(app).sweep


def test_it_opens_ready_to_sweep_and_says_what_that_takes(page):
    assert any("27 runs of “Gym" in caption.value for caption in page.caption)
    sweep = swept(make_small(page))
    assert sweep.done
    assert len(sweep.rows) == 4
    assert not page.exception
