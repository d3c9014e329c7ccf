"""Where one looks in the moving picture: taken from it as far as there is such a place."""

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.ui.studio.place import Place
from rnnviz.visit import View, Visit


@pytest.fixture
def visit():
    trainer = Trainer(RunConfig(hidden_size=3, batch_size=2, layers=2))
    trainer.advance(iterations=2)
    made = Visit(trainer)
    made.part(Place).open(made, None)
    return made


def told(visit, **what):
    place = {"run": visit.name, "time_step": 4, "zoom": 1, "layer": 0, "sweep": "backward"}
    visit.part(Place).take(visit, place | what)
    seen = visit.looked_at
    return (seen.time_step, seen.name, seen.layer, visit.part(Place).sweep)


def test_what_the_picture_tells_is_what_is_looked_at(visit):
    assert told(visit) == (4, "One unit", 0, "backward")
    visit.part(Place).take(visit, None)
    assert (visit.looked_at.time_step, visit.looked_at.name) == (None, "Whole")


@pytest.mark.parametrize("wrong", [-1, 10**9, True, 1.0, "1", None, [], {}, "<b>"])
def test_a_word_that_the_picture_can_not_mean_is_left_out(visit, wrong):
    assert told(visit, time_step=wrong, zoom=wrong, layer=wrong, sweep=wrong) == (
        None,
        "Whole",
        None,
        "all",
    )


@pytest.mark.parametrize("late", [{"run": "7:another"}, {"run": None}, {"run": ["x"]}])
def test_what_is_told_of_another_run_changes_nothing(visit, late):
    told(visit)
    assert told(visit, time_step=1, zoom=2, **late) == (4, "One unit", 0, "backward")


@pytest.mark.parametrize("told_text", [17, "mean of all", [1], True])
def test_what_is_no_place_at_all_changes_nothing(visit, told_text):
    told(visit)
    visit.part(Place).take(visit, told_text)
    assert visit.looked_at.time_step == 4


def test_an_iteration_that_there_was_not_is_not_looked_at(visit):
    place = visit.part(Place)
    for wrong in (3, -1, True):
        place.rewind(visit, wrong)
        assert visit.looked_at.shown_iteration is None
    place.rewind(visit, 1)
    assert visit.looked_at.shown_iteration == 1


def test_a_picture_is_asked_once_to_look_where_a_link_leads(visit):
    place = visit.part(Place)
    place.open(visit, View("studio", "One cell", 0, 4, 1, 0))
    asked = {"time_step": 4, "layer": 0, "zoom": 2, "sweep": "all"}
    assert place.look(visit) == (None, asked)
    visit.rewind_to(1)
    assert place.look(visit) == (1, asked | {"iteration": 1})
    place.rewind(visit, 2)
    assert place.look(visit) == (2, asked | {"iteration": 1})

    visit.choose_probe(1)

    assert place.look(visit) == (None, {})
    assert visit.looked_at.time_step is None


def test_the_studio_opens_where_the_sweep_was_left_on_another_page(visit):
    visit.sweep_to(3)
    visit.part(Place).run = "another page was open"
    assert visit.part(Place).look(visit)[1] == {"time_step": 3, "sweep": "all"}
    assert visit.looked_at.time_step == 3


def test_a_link_to_a_place_that_there_is_not_opens_as_any_picture(visit):
    place = visit.part(Place)
    place.open(visit, View("studio", "Sideways", 7, 10**9))
    assert place.look(visit) == (None, {})
