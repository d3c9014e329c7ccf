"""What is said of a sweep, by rows whose answer is known by hand."""

import pytest

from rnnviz.figures.spec import figure
from rnnviz.views.sweep import MEASURES, Axis, SweepScene, combination_at, panel

CELL = Axis("cell", "Cell", ("rnn", "lstm"))
LAG = Axis("lag", "Lag", (5, 1_000))
CLIP = Axis("clip_norm", "Clip gradient at norm", (None, 0.5), logarithmic=True)


def rows(cell, lag, solved, of=4, clip=None):
    """Return runs of one combination, so many of which are solved, at 10, 20, ..."""
    return [
        {
            "cell": cell,
            "lag": lag,
            "clip_norm": clip,
            "seed": seed,
            "solved": seed < solved,
            "solved_at": 10 * (seed + 1) if seed < solved else None,
            "reach": 3 + seed,
            "score": 1.0 if seed < solved else 0.5,
            "error": "",
        }
        for seed in range(of)
    ]


def scene(*groups, axes=(CELL, LAG), **more):
    found = [row for group in groups for row in group]
    return SweepScene(axes, found, seeds=4, iterations=300, **more)


TWO = scene(rows("rnn", 5, 0), rows("lstm", 5, 4), rows("lstm", 1_000, 1, of=2))


def test_a_cell_shows_the_share_with_its_interval_and_a_hover_what_is_missing():
    (chart,) = panel(TWO, "Solved").charts
    (cells,) = chart.figure["data"]
    assert cells["text"] == [["0 of 4<br>0–49 %", "4 of 4<br>51–100 %"], ["", "1 of 2<br>9.5–91 %"]]
    hover = cells["customdata"][1][1]
    assert hover.startswith("LSTM, lag 1,000<br>1 of 2 runs solved the task by iteration 300")
    assert hover.endswith("2 of 4 runs finished")
    figure(chart.figure)


@pytest.mark.parametrize(
    ("measure", "text"),
    [("Iterations", "25<br>10–40"), ("Reach", "4.5<br>3–6"), ("Final score", "100 %<br>100 %")],
)
def test_a_median_has_the_range_of_all_seeds_below_it(measure, text):
    (cells,) = panel(TWO, measure).charts[0].figure["data"]
    assert cells["text"][0][1] == text
    assert panel(TWO, measure).note


def test_most_runs_that_never_solve_it_have_no_median():
    (cells,) = panel(TWO, "Iterations").charts[0].figure["data"]
    assert cells["text"][0][0] == "> 300<br>> 300"


def test_the_sentence_names_the_best_and_what_so_few_seeds_can_not_tell():
    assert panel(scene(rows("rnn", 5, 0), rows("lstm", 5, 4)), "Solved").sentence == (
        "LSTM, lag 5 solved 4 of 4 runs, the most (95 % interval 51–100 %). The intervals of all "
        "others lie below."
    )
    assert "The intervals of 1 of the 2 others overlap" in panel(TWO, "Solved").sentence
    nothing = panel(scene(rows("rnn", 5, 0)), "Solved").sentence
    assert nothing == "Solved by iteration 300: 0 of 4 runs."
    assert "no score at which" in panel(scene(can_be_solved=False), "Solved").sentence
    assert all(panel(scene(), measure).sentence == "" for measure in MEASURES)


def test_a_third_setting_has_a_map_for_each_value_and_a_click_finds_the_cell():
    three = scene(rows("rnn", 5, 1), rows("rnn", 5, 3, clip=0.5), axes=(CELL, LAG, CLIP))
    charts = panel(three, "Solved").charts
    assert [chart.figure["data"][0]["text"][0][0][:6] for chart in charts] == ["1 of 4", "3 of 4"]
    assert combination_at(three, 1, "rnn", "5") is None
    assert combination_at(three, 1, "LSTM", "1,000") == ("lstm", 1_000, 0.5)
    assert combination_at(three, 2, "LSTM", "5") is None
    assert combination_at(three, 0, 7, float("nan")) is None


def test_one_setting_is_a_single_row():
    one = scene(rows("rnn", 5, 2), axes=(CELL,))
    (cells,) = panel(one, "Solved").charts[0].figure["data"]
    assert cells["z"].shape == (1, 2)
    assert combination_at(one, 0, "RNN", " ") == ("rnn",)


def test_names_of_values_that_are_close_are_told_apart():
    assert Axis("lr", "Learning rate", (0.12341, 0.12342)).names == ("0.12341", "0.12342")
    assert CLIP.names == ("off", "0.5")
    assert CLIP.says(None) == "clip gradient at norm off"
