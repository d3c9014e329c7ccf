"""What the page Race shows is what was measured in the race."""

import doctest
from dataclasses import replace

import numpy as np
import pytest

from rnnviz import RunConfig
from rnnviz.tasks import Adding, GymSchedule, NextValue, TemporalOrder
from rnnviz.training.race import Lane, Race
from rnnviz.views import race as views
from rnnviz.views.race.charts import best_possible

SMALL = RunConfig(task="order", hidden_size=2, batch_size=2)
LANES = [Lane(replace(SMALL, cell=cell), cell) for cell in ("rnn", "lstm")]


@pytest.fixture(scope="module")
def race():
    sees = Lane(replace(SMALL, cell="mlp"), "calendar", features=True)
    begun = Race(TemporalOrder(length=10), [*LANES, sees], range(3))
    begun.advance(iterations=begun.mark_from(1))
    begun.advance(iterations=0)
    return begun


def test_the_charts_draw_what_was_measured_of_the_lanes_that_race(race):
    loss, score, reach, gradient = views.charts(race)
    for chart, quantity in ((loss, "loss"), (score, "score"), (reach, "reach")):
        lines = [line for line in chart.figure["data"] if line.get("name")]
        assert [line["name"] for line in lines] == ["rnn", "lstm"]
        for line, lane in zip(lines, LANES, strict=True):
            marks, values = race.curves(lane, quantity)
            assert line["x"][-1] == marks[-1]
            assert line["y"][-1] == pytest.approx(np.nanmedian(values[:, -1]))
    drawn = next(line for line in gradient.figure["data"] if line.get("name") == "lstm")
    norms = np.median([of_run[3] for of_run in race.gradients(LANES[1])])
    assert drawn["y"][3] == pytest.approx(norms)
    assert "rnn" in loss.caption


def test_a_card_gives_size_formula_and_where_the_runs_are(race):
    rnn, lstm, calendar = views.cards(race)
    assert rnn.size.startswith("2 units · ")
    assert "H\u00a0=\u00a02" in lstm.formula
    assert "as in Keras" in lstm.formula
    assert lstm.state.startswith(f"iteration {race.iteration(LANES[1])}, ")
    assert "only a gym schedule" in calendar.refused
    assert calendar.message["strips"] is None


def test_it_is_said_how_exactly_a_run_is_the_one_alone(race):
    deviations = [group.deviation for group in race.groups.values()]
    assert ("to the bit" in views.exactness(race)) == (max(deviations) == 0)


def test_after_seconds_of_computing_the_lines_are_over_seconds():
    begun = Race(TemporalOrder(length=10), LANES, range(1), "seconds")
    begun.advance(iterations=begun.mark_from(1))
    begun.advance(iterations=0)
    (line, _) = views.charts(begun)[0].figure["data"]
    assert line["x"][-1] == begun.spent(LANES[0])[-1]
    assert " s, " in views.cards(begun)[0].state


@pytest.mark.parametrize(
    ("task", "best"),
    [(TemporalOrder(length=10), 1.0), (Adding(length=10), 0.0), (GymSchedule(), 1.0),
     (NextValue(), None)],
)  # fmt: skip
def test_the_best_possible_score_is_given_where_it_is_known(task, best):
    assert best_possible(task) == best


def test_the_example_in_the_docstring_is_true():
    done = doctest.testmod(views, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert done.attempted
    assert not done.failed
