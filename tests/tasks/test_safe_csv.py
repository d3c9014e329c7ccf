"""What we write as CSV, a spreadsheet opens without running any of it."""

import csv
import io

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnviz.tasks.safe_csv import escape, to_csv

HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tx", "  =1+1"]


@pytest.mark.parametrize("cell", HOSTILE)
def test_a_formula_is_harmless_when_written(cell):
    written = to_csv(pd.DataFrame({cell: [cell, "plain"], "n": [-1.5, 2.0]}))
    rows = list(csv.reader(io.StringIO(written)))
    assert rows[0] == ["'" + cell, "n"]
    assert rows[1] == ["'" + cell, "-1.5"]
    assert rows[2] == ["plain", "2.0"]


@given(
    cells=st.lists(
        st.sampled_from(HOSTILE) | st.text(max_size=8) | st.floats() | st.none(), max_size=5
    )
)
@settings(derandomize=True, max_examples=100, deadline=None)
def test_no_text_that_we_write_begins_like_a_formula(cells):
    for cell in cells:
        written = escape(cell)
        if isinstance(cell, str):
            assert not written.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        else:
            assert written is cell
    assert to_csv(pd.DataFrame({"a": pd.Series(cells, dtype=object)})).startswith("a\n")
