"""RunConfig: all settings of a run except those of its task."""

from __future__ import annotations

from dataclasses import dataclass

from rnnviz.engine import ATTENTION, CELLS, WITHOUT_MEMORY
from rnnviz.engine.architecture import RESETS
from rnnviz.engine.cells import VARIANTS
from rnnviz.fields import Field, check_settings

#: Readable names of the choices.
CHOICE_LABELS = {
    **{key: cell.spec.label for key, cell in CELLS.items()},
    "sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam",
}  # fmt: skip

#: The cells that have a recurrence.
RECURRENT = tuple(key for key, cell in CELLS.items() if cell.spec.is_recurrent)
_RECURRENT = ("cell", RECURRENT)
_ONE_WAY = ("bidirectional", (False,))
#: The cells that have a reset gate, in two variants.
WITH_RESET = tuple(key for key, variants in VARIANTS.items() if "reset" in variants.settings)
_WITH_FORGET_GATE = tuple(key for key, cell in CELLS.items() if cell.spec.forget_gate)


@dataclass(frozen=True)
class RunConfig:
    """Settings of one run. `FIELDS` describes each of them.

    Raises
    ------
    ValueError
        If a value is not allowed: says which, what was expected, and what was given.
    """

    task: str = "gym"
    cell: str = "lstm"
    hidden_size: int = 16
    layers: int = 1
    attention: str = "none"
    seed: int = 0
    optimizer: str = "adam"
    learning_rate: float = 0.01
    momentum: float = 0.9
    batch_size: int = 32
    clip_norm: float | None = None
    clip_value: float | None = None
    weight_decay: float = 0.0
    truncate: int | None = None
    forget_bias: float = 1.0
    initial_weights: str = "default"
    spectral_radius: float = 1.0
    window: int = 1
    reset: str = "after"
    bidirectional: bool = False
    dtype: str = "float64"

    def __post_init__(self) -> None:
        check_settings(self, FIELDS)

    @property
    def two_ways(self) -> bool:
        """Whether the network reads forward and backward: `bidirectional`, where it has effect."""
        return self.bidirectional and self.cell in RECURRENT

    @property
    def recorded_layers(self) -> int:
        """Number of layers as they are recorded: of two directions each is one."""
        return self.layers * (2 if self.two_ways else 1)

    @property
    def cut_after(self) -> int | None:
        """Truncation length, where it has effect: a bidirectional network is never truncated."""
        return None if self.two_ways else self.truncate


