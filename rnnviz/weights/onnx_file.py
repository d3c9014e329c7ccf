"""A network as ONNX, the one format that can say peepholes and both variants of the GRU.

Netron shows it, onnxruntime runs it. Numbers are float32 whatever the network has: onnxruntime 1.31
has no recurrent layers in float64. Inputs are `x` (T, B, D), or (T, B) of int64 for an embedding;
`outputs` are (T, B, K), `states` those of the topmost layer (T, B, H), or (T, B, 2H).

In ONNX the gates of an LSTM are in the order i o f c and those of a GRU z r h; an LSTM with coupled
gates is one whose forget gate has the weights of the input gate times -1, as in lstm_variants.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from rnnviz.engine import Network
from rnnviz.weights.contents import Array
from rnnviz.weights.errors import WeightsError

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

#: Version of the operators: that of onnxruntime 1.13 (2022) and all since.
OPSET = 17
_IR = 8

_OPERATORS = {"rnn": "RNN", "relu": "RNN", "gru": "GRU", "lstm": "LSTM"}
#: Where each of ONNX's blocks of rows is among ours, and its sign.
_BLOCKS = {
    "RNN": ((0, 1),),
    "GRU": ((1, 1), (0, 1), (2, 1)),
    "LSTM": ((0, 1), (3, 1), (1, 1), (2, 1)),
    "coupled": ((0, 1), (2, 1), (0, -1), (1, 1)),
}
#: The same for peepholes, in ONNX i o f.
_PEEPHOLES = {"LSTM": ((0, 1), (2, 1), (1, 1)), "coupled": ((0, 1), (1, 1), (0, -1))}


def write_onnx(network: Network) -> bytes:
    """Return a network as an ONNX file, without its interventions.

    Raises
    ------
    WeightsError
        If the package `onnx` is not installed, or the network has attention or no recurrence.
    """
    architecture = network.architecture
    if network.cell not in _OPERATORS:
        raise WeightsError(f"ONNX has no recurrent layer for the cell {network.cell}.")
    if architecture.attends:
        raise WeightsError(
            "A network with attention can't be written as ONNX here: only recurrent layers, an "
            "embedding and a linear readout can."
        )
    try:
        import onnx
    except ImportError:
        raise WeightsError(
            "To write ONNX, the package onnx is needed.", 'pip install "rnnviz[onnx]"'
        ) from None
    model = _Graph(network).model()
    onnx.checker.check_model(model, full_check=True)
    data: bytes = model.SerializeToString()
    return data


class _Graph:
    """The nodes and weights of a network, from the input up."""

    def __init__(self, network: Network) -> None:
        self.network, self.architecture = network, network.architecture
        self.weights = {
            name: values.astype(np.float32) for name, values in network.parameters.items()
        }
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []

    def model(self) -> ModelProto:
        """Return the whole model."""
        from onnx import TensorProto, helper

        from rnnviz import __version__

        architecture, numbers = self.architecture, TensorProto.FLOAT
        seen = self._layers(self._embedded("x"))
        steps: list[str | int] = ["steps", "batch"]
        results = [helper.make_tensor_value_info("states", numbers, [*steps, architecture.seen])]
        if architecture.has_readout:
            self._readout(seen)
            outputs = [*steps, architecture.output_size]
            results.insert(0, helper.make_tensor_value_info("outputs", numbers, outputs))
        given = (
            helper.make_tensor_value_info("x", TensorProto.INT64, steps)
            if architecture.ids
            else helper.make_tensor_value_info("x", numbers, [*steps, architecture.input_size])
        )
        graph = helper.make_graph(self.nodes, "rnnviz", [given], results, self.tensors)
        return helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=_IR,
            producer_name="rnnviz",
            producer_version=__version__,
        )

    def _embedded(self, x: str) -> str:
        if not self.architecture.ids:
            return x
        return self._node("Gather", [self._tensor("embedding.weight"), x], "embedded")

    def _layers(self, below: str) -> str:
        """Add the recurrent layers; ONNX puts their states into (T, directions, B, H)."""
        for layer in range(self.architecture.layers):
            by_way = self._node(
                _OPERATORS[self.network.cell],
                [below, *self._of_layer(layer)],
                f"layer{layer}",
                **self._settings(),
            )
            ordered = self._node("Transpose", [by_way], f"ordered{layer}", perm=[0, 2, 1, 3])
            last = layer == self.architecture.layers - 1
            shape = self._constant("shape", np.array([0, 0, -1], np.int64))
            below = self._node("Reshape", [ordered, shape], "states" if last else f"states{layer}")
        return below

    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "hidden_size": self.network.hidden_size,
            "direction": "bidirectional" if self.architecture.directions == 2 else "forward",
        }
        if self.network.cell in ("rnn", "relu"):
            name = "Tanh" if self.network.cell == "rnn" else "Relu"
            settings["activations"] = [name] * self.architecture.directions
        if self.network.cell == "gru":
            settings["linear_before_reset"] = int(self.architecture.reset == "after")
        return settings

    def _of_layer(self, layer: int) -> list[str]:
        """Return the names of the weights of a layer, as the operator takes them."""
        kind = "coupled" if self.architecture.coupled else _OPERATORS[self.network.cell]
        ends = [f"_l{layer}", f"_l{layer}_reverse"][: self.architecture.directions]
        own = {
            name: np.stack([_arranged(self.weights[name + end], _BLOCKS[kind]) for end in ends])
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        }
        biases = np.concatenate([own["bias_ih"], own["bias_hh"]], axis=1)
        values: Mapping[str, Array] = {"W": own["weight_ih"], "R": own["weight_hh"], "B": biases}
        names = [self._constant(f"{name}{layer}", each) for name, each in values.items()]
        if self.architecture.peephole:
            peepholes = [
                np.concatenate([row * sign for row, sign in _rows(self.weights, end, kind)])
                for end in ends
            ]
            # Between them: the lengths of the sequences, and the initial h and c.
            names += ["", "", "", self._constant(f"P{layer}", np.stack(peepholes))]
        return names

    def _readout(self, seen: str) -> None:
        weight = self._constant("readout.weight", self.weights["readout.weight"].T)
        product = self._node("MatMul", [seen, weight], "weighted")
        self._node("Add", [product, self._tensor("readout.bias")], "outputs")

    def _node(self, operator: str, inputs: list[str], output: str, **settings: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **settings))
        return output

    def _tensor(self, name: str) -> str:
        return self._constant(name, self.weights[name])

    def _constant(self, name: str, values: Array) -> str:
        from onnx import numpy_helper

        if name not in {tensor.name for tensor in self.tensors}:
            self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name


def _arranged(values: Array, order: tuple[tuple[int, int], ...]) -> Array:
    """Return the blocks of rows in ONNX's order."""
    count = 1 + max(at for at, _ in order)
    blocks = np.split(values, count)
    return np.concatenate([blocks[at] * np.float32(sign) for at, sign in order])


def _rows(weights: Mapping[str, Array], end: str, kind: str) -> list[tuple[Array, np.float32]]:
    """Return the peepholes of a layer in ONNX's order, each with its sign."""
    rows = weights[f"peephole{end}"]
    return [(rows[at], np.float32(sign)) for at, sign in _PEEPHOLES[kind]]
