import numpy as np

from rnnviz import figures
from rnnviz.analysis.predictions import answers

LABELS = ("squats", "<b>rows</b>")


def days_of(said):
    outputs = None if said is None else np.eye(2)[list(said)]
    return answers(["squats"] * 9, [LABELS[day % 2] for day in range(9)], outputs, LABELS)


def texts(spec):
    return [annotation["text"] for annotation in spec["layout"]["annotations"]]


def test_each_day_has_a_tile_seven_in_a_row():
    spec = figures.calendar_spec(days_of(None), LABELS)

    assert len(spec["layout"]["shapes"]) == 9
    assert [round(shape["y0"]) for shape in spec["layout"]["shapes"]] == [0] * 7 + [1] * 2


def test_a_mistake_is_framed_and_named():
    spec = figures.calendar_spec(days_of([0, 1, 1, 1, 0, 1, 0, 1, 0]), LABELS)

    framed = [shape["line"]["width"] > 0 for shape in spec["layout"]["shapes"]]
    assert framed == [False, False, True, *[False] * 6]
    assert "✗ &lt;b" in texts(spec)[2]
    assert "✓" in texts(spec)[0]


def test_before_training_nothing_is_said():
    assert not any(
        "✓" in text or "✗" in text for text in texts(figures.calendar_spec(days_of(None), LABELS))
    )


def test_names_that_are_markup_are_shown_as_text():
    assert not any(
        "<b>rows" in text for text in texts(figures.calendar_spec(days_of([1] * 9), LABELS))
    )


def test_no_days_draw_an_empty_figure():
    assert figures.calendar_spec([], LABELS)["layout"]["shapes"] == []
