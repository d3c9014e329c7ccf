"""An exception that reaches a page is a sentence with a way out, and the log tells what repeats it.

Every kind of place in which one can arise gets a fault put in: the page itself, a fragment of it,
the frame, and the callback of a widget.
"""

import logging

import pytest

from rnnviz import Trainer
from rnnviz.ui.equations import sheet
from rnnviz.ui.gates import views
from rnnviz.ui.shell import controls
from rnnviz.ui.studio import view
from rnnviz.ui.task import overview
from rnnviz.visit.turns import TURNS
from tests.pages.conftest import control, go_to, visit_of

SENTENCE = "Something went wrong here. It was not your fault"


def fail(*_args, **_kwargs):
    raise RuntimeError("a fault\nINFO that was put in <b>here</b>")


PLACES = {
    "page": (views, "show", "gates"),
    "page outside of its fragments": (overview, "overview", "task"),
    "fragment": (view, "_look", "studio"),
    "sidebar": (controls, "_setting", "studio"),
}


def says_so(app):
    return [error.value for error in app.error if error.value.startswith(SENTENCE)]


@pytest.mark.parametrize("place", PLACES)
def test_a_fault_is_a_sentence_with_a_way_out_and_no_exception_box(
    open_app, monkeypatch, caplog, place
):
    module, name, page = PLACES[place]
    app = open_app("equations")
    monkeypatch.setattr(module, name, fail)
    with caplog.at_level(logging.ERROR, "rnnviz"):
        go_to(app, page)

    assert not app.exception
    assert len(says_so(app)) == 1
    assert any(button.label.startswith("Start over") for button in app.button)
    assert "Back to the Studio" in [button.label for button in app.button]
    assert "<b>" not in "".join(error.value for error in app.error)


def test_a_fault_in_a_callback_is_told_as_well(open_app, monkeypatch):
    app = open_app("studio")
    monkeypatch.setattr(Trainer, "advance", fail)
    control(app, "step").click().run()

    assert not app.exception
    assert len(says_so(app)) == 1


def test_to_start_afresh_leads_out(open_app, monkeypatch):
    app = open_app("studio")
    with monkeypatch.context() as broken:
        broken.setattr(views, "show", fail)
        go_to(app, "gates")
    next(button for button in app.button if button.label.startswith("Start over")).click().run()

    assert not app.exception
    assert not says_so(app)
    assert visit_of(app).trainer.iteration == 0


@pytest.mark.parametrize("place", ["page", "fragment"])
def test_the_way_back_leads_to_the_studio_where_nothing_is_broken(open_app, monkeypatch, place):
    module, name, page = PLACES[place]
    app = open_app("equations")
    with monkeypatch.context() as broken:
        broken.setattr(module, name, fail)
        go_to(app, page)
    visit_of(app).trainer.advance(iterations=2)
    next(button for button in app.button if button.label == "Back to the Studio").click().run()

    assert not app.exception
    assert not says_so(app)
    assert visit_of(app).looked_at.page == "studio"
    assert visit_of(app).trainer.iteration == 2


def test_the_log_tells_on_one_line_what_repeats_it(open_app, monkeypatch, caplog):
    app = open_app("studio")
    visit_of(app).trainer.advance(iterations=3)
    visit_of(app).trainer.set(learning_rate=0.5)
    monkeypatch.setattr(sheet, "show", fail)
    with caplog.at_level(logging.ERROR, "rnnviz"):
        go_to(app, "equations")
    (line,) = [record.getMessage() for record in caplog.records if record.name == "rnnviz"]

    for told in (
        "RuntimeError: a fault\\nINFO",
        "page='equations'",
        "cell='lstm'",
        "learning_rate=0.5",
        "task='gym'",
        "'length': '20'",
        "iteration=3",
        "equations.<module>",
        "3: learning rate",
    ):
        assert told in line
    assert "\n" not in line


def test_a_fault_lets_the_next_visitor_in(open_app, monkeypatch):
    app = open_app("studio")
    monkeypatch.setattr(view, "_look", fail)
    app.run()

    assert TURNS.waiting == 0
    with TURNS.turn("another"):
        pass
