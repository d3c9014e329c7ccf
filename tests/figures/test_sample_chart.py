import itertools
import json

import numpy as np
import pytest

from rnnviz import figures
from rnnviz.figures.sample_chart import fit_a_phone, fit_one_line
from rnnviz.figures.spec import SIGNALS, TILES, tint
from rnnviz.tasks import TASKS, make_task
from rnnviz.tasks.examples import Example

#: Linear RGB as protanopes and deuteranopes see it: Machado, Oliveira and Fernandes (2009).
AS_SEEN = [
    np.eye(3),
    np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
]
XYZ = np.array([[0.434, 0.376, 0.190], [0.213, 0.715, 0.072], [0.018, 0.109, 0.873]])


def at_the_end(*rows):
    return [Example(seen, (*[""] * (len(seen) - 1), answer)) for *seen, answer in map(tuple, rows)]


def tiles_of(spec):
    return next(trace for trace in spec["data"] if trace["type"] == "heatmap")


def texts_of(spec):
    traces = [trace for trace in spec["data"] if trace.get("mode") == "text"]
    return [text for trace in traces for text in trace["text"]]


def lab(colour, seen):
    """CIE 1976 L*a*b* of `rgb(r,g,b)`, white being D65, which `XYZ` is divided by."""
    share = np.array([int(part) for part in colour[4:-1].split(",")]) / 255
    linear = np.clip(seen @ ((share + 0.055) / 1.055) ** 2.4, 0, 1)
    x, y, z = np.cbrt(XYZ @ linear)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_one_answer_at_the_end_stands_behind_a_gap():
    spec = figures.samples_spec(at_the_end(("a", "b", "b"), ("b", "", "other")), ["a", "b"])

    grey = len(TILES) + len(SIGNALS) + 1
    assert tiles_of(spec)["z"].tolist() == [[1, 2, 0, 2], [2, 0, 0, grey]]
    assert tiles_of(spec)["hovertext"] == [["a", "b", "", "b"], ["b", "", "", "other"]]
    assert texts_of(spec) == ["a", "b", "b", "b", "other"]
    assert spec["layout"]["xaxis"]["ticktext"] == ["0", "1", "answer"]


def test_answers_at_several_steps_stand_below_their_steps():
    examples = [Example(("a", "b"), ("b", "a")), Example(("b", "b"), ("", "a"))]
    spec = figures.samples_spec(examples, ["a", "b"])

    assert tiles_of(spec)["z"].tolist() == [[1, 2], [2, 1], [0, 0], [2, 2], [0, 1]]
    assert spec["layout"]["yaxis"]["ticktext"] == ["seen", "answer"] * 2
    assert spec["layout"]["xaxis"]["tickvals"] == [0, 1]


def test_short_names_fit_a_phone_and_long_ones_at_many_steps_do_not():
    assert fit_a_phone([Example(("a",) * 17, ("b",) * 17)])
    assert not fit_a_phone([Example(("shoulder",) * 14, ("biceps",) * 14)])
    assert fit_a_phone(at_the_end([*["a"] * 200, "R: X, Y"]))


def test_an_answer_at_the_end_is_never_cut_however_many_steps_there_are():
    spec = figures.samples_spec(at_the_end([*["a"] * 200, "R: X, Y"]), ["a", "R: X, Y"])

    assert texts_of(spec)[-1] == "R: X, Y"


def test_up_to_ten_symbols_have_colours_of_their_own_and_then_they_begin_again():
    symbols = [f"s{index}" for index in range(len(TILES) + 1)]
    spec = figures.samples_spec(at_the_end((*symbols, symbols[0])), symbols)

    assert len(TILES) == 10
    numbers = tiles_of(spec)["z"][0]
    assert numbers[:10].tolist() == list(range(1, 11))
    assert numbers[10] == 1
    low, high = tiles_of(spec)["zmin"], tiles_of(spec)["zmax"]
    share = (numbers[0] - low) / (high - low)
    *_, colour = (step for place, step in tiles_of(spec)["colorscale"] if place <= share)
    # 35 % of #0072B2 on white, as in the calendar on a white page.
    assert TILES[0] == "#0072B2"
    assert colour == "rgb(166,206,228)"


def test_signals_are_grey_each_in_its_own():
    spec = figures.samples_spec(at_the_end(("a", "·", "!", "a")), ["a"], ["·", "!"])

    first = len(TILES) + 1
    assert tiles_of(spec)["z"].tolist() == [[1, first, first + 1, 0, 1]]


