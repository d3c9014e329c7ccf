"""The formulas count what the networks really have."""

import re

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import CELLS
from rnnviz.tasks import make_task
from rnnviz.training import fair


def worked_out(text, **sizes):
    """Return what a formula says if its letters are these numbers, and the number it gives."""
    left, right = text.split(" = ")
    factors = re.sub(r"(?<=[\w)]) ?(?=[A-Z(])", "*", left)
    return eval(factors, {}, sizes), int(right.replace(",", ""))


@pytest.mark.parametrize("cell", CELLS)
def test_the_formula_of_each_cell_counts_the_real_network(cell):
    for layers, attention, window in ((1, "none", 1), (2, "general", 3), (1, "additive", 2)):
        config = RunConfig(
            task="order", cell=cell, hidden_size=5, layers=layers, attention=attention,
            window=window,
        )  # fmt: skip
        task = make_task("order", length=10)
        real = Trainer(config, task).network
        D = real.architecture.layer_input(0)
        found = worked_out(fair.formula(config, task), D=D, H=5, K=len(task.output_labels))
        assert found == (real.flat.size, real.flat.size)
        assert fair.parameter_count(config, task) == real.flat.size
