"""A visit without a page: each method, and what always holds after it."""

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import Hold
from rnnviz.tasks import GymSchedule
from rnnviz.training import PRESETS
from rnnviz.visit import Earlier, Replay, View, Visit, earlier, room
from rnnviz.visit import visit as module
from rnnviz.visit.guests import Guests

CONFIG, TASK = RunConfig(hidden_size=3, batch_size=2), GymSchedule(length=5)
#: Settings of a run without the task, as the controls tell them.
SETTINGS = {name: getattr(CONFIG, name) for name in CONFIG.__dataclass_fields__ if name != "task"}
RUNS = [("one", CONFIG, TASK), ("two", RunConfig(hidden_size=3, batch_size=2, seed=1), TASK)]


class Work:
    """A job of three slices."""

    left = 3

    @property
    def done(self):
        return not self.left

    def advance(self, seconds):
        assert seconds > 0
        self.left -= 1


@pytest.fixture
def visit(monkeypatch):
    monkeypatch.setattr(room, "GUESTS", Guests())
    return Visit(Trainer(CONFIG, TASK))


@pytest.fixture
def clock(monkeypatch):
    """Return the time of the visit, in a list; it stands still by itself."""
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def train(visit, iterations=1):
    for _ in range(iterations):
        visit.work(1, 1.0)


def started(visit, iterations=3):
    visit.play()
    train(visit, iterations)
    visit.pause()
    return visit


# ---------------------------------------------------------------------- what is under way


def test_a_new_visit_rests_and_looks_at_the_newest_iteration(visit):
    assert not visit.busy
    assert visit.looked_at == View()
    assert visit.undoable is None


def test_playing_trains_and_pausing_ends_it(visit):
    visit.play()
    train(visit, 2)
    assert (visit.trainer.iteration, visit.busy, visit.training) == (2, True, True)

    visit.pause()
    train(visit, 2)
    assert (visit.trainer.iteration, visit.busy, visit.training) == (2, False, False)


def test_one_thing_at_a_time_is_under_way(visit):
    visit.play()
    visit.start_job(Work())
    assert not visit.playing

    visit.play()
    assert visit.job is None


def test_a_job_is_done_in_slices_and_then_gone(visit):
    visit.start_job(Work())
    for _ in range(2):
        train(visit)
        assert visit.busy
    train(visit)

    assert not visit.busy
    assert visit.page_is_old
    assert visit.trainer.iteration == 0


def test_stopping_ends_a_job_and_keeps_what_was_done_of_it(visit):
    work = Work()
    visit.start_job(work)
    train(visit)
    visit.stop()
    train(visit)

    assert (visit.job, work.left) == (None, 2)


def test_a_step_is_one_iteration_with_the_knobs_of_now(visit):
    visit.step({"learning_rate": 0.5})

    assert visit.trainer.iteration == 1
    assert visit.trainer.history.column("learning_rate").tolist() == [0.5]


# ---------------------------------------------------------------------- the run


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


# ---------------------------------------------------------------------- an experiment opened


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


# ---------------------------------------------------------------------- a network beside it


def test_a_network_beside_the_first_catches_up_and_then_keeps_step(visit):
    started(visit)
    visit.put_beside("rnn")
    visit.catch_up(10.0)
    assert (visit.pair.second.iteration, visit.behind) == (3, False)

    visit.step({})
    assert (visit.trainer.iteration, visit.pair.second.iteration) == (4, 4)
    visit.put_beside(None)
    visit.catch_up(1.0)
    assert visit.pair is None


@pytest.mark.parametrize("cell", ["lstm", "transformer", "", None])
def test_a_cell_that_can_not_stand_beside_is_none(visit, cell):
    visit.put_beside(cell)
    assert visit.beside is None


def test_the_network_beside_belongs_to_the_run_of_now(visit):
    visit.put_beside("rnn")
    visit.catch_up(1.0)
    visit.restart({**SETTINGS, "cell": "rnn"})
    visit.catch_up(1.0)

    assert visit.pair.first is visit.trainer
    assert (visit.trainer.config.cell, visit.beside) == ("rnn", "lstm")


def test_where_two_networks_are_too_much_the_first_goes_on_alone(visit, monkeypatch):
    monkeypatch.setattr(room, "MOST_MB", visit.needs_mb + 0.01)
    visit.put_beside("rnn")

    visit.step({})

    assert (visit.beside, visit.pair) == (None, None)
    assert visit.problem.startswith("The server is full")
    assert visit.trainer.iteration == 1


# ---------------------------------------------------------------------- runs side by side


