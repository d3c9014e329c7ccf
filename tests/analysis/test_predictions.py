import numpy as np
import pandas as pd
import pytest

from rnnviz.analysis.predictions import (
    best,
    days_of,
    draw,
    forecast_sentence,
    gate_activations,
    likeliest,
    probabilities,
    uniform,
)
from rnnviz.engine import LayerRecord

LABELS = ("a", "b", "c")


def test_the_likeliest_come_first():
    table = best([0.2, 0.5, 0.3], LABELS)
    assert list(table["symbol"]) == ["b", "c", "a"]
    assert list(table["probability"]) == [0.5, 0.3, 0.2]


def test_no_more_than_asked_for_are_reported():
    assert list(best([0.2, 0.5, 0.3], LABELS, count=2)["symbol"]) == ["b", "c"]
    assert len(best([0.2, 0.5, 0.3], LABELS, count=9)) == 3


def test_equal_probabilities_keep_the_order_of_the_vocabulary():
    assert list(best([0.25, 0.25, 0.5], LABELS)["symbol"]) == ["c", "a", "b"]


def test_at_temperature_1_probabilities_are_the_softmax():
    np.testing.assert_allclose(probabilities(np.log([2.0, 5.0, 3.0])), [0.2, 0.5, 0.3])


def test_half_the_temperature_squares_the_odds():
    # 1 : 2 : 3 become 1 : 4 : 9.
    logits = np.log([1.0, 2.0, 3.0])
    np.testing.assert_allclose(probabilities(logits, 0.5), np.array([1, 4, 9]) / 14)


def test_twice_the_temperature_takes_the_root_of_the_odds():
    # 1 : 4 : 9 become 1 : 2 : 3.
    logits = np.log([1.0, 4.0, 9.0])
    np.testing.assert_allclose(probabilities(logits, 2.0), np.array([1, 2, 3]) / 6)


@pytest.mark.parametrize("temperature", [0.1, 1.0, 2.0])
def test_equal_logits_stay_equally_likely_at_any_temperature(temperature):
    np.testing.assert_allclose(probabilities([7.0, 7.0], temperature), [0.5, 0.5])


def test_logits_too_large_for_the_exponential_give_probabilities():
    assert list(probabilities([0.0, 1e308, -1e308], 0.1)) == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_logits_that_are_not_numbers_give_nan(bad):
    assert np.isnan(probabilities([0.0, bad])).any()


@pytest.mark.parametrize("temperature", [0.0, -1.0, np.nan])
def test_a_temperature_that_is_not_above_0_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature must be above 0"):
        probabilities([0.0, 1.0], temperature)


def test_the_likeliest_is_the_largest_and_of_equal_ones_the_first():
    assert likeliest([0.2, 0.5, 0.3]) == 1
    assert likeliest([0.2, 0.4, 0.4]) == 1


@pytest.mark.parametrize(
    ("number", "place"), [(0.0, 0), (0.24, 0), (0.25, 1), (0.74, 1), (0.75, 2), (0.999, 2)]
)
def test_each_symbol_is_drawn_by_its_share_of_the_numbers(number, place):
    assert draw([0.25, 0.5, 0.25], number) == place


@pytest.mark.parametrize("number", [0.0, 0.5, np.nextafter(1.0, 0.0)])
def test_what_has_no_chance_is_never_drawn(number):
    assert draw([0.0, 1.0, 0.0], number) == 1


def test_a_number_just_below_1_falls_within_whatever_the_rounding():
    assert draw(np.full(10, 0.1), np.nextafter(1.0, 0.0)) == 9


def test_the_lot_of_a_place_is_known_from_the_seed_alone():
    assert uniform(3, 7) == uniform(3, 7)
    assert len({uniform(seed, place) for seed in range(10) for place in range(10)}) == 100
    assert 0 <= uniform(2**32 - 1, 0) < 1


def test_lots_draw_each_symbol_as_often_as_it_is_likely():
    drawn = [draw([0.25, 0.5, 0.25], uniform(0, place)) for place in range(2000)]
    np.testing.assert_allclose(np.bincount(drawn) / 2000, [0.25, 0.5, 0.25], atol=0.04)


def layer(**gates):
    """Make a layer's record of 2 time steps, 1 sequence and 2 units, with these gates."""
    nothing = np.zeros((2, 1, 2))
    values = {letter: np.array(values)[:, None] for letter, values in gates.items()}
    return LayerRecord(values, nothing, None, nothing, None)


def test_openness_is_the_mean_over_the_units_after_the_last_step():
    shut_then_open = [[0.0, 0.0], [0.5, 1.0]]
    table = gate_activations([layer(i=[[1.0, 1.0], [0.0, 0.5]], f=shut_then_open)])
    assert table.values.tolist() == [[0, "f", 0.75], [0, "i", 0.25]]


def test_openness_tells_the_layers_apart_and_leaves_the_candidate_out():
    half = [[0.0, 0.0], [0.5, 0.5]]
    table = gate_activations([layer(z=half, n=half), layer(z=[[1.0, 1.0]] * 2, n=half)])
    assert table.values.tolist() == [[0, "z", 0.5], [1, "z", 1.0]]


def test_a_cell_without_gates_has_no_openness():
    table = gate_activations([layer()])
    assert table.empty
    assert list(table) == ["layer", "gate", "open"]


def test_how_far_off_is_said_apart_for_what_was_held_out():
    sentence = forecast_sentence(
        np.array([10.0, 20.0, 30.0]), np.array([13.0, 24.0, 30.0]), np.array([False, False, True])
    )
    assert sentence == "root mean squared error 3.54 on 2 trained, 0 on 1 held out."
    assert "no longer numbers" in forecast_sentence(np.ones(1), np.full(1, np.nan), np.ones(1) > 0)


def test_a_day_stands_beside_what_was_said_the_day_before():
    table = pd.DataFrame(
        {
            "weekday": ["Monday", "Tuesday", "Wednesday"],
            "due": ["a", "b", "a"],
            "done": ["a", "rest", "a"],
            "missed": [False, True, False],
        }
    )
    outputs = np.array([[0.0, 2.0, 0.0], [0.0, 3.0, 1.0], [9.0, 0.0, 0.0]])

    first, second, third = days_of(table, outputs, LABELS)

    assert (first.said, second.said, third.said) == (None, "b", "b")
    assert [day.is_mistake for day in (first, second, third)] == [False, False, True]
    assert second.missed
    assert all(day.said is None for day in days_of(table, None, LABELS))
