import math
import re

import pytest

from rnnviz.analysis.equations import Equation, Number, Stage, Term, WeightedSum
from rnnviz.figures.formulas import LISTED, equation_html, key_html, latex, stage_head
from rnnviz.figures.palette import QUANTITIES


def text_of(markup: str) -> str:
    return " ".join(re.sub("<[^>]+>", "", re.sub("</(p|td|th|tr)>", " ", markup)).split())


def equation(result=0.5, recorded=0.5, **more):
    numbers = {"f": Number(0.9, "f"), "a": Number(0.4)}
    return Equation("f_t", "{f} · (1 − {a})", numbers, Number(result, "f"), recorded, **more)


def weighted(count, name="unit"):
    terms = [Term.of("h", f"{name} {k}", 2.0, (-1) ** k / (k + 1)) for k in range(count)]
    return WeightedSum.of(terms, {"input bias": 0.25})


def test_the_numbers_stand_in_the_formula_with_four_digits_and_the_result_with_six():
    shown = text_of(equation_html(equation(), "lstm", digits=6))
    assert shown == "= 0.9000 · (1 − 0.4000) = 0.500000 recorded: 0.500000 ✓"


def test_a_sum_of_a_negative_number_is_a_difference():
    parts = {"a": Number(0.5), "b": Number(-0.25)}
    added = Equation("c", "{a} + {b}", parts, Number(0.25))
    assert text_of(equation_html(added, "lstm", digits=3)) == "= 0.5000 − 0.2500 = 0.250"


def test_a_number_that_is_the_whole_right_side_is_written_once():
    held = Equation("i_t", "{held}", {"held": Number(0.25, "i")}, Number(0.25, "i"))
    assert text_of(equation_html(held, "lstm", digits=3)) == "= 0.250"


def test_a_result_that_is_not_the_recorded_one_is_not_called_the_same():
    shown = text_of(equation_html(equation(result=0.5001), "lstm", digits=6))
    assert shown.endswith("recorded: 0.500000, differs by 0.0001")
    assert "✓" not in shown


def test_what_is_no_number_is_shown_and_agrees_with_itself():
    shown = text_of(equation_html(equation(math.nan, math.nan), "lstm", digits=6))
    assert shown.endswith("= NaN recorded: NaN ✓")


@pytest.mark.parametrize("count", [1, LISTED, LISTED + 5])
def test_the_largest_are_listed_and_the_others_summed_up(count):
    shown = equation_html(equation(weighted=weighted(count)), "lstm", digits=6)
    assert shown.count('class="letter"') == min(count, LISTED)
    assert ("others together" in shown) == (count > LISTED)
    assert shown.index("unit 0") < shown.index("input bias") < shown.index(">sum<")


def test_a_bar_goes_to_the_left_below_zero_and_fills_half_for_the_largest():
    shown = equation_html(equation(weighted=weighted(2)), "lstm", digits=6)
    bars = re.findall(r"transparent ([\d.]+)%,.*?([\d.]+)%,transparent", shown)
    assert bars[:2] == [("50.0", "100.0"), ("25.0", "50.0")]


def test_what_users_typed_is_shown_as_they_typed_it():
    typed = '<img src=x onerror="alert(1)">'
    shown = equation_html(equation(weighted=weighted(1, typed)), "lstm", digits=6)
    assert "<img" not in shown
    assert "&lt;img" in shown
    assert "<img" not in stage_head(1, Stage("What", typed))


def test_a_note_that_was_said_is_not_repeated():
    noted = equation(note="Held by an intervention.")
    assert "Held" in equation_html(noted, "lstm", digits=6)
    assert "Held" not in equation_html(noted, "lstm", 6, "It is 1. Held by an intervention.")


@pytest.mark.parametrize(
    ("symbols", "tiles"),
    [
        (r"c_t = f_t \cdot c_{t-1}", ["c_t", "f_t", "c_{t-1}"]),
        (r"\dfrac{dL}{dc_{t+1}} \cdot f_{t+1}", [r"\dfrac{dL}{dc_{t+1}}", "f_{t+1}"]),
        (r"W_{hf}\,h_{t-1} + b_{hf}", ["h_{t-1}"]),
        (r"(1 - g_t^2)", ["g_t^2"]),
        (r"\dfrac{dL}{da_f}", []),
    ],
)
def test_what_has_a_colour_has_a_tile_in_the_formula(symbols, tiles):
    found = re.findall(
        r"\\colorbox\{#[0-9a-f]{6}\}\{\$\\color\{#[0-9A-Fa-f]{6}\}(.*?)\$\}", latex(symbols, "lstm")
    )
    assert found == tiles


@pytest.mark.parametrize("cell", QUANTITIES)
def test_the_key_names_every_quantity(cell):
    for quantity in QUANTITIES[cell].values():
        assert quantity.label.partition(" (dL")[0] in key_html(cell)
