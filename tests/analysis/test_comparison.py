"""Three ways to foresee a schedule: what each allows, and what a run on it reached."""

from dataclasses import replace

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.analysis.comparison import Reached, in_words, measure, standings, worth_of_memory
from rnnviz.tasks.schedule import Schedule
from tests.schedules import three_days

GYM = three_days()
MISSED = three_days(missed=0.2)


def reached(task=GYM, way="memory", accuracy=0.9, **more):
    return Reached(task, more.get("cell", "lstm"), way, more.get("iteration", 7), accuracy, 42)


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
    ways = standings(MISSED, None, [])
    assert [way.way for way in ways] == ["calendar", "yesterday", "memory"]
    assert [way.ceiling for way in ways] == [
        replace(MISSED, view="calendar").best_accuracy,
        MISSED.memoryless,
        1.0,
    ]
    assert standings(replace(MISSED, view="calendar"), None, []) == ways


def test_earlier_runs_stay_beside_the_run_of_now():
    before, now = reached(way="calendar", accuracy=0.33), reached(accuracy=1.0)
    ways = standings(GYM, now, [before, reached(accuracy=0.2)])
    assert [way.reached for way in ways] == [before, None, now]
    assert [way.trains_now for way in ways] == [False, False, True]


def test_a_run_on_another_schedule_does_not_count():
    ways = standings(GYM, reached(MISSED), [reached(MISSED, way="calendar")])
    assert [way.reached for way in ways] == [None] * 3
    assert not any(way.trains_now for way in ways)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (MISSED, "the difference is what a memory is worth"),
        (GYM, "here the last day says it all"),
        (three_days(exercises=tuple("abcdefg")), "needs no memory"),
    ],
)
def test_it_is_said_what_the_ceilings_mean(task, words):
    assert words in worth_of_memory(standings(task, None, []))


def test_it_is_said_who_reached_what_and_when_it_was_luck():
    calendar, yesterday, memory = standings(
        GYM, reached(accuracy=0.5), [reached(way="calendar", accuracy=0.4, cell="mlp")]
    )
    assert in_words(memory) == "By all days so far the LSTM reaches 50.0% at iteration 7."
    assert "the MLP reached 40.0% at iteration 7, above its best by the luck of the 42 days" in (
        in_words(calendar)
    )
    assert in_words(yesterday) == ""
    assert in_words(standings(GYM, reached(accuracy=float("nan")), [])[2]) == ""


def test_the_ceilings_are_computed_once_because_they_are_asked_for_every_second(monkeypatch):
    task = three_days(length=11)
    first = standings(task, None, [])

    def refuse(schedule):
        raise AssertionError(f"computed again for {schedule}")

    monkeypatch.setattr(Schedule, "best_from_calendar", refuse)
    assert standings(three_days(length=11), None, []) == first
