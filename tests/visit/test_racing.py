"""A race as part of a visit: its runs are counted, opened as they are, and not mixed up."""

from dataclasses import replace

import pytest

from rnnviz.tasks import Adding
from rnnviz.training import Trainer
from rnnviz.training.race import Lane
from rnnviz.visit import room
from tests.visit.small import CONFIG, TASK

LANES = [Lane(replace(CONFIG, cell=cell), cell) for cell in ("rnn", "gru")]


def begun(visit, seeds=2, by="iterations", until=20):
    assert visit.start_race(TASK, LANES, range(seeds), by, until)
    return visit.racing


def to_its_end(visit):
    while visit.in_race:
        visit.work(None, 0.05)
    return visit.racing


def test_a_race_is_a_job_that_ends_with_all_lanes_level_and_measured(visit):
    begun(visit)
    racing = to_its_end(visit)
    assert [racing.race.iteration(lane) for lane in LANES] == [20, 20]
    assert racing.race.curves(LANES[1], "score")[0][-1] == 20
    assert visit.trainer.iteration == 0
    visit.go_on_racing()
    assert not visit.in_race
    visit.go_on_racing(30)
    assert to_its_end(visit).race.level == 30


def test_by_time_it_ends_when_each_lane_has_computed_for_so_long(visit):
    racing = begun(visit, by="seconds", until=1)
    racing.until = 0.05
    to_its_end(visit)
    assert all(racing.race.seconds(lane) >= 0.05 for lane in LANES)


def test_a_lane_that_diverges_stops_alone(visit):
    steep = {"optimizer": "sgd", "learning_rate": 100.0, "weight_decay": 1.0, "dtype": "float32"}
    wild = Lane(replace(CONFIG, cell="rnn", task="adding", **steep), "wild")
    tame = Lane(replace(CONFIG, cell="rnn", task="adding"), "tame")
    assert visit.start_race(Adding(length=10), [wild, tame], range(2), "seconds", 1)
    visit.racing.until = 0.2
    racing = to_its_end(visit)
    assert all(run.diverged for run in racing.race.groups[wild].trainers)
    assert racing.race.seconds(tame) >= 0.2


def test_a_run_of_the_race_is_the_one_that_a_trainer_alone_would_be(visit):
    begun(visit)
    to_its_end(visit)
    assert visit.open_lane(1)
    alone = Trainer(LANES[1].config, TASK)
    alone.advance(iterations=20)
    assert (visit.trainer.network.flat == alone.network.flat).all()


def test_what_was_trained_elsewhere_ends_the_race(visit):
    racing = begun(visit)
    visit.work(None, 0.01)
    before = racing.race.level
    assert visit.open_lane(0)
    assert not visit.in_race
    visit.step({})
    visit.go_on_racing()
    visit.work(None, 0.05)
    assert racing.spoiled == "rnn"
    assert racing.race.iteration(LANES[1]) <= before + 10
    assert not visit.in_race


def test_its_memory_counts_and_what_is_too_large_is_refused(visit, monkeypatch):
    alone = visit.needs_mb
    racing = begun(visit)
    assert visit.needs_mb == pytest.approx(alone + racing.needs_mb)
    visit.leave_race()
    assert visit.needs_mb == alone
    monkeypatch.setattr(room, "MOST_MB", alone + 0.5 * racing.needs_mb)
    assert not visit.start_race(TASK, LANES, range(2), "iterations", 20)
    assert "The server is full" in visit.problem
    assert visit.racing is None
