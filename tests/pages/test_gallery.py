"""The Gallery: a card for each experiment, and one click opens it on its page, where it moves."""

from dataclasses import replace

import pytest

from rnnviz.gallery import EXHIBITS
from rnnviz.training import RunConfig, Trainer
from rnnviz.ui.gallery import cards
from tests.pages.conftest import control, visit_of


def finished(app, runs=200):
    for _ in range(runs):
        if not visit_of(app).busy:
            break
        app.run()
        assert not app.exception
    return app.run()


def only(monkeypatch, link):
    """Leave one card, whose run takes no time."""
    monkeypatch.setattr(cards, "EXHIBITS", (replace(EXHIBITS[0], key="gym", link=link),))


@pytest.fixture
def former():
    """A run that was trained before the gallery is opened."""
    trainer = Trainer(RunConfig(hidden_size=3, batch_size=2))
    trainer.advance(iterations=5)
    return trainer


def test_every_experiment_has_a_picture_a_title_a_sentence_and_a_button(open_app):
    app = open_app("gallery")

    said = [text.value for text in app.markdown]
    for each in EXHIBITS:
        assert any(each.title in text for text in said)
        assert any(each.sees in text for text in said)
        assert control(app, f"open-{each.key}").label == "Open"
    # One more leads to the Hopfield page, which needs no run.
    assert len(app.get("image")) == len(EXHIBITS) + 1
    (link,) = app.get("page_link")[-1:]
    assert link.proto.label == "Go to Hopfield"


def test_a_click_opens_the_experiment_on_the_studio_and_undo_brings_the_run_back(
    open_app, former, monkeypatch
):
    only(monkeypatch, "v=1&h=4&b=2&it=12&do=12_hold_f_0")
    app = open_app("gallery", former)

    control(app, "open-gym").click().run()

    assert not app.exception
    assert visit_of(app).looked_at.page == "studio"
    finished(app)
    assert visit_of(app).trainer.iteration == 12
    assert visit_of(app).trainer.network.interventions
    control(app, "undo").click().run()
    control(app, "undo").click().run()
    assert visit_of(app).trainer is former


def test_a_view_of_another_page_is_opened_there(open_app, former, monkeypatch):
    only(monkeypatch, "v=1&h=4&b=2&it=3&page=gates&view=weights&u=2")
    app = open_app("gallery", former)

    control(app, "open-gym").click().run()

    assert visit_of(app).looked_at.page == "gates"
    assert visit_of(app).looked_at.name == "Weights"
    assert visit_of(app).looked_at.unit == 2


def test_a_preset_starts_on_the_gradients_page_and_one_undo_brings_the_run_back(open_app, former):
    app = open_app("gallery", former)

    control(app, "open-explosion").click().run()

    visit = visit_of(app)
    assert not app.exception
    assert visit.looked_at.page == "gradients"
    assert visit.preset is not None
    assert visit.preset.key == "explode"
    assert visit.job is not None
    control(app, "undo").click().run()
    assert visit.trainer is former
