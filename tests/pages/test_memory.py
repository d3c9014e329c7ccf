"""The Memory page: each view, what its controls change, and what is measured beside training."""

import pytest

from rnnviz.training import RunConfig, Trainer
from tests.pages.conftest import control, go_to, visit_of
from tests.schedules import three_days


@pytest.fixture
def page(open_app):
    """Open the page of a small run that has been trained."""
    trainer = Trainer(RunConfig(hidden_size=5), three_days())
    trainer.advance(iterations=12)
    return open_app("memory", trainer)


def test_the_page_says_what_a_point_is_and_at_which_iteration_it_was_measured(page):
    assert "Each point is the network’s memory after one time step" in page.markdown[0].value
    assert "at iteration 12 of 12" in page.caption[0].value


def test_a_network_without_a_state_has_one_sentence_instead(open_app):
    app = open_app("memory", Trainer(RunConfig(cell="mlp", hidden_size=5), three_days()))
    assert "keeps no state from one time step to the next" in app.info[0].value
    assert visit_of(app).looked_at.page == "memory"


def test_the_time_step_is_the_one_that_was_swept_to_in_the_studio_and_back(page):
    visit_of(page).sweep_to(3)
    go_to(page, "studio")
    go_to(page, "memory")
    assert control(page, "time_step").value == 3
    control(page, "time_step").set_value(5).run()
    assert visit_of(page).swept == 5
    go_to(page, "studio")
    assert visit_of(page).looked_at.time_step == 5
