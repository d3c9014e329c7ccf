"""What a layer of Keras is as a layer of the network that is shown, and its weights in our order.

Keras multiplies from the right, so its kernels are transposed. Its LSTM has the gates i f c o,
which is PyTorch's order; its GRU has z r h, and PyTorch's has r z n.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from rnnviz.weights.contents import Array
from rnnviz.weights.errors import WeightsError, named
from rnnviz.weights.keras_config import Layer, inside
from rnnviz.weights.keras_stored import Part, Stored, title

#: Blocks of H rows that the kernels of a cell have.
BLOCKS = {"SimpleRNN": 1, "GRU": 3, "LSTM": 4}
RECURRENT = (*BLOCKS, "Bidirectional", "RNN")
#: Layers that hand on what they get, once the network is trained.
PASSING = (
    "InputLayer", "Dropout", "SpatialDropout1D", "GaussianDropout", "GaussianNoise", "AlphaDropout",
    "ActivityRegularization", "Identity", "Masking",
)  # fmt: skip
#: Layers that make integers of text.
TO_INTEGERS = ("TextVectorization", "StringLookup", "IntegerLookup")
#: Activations of a Dense layer with which it can be a readout.
READOUT_ACTIVATIONS = ("linear", "softmax", "sigmoid")
#: The activation in a file without settings; nothing in JSON is equal to it.
UNKNOWN = ("unknown",)

_GRU_ORDER = (1, 0, 2)


class Level(NamedTuple):
    """One layer of the network that is shown: one layer of Keras, or a cell of several in it."""

    kind: str
    cells: tuple[str, ...]
    units: int
    parts: tuple[Part, ...]
    reset: str = "after"


class Weighed(NamedTuple):
    """A level with its weights: arrays in PyTorch's layout, and which of them is which parameter.

    `entries` are named for layer 0.
    """

    level: Level
    inputs: int
    arrays: dict[str, Array]
    entries: dict[str, str]


def levels_of(layer: Layer) -> list[Level]:
    """Return the levels of a recurrent layer, the lowest first.

    Raises
    ------
    WeightsError
        If it computes something that the network here cannot: says what.
    """
    config = layer.config
    if config.get("go_backwards"):
        raise WeightsError(
            f"{named(layer.name)} reads its input from the end (go_backwards); only a layer that "
            "reads it from the beginning can be shown, or a Bidirectional."
        )
    if layer.kind == "Bidirectional":
        return [_bidirectional(layer)]
    if layer.kind != "RNN":
        return [_level(layer, layer.kind, config, (Part("cell"),))]
    cell = inside(config.get("cell"), layer)
    if cell.kind != "StackedRNNCells":
        return [_level(layer, cell.kind.removesuffix("Cell"), cell.config, (Part("cell"),))]
    return _stacked_cells(layer, cell.config)


def _stacked_cells(layer: Layer, config: Mapping[str, Any]) -> list[Level]:
    entries = config.get("cells")
    cells = [inside(each, layer) for each in (entries if isinstance(entries, list) else [])]
    if not 1 <= len(cells) <= 100:
        raise WeightsError(f"{named(layer.name)} must have 1..100 cells, got {len(cells)}.")
    seen: dict[str, int] = {}
    levels = []
    for at, cell in enumerate(cells):
        number = seen[cell.group] = seen.get(cell.group, -1) + 1
        group = f"cell/cells/{cell.group}" + (f"_{number}" if number else "")
        part = Part(group, f"cell_{at}", at, len(cells))
        levels.append(_level(layer, cell.kind.removesuffix("Cell"), cell.config, (part,)))
    return levels


def _bidirectional(layer: Layer) -> Level:
    config = layer.config
    merge = config.get("merge_mode", "concat")
    if merge != "concat":
        raise WeightsError(
            f"{named(layer.name)} joins its two directions by {named(merge)}; only those that are "
            "side by side (merge_mode='concat') can be shown."
        )
    inner = inside(config.get("layer"), layer)
    parts = (
        Part("forward_layer/cell", "forward", 0, 2),
        Part("backward_layer/cell", "backward", 1, 2),
    )
    forward = _level(layer, inner.kind, inner.config, parts)
    if inner.config.get("go_backwards"):
        raise WeightsError(f"The forward layer of {named(layer.name)} reads from the end.")
    if config.get("backward_layer") is not None:
        other = inside(config["backward_layer"], layer)
        if _level(layer, other.kind, other.config, parts) != forward:
            raise WeightsError(f"The two directions of {named(layer.name)} are not of one kind.")
    return forward


def returns_sequences(layer: Layer) -> bool:
    """Tell whether a recurrent layer hands on every step, or only its last."""
    config = layer.config
    if layer.kind == "Bidirectional":
        config = inside(config.get("layer"), layer).config
    return bool(config.get("return_sequences"))


def remarks(layer: Layer) -> list[str]:
    """Return sentences on settings that change what Keras computes, and do not count here."""
    said = []
    config = layer.config
    if layer.kind == "Bidirectional":
        config = inside(config.get("layer"), layer).config
    if config.get("stateful"):
        said.append(
            f"{named(layer.name)} is stateful: Keras goes on from the states of the last sequence; "
            "here every sequence begins at 0."
        )
    if layer.kind == "Masking" or (layer.kind == "Embedding" and config.get("mask_zero")):
        what = "steps of the integer 0" if layer.kind == "Embedding" else "masked steps"
        said.append(
            f"{named(layer.name)} lets Keras skip {what}; here every step counts, so leave them "
            "out of a sequence."
        )
    policy = policy_of(config)
    if policy in ("float16", "mixed_float16", "bfloat16", "mixed_bfloat16"):
        said.append(
            f"Keras computes {named(layer.name)} in {policy}; here it is float32, so the last "
            "digits differ."
        )
    return said


def policy_of(config: Mapping[str, Any]) -> str:
    """Return the name of the precision of a layer."""
    policy = config.get("dtype")
    if isinstance(policy, dict):
        inner = policy.get("config")
        inner = inner if isinstance(inner, dict) else {}
        # A quantised layer has a mode, such as int8, in the place of a name.
        policy = inner.get("mode", inner.get("name"))
    return policy if isinstance(policy, str) else "float32"


def refuse_quantised(layer: Layer, config: Mapping[str, Any]) -> None:
    """Refuse weights of a few bits.

    Raises
    ------
    WeightsError
        If the layer has such.
    """
    policy = policy_of(config)
    if not policy.startswith(("float", "mixed_", "bfloat")) or policy.startswith("float8"):
        raise WeightsError(
            f"{named(layer.name)} is quantised ({named(policy)}): float32 or float64 weights are "
            "needed. Save the model before it is quantised."
        )


def _level(layer: Layer, kind: str, config: Mapping[str, Any], parts: tuple[Part, ...]) -> Level:
    """Check the settings of a cell."""
    if kind not in BLOCKS:
        raise WeightsError(
            f"{named(layer.name)} must be made of SimpleRNN, GRU or LSTM cells, got {named(kind)}."
        )
    refuse_quantised(layer, config)
    units = config.get("units")
    if isinstance(units, bool) or not isinstance(units, int) or units < 1:
        raise WeightsError(f"{named(layer.name)} must say its number of units, got {named(units)}.")
    activation = config.get("activation")
    if kind == "SimpleRNN":
        cells = {"tanh": ("rnn",), "relu": ("relu",), UNKNOWN: ("rnn", "relu")}.get(
            activation if isinstance(activation, (str, tuple)) else ""
        )
        _check_activation(layer, "activation", activation, "tanh or relu", cells is not None)
        return Level(kind, cells or (), units, parts)
    known = activation in ("tanh", UNKNOWN)
    _check_activation(layer, "activation", activation, "tanh", known)
    gates = config.get("recurrent_activation", "sigmoid")
    _check_activation(
        layer, "recurrent_activation", gates, "sigmoid", gates in ("sigmoid", UNKNOWN)
    )
    if kind == "LSTM":
        return Level(kind, ("lstm",), units, parts)
    # What Keras took before 2.4, and what a file that does not say it means.
    after = config.get("reset_after", False)
    return Level(kind, ("gru",), units, parts, "after" if after else "before")


def _check_activation(layer: Layer, name: str, got: Any, expected: str, known: bool) -> None:
    if not known:
        what = named(got) if isinstance(got, str) else "a function of its author"
        raise WeightsError(
            f"{named(layer.name)} must have the {name} {expected}, got {what}: its gates and "
            "states would be other numbers here."
        )


def weighed(layer: Layer, level: Level, stored: Stored) -> Weighed:
    """Return the weights of a level in PyTorch's layout.

    Raises
    ------
    WeightsError
        If they are not there, or have other shapes than its units need.
    """
    arrays: dict[str, Array] = {}
    entries: dict[str, str] = {}
    sizes = set()
    for part, end in zip(level.parts, ("", "_reverse"), strict=False):
        theirs = stored.arrays(layer, part, ("kernel", "recurrent_kernel", "bias"))
        _check_shapes(layer, level, theirs)
        sizes.add(theirs["kernel"].shape[0])
        own = {
            "weight_ih": ("kernel", _rows(theirs["kernel"].T, level)),
            "weight_hh": ("recurrent_kernel", _rows(theirs["recurrent_kernel"].T, level)),
        }
        if "bias" in theirs:
            biases = np.atleast_2d(theirs["bias"])
            own["bias_ih"] = ("bias", _rows(biases[0], level))
            if len(biases) == 2:
                own["bias_hh"] = ("bias (recurrent)", _rows(biases[1], level))
        for kind, (name, values) in own.items():
            entries[f"{kind}_l0{end}"] = title(layer, part, name)
            arrays[title(layer, part, name)] = values
    if len(sizes) > 1:
        raise WeightsError(f"The two directions of {named(layer.name)} read inputs of other sizes.")
    return Weighed(level, sizes.pop(), arrays, entries)


def _check_shapes(layer: Layer, level: Level, theirs: Mapping[str, Array]) -> None:
    H, rows = level.units, BLOCKS[level.kind] * level.units
    D = theirs["kernel"].shape[0] if theirs["kernel"].ndim == 2 else 1
    bias = (2, rows) if level.kind == "GRU" and level.reset == "after" else (rows,)
    wanted = {"kernel": (D, rows), "recurrent_kernel": (H, rows), "bias": bias}
    for name, values in theirs.items():
        if values.shape != wanted[name] or D < 1:
            raise WeightsError(
                f"{name} of {named(layer.name)} must have the shape {wanted[name]}, as "
                f"{level.kind} with {H:,} units needs, got {values.shape}."
            )


def _rows(values: Array, level: Level) -> Array:
    """Put the rows of the gates into PyTorch's order."""
    if level.kind != "GRU":
        return np.ascontiguousarray(values)
    blocks = np.split(values, 3)
    return np.concatenate([blocks[block] for block in _GRU_ORDER])
