"""Three ways to predict a schedule: what each allows, and what a run on it reached."""

from dataclasses import replace

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.comparison import Result, compare, in_words, measure, worth_of_memory
from rnnviz.numbers import percent
from rnnviz.tasks import GymSchedule
from rnnviz.tasks.schedule import Schedule
from tests.schedules import three_days

GYM = three_days()
MISSED = three_days(missed=0.2)


def result(task=GYM, way="memory", accuracy=0.9, **more):
    return Result(task, more.get("cell", "lstm"), way, more.get("iteration", 7), accuracy, 42)


def trained(task, **settings):
    trainer = Trainer(RunConfig(hidden_size=8, **settings), task)
    trainer.advance(iterations=3)
    return measure(trainer)


@pytest.mark.parametrize(
    ("task", "settings", "way"),
    [
        (replace(GYM, view="calendar"), {"cell": "mlp"}, "calendar"),
        (replace(GYM, view="calendar"), {"cell": "gru"}, "calendar"),
        (GYM, {"cell": "mlp"}, "yesterday"),
        (GYM, {"cell": "mlp", "window": 3}, "memory"),
        (GYM, {"cell": "rnn"}, "memory"),
    ],
)
def test_what_a_run_sees_and_remembers_says_which_way_it_goes(task, settings, way):
    run = trained(task, **settings)
    assert (run.way, run.cell, run.iteration) == (way, settings["cell"], 3)


def test_other_tasks_have_no_ways():
    assert measure(Trainer(RunConfig(task="parity", hidden_size=4))) is None


def test_the_ceilings_are_those_of_the_schedule():
    ways = compare(MISSED, None, [])
    assert [way.way for way in ways] == ["calendar", "yesterday", "memory"]
    assert [way.ceiling for way in ways] == [
        replace(MISSED, view="calendar").best_accuracy,
        MISSED.memoryless,
        1.0,
    ]
    assert compare(replace(MISSED, view="calendar"), None, []) == ways


def test_earlier_runs_stay_beside_the_run_of_now():
    before, now = result(way="calendar", accuracy=0.33), result(accuracy=1.0)
    ways = compare(GYM, now, [before, result(accuracy=0.2)])
    assert [way.result for way in ways] == [before, None, now]
    assert [way.trains_now for way in ways] == [False, False, True]


def test_a_run_on_another_schedule_does_not_count():
    ways = compare(GYM, result(MISSED), [result(MISSED, way="calendar")])
    assert [way.result for way in ways] == [None] * 3
    assert not any(way.trains_now for way in ways)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (MISSED, "All days so far: 100 %. The difference to yesterday alone is what a longer"),
        (GYM, "at best 34 %. Yesterday alone: 100 %, so no longer memory is needed."),
        (
            three_days(exercises=tuple("abcdefg")),
            "at best 100 %, so no memory of earlier days is needed.",
        ),
    ],
)
def test_it_is_said_what_the_ceilings_mean(task, words):
    assert words in worth_of_memory(compare(task, None, []))


def test_it_is_said_who_reached_what_and_when_it_was_luck():
    calendar, yesterday, memory = compare(
        GYM, result(accuracy=0.5), [result(way="calendar", accuracy=0.4, cell="mlp")]
    )
    assert in_words(memory) == "From all days so far the LSTM reaches 50 % at iteration 7."
    assert "From the calendar alone the MLP reached 40 % at iteration 7" in (in_words(calendar))
    assert in_words(yesterday) == ""
    lucky = replace(calendar, result=replace(calendar.result, window=1))
    assert "above what it can reach on average, by chance: 42 days were measured." in in_words(
        lucky
    )
    remembers = replace(calendar, result=result(way="calendar", cell="gru"))
    assert (
        "above the best from one day's calendar. It sees the calendar of earlier days too; some of "
        "it may be chance: 42 days were measured."
    ) in in_words(remembers)
    assert in_words(compare(GYM, result(accuracy=float("nan")), [])[2]) == ""


def test_the_ceilings_are_computed_once_because_they_are_asked_for_every_second(monkeypatch):
    task = three_days(length=11)
    first = compare(task, None, [])

    def refuse(schedule):
        raise AssertionError(f"computed again for {schedule}")

    monkeypatch.setattr(Schedule, "best_from_calendar", refuse)
    assert compare(three_days(length=11), None, []) == first


@pytest.mark.parametrize(
    ("cell", "window", "way", "words"),
    [
        ("mlp", 1, "yesterday", "From yesterday alone the MLP reaches"),
        ("mlp", 3, "memory", "From the last 3 days the MLP reaches"),
        ("mlp", 13, "memory", "From the last 13 days the MLP reaches"),
        ("mlp", 14, "memory", "From all days so far the MLP reaches"),
        ("mlp", 50, "memory", "From all days so far the MLP reaches"),
        ("gru", 3, "memory", "From all days so far the GRU reaches"),
        ("relu", 1, "memory", "From all days so far the ReLU reaches"),
    ],
)
def test_it_is_said_how_many_days_a_network_sees(cell, window, way, words):
    run = trained(GYM, cell=cell, window=window)
    assert run.way == way
    comparison = next(each for each in compare(GYM, run, []) if each.way == way)
    assert in_words(comparison).startswith(words)


def test_a_network_with_a_window_sees_no_more_than_is_said():
    trainer = Trainer(RunConfig(cell="mlp", window=3, hidden_size=8), GYM)
    x = GYM.evaluation().x.copy()
    before = trainer.network.predict(x)[-1]
    x[:-3] = 1 - x[:-3]
    assert (trainer.network.predict(x)[-1] == before).all()
    x[-3] = 1 - x[-3]
    assert (trainer.network.predict(x)[-1] != before).any()


@pytest.mark.parametrize("noise", [0.0, 0.2])
@pytest.mark.parametrize("missed", [0.0, 0.3])
@pytest.mark.parametrize("when_missed", ["waits", "runs on"])
@pytest.mark.parametrize("exercises", ["ABC", "AAB", "ABCDEFG", "ABBBBCBBBB"])
def test_what_is_said_of_memory_follows_from_the_ceilings(exercises, when_missed, missed, noise):
    task = GymSchedule(tuple(exercises), noise=noise, missed=missed, when_missed=when_missed)
    ways = compare(task, None, [])
    calendar, yesterday, memory = (way.ceiling for way in ways)
    says = worth_of_memory(ways)

    assert ("no memory of earlier days is needed" in says) == (calendar >= memory - 0.005)
    if "no longer memory" in says:
        assert yesterday >= memory - 0.005 > calendar
    if "memory adds" in says:
        assert memory > yesterday + 0.005
    assert percent(calendar) in says


def test_a_longer_memory_that_adds_a_little_is_not_said_to_add_nothing():
    ways = compare(MISSED, None, [])
    near = (ways[0], replace(ways[1], ceiling=0.997), replace(ways[2], ceiling=1.0))
    assert "nearly as much as all days so far" in worth_of_memory(near)
    level = (ways[0], replace(ways[1], ceiling=0.9), replace(ways[2], ceiling=0.9))
    assert "90 %, as much as all days so far" in worth_of_memory(level)
