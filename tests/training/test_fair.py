"""The formulas count what the networks really have."""

import re
from dataclasses import replace

import pytest

from rnnviz import RunConfig, Trainer
from rnnviz.engine import CELLS, Network
from rnnviz.tasks import make_task
from rnnviz.training import fair

TASK = make_task("order", length=10)


def worked_out(text, letters):
    """Return what a formula gives if its letters are these numbers, and the number it states."""
    left, right = text.split(" = ")
    factors = re.sub(r"(?<=[\w)]) ?(?=[A-Z(])", "*", left)
    return eval(factors, {}, letters), int(right.replace(",", ""))


@pytest.mark.parametrize("cell", CELLS)
def test_the_formula_of_each_cell_counts_the_real_network(cell):
    words = make_task("symbols", encoding="embedding")
    for task, layers, attention, window in (
        (TASK, 1, "none", 1),
        (TASK, 2, "general", 3),
        (TASK, 1, "additive", 2),
        (words, 3, "dot", 2),
    ):
        config = RunConfig(
            task=task.key, cell=cell, hidden_size=5, layers=layers, attention=attention,
            window=window,
        )  # fmt: skip
        real = Trainer(config, task).network.flat.size
        assert worked_out(fair.formula(config, task), fair.sizes(config, task)) == (real, real)
        assert fair.parameter_count(config, task) == real


def test_a_small_rnn_has_fifteen_parameters_and_thirteen_with_one_bias():
    network = Network(cell="rnn", input_size=2, hidden_size=2, output_size=1)
    assert network.flat.size == 15
    assert network.flat.size - network.parameters["bias_hh_l0"].size == 13


@pytest.mark.parametrize("cell", CELLS)
def test_one_bias_fewer_is_what_bias_hh_holds(cell):
    config = RunConfig(task="order", cell=cell, hidden_size=5, layers=2)
    parameters = Trainer(config, TASK).network.parameters
    second = sum(array.size for name, array in parameters.items() if name.startswith("bias_hh"))
    assert fair.with_one_bias(config, TASK) == fair.parameter_count(config, TASK) - second


def test_a_network_is_sized_to_come_closest_to_a_number_of_parameters():
    lstm = RunConfig(task="order", cell="lstm", hidden_size=16)
    wanted = fair.parameter_count(lstm, TASK)
    for cell in CELLS:
        sized = fair.sized_to(replace(lstm, cell=cell), TASK, wanted)
        miss = abs(fair.parameter_count(sized, TASK) - wanted)
        for size in (sized.hidden_size - 1, sized.hidden_size + 1):
            if 1 <= size <= 512:
                other = fair.parameter_count(replace(sized, hidden_size=size), TASK)
                assert abs(other - wanted) >= miss
    assert fair.sized_to(lstm, TASK, wanted) == lstm
    assert fair.sized_to(lstm, TASK, 10**9).hidden_size == 512
