import re
from pathlib import Path

import plotly.graph_objects as go
import plotly.io
import pytest

from rnnviz.figures import spec
from rnnviz.figures.palette import QUANTITIES
from rnnviz.figures.spec import (
    NEUTRAL,
    add_marks,
    colour_scale,
    drawn,
    figure,
    layout,
    rgba,
    short_label,
    step_names,
)
from rnnviz.training import Mark


def test_markup_in_a_users_text_is_shown_as_it_was_typed():
    assert short_label("<b>a</b>") == "&lt;b&gt;a&lt;/b&gt;"
    assert short_label("a & b") == "a &amp; b"
    assert short_label("&lt;") == "&amp;lt;"


def test_a_long_text_is_cut_before_it_is_made_safe():
    assert short_label("<img onerror=alert(1)>", longest=6) == "&lt;img…"


def test_a_short_text_stays_whole():
    assert short_label("shoulder", longest=8) == "shoulder"


def test_line_breaks_do_not_reach_the_figure():
    assert short_label("a\n\tb") == "a b"


def test_steps_with_the_same_symbol_have_different_names():
    assert step_names(["biceps", "biceps", ""]) == ["0 biceps", "1 biceps", "2"]


def test_a_gate_goes_from_the_background_to_its_colour():
    scale = colour_scale(QUANTITIES["lstm"]["f"])
    assert scale == [[0.0, "rgba(0,114,178,0)"], [1.0, "rgba(0,114,178,1)"]]


def test_a_signed_quantity_is_background_at_zero_and_opposite_below():
    quantity = QUANTITIES["lstm"]["c"]
    scale = colour_scale(quantity)
    assert [place for place, _ in scale] == [0.0, 0.5, 0.5, 1.0]
    assert scale[0][1] == rgba(quantity.negative, 1)
    assert scale[-1][1] == rgba(quantity.colour, 1)
    assert all(colour.endswith(",0)") for place, colour in scale if place == 0.5)


@pytest.mark.parametrize("cell", QUANTITIES)
def test_every_signed_quantity_has_a_colour_for_below_zero(cell):
    for quantity in QUANTITIES[cell].values():
        assert bool(quantity.negative) == (quantity.scale == "signed")


@pytest.mark.parametrize("background", ["#ffffff", "#0e1117"])
@pytest.mark.parametrize(
    "colour",
    [NEUTRAL, *(q.colour for q in QUANTITIES["lstm"].values() if q.scale == "magnitude")],
)
def test_lines_and_text_stand_out_from_both_backgrounds(background, colour):
    lighter, darker = sorted((luminance(colour), luminance(background)), reverse=True)
    # WCAG 2.2, 1.4.11: graphical objects need 3 : 1.
    assert (lighter + 0.05) / (darker + 0.05) >= 3


def luminance(colour):
    """Relative luminance as WCAG defines it."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_figure_is_readable_where_nobody_has_chosen_a_template(monkeypatch):
    monkeypatch.setattr(plotly.io.templates, "default", "plotly")
    assert figure({"data": [], "layout": layout(100)}).layout.template.layout.font.color == NEUTRAL


def test_a_template_that_somebody_has_chosen_stays(monkeypatch):
    monkeypatch.setattr(plotly.io.templates, "default", "plotly_dark")
    chosen = plotly.io.templates["plotly_dark"].layout.font.color
    assert figure({"data": [], "layout": layout(100)}).layout.template.layout.font.color == chosen


def test_a_spec_leaves_colours_of_text_and_grid_to_the_theme():
    assert "font" not in layout(100)
    assert "template" not in layout(100)


def test_a_drawn_function_returns_the_figure_of_its_spec():
    def spec(height):
        """Describe."""
        return {"data": [{"type": "bar", "y": [1, 2]}], "layout": layout(height)}

    draw = drawn(spec)
    assert isinstance(draw(height=77), go.Figure)
    assert draw(height=77).layout.height == 77
    assert draw.__doc__ == "Describe."


def test_marks_lie_across_a_map_whose_iterations_go_upwards():
    spec = add_marks({"data": [], "layout": layout(100)}, [Mark(7, "SGD")], along="y")

    (lines,) = spec["data"]
    assert lines["y"].tolist() == [7]
    assert lines["xaxis"] == "x2"
    assert spec["layout"]["xaxis2"]["overlaying"] == "x"


def test_a_mark_shows_markup_as_it_was_typed():
    spec = add_marks({"data": [], "layout": layout(100)}, [Mark(0, "task <b>a</b>")])

    assert spec["data"][0]["text"] == ["task &lt;b&gt;a&lt;/b&gt;"]


def test_no_figure_writes_hovered_numbers_in_a_way_of_its_own():
    folder = Path(spec.__file__).parent
    own = re.compile(r"%\{+[xyz]:\.|customdata:\.|tickformat\": \"\.")
    found = [path.name for path in folder.glob("*.py") if own.search(path.read_text("utf-8"))]
    assert not found
