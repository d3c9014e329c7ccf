"""What is looked at: every page tells it, and shows what it is asked to show."""

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.ui.equations.sheet import EQUATION_DIRECTION, EQUATION_UNIT
from rnnviz.ui.gates.controls import GATE_VIEW
from rnnviz.ui.gradients.laboratory import GRADIENT_VIEW
from rnnviz.ui.shell.inspection import SHOWN_LAYER, TIME_STEP, UNIT
from rnnviz.visit import View
from tests.pages.conftest import control, go_to, visit_of

VIEWS = {
    "gates": View("gates", "Training, one step", 0, 3, 2, 0, 1),
    "equations": View("equations", "backward", 0, 3, 2, 0, 1),
    "gradients": View("gradients", "Itemised", 0, None, 2, 0, 1),
}
KEYS = {"gates": GATE_VIEW, "equations": EQUATION_DIRECTION, "gradients": GRADIENT_VIEW}


@pytest.fixture
def trained():
    trainer = Trainer(RunConfig(hidden_size=4, layers=2))
    trainer.advance(iterations=3)
    return trainer


@pytest.mark.parametrize("page", VIEWS)
def test_a_page_shows_what_it_is_asked_to_show_and_tells_it(open_app, trained, page):
    app = open_app("studio", trained)
    visit_of(app).show(VIEWS[page])

    go_to(app, page)

    assert not app.exception
    assert control(app, KEYS[page]).value == VIEWS[page].name
    assert control(app, SHOWN_LAYER).value == 0
    if page != "gradients":
        assert control(app, TIME_STEP).value == 3
    app.run()
    told = visit_of(app).looked_at
    assert (told.page, told.name, told.layer) == (page, VIEWS[page].name, 0)
    assert (told.unit, told.shown_iteration) == (2, 1)


def test_what_is_chosen_afterwards_is_told_instead(open_app, trained):
    app = open_app("studio", trained)
    visit_of(app).show(VIEWS["equations"])
    go_to(app, "equations")

    control(app, EQUATION_DIRECTION).set_value("forward").run()
    control(app, EQUATION_UNIT).set_value(1).run()
    control(app, SHOWN_LAYER).set_value(1).run()

    told = visit_of(app).looked_at
    assert (told.name, told.layer, told.unit, told.unit_layer) == ("forward", 1, 1, 0)


@pytest.mark.parametrize("page", VIEWS)
def test_a_view_that_there_is_not_leaves_a_page_whole(open_app, trained, page):
    app = open_app("studio", trained)
    visit_of(app).show(View(page, "<b>", 99, 10**9, -1, 7, 99))

    go_to(app, page)
    app.run()

    assert not app.exception
    told = visit_of(app).looked_at
    assert (told.layer, told.unit, told.shown_iteration) == (1, None, None)


def test_a_unit_that_is_asked_for_is_chosen_in_the_list(open_app, trained):
    app = open_app("studio", trained)
    visit_of(app).show(View("gates", "Time steps", 0, None, 2, 0))
    go_to(app, "gates")
    assert control(app, UNIT).value == 2
