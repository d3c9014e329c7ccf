"""What one visitor has: when the page is drawn anew, and what their run is doing."""

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.tasks import GymSchedule
from rnnviz.training.side_by_side import SideBySide
from rnnviz.ui.shell import session
from rnnviz.ui.shell.session import Earlier, Visit

CONFIG, TASK = RunConfig(hidden_size=3, batch_size=2), GymSchedule(length=5)


def new_visit(**more) -> Visit:
    return Visit(Trainer(CONFIG, TASK), **more)


def test_a_slider_that_is_dragged_while_training_draws_the_page_anew_once_it_rests(monkeypatch):
    visit = new_visit(playing=True)

    drawn_anew = []
    for rate, seconds in ((0.02, 0.0), (0.03, 0.3), (0.03, 0.6), (0.03, 1.0), (0.03, 2.0)):
        monkeypatch.setattr(session.time, "monotonic", lambda now=seconds: now)
        session.apply_knobs(visit, {"learning_rate": rate})
        visit.trainer.advance(iterations=1)
        drawn_anew.append(visit.page_is_old)
        visit.page_is_old = False

    assert drawn_anew == [False, False, False, True, False]
    assert [mark.iteration for mark in visit.trainer.marks] == [0, 1]


def test_a_knob_changed_at_rest_draws_the_page_anew_at_once():
    visit = new_visit()

    session.apply_knobs(visit, {"learning_rate": 0.02})

    assert visit.page_is_old


def test_a_run_trains_while_it_plays_or_is_one_of_those_side_by_side():
    visit, others = new_visit(), SideBySide([("one", CONFIG, TASK)], 10)
    visit.side_by_side = visit.job = others
    assert not visit.training

    visit.trainer = others.trainers["one"]
    assert visit.training

    visit.job = None
    assert not visit.training
    visit.playing = True
    assert visit.training


def test_pictures_that_start_anew_forget_what_was_chosen_and_measured():
    visit, others = (
        new_visit(selected_unit=2, shown_iteration=5),
        SideBySide([("one", CONFIG, TASK)], 9),
    )
    visit.side_by_side = visit.job = others
    before = visit.name

    visit.start_pictures_anew()

    assert (visit.selected_unit, visit.shown_iteration) == (None, None)
    assert (visit.side_by_side, visit.job, visit.gradient_check) == (None, None, None)
    assert visit.name != before


@pytest.mark.parametrize("is_old", [True, False])
def test_a_fragment_draws_the_whole_page_anew_where_a_callback_asked_for_it(monkeypatch, is_old):
    drawn = []
    monkeypatch.setattr(session, "current", lambda: new_visit(page_is_old=is_old))
    monkeypatch.setattr(session.st, "rerun", lambda: drawn.append("anew"))

    session.refresh()

    assert drawn == ["anew"] * is_old


def test_of_many_earlier_runs_the_one_in_which_something_was_done_is_kept(monkeypatch):
    monkeypatch.setattr(session, "MOST_EARLIER", 3)
    trained = Trainer(CONFIG, TASK)
    trained.advance(iterations=1)
    runs = [trained, *(Trainer(CONFIG, TASK) for _ in range(4))]

    kept = session._kept(tuple(Earlier(trainer, "") for trainer in runs))

    assert [one.trainer for one in kept] == [trained, *runs[3:]]


def test_earlier_runs_are_dropped_where_their_recordings_take_too_much(monkeypatch):
    monkeypatch.setattr(session, "MOST_EARLIER_BYTES", 1)
    runs = [Trainer(CONFIG, TASK) for _ in range(3)]

    kept = session._kept(tuple(Earlier(trainer, "") for trainer in runs))

    assert [one.trainer for one in kept] == [runs[-1]]
