"""The notebook with rnnviz alone does what its texts say."""

from __future__ import annotations

import re

import nbformat
import pytest

from tests.notebook.executed import ROOT, executed, printed

_PATH = ROOT / "examples" / "inside_an_lstm.ipynb"
_WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def notebook():
    return executed(_PATH)


def test_the_notebook_prints_what_is_stored_in_it(notebook):
    stored = nbformat.read(_PATH, as_version=4)
    # Another processor may round differently, so numbers may differ in their last digits.
    words = [re.sub(r"[\d.\s]+", " ", printed(each)) for each in (notebook, stored)]
    assert words[0] == words[1]
    assert "the same weights: True" in words[0]


def test_its_pictures_and_figures_are_there(notebook):
    shown = [
        each["data"]
        for cell in notebook.cells
        for each in cell.get("outputs", [])
        if "data" in each
    ]
    assert [_WIDGET in data for data in shown] == [True, False, True]
    assert any("plotly" in kind for kind in shown[1])


def test_what_is_stored_is_small():
    assert _PATH.stat().st_size < 20_000
