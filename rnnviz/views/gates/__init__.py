"""The views of gates, states and weights; each takes a `GateScene` and returns a `Panel`."""

from rnnviz.views.gates.attention import attention, hides_attention
from rnnviz.views.gates.on_probe import (
    distribution,
    time_steps,
    training_of_one_step,
    training_of_one_unit,
)
from rnnviz.views.gates.over_sequences import follows, saturation, weights
from rnnviz.views.gates.scene import (
    BY_LIKENESS,
    BY_NUMBER,
    GateScene,
    gates_of,
    weighed_in,
)

__all__ = [
    "BY_LIKENESS",
    "BY_NUMBER",
    "GateScene",
    "attention",
    "distribution",
    "follows",
    "gates_of",
    "hides_attention",
    "saturation",
    "time_steps",
    "training_of_one_step",
    "training_of_one_unit",
    "weighed_in",
    "weights",
]
