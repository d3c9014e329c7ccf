import json

import numpy as np
import pandas as pd
import pytest

from rnnviz import figures
from rnnviz.figures.marks import COLOURS
from rnnviz.tasks import TASKS, make_task


def table(*rows):
    steps = [*map(str, range(1, len(rows[0]))), "target"] if rows else ["1", "target"]
    return pd.DataFrame(rows, columns=steps)


def tiles_of(spec):
    return next(trace for trace in spec["data"] if trace["type"] == "heatmap")


def texts_of(spec):
    traces = [trace for trace in spec["data"] if trace.get("mode") == "text"]
    return [text for trace in traces for text in trace["text"]]


def test_each_symbol_has_the_tile_of_its_colour_and_the_target_stands_behind_a_gap():
    spec = figures.samples_spec(table(("a", "b", "b"), ("b", "", "other")), ["a", "b"])

    grey = len(COLOURS) + 1
    assert tiles_of(spec)["z"].tolist() == [[1, 2, 0, 2], [2, 0, 0, grey]]
    assert tiles_of(spec)["hovertext"] == [["a", "b", "", "b"], ["b", "", "", "other"]]
    assert texts_of(spec) == ["a", "b", "b", "b", "other"]
    assert spec["layout"]["xaxis"]["ticktext"] == ["1", "2", "target"]
    assert spec["layout"]["xaxis"]["tickvals"] == [1, 2, 4]


def test_the_colours_are_those_of_the_calendar_and_begin_again():
    symbols = [f"s{index}" for index in range(len(COLOURS) + 1)]
    spec = figures.samples_spec(table((*symbols, symbols[0])), symbols)

    numbers = tiles_of(spec)["z"][0]
    assert numbers[: len(COLOURS)].tolist() == list(range(1, len(COLOURS) + 1))
    assert numbers[len(COLOURS)] == 1
    low, high = tiles_of(spec)["zmin"], tiles_of(spec)["zmax"]
    share = (numbers[0] - low) / (high - low)
    *_, colour = (step for place, step in tiles_of(spec)["colorscale"] if place <= share)
    # 35 % of #0072B2 on white, as in the calendar on a white page.
    assert COLOURS[0] == "#0072B2"
    assert colour == "rgb(166,206,228)"


def test_series_are_lines_of_the_numbers_handed_in():
    given = [[0.5, -1.25, 3.0, 7.0], [2.0, 2.5, 1e-3, -4.0]]
    spec = figures.samples_spec(table(*given), [])

    lines = [trace for trace in spec["data"] if trace["mode"] == "lines"]
    points = [trace for trace in spec["data"] if trace["mode"] == "markers"]
    assert [line["y"].tolist() for line in lines] == [row[:-1] for row in given]
    assert [(point["x"], point["y"]) for point in points] == [([5], [7.0]), ([5], [-4.0])]
    assert len({line["yaxis"] for line in lines}) == 2
    for lane in ("yaxis", "yaxis2"):
        low, high = spec["layout"][lane]["range"]
        assert low < -4
        assert high > 7


def test_numbers_with_a_star_stand_out():
    spec = figures.samples_spec(table(("0.50", "0.25*", "1.00", "0.75*", "1.00")), [])

    assert spec["data"][0]["y"].tolist() == [0.5, 0.25, 1.0, 0.75]
    assert spec["data"][1]["x"] == [2, 4, 6]
    assert spec["data"][1]["y"] == [0.25, 0.75, 1.0]


def test_names_that_are_markup_are_shown_as_text():
    spec = figures.samples_spec(table(("<b>x</b>", "<b>x</b>")), ["<b>x</b>"])

    assert tiles_of(spec)["hovertext"][0][0] == "&lt;b&gt;x&lt;/b&gt;"
    assert "<b>" not in json.dumps(texts_of(spec))


def test_names_without_room_are_in_the_tooltips_alone():
    spec = figures.samples_spec(table(["shoulder"] * 101), ["shoulder"])

    assert texts_of(spec) == []
    assert tiles_of(spec)["hovertext"][0][0] == "shoulder"


@pytest.mark.parametrize("symbols", [[f"symbol {index}" for index in range(500)], []])
def test_long_sequences_take_few_bytes_and_few_ticks(symbols):
    cells = np.random.default_rng(0).random((8, 501))
    rows = [[symbols[int(cell * 500)] for cell in row] for row in cells] if symbols else cells
    spec = figures.samples_spec(table(*rows), symbols)

    assert len(figures.samples(table(*rows), symbols).to_json()) < 80_000
    assert len(spec["layout"]["xaxis"]["tickvals"]) < 20


@pytest.mark.parametrize("symbols", [["a"], []])
def test_no_sequences_draw_an_empty_figure(symbols):
    figures.samples(table(), symbols)


@pytest.mark.parametrize("key", TASKS)
def test_the_samples_of_every_task_can_be_drawn(key):
    task = make_task(key)
    examples = task.examples(np.random.default_rng(0), 8)
    symbols = task.symbols()["symbol"].tolist()

    spec = figures.samples_spec(examples, symbols)

    assert figures.samples(examples, symbols).data
    kinds = {trace["type"] for trace in spec["data"]}
    assert ("heatmap" in kinds) == (task.measure == "accuracy")
