"""What we write as CSV, a spreadsheet opens without running any of it."""

import csv
import io
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks.safe_csv import escape, to_csv

HOSTILE = [
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tx", "  =1+1", "＝1+1", "＋1", "－1",
    "＠SUM(1)", "\u00a0=1+1", "\ufeff=1+1", "\u200b=1", "\x00=1+1", "\u3000＝1", '"=1+1', "﹦1+1",
]  # fmt: skip

#: What is a formula only once a spreadsheet has cut the line there.
CUT = {
    "x;=1+1": "x;'=1+1",
    "x;y; +1": "x;y;' +1",
    "x\t=1+1": "x\t'=1+1",
    "x\n@SUM(1)": "x\n'@SUM(1)",
    "x\r\n-1": "x\r\n'-1",
    "x;＝1+1": "x;'＝1+1",
    'x;"=1+1"': 'x;\'"=1+1"',
    ";=1": ";'=1",
    "=1;=1": "'=1;'=1",
}

HARMLESS = [
    "",
    "cardio",
    "a = b",
    "rest day",
    "1-2",
    "x;y",
    "e-mail@home",
    "5 + 3",
    "'=1",
    "日曜;休み",
    "½",
]


@pytest.mark.parametrize("cell", HOSTILE)
def test_a_formula_is_harmless_when_written(cell):
    written = to_csv(pd.DataFrame({cell: [cell, "plain"], "n": [-1.5, 2.0]}))
    rows = list(csv.reader(io.StringIO(written)))
    assert rows[0] == ["'" + cell, "n"]
    assert rows[1] == ["'" + cell, "-1.5"]
    assert rows[2] == ["plain", "2.0"]


@pytest.mark.parametrize("cell", CUT)
def test_a_formula_behind_a_semicolon_a_tab_or_a_new_line_is_harmless_too(cell):
    assert escape(cell) == CUT[cell]
    written = to_csv(pd.DataFrame({"a": [cell]}))
    assert list(csv.reader(io.StringIO(written)))[1] == [CUT[cell]]


@pytest.mark.parametrize("cell", HARMLESS)
def test_all_other_texts_stay_as_they_are(cell):
    assert escape(cell) == cell


@given(
    cells=st.lists(
        st.sampled_from(HOSTILE)
        | st.text('=+-@＝;\t\n\r" x\u200b', max_size=8)
        | st.floats()
        | st.none(),
        max_size=5,
    )
)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_no_text_that_we_write_begins_like_a_formula(cells):
    for cell in cells:
        written = escape(cell)
        if isinstance(cell, str):
            for part in re.split("[;\t\r\n]", written):
                assert not part.strip(' "\u200b').startswith(("=", "+", "-", "@", "＝"))
            assert not written.lstrip(" ").startswith(("\t", "\r", "\n"))
        else:
            assert written is cell
    assert to_csv(pd.DataFrame({"a": pd.Series(cells, dtype=object)})).startswith("a\n")
