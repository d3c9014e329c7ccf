from rnnviz import figures
from rnnviz.analysis.predictions import Day
from rnnviz.tasks.calendar import WEEKDAYS

LABELS = ("squats", "<b>rows</b>")


def days(said=None, missed=(), other=()):
    """Make nine days from Monday on; `said` are places in LABELS, of the second day and later."""
    due = [LABELS[number % 2] for number in range(9)]
    done = [
        "rest" if number in missed else LABELS[1 - number % 2] if number in other else due[number]
        for number in range(9)
    ]
    expected = [None] * 9 if said is None else [None, *(LABELS[place] for place in said)]
    return [
        Day(WEEKDAYS[number % 7], due[number], done[number], number in missed, expected[number])
        for number in range(9)
    ]


def spec_of(*arguments, **more):
    return figures.calendar_spec(days(*arguments, **more), LABELS)


def texts(spec):
    """Return the words in the tiles, below the seven weekdays."""
    return [annotation["text"] for annotation in spec["layout"]["annotations"]][7:]


def test_each_day_has_a_tile_seven_in_a_row_below_their_weekdays():
    layout = spec_of()["layout"]

    assert [round(shape["y0"]) for shape in layout["shapes"]] == [0] * 7 + [1] * 2
    headings = [annotation["text"] for annotation in layout["annotations"][:7]]
    assert headings == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


def test_a_mistake_is_framed_and_named():
    spec = spec_of([1, 1, 1, 0, 1, 0, 1, 0])

    framed = [shape["line"]["width"] > 0 for shape in spec["layout"]["shapes"]]
    assert framed == [False, False, True, *[False] * 6]
    assert "✗ &lt;b" in texts(spec)[2]
    assert "✓" in texts(spec)[1]
    assert "✓" not in texts(spec)[0]


def test_missed_days_and_other_exercises_are_named():
    spec = spec_of(missed=[3], other=[4])

    assert ["missed" in text for text in texts(spec)] == [day == 3 for day in range(9)]
    assert texts(spec)[4] == "<b>squats</b><br>did<br>&lt;b&gt;rows…"
    assert spec["layout"]["annotations"][-5]["hovertext"].endswith("did &lt;b&gt;rows&lt;/b&gt;")
    colours = [shape["fillcolor"] for shape in spec["layout"]["shapes"]]
    assert colours[3] not in colours[:3]


def test_before_training_nothing_is_said():
    assert not any("✓" in text or "✗" in text for text in texts(spec_of()))


def test_names_that_are_markup_are_shown_as_text():
    assert not any("<b>rows" in text for text in texts(spec_of([1] * 8)))


def test_no_days_draw_an_empty_figure():
    assert figures.calendar_spec([], LABELS)["layout"]["shapes"] == []
