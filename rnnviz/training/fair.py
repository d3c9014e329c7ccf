"""How many parameters a network has, and which size makes another cell have as many."""

from __future__ import annotations

from dataclasses import replace

from rnnviz.engine import cost
from rnnviz.engine.architecture import Architecture
from rnnviz.tasks.task import Task
from rnnviz.training.config import FIELD, RunConfig
from rnnviz.training.limits import architecture_of


def parameter_count(config: RunConfig, task: Task) -> int:
    """Return the number of weights and biases of the network of a run."""
    return cost.parameter_count(architecture_of(config, task))


def formula(config: RunConfig, task: Task) -> str:
    """Return how the number of parameters follows from the sizes, and what it is.

    D inputs (a window has the inputs of several steps), H units, K outputs.
    """
    architecture = architecture_of(config, task)
    parts = [*_of_layers(architecture), *_of_readout(architecture)]
    return f"{' + '.join(parts)} = {parameter_count(config, task):,}"


def sized_to(config: RunConfig, task: Task, parameters: int) -> RunConfig:
    """Return the settings with the hidden size that comes closest to a number of parameters.

    The largest hidden size is that of a run; of two that are equally close, the smaller one.
    """
    low, high = int(FIELD["hidden_size"].low or 1), int(FIELD["hidden_size"].high or 1)
    sizes = (replace(config, hidden_size=size) for size in range(low, high + 1))
    return min(sizes, key=lambda sized: abs(parameter_count(sized, task) - parameters))


def _of_layers(architecture: Architecture) -> list[str]:
    """Write what the embedding and each layer have."""
    parts = ["V D"] if architecture.ids else []
    own = architecture.cell_type.spec.parameters.formula
    upper = own.replace("D", "H")
    return [*parts, own, *[upper] * (architecture.layers - 1)]


def _of_readout(architecture: Architecture) -> list[str]:
    """Write what the readout has, and attention."""
    seen = "2H" if architecture.attends else "H"
    scores = {"general": ["H H"], "additive": ["2H H", "H"]}.get(architecture.attention, [])
    return [f"K ({seen} + 1)", *scores]
