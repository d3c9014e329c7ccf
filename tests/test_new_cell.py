"""A new cell is one file and one entry, tried on a copy of the package as the README says."""

import os
import shutil
import subprocess
import sys

from tests.serving import ROOT

#: A leaky unit: half of the old state stays, half is a new proposal. Its letter has no colour yet.
LEAKY = '''
import numpy as np

from rnnviz.engine.cells.cell import Cell, fuse
from rnnviz.engine.cells.spec import (
    HIDDEN_STATE, CellSpec, Factor, Parameters, Recorded, Slope, Squashed, slope_of_tanh,
)
from rnnviz.engine.layout import Plan
from rnnviz.engine.products import SumOfProducts, product, whole

HALF = Factor("number", value=0.5)


class Leaky(Cell):
    """u_t = tanh(W x_t + U h_{t-1} + b); h_t = (h_{t-1} + u_t) / 2."""

    spec = CellSpec(
        label="Leaky",
        name="leaky unit",
        gates=(Recorded("u", "proposal", "signed", "what half of the state becomes"),),
        states=(HIDDEN_STATE,),
        rows="uh",
        belt="h",
        valve=None,
        squashed={"u": Squashed("tanh")},
        formulas={"h": ((HALF, Factor("before", "h")), (HALF, Factor("now", "u")))},
        slope=Slope("tanh′ of the proposal", lambda recorded: slope_of_tanh(recorded["u"])),
        parameters=Parameters("H (D + H + 2)", lambda D, H: H * (D + H + 2)),
        beads={"h": "+"},
    )
    gates = order = weight_gates = "u"

    def __init__(self, weights, sizes, span):
        super().__init__(weights, sizes, span)
        D, H = sizes
        self.fused = weights["all"]
        self.W_ih_T, self.W_hh_T = self.fused.W_T[1 : D + 1], self.fused.W_T[D + 1 : -1]
        self.S = np.zeros((span.steps, H, span.batch), span.dtype)
        self.d_a = np.zeros_like(self.S)
        parts = [whole(self.fused.gradient)]
        self.add_up = SumOfProducts(self.d_a, self.Z[:-1], parts, span.scratch)

    @classmethod
    def plans(cls, index, H):
        return {"all": Plan.plain(fuse(index))}

    def forward(self):
        held = self.held_in("u")
        for t in range(self.steps):
            u = np.dot(self.fused.W, self.Z[t], self.S[t])
            np.tanh(u, u)
            if held is not None:
                u[held.rows] = held.values
            self.h_all[t + 1] = 0.5 * self.h_all[t] + 0.5 * u
            if self.silent is not None:
                self.h_all[t + 1, self.silent] = 0

    def backward(self, crosses):
        held = self.held_in("u")
        self.d_h_all[0] = 0
        for t in reversed(range(self.steps)):
            half = 0.5 * self.d_h_all[t + 1]
            if self.silent is not None:
                half[self.silent] = 0
            self.d_a[t] = half * (1 - self.S[t] ** 2)
            if held is not None:
                self.d_a[t, held.rows] = 0
            if crosses[t]:
                self.d_h_all[t] += half + self.W_hh_T @ self.d_a[t]

    def input_gradient(self, d_x):
        product(self.W_ih_T, self.d_a, d_x)

    def weight_gradients(self):
        self.add_up()
'''


def test_a_new_cell_is_one_file_and_one_entry(tmp_path):
    for name in ("rnnviz", "pages", "tests", ".streamlit"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("app.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    cells = tmp_path / "rnnviz" / "engine" / "cells"
    (cells / "leaky.py").write_text(LEAKY, encoding="utf-8")
    registry = (cells / "__init__.py").read_text(encoding="utf-8")
    entered = registry.replace('    "mlp": MLP,\n', '    "mlp": MLP,\n    "leaky": Leaky,\n')
    entered = "from rnnviz.engine.cells.leaky import Leaky\n".join(
        entered.partition("from rnnviz.engine.cells.lstm import LSTM\n")[::2]
    ).replace("import Leaky\n", "import Leaky\nfrom rnnviz.engine.cells.lstm import LSTM\n", 1)
    (cells / "__init__.py").write_text(entered, encoding="utf-8")

    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"]
    command += ["tests/test_every_cell.py", "-k", "leaky or labels"]
    paths = {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **paths}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert " passed" in done.stdout
