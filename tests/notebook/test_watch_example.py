"""The notebook with PyTorch does what its texts say, where PyTorch is installed."""

import re

import pytest

from tests.notebook.executed import ROOT, executed, printed

PATH = ROOT / "examples" / "watch_pytorch.ipynb"


def test_what_is_stored_is_small():
    assert PATH.stat().st_size < 20_000


def test_the_notebook_learns_only_with_open_forget_gates():
    pytest.importorskip("torch")
    told = printed(executed(PATH))
    closed, opened = (
        int(share) for share in re.findall(r"right after 300 iterations: (\d+)%", told)
    )
    assert closed < 50 < 90 < opened
    arrives = [float(share) for share in re.findall(r"([\d.e+-]+) of the gradient arrives", told)]
    assert arrives[3] < 1e-3
    assert arrives[4] > 0.1
    assert "replay is the model: True" in told
