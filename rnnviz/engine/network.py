"""The network: stacked recurrent layers and a linear readout, trained by hand-written gradients."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from rnnviz.engine import checks, init
from rnnviz.engine.cell import Cell
from rnnviz.engine.elman import ReluRNN, TanhRNN
from rnnviz.engine.gru import GRU
from rnnviz.engine.layout import Indices, Layout, Plan, Shapes, views
from rnnviz.engine.losses import Mask, Targets
from rnnviz.engine.lstm import LSTM
from rnnviz.engine.products import Array
from rnnviz.engine.record import Record, time_first
from rnnviz.engine.unrolled import Unrolled

CELLS: dict[str, type[Cell]] = {"rnn": TanhRNN, "relu": ReluRNN, "gru": GRU, "lstm": LSTM}

# Buffers of so many shapes (T, B) are kept: a batch, a probe, an evaluation, one to spare.
SHAPES_KEPT = 4


class Network:
    """Stacked recurrent layers and a linear readout at every time step.

    Initial weights, if nothing else is said: input weights and readout after Glorot and Bengio
    (2010), recurrent weights orthogonal for each gate (Saxe et al. 2014), the identity for `"relu"`
    (Le et al. 2015), biases zero, but the LSTM's forget bias 1 (Jozefowicz et al. 2015). These are
    the defaults of Keras, where PyTorch's are uniform in +-1/sqrt(H).

    Parameters
    ----------
    cell
        One of `CELLS`.
    input_size, hidden_size, output_size
        D, H and K.
    layers
        How many recurrent layers are stacked, 1..4.
    dtype
        `"float64"` or `"float32"`, of all computation.
    seed
        Of the initial weights.
    forget_bias
        Initial bias of an LSTM's forget gate; stands in `bias_ih`, while `bias_hh` is 0.

    Attributes
    ----------
    flat, flat_gradients : array, (P,)
        All parameters, and the gradient that `learn` wrote, each in one vector.
    parameters, gradients : dict of array
        Views on them, by the names of PyTorch (`weight_ih_l0`, ..., `readout.bias`).

    Raises
    ------
    ValueError
        If an argument is not allowed.
    """

    def __init__(
        self,
        *,
        cell: str,
        input_size: int,
        hidden_size: int,
        output_size: int,
        layers: int = 1,
        dtype: DTypeLike = "float64",
        seed: int = 0,
        forget_bias: float = 1.0,
    ) -> None:
        self.cell = checks.choice("cell", cell, CELLS)
        self.input_size = checks.whole("input_size", input_size, 1)
        self.hidden_size = checks.whole("hidden_size", hidden_size, 1)
        self.output_size = checks.whole("output_size", output_size, 1)
        self.layers = checks.whole("layers", layers, 1, 4)
        self.dtype = checks.float_type(dtype)
        self._cell_type = CELLS[cell]
        self._shapes = self._named_shapes()
        size = sum(int(np.prod(shape)) for shape in self._shapes.values())
        self.flat: Array = np.zeros(size, self.dtype)
        self.flat_gradients: Array = np.zeros(size, self.dtype)
        self.parameters: dict[str, Array] = views(self.flat, self._shapes)
        self.gradients: dict[str, Array] = views(self.flat_gradients, self._shapes)
        self._layout = Layout(self._plans(), self.dtype)
        self._unrolled: dict[tuple[int, int], Unrolled] = {}
        self._last: Unrolled | None = None
        self._draw(np.random.default_rng(checks.whole("seed", seed, 0)))
        self._set_forget_bias(checks.finite("forget_bias", forget_bias))

    @property
    def outputs(self) -> Array:
        """Outputs of the last `learn` or `predict`, (T, B, K): a view, valid until the next."""
        if self._last is None:
            raise RuntimeError("outputs: nothing was computed yet")
        return self._last.outputs.transpose(0, 2, 1)

    def learn(
        self,
        x: Array,
        y: Targets,
        mask: Mask | None = None,
        loss: str = "cross_entropy",
        truncate: int | None = None,
    ) -> float:
        """Compute the loss of a batch and its gradient, as fast as possible.

        Fills `flat_gradients`; the weights stay as they are. Arguments as in `record`, but trusted:
        nothing is checked. Infinite loss or gradients are returned as they are.

        Returns
        -------
        float
            The loss.
        """
        with np.errstate(all="ignore"):
            unrolled = self._forward(x)
            value = unrolled.loss(loss, y, mask)
            unrolled.backward(truncate)
            unrolled.weight_gradients()
            self._layout.gather(self.flat_gradients)
        self._last = unrolled
        return value

    def predict(self, x: Array) -> Array:
        """Return the outputs for inputs (T, B, D): logits or values, (T, B, K).

        Raises
        ------
        ValueError
            If x has the wrong shape or is not finite.
        """
        checked = checks.inputs(x, self.input_size)
        with np.errstate(all="ignore"):
            self._last = self._forward(checked)
        return time_first(self._last.outputs)

    def record(
        self,
        x: Array,
        y: Targets,
        mask: Mask | None = None,
        loss: str = "cross_entropy",
        initial: Mapping[str, Array] | None = None,
        truncate: int | None = None,
    ) -> Record:
        """Run forward and backward, and return a copy of everything that was computed.

        Looks only: `flat_gradients` is what `learn` left there.

        Parameters
        ----------
        x : array, (T, B, D)
        y : array, (T, B) of int, or (T, B, K) of float
            Classes for `"cross_entropy"`, values for `"squared_error"`.
        mask : array of bool, (T, B), or None
            Which steps are scored; None means all.
        loss
            `"cross_entropy"` or `"squared_error"`.
        initial : mapping of array, (layers, B, H), or None
            State before the first step: `"h"`, and for an LSTM `"c"`. What is missing is zero.
        truncate
            If k, the gradient does not cross from step t to t - 1 where t is a multiple of k:
            Williams and Peng (1990). The state does.

        Raises
        ------
        ValueError
            If an argument has the wrong shape or is out of range.
        """
        x, y, mask = self._checked(x, y, mask, loss)
        state = checks.initial(
            initial, self._state_names(), (self.layers, x.shape[1], self.hidden_size)
        )
        if truncate is not None:
            checks.whole("truncate", truncate, 1)
        gradients = np.empty_like(self.flat)
        with np.errstate(all="ignore"):
            unrolled = self._forward(x, state)
            value = unrolled.loss(loss, y, mask)
            unrolled.backward(truncate)
            unrolled.weight_gradients()
            self._layout.gather(gradients)
        return Record(
            loss=value,
            outputs=time_first(unrolled.outputs),
            d_x=time_first(unrolled.d_x),
            layers=unrolled.layer_records(),
            gradients=views(gradients, self._shapes),
            d_initial=unrolled.initial_gradient(),
            final=unrolled.final_state(),
        )

    def copy(self, dtype: DTypeLike | None = None) -> Network:
        """Return a network of the same weights, that may compute in another precision."""
        twin = Network(
            cell=self.cell,
            input_size=self.input_size,
            hidden_size=self.hidden_size,
            output_size=self.output_size,
            layers=self.layers,
            dtype=self.dtype if dtype is None else dtype,
        )
        twin.flat[...] = self.flat
        return twin

    def load_torch(self, weights: Mapping[str, Any]) -> None:
        """Take over weights by PyTorch's names; all of them, nothing else.

        Raises
        ------
        ValueError
            If an entry is missing, unknown, misshapen or not finite; nothing is changed then.
        """
        for name, values in checks.parameters(weights, self._shapes).items():
            np.copyto(self.parameters[name], values, casting="same_kind")

    def to_torch(self) -> dict[str, Array]:
        """Return a copy of the weights by PyTorch's names."""
        return {name: values.copy() for name, values in self.parameters.items()}

    def _checked(self, x: Any, y: Any, mask: Any, loss: str) -> tuple[Array, Targets, Mask | None]:
        x = checks.inputs(x, self.input_size)
        steps, batch, _ = x.shape
        mask = checks.mask(mask, (steps, batch))
        return x, checks.targets(y, mask, loss, (steps, batch, self.output_size)), mask

    def _forward(self, x: Array, initial: Mapping[str, Array] | None = None) -> Unrolled:
        self._layout.refresh(self.flat)
        unrolled = self._unroll(x.shape[0], x.shape[1])
        unrolled.forward(x, initial)
        return unrolled

    def _unroll(self, steps: int, batch: int) -> Unrolled:
        """Return the buffers for a shape, the most recently used ones last in the store."""
        key = (steps, batch)
        unrolled = self._unrolled.pop(key, None) or self._make_unrolled(steps, batch)
        self._unrolled[key] = unrolled
        if len(self._unrolled) > SHAPES_KEPT:
            del self._unrolled[next(iter(self._unrolled))]
        return unrolled

    def _make_unrolled(self, steps: int, batch: int) -> Unrolled:
        weights = self._layout.weights
        layers = [
            self._cell_type(
                {name.partition(".")[2]: w for name, w in weights.items() if _of(name, layer)},
                (self._layer_input(layer), self.hidden_size),
                steps,
                batch,
                self.dtype,
            )
            for layer in range(self.layers)
        ]
        return Unrolled(layers, weights["readout"])

    def _layer_input(self, layer: int) -> int:
        return self.input_size if layer == 0 else self.hidden_size

    def _state_names(self) -> tuple[str, ...]:
        return ("h", "c") if self.cell == "lstm" else ("h",)

    def _named_shapes(self) -> Shapes:
        shapes: Shapes = {}
        for layer in range(self.layers):
            of_layer = self._cell_type.shapes(self._layer_input(layer), self.hidden_size)
            shapes |= {f"{name}_l{layer}": shape for name, shape in of_layer.items()}
        shapes["readout.weight"] = (self.output_size, self.hidden_size)
        shapes["readout.bias"] = (self.output_size,)
        return shapes

    def _plans(self) -> dict[str, Plan]:
        index: dict[str, Indices] = views(np.arange(self.flat.size), self._shapes)
        plans: dict[str, Plan] = {}
        for layer in range(self.layers):
            end = f"_l{layer}"
            own = {name.removesuffix(end): at for name, at in index.items() if name.endswith(end)}
            of_layer = self._cell_type.plans(own, self.hidden_size)
            plans |= {f"{layer}.{name}": plan for name, plan in of_layer.items()}
        readout = np.column_stack([index["readout.weight"], index["readout.bias"]])
        plans["readout"] = Plan(readout, np.ones((self.output_size, 1)))
        return plans

    def _draw(self, generator: np.random.Generator) -> None:
        """Draw the initial weights, block by block of H rows."""
        H = self.hidden_size
        for name, values in self.parameters.items():
            if name == "readout.weight":
                values[...] = init.glorot(generator, *values.shape)
            elif name.startswith("weight"):
                for block in values.reshape(-1, H, values.shape[1]):
                    block[...] = self._drawn(name, generator, H, values.shape[1])

    def _drawn(self, name: str, generator: np.random.Generator, H: int, columns: int) -> Array:
        if name.startswith("weight_ih"):
            return init.glorot(generator, H, columns)
        return init.identity(H) if self.cell == "relu" else init.orthogonal(generator, H)

    def _set_forget_bias(self, value: float) -> None:
        if self.cell == "lstm":
            for layer in range(self.layers):
                self.parameters[f"bias_ih_l{layer}"][self.hidden_size : 2 * self.hidden_size] = (
                    value
                )


def _of(name: str, layer: int) -> bool:
    return name.startswith(f"{layer}.")