def test_runs_side_by_side_are_trained_as_a_job(visit):
    visit.play()
    assert visit.compare(RUNS, 2)
    assert (visit.playing, visit.comparing, visit.training) == (False, True, False)

    while visit.busy:
        train(visit)
    assert visit.side_by_side.done
    assert [run.iteration for run in visit.side_by_side.trainers.values()] == [2, 2]


def test_a_comparison_that_is_too_much_is_refused(visit, monkeypatch):
    monkeypatch.setattr(room, "MOST_MB", visit.needs_mb)
    assert not visit.compare(RUNS, 2)
    assert (visit.side_by_side, visit.job) == (None, None)
    assert visit.problem.startswith("The server is full")


def test_a_comparison_that_was_stopped_goes_on(visit):
    visit.go_on_comparing()
    assert not visit.busy

    visit.compare(RUNS, 2)
    visit.stop()
    visit.go_on_comparing()
    assert visit.comparing


def test_the_first_run_of_a_preset_becomes_the_visitors(visit):
    left = started(visit).trainer
    preset = PRESETS[0]

    assert visit.start_preset(preset)

    assert visit.trainer is visit.side_by_side.trainers[preset.runs[0][0]]
    assert (visit.preset, visit.comparing, visit.training) == (preset, True, True)
    visit.undo()
    assert (visit.trainer, visit.preset) == (left, None)


def test_other_runs_side_by_side_are_no_longer_those_of_the_preset(visit):
    visit.start_preset(PRESETS[0])
    visit.compare(RUNS, 2)
    assert visit.preset is None


# ---------------------------------------------------------------------- what is looked at


def test_what_is_looked_at_is_told_in_one_piece(visit):
    visit.open_page("gates")
    visit.look_at(name="Time steps", layer=0, time_step=2)
    visit.select_unit(1, 0)
    visit.rewind_to(0)

    assert visit.looked_at == View(
        page="gates",
        name="Time steps",
        layer=0,
        time_step=2,
        unit=1,
        unit_layer=0,
        shown_iteration=0,
    )


def test_another_page_has_views_of_its_own(visit):
    visit.open_page("gates")
    visit.look_at(name="Time steps")
    visit.open_page("gates")
    assert visit.looked_at.name == "Time steps"

    visit.open_page("gradients")
    assert visit.looked_at.name == ""


def test_a_page_that_is_drawn_shows_all_that_has_changed(visit):
    visit.outdate_page()
    visit.open_page("studio")
    assert not visit.page_is_old
    assert visit.page_runs == 1


@pytest.mark.parametrize(
    ("unit", "layer"), [(3, 0), (0, 1), (-1, 0), (True, 0), ("1", 0), (1.0, 0), (1, None)]
)
def test_what_is_no_unit_changes_nothing(visit, unit, layer):
    visit.select_unit(2, 0)
    visit.select_unit(unit, layer)
    assert visit.selected == (0, 2)

    visit.select_unit(None, layer)
    assert visit.selected is None


def test_the_trace_that_is_shown_is_the_newest_or_the_one_rewound_to(visit):
    started(visit)
    assert visit.shown_trace().iteration == 3
    visit.rewind_to(1)
    assert visit.shown_trace().iteration == 1
    visit.follow()
    assert visit.shown_trace().iteration == 3


def test_a_replay_shows_every_kept_iteration_and_then_the_newest(visit):
    kept = started(visit).trainer.recording.iterations
    visit.replay()
    assert isinstance(visit.job, Replay)

    shown = []
    while visit.busy:
        train(visit)
        shown.append(visit.looked_at.shown_iteration)
    assert shown == [*kept, None]


def test_the_gradient_is_checked_at_the_iteration_that_is_shown(visit):
    started(visit).rewind_to(1)
    visit.check_gradient(1)
    while visit.busy:
        train(visit)

    assert visit.gradient_check.trace.iteration == 1
    assert visit.gradient_check.done


def test_saturation_is_counted_once_for_a_layer(visit):
    first = visit.saturation_of(0)
    assert visit.saturation_of(0) is first
    visit.start_pictures_anew()
    assert visit.saturation_of(0) is not first


# ---------------------------------------------------------------------- pages and memory


def test_what_a_page_keeps_is_made_once_and_forgotten_with_the_visit(visit):
    kept = visit.part(list)
    kept.append("a draft")
    assert visit.part(list) == ["a draft"]
    assert visit.part(dict) == {}

    visit.forget()
    assert visit.is_forgotten
    assert visit.needs_mb == 0.0


def test_controls_made_anew_are_counted(visit):
    visit.refuse("too much")
    visit.keep_controls()
    assert (visit.controls, visit.controls_are_old) == (0, False)

    visit.refuse("too much")
    visit.renew_controls()
    assert (visit.controls, visit.controls_are_old) == (1, False)


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
