"""How many parameters a network has, and which size makes another one have as many.

As in PyTorch, a recurrent cell has two biases for each of its sums, one beside the input weights
and one beside the recurrent weights, so that weights can be exchanged number by number. They are
added, so one would do, except in the candidate of a GRU. Where a cell has one, as in Keras'
SimpleRNN and LSTM, counts are smaller: a plain RNN with 2 inputs, 2 units and 1 output has 15
parameters here, and 13 there.
"""

from __future__ import annotations

from dataclasses import replace

from rnnviz.engine import WITHOUT_MEMORY, cost
from rnnviz.engine.architecture import Architecture
from rnnviz.tasks.task import Task
from rnnviz.training.config import FIELD, RunConfig
from rnnviz.training.limits import architecture_of

#: What attention adds to the formula, besides a readout that is twice as wide.
_OF_ATTENTION = {"general": ("H H",), "additive": ("2H H", "H")}


def parameter_count(config: RunConfig, task: Task) -> int:
    """Return the number of weights and biases of the network of a run."""
    return cost.parameter_count(architecture_of(config, task))


def formula(config: RunConfig, task: Task) -> str:
    """Return how the number of parameters follows from the sizes, and what it is.

    The letters are those of `sizes`: `H (D + H + 2) + K (H + 1) = 15`.
    """
    architecture = architecture_of(config, task)
    own = architecture.cell_type.spec.parameters.formula
    twice = architecture.directions
    upper = own.replace("D", "H" if twice == 1 else "2H")
    parts = [
        *(["V E"] if architecture.ids else []),
        *[own] * twice,
        *[upper] * (twice * (architecture.layers - 1)),
        f"K ({'2H' if architecture.attends or twice == 2 else 'H'} + 1)",
        *_OF_ATTENTION.get(architecture.attention, ()),
    ]
    return f"{' + '.join(parts)} = {parameter_count(config, task):,}"


def sizes(config: RunConfig, task: Task) -> dict[str, int]:
    """Return what the letters of `formula` are for a run.

    H units in a layer, K outputs, D inputs: those of all steps in the window of a network without
    memory. Where inputs are integers, E numbers are learned for each of V.
    """
    architecture = architecture_of(config, task)
    named = {
        "D": architecture.layer_input(0),
        "H": architecture.hidden_size,
        "K": architecture.output_size,
    }
    table = {"E": architecture.features, "V": architecture.input_size}
    return named | (table if architecture.ids else {})


def with_one_bias(config: RunConfig, task: Task) -> int:
    """Return the number of parameters if each sum of a recurrent cell had one bias instead of two.

    The network could compute the same, except a GRU, whose candidate needs both.
    """
    architecture = architecture_of(config, task)
    return parameter_count(config, task) - _second_biases(architecture)


def _second_biases(architecture: Architecture) -> int:
    if architecture.cell in WITHOUT_MEMORY:
        return 0
    each = architecture.cell_type.blocks * architecture.hidden_size
    return architecture.recorded_layers * each


def sized_to(config: RunConfig, task: Task, parameters: int) -> RunConfig:
    """Return the settings with the hidden size that comes closest to a number of parameters.

    Within the sizes that a run can have; of two that are equally close, the smaller one.
    """
    low, high = int(FIELD["hidden_size"].low or 1), int(FIELD["hidden_size"].high or 1)
    sized = (replace(config, hidden_size=size) for size in range(low, high + 1))
    return min(sized, key=lambda each: abs(parameter_count(each, task) - parameters))
