"""A plan holds the runs of a grid, a draw or a list, and refuses what can't be done."""

from __future__ import annotations

import itertools
import re

import pytest

from rnnviz import sweeps
from rnnviz.tasks import make_task
from rnnviz.training import RunConfig
from rnnviz.training.limits import iteration_ms, observation_ms, trace_ms


def test_a_grid_is_every_combination_times_seeds():
    grid = {"task": "echo", "lag": [1, 2], "cell": ["rnn", "gru"], "hidden_size": 4}
    plan = sweeps.plan(grid, [5, 6], iterations=10)
    named = [(run.task.lag, run.config.cell, run.seed) for run in plan.runs]
    assert named == [(lag, cell, s) for lag in (1, 2) for cell in ("rnn", "gru") for s in (5, 6)]
    assert plan.varied == ("lag", "cell")
    assert all(run.config.hidden_size == 4 for run in plan.runs)
    assert len({run.key for run in plan.runs}) == 8
    assert plan.cost_s > 0
    assert plan.memory > 0


def test_what_a_sweep_costs_counts_its_evaluations_and_what_each_iteration_keeps():
    def cost_s(iterations, every):
        return sweeps.plan({"task": "echo"}, [0], iterations=iterations, every=every).cost_s

    config, task = RunConfig(task="echo"), make_task("echo")
    more_s = (100 / 10 - 100 / 50) * observation_ms(config, task) / 1e3
    assert cost_s(100, 10) - cost_s(100, 50) == pytest.approx(more_s)
    alone_s = 100 * (iteration_ms(config, task) + trace_ms(config, task)) / 1e3
    assert cost_s(100, 100) > alone_s + 100 * 0.6e-3


def test_a_draw_is_the_same_for_the_same_seed_and_stays_in_its_range():
    draw = sweeps.Draw(
        {"learning_rate": sweeps.Range(1e-4, 1e-1), "hidden_size": sweeps.Range(2, 4)}, 40, seed=1
    )
    points = list(draw.points())
    rates = sorted(point["learning_rate"] for point in points)
    assert points == list(draw.points())
    assert {point["hidden_size"] for point in points} == {2, 3, 4}
    assert 1e-4 <= rates[0] < rates[-1] <= 1e-1
    assert rates[20] < 0.02  # evenly on a logarithmic scale, as its slider is
    assert len(sweeps.plan(draw, [0], iterations=5).runs) == 40


def test_a_list_holds_settings_of_any_tasks():
    echo = RunConfig(task="echo", hidden_size=4)
    swept = [echo, (echo, make_task("echo", lag=5)), {"task": "parity", "cell": "rnn"}]
    plan = sweeps.plan(swept, [0], iterations=5)
    assert [run.task for run in plan.runs] == [
        make_task("echo"),
        make_task("echo", lag=5),
        make_task("parity"),
    ]
    assert {"task", "cell", "hidden_size", "lag"} <= set(plan.varied)


@pytest.mark.parametrize(
    ("swept", "seeds", "said"),
    [
        ([], [0], "a sweep must have at least one run, got an empty list"),
        ({"lag": [], "task": "echo"}, [0], "lag must have at least one value, got none"),
        ({}, [], "seeds must have at least one number, got none"),
        ({}, 3, "seeds must be a list of whole numbers, got 3"),
        ({"hidden_size": [4, 600]}, [0], "hidden_size must be a whole number 1..512, got 600"),
        ({"lag": 3}, [0], "'lag' is not a setting; there are task, "),
        ({"seed": [1, 2]}, [0], "seeds are given by themselves"),
        (
            {"cell": ["rnn", "gru"], "layers": [1, 2], "length": [4, 5], "hidden_size": [3, 4]},
            [0],
            "at most 3 settings can be varied, got 4: cell, layers, length, hidden_size",
        ),
        (
            {"hidden_size": 128, "layers": 4, "batch_size": 256, "length": [20, 90]},
            [0],
            "This run needs about",
        ),
        ([3], [0], "each entry must be a RunConfig"),
        (RunConfig(), [0], "a sweep must be a grid, a draw, or a list of settings, got RunConfig("),
    ],
)
def test_what_cannot_be_done_is_said_before_any_run(swept, seeds, said):
    with pytest.raises(ValueError, match="^" + said.replace("(", r"\(")):
        sweeps.plan(swept, seeds, iterations=10)


def test_seeds_without_end_are_refused():
    with pytest.raises(ValueError, match="at most 100,000 runs, got more seeds than that"):
        sweeps.plan({"task": "echo"}, itertools.count(), iterations=5)


def test_a_million_runs_are_refused_before_they_are_counted_out():
    with pytest.raises(ValueError, match="at most 100,000 runs, got 1,000,000: 1,000 settings"):
        sweeps.plan({"learning_rate": [n / 1e4 for n in range(1, 1001)]}, range(1000), iterations=1)
    with pytest.raises(ValueError, match="at most 10 runs, got 11"):
        sweeps.plan({}, range(11), iterations=1, most=10)


@pytest.mark.parametrize(
    ("name", "low", "high", "said"),
    [
        ("cell", 1, 2, "cell can't be drawn from a range"),
        ("hidden_size", 8, 4, "hidden_size must have a range from a lower to a higher"),
        ("hidden_size", 0, 4, "hidden_size must be a whole number 1..512, got 0"),
    ],
)
def test_a_range_that_is_none_is_refused_before_anything_is_drawn(name, low, high, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        sweeps.Draw({name: sweeps.Range(low, high)}, 3)


def test_a_list_of_names_is_one_value_and_a_list_of_such_lists_is_several():
    lists = [("legs", "arms"), ("core", "legs", "arms")]
    assert len(sweeps.Grid({"exercises": lists[0]})) == 1
    plan = sweeps.plan({"exercises": lists}, [0], iterations=5)
    assert [run.task.exercises for run in plan.runs] == lists
