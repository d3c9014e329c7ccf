"""The Memory page: each view, what its controls change, and what is measured beside training."""

import pytest

from rnnviz.training import RunConfig, Trainer
from rnnviz.ui.memory.desk import Desk
from rnnviz.ui.memory.picture import Looking
from rnnviz.views.memory import VIEWS
from rnnviz.visit.turns import TURNS
from tests.pages.conftest import control, go_to, visit_of
from tests.pages.test_address import address, opened
from tests.schedules import three_days


@pytest.fixture
def page(open_app):
    """Open the page of a small run that has been trained."""
    trainer = Trainer(RunConfig(hidden_size=5), three_days())
    trainer.advance(iterations=12)
    return open_app("memory", trainer)


def choose(app, key, value):
    control(app, key).set_value(value).run()
    assert not app.exception


def finish(app):
    """Let all that is measured be measured, and draw the page again."""
    visit = visit_of(app)
    while visit.part(Desk).working:
        with TURNS.turn(visit):
            visit.part(Desk).advance(0.5)
    app.run()
    assert not app.exception
    return app


def said(app):
    return " ".join(info.value for info in app.info)


def captions(app):
    return " ".join(caption.value for caption in app.caption)


def test_the_page_says_what_a_point_is_and_at_which_iteration_numbers_were_measured(page):
    assert "Each point is the network’s memory after one time step" in captions(page)
    choose(page, "memory_view", "Eigenvalues")
    assert "at iteration 12 of 12" in captions(page)


def test_the_picture_can_be_saved_as_a_page_except_while_the_network_trains(page):
    def button():
        return next(each for each in page.get("download_button") if "offline" in each.proto.label)

    finish(page)
    assert not button().proto.disabled
    visit_of(page).play()
    page.run()
    assert button().proto.disabled
    choose(page, "memory_view", "Eigenvalues")
    assert not [each for each in page.get("download_button") if "offline" in each.proto.label]


def test_a_network_without_a_state_has_one_sentence_instead(open_app):
    app = open_app("memory", Trainer(RunConfig(cell="mlp", hidden_size=5), three_days()))
    assert "keeps no state from one time step to the next" in app.info[0].value
    assert visit_of(app).looked_at.page == "memory"


def test_every_view_opens_and_says_what_to_try(page):
    for title, view in VIEWS.items():
        choose(page, "memory_view", title)
        finish(page)
        assert view.says in captions(page)


def test_fixed_points_and_the_automaton_are_found_beside_the_page_and_told(page):
    choose(page, "memory_held", -1)
    assert visit_of(page).part(Desk).working
    finish(page)
    assert "With no input, at iteration 12" in said(page)
    choose(page, "memory_machine", True)
    finish(page)
    assert "machine" in said(page)
    assert not visit_of(page).part(Desk).working


def test_another_run_ends_what_was_measured_of_the_one_before(page):
    choose(page, "memory_held", -1)
    desk = visit_of(page).part(Desk)
    control(page, "setting:cell").set_value("gru").run()
    finish(page)
    assert "at iteration 0" in said(page)
    desk.leave()
    assert not desk.working


def test_the_time_step_is_the_one_that_was_swept_to_in_the_studio_and_back(page):
    visit = visit_of(page)
    visit.sweep_to(3)
    go_to(page, "studio")
    go_to(page, "memory")
    assert visit.part(Looking).start["time_step"] == 3
    visit.part(Looking).take(visit, {"run": visit.name, "time_step": 5})
    go_to(page, "studio")
    assert visit.looked_at.time_step == 5


def test_the_address_holds_the_state_and_what_is_searched_for_and_opens_there():
    query = "v=1&task=parity&h=3&len=6&page=memory&t=2&p.held=1&p.machine=yes&p.of=c"
    app = opened(query)
    choices = [control(app, key).value for key in ("memory_held", "memory_of", "memory_machine")]
    assert choices == [1, "c", True]
    assert address(app) == query


def test_what_a_link_wants_and_the_run_has_not_is_left_out():
    wrong = "p.held=77&p.of=x&p.steps=9-99&p.units=a-99"
    app = opened(f"v=1&task=parity&cell=gru&h=3&len=6&page=memory&view=where-else&{wrong}")
    assert control(app, "memory_stretch").value == (3, 5)
    assert not app.warning
    assert "p." not in address(app).replace("p.steps=3-5", "")


def test_a_preset_starts_with_one_click_and_is_measured_at_its_end(page):
    page.button(key="preset:triangle").click().run()
    assert not page.exception
    assert not [error.value for error in page.error]
    said_so_far = " ".join(text.value for text in page.markdown)
    assert "So far, at iteration" in said_so_far
    assert "it is done when the runs have been trained" in said_so_far


def test_a_preset_of_untrained_runs_is_measured_at_once(page):
    page.button(key="preset:forgetting").click().run()
    assert not page.exception
    texts = " ".join(text.value for text in page.markdown)
    assert "Measured in these runs" in texts
    assert "All steps at once take 4, 6 and" in texts
    assert visit_of(page).looked_at.name == "Eigenvalues"