#: The one table of settings, in the order in which they are shown.
FIELDS: tuple[Field, ...] = (
    Field("task", "Task", str, RunConfig.task, "The task that makes the sequences.", short="task"),
    Field(
        "cell", "Cell", str, RunConfig.cell,
        "The type of unit: recurrent (tanh, ReLU), gated (GRU, LSTM) or without memory (MLP).",
        choices=tuple(CELLS), short="cell",
    ),
    Field(
        "hidden_size", "Hidden units", int, RunConfig.hidden_size,
        "Number of units in each hidden layer. More units can remember more, but are slower.",
        low=1, high=512, short="h",
    ),
    Field(
        "layers", "Layers", int, RunConfig.layers,
        "Number of recurrent layers, stacked.",
        low=1, high=4, short="l",
    ),
    Field(
        "attention", "Attention", str, RunConfig.attention,
        "What the readout sees besides the hidden state of its own step: a sum of the network’s "
        "hidden states so far, each weighted by how well it fits the present one. “dot” compares "
        "them as they are, “general” through a learned matrix, “additive” with a small network.",
        choices=ATTENTION, short="att",
        applies=(_RECURRENT, _ONE_WAY),
    ),
    Field(
        "seed", "Seed", int, RunConfig.seed,
        "Seed of all random numbers: the same seed and settings give the same run, number by "
        "number.",
        low=0, high=2**32 - 1, short="seed",
    ),
    Field(
        "optimizer", "Optimiser", str, RunConfig.optimizer,
        "The rule that turns a gradient into an update of the weights.",
        choices=("sgd", "rmsprop", "adam"), live=True, short="opt",
    ),
    Field(
        "learning_rate", "Learning rate", float, RunConfig.learning_rate,
        "Factor on each weight update. Too small: training is slow. Too large: the loss jumps.",
        low=1e-6, high=100.0, live=True, logarithmic=True, short="lr",
    ),
    Field(
        "momentum", "Momentum", float, RunConfig.momentum,
        "SGD only: the share of the last step that is carried over into the next.",
        low=0.0, high=0.999, live=True, short="mom",
        applies=(("optimizer", ("sgd",)),),
    ),
    Field(
        "batch_size", "Batch size", int, RunConfig.batch_size,
        "Number of sequences over which the gradient of one update is averaged.",
        low=1, high=256, live=True, short="b",
    ),
    Field(
        "clip_norm", "Clip gradient at norm", float, RunConfig.clip_norm,
        "If the norm of the whole gradient exceeds this, scale it down to it: a remedy for "
        "exploding gradients.",
        low=1e-3, high=1e3, optional=True, live=True, logarithmic=True, short="clip",
    ),
    Field(
        "clip_value", "Clip gradient at value", float, RunConfig.clip_value,
        "Limit every entry of the gradient to this size; unlike clipping by norm, it changes the "
        "direction.",
        low=1e-4, high=1e3, optional=True, live=True, logarithmic=True, short="clipv",
    ),
    Field(
        "weight_decay", "Weight decay", float, RunConfig.weight_decay,
        "L2: this multiple of each weight is added to its gradient, which pulls it towards zero. "
        "Adam and RMSprop rescale the sum, so with them weights do not shrink in proportion.",
        low=0.0, high=1.0, live=True, short="wd",
    ),
    Field(
        "truncate", "Truncate after steps", int, RunConfig.truncate,
        "Truncated backpropagation through time: cut the gradient at fixed places, every so many "
        "time steps, while the state is carried on. With k, it reaches 0 to k − 1 steps back, "
        "depending on the position of the step. It saves no time here, and does not cut attention.",
        low=1, high=500, optional=True, live=True, short="trunc",
        applies=(_RECURRENT, _ONE_WAY),
    ),
    Field(
        "forget_bias", "Forget bias", float, RunConfig.forget_bias,
        "LSTM only: initial bias of the forget gate. Higher values keep more of the memory at "
        "first.",
        low=-10.0, high=10.0, short="fb",
        applies=(("cell", _WITH_FORGET_GATE),),
    ),
    Field(
        "initial_weights", "Initial weights", str, RunConfig.initial_weights,
        "Initial recurrent weights: by default orthogonal, for ReLU the identity. Input weights "
        "and readout are Glorot’s. “uniform” draws all weights and biases as PyTorch does.",
        choices=("default", "uniform", "glorot", "orthogonal", "identity"), short="init",
    ),
    Field(
        "spectral_radius", "Spectral radius", float, RunConfig.spectral_radius,
        "Orthogonal or identity initialisation only: factor on the recurrent weights. In a plain "
        "RNN, gradients vanish at first below 1; above 1 they can explode. In an LSTM they also "
        "flow along the cell state: with forget bias 3 they last even below 1.",
        low=0.1, high=2.0, short="rho",
        applies=(_RECURRENT, ("initial_weights", ("default", "orthogonal", "identity"))),
    ),
    Field(
        "window", "Window of the MLP", int, RunConfig.window,
        "MLP only: how many time steps it sees at once, including the current one.",
        low=1, high=50, short="win",
        applies=(("cell", WITHOUT_MEMORY),),
    ),
    Field(
        "reset", "Reset gate acts", str, RunConfig.reset,
        "GRU only: whether the reset gate acts after the recurrent product, as in PyTorch and by "
        "default in Keras, or before it, as first published.",
        choices=RESETS, short="rst",
        applies=(("cell", WITH_RESET),),
    ),
    Field(
        "bidirectional", "Both directions", bool, RunConfig.bidirectional,
        "Each layer also reads the sequence backward, with weights of its own, and gives both "
        "hidden states to what is above it. A prediction then knows the inputs after it.",
        short="bi",
        applies=(_RECURRENT,),
    ),
    Field(
        "dtype", "Precision", str, RunConfig.dtype,
        "Number format of the network.",
        choices=("float32", "float64"), short="dtype",
    ),
)  # fmt: skip

#: The same table by name.
FIELD: dict[str, Field] = {field.name: field for field in FIELDS}

#: Names of the settings that may change while training goes on.
LIVE_KNOBS: tuple[str, ...] = tuple(field.name for field in FIELDS if field.live)
