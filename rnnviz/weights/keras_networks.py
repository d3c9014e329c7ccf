"""From the layers of a Keras model to the networks that can be shown.

What a layer hands on is followed through the model: a table of learned vectors feeds a stack of
recurrent layers, and what this stack gives out, a Dense layer reads. Where another layer stands
between two of these, they are not joined, and a sentence says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from rnnviz.weights.contents import Array, Choice, Contents, Found, Tensor, float_of
from rnnviz.weights.errors import WeightsError, listed, named
from rnnviz.weights.keras_config import Layer, inside
from rnnviz.weights.keras_layers import (
    PASSING,
    READOUT_ACTIVATIONS,
    RECURRENT,
    TO_INTEGERS,
    UNKNOWN,
    Level,
    Weighed,
    levels_of,
    refuse_quantised,
    remarks,
    returns_sequences,
    weighed,
)
from rnnviz.weights.keras_stored import Part, Stored, title


class _Flow(NamedTuple):
    """What a layer hands on.

    `kind` is "input", "vectors" (of the table `name`), "states" (of the first `height` levels of
    stack number `stack`; `last` if only the last step), "outputs" (of the readout `name`), or
    "other" (what the layer `name` makes). `said` are sentences on how it came about.
    """

    kind: str
    name: str = ""
    stack: int = -1
    height: int = 0
    last: bool = False
    said: tuple[str, ...] = ()


@dataclass
class _Stack:
    """Recurrent levels on top of each other, and what is around them."""

    names: list[str]
    levels: list[Weighed]
    source: _Flow
    readouts: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def output_size(self) -> int:
        level = self.levels[-1].level
        return level.units * len(level.parts)


class _Model:
    """Follows what the layers hand on; afterwards everything that was found."""

    def __init__(self, stored: Stored, in_order: bool) -> None:
        self.stored, self.in_order = stored, in_order
        self.flows: dict[str, _Flow] = {}
        self.stacks: list[_Stack] = []
        self.arrays: dict[str, Array] = {}
        self.linears: dict[Choice, str | None] = {}
        self.problems: list[str] = []

    def add(self, layer: Layer) -> None:
        """Take the next layer of the model."""
        flow = self._coming(layer)
        given = _Flow("other", layer.name)
        kind, part = layer.kind, Part("")
        if kind == "TimeDistributed":
            layer, part = _every_step(layer)
            kind = layer.kind
        try:
            if kind in RECURRENT:
                given = self._recurrent(layer, flow)
            elif kind == "Embedding":
                given = self._table(layer, flow)
            elif kind == "Dense":
                given = self._dense(layer, part, flow)
            elif kind in PASSING:
                given = _Flow("input") if kind == "InputLayer" and not layer.inputs else flow
            elif kind in TO_INTEGERS:
                given = self._integers(layer, flow)
            elif kind in ("Activation", "Softmax") and flow.kind == "outputs":
                given = self._activated(layer, flow)
            else:
                self._other(layer)
            if kind in ("Embedding", "Masking"):
                given = given._replace(said=(*given.said, *remarks(layer)))
        except WeightsError as problem:
            self.problems.append(str(problem))
        self.flows[layer.name] = given

    def _coming(self, layer: Layer) -> _Flow:
        """Return what a layer is fed."""
        if layer.shared or len(layer.inputs) > 1:
            return _Flow("other", "several layers")
        if not layer.inputs:
            return _Flow("input")
        return self.flows.get(layer.inputs[0], _Flow("other", layer.inputs[0]))

    def _recurrent(self, layer: Layer, flow: _Flow) -> _Flow:
        if len(layer.inputs) > 1 and not layer.shared:
            raise WeightsError(
                f"{named(layer.name)} is fed by several layers, such as states to begin from: a "
                "network here has one input and begins at 0."
            )
        for level in levels_of(layer):
            one = weighed(layer, level, self.stored)
            self.arrays |= one.arrays
            if not self._joins(one, flow):
                self.stacks.append(_Stack([], [], flow, notes=list(flow.said)))
                flow = _Flow("states", "", len(self.stacks) - 1)
            stack = self.stacks[flow.stack]
            stack.levels.append(one)
            stack.names.append(layer.name)
            flow = flow._replace(height=len(stack.levels))
        self.stacks[flow.stack].notes += remarks(layer)
        return flow._replace(last=not returns_sequences(layer))

    def _joins(self, one: Weighed, flow: _Flow) -> bool:
        """Tell whether a level is the next one of a stack as it is here: equal cells and sizes."""
        if flow.kind != "states" or flow.last:
            return False
        stack = self.stacks[flow.stack]
        below, level = stack.levels[-1].level, one.level
        return (
            len(stack.levels) == flow.height
            and _variant(below) == _variant(level)
            and one.inputs == stack.output_size
        )

    def _table(self, layer: Layer, flow: _Flow) -> _Flow:
        values = self.stored.arrays(layer, Part(""), ("embeddings",))["embeddings"]
        name = title(layer, Part(""), "embeddings")
        _check_matrix(layer, values)
        self.arrays[name] = values
        self.linears[Choice(name, values.shape)] = None
        kind = "vectors" if flow.kind == "input" else "other"
        return _Flow(kind, name if kind == "vectors" else layer.name, said=flow.said)

    def _other(self, layer: Layer) -> None:
        """Say that a layer is left out, if it stands behind a network."""
        more = " and others" if len(set(layer.inputs)) > 1 else ""
        for name in dict.fromkeys(layer.inputs):
            flow = self.flows.get(name, _Flow("other"))
            if flow.kind not in ("states", "outputs"):
                continue
            below = flow.name or self.stacks[flow.stack].names[flow.height - 1]
            self.stacks[flow.stack].notes.append(
                f"{named(layer.name)} ({named(layer.kind)}) works on what {named(below)}{more} "
                f"give{'' if more else 's'} out; it is left out."
            )

    def _integers(self, layer: Layer, flow: _Flow) -> _Flow:
        """Take what makes integers of text as the input itself: the symbols are these integers."""
        said = f"In Keras {named(layer.name)} makes integers of text; here the input is integers."
        return _Flow("input", said=(said,)) if flow.kind == "input" else _Flow("other", layer.name)

    def _activated(self, layer: Layer, flow: _Flow) -> _Flow:
        """Say that an activation comes behind a readout."""
        self.stacks[flow.stack].notes.append(
            f"The outputs here are the numbers before {named(layer.name)} ({named(layer.kind)})."
        )
        return flow

    def _dense(self, layer: Layer, part: Part, flow: _Flow) -> _Flow:
        """Take a Dense layer as a readout of the stack that feeds it, if it can be one."""
        other = _Flow("other", layer.name)
        refuse_quantised(layer, layer.config)
        if not self.in_order:
            self._matrix(layer, part)
            return other
        if flow.kind != "states":
            self._other(layer)
            return other
        stack = self.stacks[flow.stack]
        activation = layer.config.get("activation", "linear")
        if activation not in (*READOUT_ACTIVATIONS, UNKNOWN):
            what = named(activation) if isinstance(activation, str) else "a function of its author"
            stack.notes.append(
                f"{named(layer.name)} has the activation {what}, and a readout here is linear: it "
                "is left out."
            )
            return other
        if flow.last and len(stack.levels[-1].level.parts) == 2:
            stack.notes.append(
                f"{named(layer.name)} reads the last state of each direction, which lie at the two "
                "ends of the sequence; a readout here reads both at the same step, so it is "
                "left out."
            )
            return other
        stack.readouts.append((flow.height, self._matrix(layer, part)))
        if activation in ("softmax", "sigmoid"):
            loss = ", and the loss cross-entropy applies it" * (activation == "softmax")
            stack.notes.append(
                f"{named(layer.name)} has the activation {activation}: the outputs here are the "
                f"numbers before it{loss}."
            )
        if flow.last:
            stack.notes.append(
                f"In Keras {named(layer.name)} reads only the last step; here it is shown at every "
                "step."
            )
        return _Flow("outputs", layer.name, flow.stack)

    def _matrix(self, layer: Layer, part: Part) -> str:
        """Take the weights of a Dense layer, and return their name."""
        theirs = self.stored.arrays(layer, part, ("kernel", "bias"))
        _check_matrix(layer, theirs["kernel"])
        weight, bias = title(layer, part, "kernel"), title(layer, part, "bias")
        self.arrays[weight] = np.ascontiguousarray(theirs["kernel"].T)
        if "bias" in theirs:
            self.arrays[bias] = theirs["bias"]
        choice = Choice(weight, self.arrays[weight].shape)
        self.linears[choice] = bias if "bias" in theirs else None
        return weight


def _every_step(layer: Layer) -> tuple[Layer, Part]:
    """Return the layer inside a TimeDistributed, under the name of this, and where it lies."""
    inner = inside(layer.config.get("layer"), layer)
    kind = inner.kind if inner.kind in ("Dense", *PASSING) else layer.kind
    return Layer(kind, layer.name, inner.config, layer.group, layer.inputs), Part("layer")


def _variant(level: Level) -> tuple[object, ...]:
    return level.kind, level.cells, level.units, len(level.parts), level.reset


def _check_matrix(layer: Layer, values: Array) -> None:
    if values.ndim != 2 or 0 in values.shape:
        raise WeightsError(
            f"The weights of {named(layer.name)} must be a matrix, got the shape {values.shape}."
        )


def networks_of(
    kind: str,
    layers: list[Layer],
    stored: Stored,
    notes: tuple[str, ...] = (),
    in_order: bool = True,
) -> Contents:
    """Find the networks in a model.

    Parameters
    ----------
    kind
        Of the file, as in `Contents`.
    layers
        Each after those that feed it.
    stored
        Their weights.
    notes
        Sentences to begin with.
    in_order
        Whether it is known which table and which Dense layer belong to which network; else all that
        fit are offered.

    Raises
    ------
    WeightsError
        If there is none that can be shown.
    """
    model = _Model(stored, in_order)
    for layer in layers:
        model.add(layer)
    if not model.stacks:
        raise WeightsError(" ".join(_few(model.problems)) or _nothing(layers))
    problems = _few([f"Left out: {problem}" for problem in model.problems])
    return Contents(
        kind=kind,
        tensors=_tensors(stored),
        networks=tuple(_found(stack, model) for stack in model.stacks),
        arrays=model.arrays,
        linears=model.linears,
        notes=(*notes, *problems),
    )


def _few(sentences: list[str], most: int = 10) -> list[str]:
    """Return the first sentences, and how many more there are."""
    more = len(sentences) - most
    return [*sentences[:most], f"{more:,} more remarks are not listed."] if more > 0 else sentences


def _nothing(layers: list[Layer]) -> str:
    kinds = list(dict.fromkeys(layer.kind for layer in layers))
    held = f"it has {listed(kinds)}" if kinds else "it has no layers"
    return (
        "There is no recurrent layer in this model: SimpleRNN, GRU or LSTM was expected, and "
        f"{held}."
    )


def _found(stack: _Stack, model: _Model) -> Found:
    level = stack.levels[0].level
    entries = {
        name.replace("_l0", f"_l{at}"): theirs
        for at, one in enumerate(stack.levels)
        for name, theirs in one.entries.items()
    }
    names = list(dict.fromkeys(stack.names))
    readouts = tuple(name for height, name in stack.readouts if height == len(stack.levels))
    tables = (stack.source.name,) if stack.source.kind == "vectors" else ()
    return Found(
        path=names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}",
        cells=level.cells,
        layers=len(stack.levels),
        hidden_size=level.units,
        input_size=stack.levels[0].inputs,
        dtype=float_of([each for one in stack.levels for each in one.arrays.values()]),
        entries=entries,
        bidirectional=len(level.parts) == 2,
        reset=level.reset,
        readouts=readouts if model.in_order else None,
        embeddings=tables if model.in_order else None,
        notes=tuple(_few([*_around(stack, model), *stack.notes])),
    )


def _around(stack: _Stack, model: _Model) -> list[str]:
    """Say what feeds a stack, if it is neither the input nor a table."""
    source, name = stack.source, named(stack.names[0])
    inputs = stack.levels[0].inputs
    if source.kind == "states" and inputs == model.stacks[source.stack].output_size:
        below = model.stacks[source.stack].names[source.height - 1]
        return [
            f"{name} reads what {named(below)} gives out, and the two are not of one kind and "
            f"size, as the layers of a network here are: {name} is a network of its own, and its "
            f"{inputs:,} inputs are the outputs of {named(below)}."
        ]
    if source.kind == "other":
        return [
            f"The {inputs:,} inputs of {name} are what {named(source.name)} makes of the model's "
            "input; they are yours to give here."
        ]
    return []


def _tensors(stored: Stored) -> tuple[Tensor, ...]:
    datasets = stored.file.datasets
    used = [(name, datasets[path]) for path, name in stored.taken.items()]
    every = [*used, *stored.others.items()]
    return tuple(Tensor(name, each.shape, each.dtype) for name, each in every)
