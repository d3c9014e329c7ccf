import pytest

from rnnviz import figures
from rnnviz.analysis.comparison import Result, compare
from tests.schedules import three_days

GYM = three_days()


def spec_of(now, *earlier):
    return figures.comparison_spec(compare(GYM, now, earlier))


def test_ceilings_and_what_was_reached_are_bars_of_their_own():
    spec = spec_of(
        Result(GYM, "lstm", "memory", 9, 0.97, 42), Result(GYM, "mlp", "calendar", 5, 0.3, 42)
    )

    at_best, reached = spec["data"]
    assert at_best["x"] == pytest.approx([0.3368, 1, 1], abs=1e-3)
    assert reached["x"] == [0.3, None, 0.97]
    assert reached["marker"]["opacity"][2] > reached["marker"]["opacity"][0]
    assert reached["customdata"] == [
        "MLP from the calendar alone, iteration 5, earlier: 30 %",
        "",
        "LSTM from all days so far, iteration 9, now: 97 %",
    ]


def test_the_numbers_stand_beside_the_bars():
    words = [note["text"] for note in spec_of(None)["layout"]["annotations"]]
    assert words[0] == "at best 34 %<br><b>not trained</b>"
    nan = spec_of(Result(GYM, "relu", "memory", 9, float("nan"), 42))
    assert nan["data"][1]["x"][2] is None
    assert figures.comparison(compare(GYM, None, ())).data[0].orientation == "h"
