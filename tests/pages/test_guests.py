"""Visitors who come, go and find the server full, as the pages show it."""

import pytest

from rnnviz import RunConfig
from rnnviz.ui.studio import pair
from rnnviz.visit import room
from rnnviz.visit.guests import GUESTS, Guests
from tests.pages.conftest import control, visit_of


@pytest.mark.parametrize("change", ["hidden_size", "batch_size", pair.BESIDE])
def test_on_a_full_server_nothing_grows_and_the_run_goes_on(open_app, monkeypatch, change):
    app = open_app("studio")
    visit = visit_of(app)
    before = visit.trainer
    monkeypatch.setattr(room, "MOST_MB", before.needs_mb + 0.5)
    monkeypatch.setattr(room, "GUESTS", Guests())

    key = change if change == pair.BESIDE else f"setting:{change}"
    control(app, key).set_value("gru" if change == pair.BESIDE else 64).run()
    app.run()

    assert not app.exception
    assert any("The server is full" in error.value for error in app.error)
    assert (visit.trainer, visit.pair) == (before, None)
    assert visit.trainer.config == RunConfig()
    app.button(key="step").click().run()
    assert visit.trainer.iteration == 1
    app.button(key="reset").click().run()
    assert visit.trainer.iteration == 0


def test_a_visitor_whose_run_was_forgotten_finds_a_new_one(open_app):
    app = open_app("studio")
    visit_of(app).trainer.advance(iterations=2)
    visit_of(app).forget()
    app.run()

    assert not app.exception
    assert not [error for error in app.error if "went wrong" in error.value]
    assert visit_of(app).trainer.iteration == 0


def test_a_page_tells_that_its_visitor_is_there(open_app):
    app = open_app("studio")

    assert visit_of(app) in [presence.guest for presence in GUESTS._present]
