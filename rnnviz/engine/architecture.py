"""What a network is made of: its sizes and variants, its parameters, its layers over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from rnnviz.engine import validation
from rnnviz.engine.attention import ATTENTION, Attention
from rnnviz.engine.attention_scores import SCORES, Size
from rnnviz.engine.cells import CELLS, VARIANTS, WITHOUT_MEMORY, Cell, Span
from rnnviz.engine.entrance import Entrance
from rnnviz.engine.interventions import Hold, Intervention, ShiftForgetBias
from rnnviz.engine.layout import Indices, Plan, Shapes, Weights
from rnnviz.engine.products import Array, SumOfProducts
from rnnviz.engine.stack import Outputs, Stack
from rnnviz.engine.two_way import TwoWayStack
from rnnviz.engine.unrolled import Unrolled

RESETS = ("after", "before")

#: Which cells a setting is for; the others have it at its default.
_ONLY_FOR: dict[str, tuple[str, ...]] = {
    "window": WITHOUT_MEMORY,
    "attention": tuple(cell for cell in CELLS if cell not in WITHOUT_MEMORY),
    "bidirectional": tuple(cell for cell in CELLS if cell not in WITHOUT_MEMORY),
}
for _cell, _variants in VARIANTS.items():
    for _name in _variants.settings:
        _ONLY_FOR[_name] = (*_ONLY_FOR.get(_name, ()), _cell)


def layer_names(recorded: int, bidirectional: bool) -> tuple[str, ...]:
    """Return what a person calls layers, from the input up; of two directions forward first."""
    if not bidirectional:
        return tuple(f"layer {number + 1}" for number in range(recorded))
    ways = ("forward", "backward")
    return tuple(f"layer {number // 2 + 1}, {ways[number % 2]}" for number in range(recorded))


@dataclass(frozen=True)
class Architecture:
    """Everything about a network except its numbers. The arguments are those of `Network`.

    Raises
    ------
    ValueError
        If an argument is not allowed, or does not apply to this cell.
    """

    cell: str
    input_size: int
    hidden_size: int
    output_size: int
    layers: int = 1
    dtype: str = "float64"
    peephole: bool = False
    coupled: bool = False
    reset: str = "after"
    window: int = 1
    embedding_size: int | None = None
    attention: str = "none"
    bidirectional: bool = False

    def __post_init__(self) -> None:
        validation.choice("cell", self.cell, CELLS)
        validation.choice("reset", self.reset, RESETS)
        validation.choice("attention", self.attention, ATTENTION)
        for name in ("input_size", "hidden_size", "window"):
            validation.integer(name, getattr(self, name), 1)
        validation.integer("output_size", self.output_size, 0)
        validation.integer("layers", self.layers, 1, 4)
        if self.embedding_size is not None:
            validation.integer("embedding_size", self.embedding_size, 1)
        for name in ("peephole", "coupled", "bidirectional"):
            validation.yes_or_no(name, getattr(self, name))
        object.__setattr__(self, "dtype", validation.float_type(self.dtype).name)
        defaults = {field.name: field.default for field in fields(self)}
        for name, cells in _ONLY_FOR.items():
            if getattr(self, name) != defaults[name] and self.cell not in cells:
                only = " or ".join(cells)
                raise ValueError(f"{name} is only for the cell {only}, got it with {self.cell}")
        if self.bidirectional and self.attends:
            raise ValueError(
                "attention must be none in a bidirectional network: it looks at the steps before, "
                "and the backward direction has already read those after"
            )
        if self.attends and not self.has_readout:
            raise ValueError("attention is part of the readout, got it with output_size 0")

    @property
    def cell_type(self) -> type[Cell]:
        """The class of the layers."""
        variants = VARIANTS.get(self.cell)
        if variants is None:
            return CELLS[self.cell]
        return variants.classes[tuple(getattr(self, name) for name in variants.settings)]

    def check_intervention(self, item: Intervention) -> None:
        """Refuse an intervention that is impossible in this network.

        Raises
        ------
        ValueError
            If the gate, a unit or the layer does not exist, or a value is not finite.
        """
        if not isinstance(item, Intervention):
            raise ValueError(
                f"intervention must be Hold, Silence or ShiftForgetBias, got {type(item).__name__}"
            )
        if item.layer is not None:
            validation.integer("layer", item.layer, 0, self.recorded_layers - 1)
        if isinstance(item, ShiftForgetBias):
            validation.finite("amount", item.amount)
            if not self.cell_type.spec.forget_gate:
                raise ValueError(f"there is no forget bias in the cell {self.cell}")
            return
        if not (item.units is None or isinstance(item.units, tuple)):
            raise ValueError(
                "units must be a tuple of whole numbers or None, "
                f"got {validation.shown(item.units)}"
            )
        for unit in item.units or ():
            validation.integer("unit", unit, 0, self.hidden_size - 1)
        if isinstance(item, Hold):
            validation.finite("value", item.value)
            self._check_gate(item.gate)

    def _check_gate(self, gate: str) -> None:
        allowed = self.cell_type.holdable()
        if not isinstance(gate, str) or len(gate) != 1 or gate not in allowed:
            can = allowed if allowed else "none: it has no gates"
            got = f"{validation.shown(gate)} for {self.cell}"
            raise ValueError(f"gate must be one of {can}, got {got}")

    @property
    def ids(self) -> bool:
        """Whether the inputs are integers, looked up in a learned table."""
        return self.embedding_size is not None

    @property
    def has_readout(self) -> bool:
        """Whether there are outputs; without them there are states and gates, but no loss."""
        return self.output_size > 0

    @property
    def attends(self) -> bool:
        """Whether the readout sees a weighted sum of the hidden states so far."""
        return self.attention != "none"

    @property
    def features(self) -> int:
        """Number of inputs per time step, or the size of the embedding."""
        return self.input_size if self.embedding_size is None else self.embedding_size

    @property
    def seen(self) -> int:
        """How many hidden units a layer gives to what is above it, of one step."""
        return self.hidden_size * self.directions

    @property
    def directions(self) -> int:
        """2 where each layer reads the sequence forward and backward, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def recorded_layers(self) -> int:
        """Number of layers as they are recorded: each direction is one of its own."""
        return self.layers * self.directions

    @property
    def layer_names(self) -> tuple[str, ...]:
        """What a person calls the recorded layers, from the input up: `layer 1, backward`."""
        return layer_names(self.recorded_layers, self.bidirectional)

    def number_of(self, layer: int) -> int:
        """Return the number of a recorded layer; -1 means the top one, read forward."""
        if layer == -1:
            return self.recorded_layers - self.directions
        return range(self.recorded_layers)[layer]

    def reads_backward(self, recorded: int) -> bool:
        """Tell whether a recorded layer reads the sequence from its end."""
        return self.bidirectional and recorded % 2 == 1

    def suffix(self, recorded: int) -> str:
        """Return how PyTorch ends the names of a recorded layer's parameters: `_l0_reverse`."""
        layer, backward = divmod(recorded, self.directions)
        return f"_l{layer}{'_reverse' * backward}"

    def layer_input(self, layer: int) -> int:
        """Return the number of inputs of a recorded layer."""
        return self.features * self.window if layer < self.directions else self.seen

    def shapes(self) -> Shapes:
        """Return the shape of every parameter, by name, in the order of the flat vector."""
        shapes: Shapes = {}
        if self.embedding_size is not None:
            shapes["embedding.weight"] = (self.input_size, self.embedding_size)
        for layer in range(self.recorded_layers):
            of_layer = self.cell_type.shapes(self.layer_input(layer), self.hidden_size)
            end = self.suffix(layer)
            shapes |= {f"{name}{end}": shape for name, shape in of_layer.items()}
        if self.has_readout:
            wide = self.seen * (2 if self.attends else 1)
            shapes["readout.weight"] = (self.output_size, wide)
            shapes["readout.bias"] = (self.output_size,)
        if self.attends:
            shapes |= SCORES[self.attention].shapes(self.hidden_size)
        return shapes

    def plans(self, index: Mapping[str, Indices]) -> dict[str, Plan]:
        """Describe how the fast matrices are made from the parameters; layer 0's are `0.<name>`."""
        plans: dict[str, Plan] = {}
        if self.ids:
            plans["embedding"] = Plan.plain(index["embedding.weight"])
        for layer in range(self.recorded_layers):
            end = self.suffix(layer)
            own = {name.removesuffix(end): at for name, at in index.items() if name.endswith(end)}
            of_layer = self.cell_type.plans(own, self.hidden_size)
            plans |= {f"{layer}.{name}": plan for name, plan in of_layer.items()}
        if not self.has_readout:
            return plans
        weight = index["readout.weight"]
        readout = np.column_stack([weight[:, : self.seen], index["readout.bias"]])
        plans["readout"] = Plan.plain(readout)
        if self.attends:
            plans["readout.sums"] = Plan.plain(weight[:, self.seen :])
            plans |= SCORES[self.attention].plans(index)
        return plans

    @property
    def stacks(self) -> bool:
        """Whether several networks of it can be computed in one pass: stacked.py."""
        return self.cell_type.stacks and not (self.attends or self.bidirectional)

    def unroll(
        self,
        weights: Mapping[str, Weights],
        steps: int,
        batch: int,
        first: int | None = None,
        networks: int | None = None,
    ) -> Unrolled:
        """Allocate the buffers for T steps of B sequences.

        Parameters
        ----------
        weights : mapping of name to Weights
            What `plans` describes, in the fast layout.
        first
            The step before which every state is zero; None for none.
        networks
            R where the weights are those of R networks, with B sequences for each; else None.
        """
        R = networks or 1
        scratch = np.empty(R * self.scratch_size(steps, batch), self.dtype)
        values, gradients = np.zeros((2, steps, self.output_size, R * batch), self.dtype)
        parts = [slice(steps)] if first is None else [slice(first), slice(first, steps)]
        stacks = [
            self._stack(weights, Outputs(values[part], gradients[part]), scratch, networks)
            for part in parts
        ]
        attention = None
        if self.attends:
            size = Size(batch, steps, self.hidden_size)
            attention = Attention(self.attention, weights, values, gradients, size)
        of_attention = {"readout.sums", *SCORES[self.attention].shapes(1)} if self.attends else ()
        shared = [each for name, each in weights.items() if name not in of_attention]
        return Unrolled(stacks, attention, Outputs(values, gradients), shared)

    def _stack(
        self,
        weights: Mapping[str, Weights],
        outputs: Outputs,
        scratch: Array,
        networks: int | None,
    ) -> Stack:
        """Allocate the layers over the steps that these outputs have."""
        steps, _, batch = outputs.values.shape
        span = Span(steps, batch, np.dtype(self.dtype), scratch, networks)
        layers = []
        for layer in range(self.recorded_layers):
            start = f"{layer}."
            own = {n.removeprefix(start): w for n, w in weights.items() if n.startswith(start)}
            sizes = (self.layer_input(layer), self.hidden_size)
            layers.append(self.cell_type(own, sizes, span))
        entrance = Entrance(layers[0].x, self.window, weights.get("embedding"), scratch)
        kind = TwoWayStack if self.bidirectional else Stack
        return kind(entrance, layers, weights.get("readout"), outputs, scratch)

    def scratch_size(self, steps: int, batch: int) -> int:
        """Return the largest scratch memory that any part needs, in numbers."""
        sizes = [
            self.cell_type.scratch_size(self.layer_input(layer), self.hidden_size, steps, batch)
            for layer in range(self.recorded_layers)
        ]
        K, columns = self.output_size, self.seen + 1
        if K:
            sizes.append(SumOfProducts.scratch_size(K, columns, K * columns, steps, batch))
        return max(*sizes, Entrance.scratch_size(self.features, self.window, steps, batch))
