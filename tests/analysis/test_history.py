import math

import numpy as np
import pytest

from rnnviz.analysis.history import (
    accuracy_sentence,
    chance_loss,
    loss_sentence,
    marks_sentence,
    thin,
)
from rnnviz.tasks import CopyMemory
from rnnviz.tasks.task import Baseline, scored_targets
from rnnviz.training import Mark

BASELINE = Baseline("biceps", 1 / 3)

NATS = "nats (−ln of the target's probability, on average)"


def test_a_short_curve_stays_as_it_is():
    x, y = thin([0, 1, 2], [3.0, 2.0, 1.0])
    np.testing.assert_array_equal(x, [0, 1, 2])
    np.testing.assert_array_equal(y, [3.0, 2.0, 1.0])


@pytest.mark.parametrize("points", [501, 1000, 4097, 100_000])
def test_a_long_curve_keeps_its_ends_and_no_more_than_500_points(points):
    values = np.sin(np.arange(points))
    x, y = thin(np.arange(points), values)
    assert 200 < len(x) <= 500
    assert (x[0], x[-1]) == (0, points - 1)
    np.testing.assert_array_equal(y, values[x.astype(int)])
    assert (np.diff(x) > 0).all()


def test_a_single_peak_and_a_single_dip_survive():
    values = np.ones(100_000)
    values[54_321], values[77_777] = 50.0, -50.0
    _, y = thin(np.arange(100_000), values)
    assert y.max() == 50.0
    assert y.min() == -50.0


def test_complete_stretches_stay_as_they_are_while_training_goes_on():
    values = np.random.default_rng(0).random(10_000)
    earlier, _ = thin(np.arange(9_000), values[:9_000])
    later, _ = thin(np.arange(9_500), values[:9_500])
    both = 8_900
    np.testing.assert_array_equal(earlier[earlier < both], later[later < both])


def test_a_loss_that_became_infinite_is_not_lost():
    values = np.ones(10_000)
    values[-1] = np.inf
    assert np.isinf(thin(np.arange(10_000), values)[1][-1])


def test_not_a_number_neither_hides_a_peak_nor_disappears():
    values = np.ones(10_000)
    values[5_000] = 9.0
    values[5_001:] = np.nan
    _, y = thin(np.arange(10_000), values)
    assert np.nanmax(y) == 9.0
    assert np.isnan(y[-1])


def test_guessing_among_k_classes_costs_ln_k():
    assert chance_loss(3) == pytest.approx(math.log(3))


@pytest.mark.parametrize(
    ("loss", "classes", "sentence"),
    [
        (
            0.25,
            3,
            f"Loss 0.25 {NATS}; even odds for 3 classes give ln 3 = 1.1.",
        ),
        (
            1.1,
            3,
            f"Loss 1.1 {NATS}, about that of even odds for 3 classes: ln 3 = 1.1.",
        ),
        (
            3.0,
            3,
            f"Loss 3 {NATS}, worse than even odds for 3 classes: ln 3 = 1.1.",
        ),
        (0.25, None, "Loss 0.25 (mean squared error)."),
        (math.inf, 3, "The loss is no longer a number: training has diverged."),
        (math.nan, None, "The loss is no longer a number: training has diverged."),
    ],
)
def test_the_loss_is_compared_with_even_odds(loss, classes, sentence):
    assert loss_sentence(loss, classes) == sentence


@pytest.mark.parametrize(
    ("accuracy", "sentence"),
    [
        (0.87, 'Accuracy 87 %; always guessing "biceps" would score 33 %.'),
        (1.0, 'Accuracy 100 %; always guessing "biceps" would score 33 %.'),
        (0.9996, 'Accuracy 99.9 %; always guessing "biceps" would score 33 %.'),
        (
            math.nan,
            "Accuracy unknown, the outputs are not numbers; "
            'always guessing "biceps" would score 33 %.',
        ),
    ],
)
def test_the_accuracy_is_compared_with_the_baseline(accuracy, sentence):
    assert accuracy_sentence(accuracy, BASELINE) == sentence


def test_what_was_done_is_told_with_the_latest_last():
    marks = [Mark(number, f"change {number}") for number in range(1, 6)]

    assert marks_sentence([]) == ""
    told = "Each thin vertical line marks a change: "
    assert marks_sentence(marks[:1]) == f"{told}change 1 at iteration 1."
    assert marks_sentence(marks) == (
        f"{told}2 before, then change 3 at iteration 3; change 4 at iteration 4; "
        "change 5 at iteration 5."
    )


def test_a_loss_far_below_even_odds_may_come_from_frequencies_alone():
    task = CopyMemory()
    targets = scored_targets(task.sample(np.random.default_rng(0), 200))
    shares = np.bincount(targets) / len(targets)
    of_frequencies = float(-(shares[shares > 0] * np.log(shares[shares > 0])).sum())

    assert of_frequencies < 0.5 * chance_loss(len(task.output_labels))
    said = loss_sentence(of_frequencies, len(task.output_labels))
    assert "guess" not in said
    assert "even odds for 9 classes" in said
