"""RunConfig: all settings of a run except those of its task."""

from __future__ import annotations

from dataclasses import dataclass

from rnnviz.engine import CELLS, WITHOUT_MEMORY
from rnnviz.fields import Field, check_settings

#: Readable names of the choices.
CHOICE_LABELS = {
    **{key: cell.spec.label for key, cell in CELLS.items()},
    "sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam",
}  # fmt: skip

#: The cells that have a recurrence.
RECURRENT = tuple(key for key, cell in CELLS.items() if cell.spec.is_recurrent)
_RECURRENT = ("cell", RECURRENT)
_WITH_FORGET_GATE = tuple(key for key, cell in CELLS.items() if cell.spec.forget_gate)


@dataclass(frozen=True)
class RunConfig:
    """Settings of one run. What each means and may be stands in `FIELDS`.

    Raises
    ------
    ValueError
        If a value is not allowed: says which, what was expected, and what came.
    """

    task: str = "gym"
    cell: str = "lstm"
    hidden_size: int = 16
    layers: int = 1
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
    dtype: str = "float64"

    def __post_init__(self) -> None:
        check_settings(self, FIELDS)


#: The one table of settings, in the order in which they are shown.
FIELDS: tuple[Field, ...] = (
    Field("task", "Task", str, RunConfig.task, "Where the sequences come from.", short="task"),
    Field(
        "cell", "Cell", str, RunConfig.cell,
        "What one unit is: recurrent (tanh, ReLU), with gates (GRU, LSTM) or without memory (MLP).",
        choices=tuple(CELLS), short="cell",
    ),
    Field(
        "hidden_size", "Hidden units", int, RunConfig.hidden_size,
        "How many units the hidden layer has: more can remember more, and are slower.",
        low=1, high=128, short="h",
    ),
    Field(
        "layers", "Layers", int, RunConfig.layers,
        "How many recurrent layers lie on top of each other.",
        low=1, high=4, short="l",
    ),
    Field(
        "seed", "Seed", int, RunConfig.seed,
        "Start of all randomness: the same seed and settings give the same run, number by number.",
        low=0, high=2**32 - 1, short="seed",
    ),
    Field(
        "optimizer", "Optimiser", str, RunConfig.optimizer,
        "How a gradient becomes a change of the weights.",
        choices=("sgd", "rmsprop", "adam"), live=True, short="opt",
    ),
    Field(
        "learning_rate", "Learning rate", float, RunConfig.learning_rate,
        "Factor on each change of the weights. Too small: slow. Too large: the loss jumps.",
        low=1e-6, high=100.0, live=True, logarithmic=True, short="lr",
    ),
    Field(
        "momentum", "Momentum", float, RunConfig.momentum,
        "SGD only: share of the last step that is carried on into the next.",
        low=0.0, high=0.999, live=True, short="mom",
        applies=(("optimizer", ("sgd",)),),
    ),
    Field(
        "batch_size", "Batch size", int, RunConfig.batch_size,
        "How many sequences are averaged for one change of the weights.",
        low=1, high=256, live=True, short="b",
    ),
    Field(
        "clip_norm", "Clip gradient at norm", float, RunConfig.clip_norm,
        "Shrink the whole gradient to this length when it is longer: a remedy for explosions.",
        low=1e-3, high=1e3, optional=True, live=True, logarithmic=True, short="clip",
    ),
    Field(
        "clip_value", "Clip gradient at value", float, RunConfig.clip_value,
        "Cut every single entry of the gradient off at this size; it changes the direction.",
        low=1e-4, high=1e3, optional=True, live=True, logarithmic=True, short="clipv",
    ),
    Field(
        "weight_decay", "Weight decay", float, RunConfig.weight_decay,
        "L2: this times each weight is added to its gradient, which draws it towards zero. Adam "
        "and RMSprop rescale the sum, so with them weights do not shrink in proportion.",
        low=0.0, high=1.0, live=True, short="wd",
    ),
    Field(
        "truncate", "Truncate after steps", int, RunConfig.truncate,
        "Cut the gradient at fixed places, every so many time steps, while the state goes on. "
        "With k it reaches 0 to k − 1 steps back, depending on where the step lies. It saves no "
        "time here.",
        low=1, high=500, optional=True, live=True, short="trunc",
        applies=(_RECURRENT,),
    ),
    Field(
        "forget_bias", "Forget bias", float, RunConfig.forget_bias,
        "LSTM only: start of the forget gate's bias. Higher keeps more of the memory at first.",
        low=-10.0, high=10.0, short="fb",
        applies=(("cell", _WITH_FORGET_GATE),),
    ),
    Field(
        "initial_weights", "Initial weights", str, RunConfig.initial_weights,
        "How the recurrent weights start: by default orthogonal, for ReLU as the identity. Input "
        "weights and readout are Glorot’s. “uniform” draws all weights and biases as PyTorch does.",
        choices=("default", "uniform", "glorot", "orthogonal", "identity"), short="init",
    ),
    Field(
        "spectral_radius", "Spectral radius", float, RunConfig.spectral_radius,
        "Orthogonal or identity start only: factor on the recurrent weights. In a plain RNN "
        "gradients vanish at first below 1, and above 1 they can explode. In an LSTM they also go "
        "along the cell state: with forget bias 3 they last below 1, too.",
        low=0.1, high=2.0, short="rho",
        applies=(_RECURRENT, ("initial_weights", ("default", "orthogonal", "identity"))),
    ),
    Field(
        "window", "Window of the MLP", int, RunConfig.window,
        "MLP only: how many time steps it sees at once, the present one included.",
        low=1, high=50, short="win",
        applies=(("cell", WITHOUT_MEMORY),),
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
