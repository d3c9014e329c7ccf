"""An experiment that is opened on a visit: replayed in slices, then shown as it was left."""

import pytest

from rnnviz import Trainer
from rnnviz.engine import Hold
from rnnviz.visit import View, Visit
from tests.visit.small import CONFIG, TASK, started, train


class Opened:
    """Replays a run to an iteration, with another learning rate from the second on."""

    def __init__(self, iterations=4):
        self.trainer, self.iterations = Trainer(CONFIG, TASK), iterations

    @property
    def done(self):
        return self.trainer.iteration >= self.iterations

    def advance(self, seconds):
        assert seconds > 0
        self.trainer.advance(iterations=1)
        if self.trainer.iteration == 1:
            self.trainer.set(learning_rate=0.5)


GATES = View(page="gates", name="Time steps", layer=0, time_step=1, unit=2, shown_iteration=2)


def test_an_experiment_that_is_opened_is_replayed_in_slices_and_stands_where_it_was_left(visit):
    left, replay = started(visit).trainer, Opened()

    visit.open(replay, GATES, "link opened")

    assert (visit.trainer, visit.opening, visit.training) == (replay.trainer, replay, True)
    assert visit.looked_at == View("gates", "Time steps", 0, 1, 2)
    while visit.busy:
        assert visit.looked_at.shown_iteration is None
        train(visit)
    assert visit.looked_at == GATES
    assert (visit.opening, visit.training) == (None, False)
    visit.undo()
    visit.undo()
    assert visit.trainer is left


def test_what_the_controls_show_does_not_reach_a_run_that_is_replayed(visit):
    replay = Opened()
    visit.open(replay, GATES, "link opened")
    visit.keep_controls()
    for _ in range(2):
        assert not visit.change_knobs({"learning_rate": 0.01})
        train(visit)
    assert visit.trainer.config.learning_rate == 0.5
    assert not visit.controls_are_old

    train(visit, 2)
    assert visit.controls_are_old


@pytest.mark.parametrize(
    "end",
    [
        Visit.stop,
        Visit.play,
        lambda visit: visit.step({"learning_rate": 0.01}),
        lambda visit: visit.intervene(Hold("f", 1.0)),
    ],
)
def test_whatever_else_is_begun_ends_the_replay_and_the_run_keeps_its_settings(visit, end):
    visit.open(Opened(), GATES, "link opened")
    train(visit, 2)
    visit.keep_controls()

    end(visit)

    assert visit.opening is None
    assert visit.controls_are_old
    assert visit.trainer.config.learning_rate == 0.5


def test_what_a_page_is_asked_to_show_its_controls_take_over_once(visit):
    visit.show(GATES)
    visit.open_page("gates")

    assert visit.take_asked().name == "Time steps"
    assert visit.take_asked() is None


def test_what_was_asked_of_another_page_is_not_taken_over(visit):
    visit.show(GATES)
    visit.open_page("equations")
    assert visit.take_asked() is None


def test_a_unit_or_an_iteration_that_there_is_not_is_not_shown(visit):
    visit.show(View(page="gates", unit=99, shown_iteration=7))
    assert visit.looked_at == View(page="gates")