def test_no_two_tiles_look_alike_to_colour_blind_readers_neither():
    for seen in AS_SEEN:
        looks = [lab(tint(colour), seen) for colour in (*TILES, *SIGNALS)]
        for one, other in itertools.combinations(looks[: len(TILES)], 2):
            assert np.linalg.norm(one - other) > 4
        assert np.linalg.norm(looks[-1] - looks[-2]) > 4


def test_series_are_lines_of_the_numbers_handed_in():
    given = [("0.5", "-1.25", "3.0", "7.0"), ("2.0", "2.5", "0.001", "-4.0")]
    spec = figures.samples_spec(at_the_end(*given))

    lines = [trace for trace in spec["data"] if trace["mode"] == "lines"]
    points = [trace for trace in spec["data"] if trace["mode"] == "markers"]
    assert [line["y"].tolist() for line in lines] == [[0.5, -1.25, 3.0], [2.0, 2.5, 1e-3]]
    assert [point["y"] for point in points] == [[7.0], [-4.0]]
    assert all(point["x"][0] > 3 for point in points)
    assert len({line["yaxis"] for line in lines}) == 2
    for lane in ("yaxis", "yaxis2"):
        low, high = spec["layout"][lane]["range"]
        assert low < -4
        assert high > 7


def test_answers_of_a_series_stand_at_their_steps():
    spec = figures.samples_spec([Example(("1", "2", "3"), ("", "5", "6"))])

    assert (spec["data"][-1]["x"], spec["data"][-1]["y"]) == ([1, 2], [5.0, 6.0])


def test_numbers_with_a_star_stand_out():
    spec = figures.samples_spec(at_the_end(("0.50", "0.25*", "1.00", "0.75*", "1.00")))

    assert spec["data"][0]["y"].tolist() == [0.5, 0.25, 1.0, 0.75]
    assert spec["data"][1]["x"] == [1, 3]
    assert spec["data"][1]["y"].tolist() == [0.25, 0.75]


def test_names_that_are_markup_are_shown_as_text():
    spec = figures.samples_spec(at_the_end(("<b>x</b>", "<b>x</b>")), ["<b>x</b>"])

    assert tiles_of(spec)["hovertext"][0][0] == "&lt;b&gt;x&lt;/b&gt;"
    assert "<b>" not in json.dumps(texts_of(spec))


def test_names_without_room_are_in_the_tooltips_alone():
    spec = figures.samples_spec(at_the_end(["shoulder"] * 101), ["shoulder"])

    assert texts_of(spec) == ["shoulder"]
    assert tiles_of(spec)["hovertext"][0][0] == "shoulder"


@pytest.mark.parametrize("symbols", [[f"symbol {index}" for index in range(500)], []])
def test_long_sequences_take_few_bytes_and_few_ticks(symbols):
    cells = np.random.default_rng(0).random((8, 501))
    rows = [[symbols[int(cell * 500)] if symbols else str(cell) for cell in row] for row in cells]
    spec = figures.samples_spec(at_the_end(*rows), symbols)

    assert len(figures.samples(at_the_end(*rows), symbols).to_json()) < 100_000
    assert len(spec["layout"]["xaxis"]["tickvals"]) < 20


@pytest.mark.parametrize("key", TASKS)
def test_the_samples_of_every_task_can_be_drawn(key):
    task = make_task(key)
    examples = task.examples(np.random.default_rng(0), 8)
    symbols = task.symbols()["symbol"].tolist()
    if not (symbols or fit_one_line(examples)):
        assert key == "flipflop"  # several bits at each step: the page has the table alone
        return

    spec = figures.samples_spec(examples, symbols, task.signals)

    assert figures.samples(examples, symbols, task.signals).data
    kinds = {trace["type"] for trace in spec["data"]}
    assert ("heatmap" in kinds) == (task.measure == "accuracy")


def test_marked_numbers_and_their_sum_are_written_large_at_their_points():
    example = Example(("0.64", "0.49*", "0.10", "0.20*"), ("", "", "", "0.69"))
    spec = figures.samples_spec([example])
    written = {text: part for part in spec["data"] for text in part.get("text", ())}

    assert set(written) == {"<b>0.49</b>", "<b>0.20</b>", "<b>0.69</b>"}
    assert all(part["textfont"]["size"] >= 12 for part in written.values())
    assert all(part["marker"]["size"] > 8 for part in written.values())


def test_a_name_is_whole_where_there_is_room_and_cut_without_a_sign_where_there_is_little():
    names = ("cardio", "shoulder", "legs")

    def written(steps):
        seen = tuple(names[step % 3] for step in range(steps))
        spec = figures.samples_spec([Example(seen, seen)], names)
        return set(spec["data"][1]["text"])

    assert written(12) == {"cardio", "shoulder", "legs"}
    assert written(20) == {"card", "shou", "legs"}
