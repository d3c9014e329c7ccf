"""The runs of a visit, without a page: new ones, changes, undo, and what they need in memory."""

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import Hold
from rnnviz.tasks import GymSchedule, OwnSequences
from rnnviz.visit import Earlier, Visit, earlier, room
from rnnviz.visit import visit as module
from tests.visit.small import CONFIG, RUNS, SETTINGS, TASK, started, train


@pytest.fixture
def clock(monkeypatch):
    """Return the time of the visit, in a list; it stands still by itself."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_a_new_run_keeps_the_one_before_it_as_it_was(visit):
    left = started(visit).trainer

    assert visit.restart({**SETTINGS, "hidden_size": 4})

    assert visit.trainer.config.hidden_size == 4
    assert [one.trainer for one in visit.earlier] == [left]
    assert visit.earlier[0].score == left.score()
    assert "units" in visit.undoable
    assert [mark.text for mark in visit.trainer.marks] == [visit.undoable]


def test_a_run_in_which_nothing_was_done_is_not_kept_when_it_is_begun_once_more(visit):
    assert visit.restart(SETTINGS)
    assert visit.earlier == ()


def test_a_new_run_says_that_it_does_not_begin_from_the_given_weights_of_the_one_before(visit):
    given = Trainer(CONFIG, TASK).network.to_torch()
    assert visit.begin(CONFIG, TASK, "a file", weights=given)
    assert visit.restart({**SETTINGS, "seed": 9})
    assert [mark.text for mark in visit.trainer.marks] == ["begun from given weights"]
    assert visit.restart({**SETTINGS, "hidden_size": 4})
    assert visit.trainer.given_weights is None
    assert [mark.text for mark in visit.trainer.marks] == ["new run, without the given weights"]


def test_without_a_loss_a_late_wish_to_check_the_gradient_is_refused():
    task = OwnSequences(targets="")
    visit = Visit(Trainer(RunConfig(task=task.key, hidden_size=2), task))
    visit.check_gradient(4)
    assert "nothing to learn" in visit.problem
    assert visit.gradient_check is None


def test_a_new_run_can_have_another_length_or_another_task(visit):
    assert visit.restart(SETTINGS, length=7)
    assert visit.trainer.task == GymSchedule(length=7)

    assert visit.restart(SETTINGS, GymSchedule(view="calendar"))
    assert visit.trainer.task.view == "calendar"


@pytest.mark.parametrize(
    ("settings", "length", "why"),
    [({"hidden_size": 0}, None, "hidden_size must be"), ({}, 1_000_000, "length must be")],
)
def test_a_new_run_that_is_not_allowed_is_refused_and_the_old_one_goes_on(
    visit, settings, length, why
):
    before = started(visit).trainer

    assert not visit.restart({**SETTINGS, **settings}, length=length)

    assert visit.trainer is before
    assert visit.problem.startswith(why)
    assert visit.controls_are_old
    assert visit.page_is_old


def test_a_run_for_which_there_is_no_room_is_refused(visit, monkeypatch):
    before = visit.trainer
    monkeypatch.setattr(room, "MOST_MB", 0.001)

    assert not visit.begin(RunConfig(), GymSchedule(), "another")

    assert visit.problem.startswith("The server is full")
    assert visit.trainer is before


def test_undo_takes_back_a_change_first_and_then_the_new_run(visit):
    left = started(visit).trainer
    visit.restart({**SETTINGS, "seed": 5})
    visit.step({"learning_rate": 0.5})

    visit.undo()
    assert (visit.trainer.config.seed, visit.trainer.config.learning_rate) == (5, 0.01)
    visit.undo()
    assert (visit.trainer, visit.trainer.iteration) == (left, 3)
    visit.undo()
    assert (visit.trainer, visit.undoable) == (left, None)


def test_another_run_starts_the_pictures_anew_and_ends_what_was_under_way(visit):
    started(visit)
    visit.select_unit(2, 0)
    visit.rewind_to(1)
    visit.compare(RUNS, 9)
    visit.check_gradient(1)
    before = visit.name

    visit.replace_trainer(Trainer(CONFIG, TASK), "another")

    assert visit.selected is None
    assert visit.looked_at.shown_iteration is None
    assert (visit.job, visit.side_by_side, visit.gradient_check) == (None, None, None)
    assert visit.name != before
    assert visit.controls_are_old


def test_what_was_refused_is_told_until_something_is_taken(visit):
    visit.refuse("too much")
    assert visit.problem == "too much"

    visit.play()
    assert visit.problem is None


def test_a_knob_that_is_not_allowed_is_refused(visit):
    assert not visit.change_knobs({"learning_rate": -1.0})

    assert visit.problem.startswith("learning_rate must be")
    assert visit.trainer.config == CONFIG
    assert visit.controls_are_old


def test_a_knob_changed_at_rest_draws_the_page_anew_at_once(visit):
    visit.change_knobs({"learning_rate": 0.02})

    assert visit.page_is_old


def test_a_slider_that_is_dragged_while_training_draws_the_page_anew_once_it_rests(visit, clock):
    visit.play()
    drawn_anew = []
    for rate, seconds in ((0.02, 0.0), (0.03, 0.3), (0.03, 0.6), (0.03, 1.0), (0.03, 2.0)):
        visit.open_page("studio")
        clock[0] = 100.0 + seconds
        visit.change_knobs({"learning_rate": rate})
        train(visit)
        drawn_anew.append(visit.page_is_old)

    assert drawn_anew == [False, False, False, True, False]
    assert [mark.iteration for mark in visit.trainer.marks] == [0, 1]


def test_interventions_take_the_place_of_those_before(visit):
    assert visit.intervene(Hold("f", 0.0))
    assert visit.intervene(Hold("f", 1.0))

    assert visit.trainer.network.interventions == (Hold("f", 1.0),)


def test_an_intervention_that_there_is_not_is_refused(visit):
    assert not visit.intervene(Hold("f", 0.0, units=(99,)))

    assert "99" in visit.problem
    assert visit.trainer.network.interventions == ()


def test_another_probe_is_looked_at_from_its_newest_iteration_on(visit):
    started(visit).rewind_to(1)

    visit.choose_probe(1)

    assert visit.trainer.probe.name == TASK.probe_names[1]
    assert visit.looked_at.shown_iteration is None


@pytest.mark.parametrize("chosen", [None, -1, 10**9, True, 0.5, "1"])
def test_a_probe_that_there_is_not_changes_nothing(visit, chosen):
    visit.choose_probe(chosen)
    assert visit.trainer.probe.name == TASK.probe_names[0]


def test_a_run_that_has_diverged_goes_back_to_its_best_iteration(visit):
    started(visit, 20)
    visit.select_unit(1, 0)
    visit.trainer.diverged = "The loss came out as nan."
    assert visit.stopped

    visit.restore_last_good()

    assert not visit.stopped
    assert visit.trainer.iteration <= 20
    assert visit.selected is None


# ---------------------------------------------------------------------- memory


def test_a_visitor_needs_what_all_their_runs_need_each_once(visit):
    left = started(visit).trainer
    visit.restart({**SETTINGS, "seed": 1})
    alone = visit.trainer.needs_mb + left.recording.nbytes / 1e6
    assert visit.needs_mb == pytest.approx(alone)

    visit.compare(RUNS, 1)
    others = sum(run.needs_mb for run in visit.side_by_side.trainers.values())
    assert visit.needs_mb == pytest.approx(alone + others)


def score():
    return Trainer(CONFIG, TASK).score()


def test_of_many_earlier_runs_the_one_in_which_something_was_done_is_kept(monkeypatch):
    monkeypatch.setattr(earlier, "MOST_EARLIER", 3)
    trained = Trainer(CONFIG, TASK)
    trained.advance(iterations=1)
    runs = [trained, *(Trainer(CONFIG, TASK) for _ in range(4))]

    kept = earlier.kept(Earlier(trainer, "", score()) for trainer in runs)

    assert [one.trainer for one in kept] == [trained, *runs[3:]]


def test_earlier_runs_are_dropped_where_their_recordings_take_too_much(monkeypatch):
    monkeypatch.setattr(earlier, "MOST_EARLIER_BYTES", 1)
    runs = [Trainer(CONFIG, TASK) for _ in range(3)]

    kept = earlier.kept(Earlier(trainer, "", score()) for trainer in runs)

    assert [one.trainer for one in kept] == [runs[-1]]
