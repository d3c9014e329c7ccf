"""What a visit has under way, without a page: training, jobs, two networks, runs side by side."""

import pytest

from rnnviz.training import PRESETS
from rnnviz.visit import View, room
from tests.visit.small import RUNS, SETTINGS, started, train


class Work:
    """A job of three slices."""

    left = 3

    @property
    def done(self):
        return not self.left

    def advance(self, seconds):
        assert seconds > 0
        self.left -= 1


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
