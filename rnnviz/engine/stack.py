"""The recurrent layers over consecutive time steps, without what is made of their output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from rnnviz.engine.cells import Cell
from rnnviz.engine.entrance import Entrance
from rnnviz.engine.interventions import Intervention, of_layer
from rnnviz.engine.layout import Weights
from rnnviz.engine.products import Array, SumOfProducts, product, whole


class Outputs(NamedTuple):
    """The part of the network's outputs that belongs to a stack, and of their gradients.

    Parameters
    ----------
    values, gradients : array, (T, K, B)
    """

    values: Array
    gradients: Array


class Stack:
    """The layers over T steps of B sequences, and the readout of the topmost hidden states.

    Parameters
    ----------
    entrance : Entrance
        What comes before the first layer.
    layers : sequence of Cell
        From the input up, all of the same T and B.
    readout : Weights or None
        `[weight | bias]`, (K, H + 1), of the hidden state of the same step; None without outputs.
    outputs : Outputs
        Where the readout writes.
    scratch : array, one-dimensional
        Memory that is needed only within a call.
    """

    def __init__(
        self,
        entrance: Entrance,
        layers: Sequence[Cell],
        readout: Weights | None,
        outputs: Outputs,
        scratch: Array,
    ) -> None:
        top = layers[-1]
        self.entrance, self.layers, self.readout, self.outputs = entrance, layers, readout, outputs
        self._d_top = top.d_h
        if readout is not None:
            self._W_T = readout.W_T[..., :-1, :]
            self._add_up = SumOfProducts(
                outputs.gradients, top.h_and_one, [whole(readout.gradient)], scratch
            )
        self._initial = [
            (name, number, state[0])
            for number, layer in enumerate(layers)
            for name, state in layer.states.items()
        ]
        self.d_h_by_step: list[Array] = [layer.d_h.reshape(layer.steps, -1) for layer in layers]
        below = [None, *(layer.d_h for layer in layers[:-1])]
        self._downward = list(zip(layers, below, strict=True))[::-1]

    def forward(self, x: Array, initial: Mapping[str, Array] | None = None) -> None:
        """Compute the layers from checked inputs, and what the outputs get from their own step."""
        self.entrance.forward(x)
        self._begin(initial)
        below = None
        for layer in self.layers:
            if below is not None:
                np.copyto(layer.x, below)
            layer.forward()
            below = layer.h
        if self.readout is not None:
            product(self.readout.W, self.layers[-1].h_and_one, self.outputs.values)

    def _begin(self, initial: Mapping[str, Array] | None) -> None:
        """Write the state before the first step."""
        for name, number, state in self._initial:
            state[...] = 0 if initial is None else initial[name][number].T

    def read_back(self) -> None:
        """Begin the way back: write what each top hidden state gets from its own step's output."""
        product(self._W_T, self.outputs.gradients, self._d_top)

    def begin_back(self, d_h: Array) -> None:
        """Begin the way back with a given gradient w.r.t. the top hidden states, (T, H, B)."""
        self._d_top[...] = d_h

    def direct(self) -> Array:
        """Return what each top hidden state gets from its own step's output, (T, H, B)."""
        out: Array = np.zeros_like(self._d_top)
        product(self._W_T, self.outputs.gradients, out)
        return out

    def backward(self, crosses: list[bool]) -> None:
        """Carry what the topmost hidden states got to every state of every layer.

        Parameters
        ----------
        crosses : list of bool, length T
            Whether the gradient crosses from step t to step t - 1 of a layer.
        """
        for layer, d_below in self._downward:
            layer.backward(crosses)
            if d_below is not None:
                layer.input_gradient(d_below)

    def input_gradient(self) -> Array:
        """Return dL/dx_t, (T, D, B), in scratch memory: copy it before computing anything else."""
        self.layers[0].input_gradient(self.entrance.d_wide)
        return self.entrance.backward()

    def weight_gradients(self) -> None:
        """Fill `gradient` of the weights of layers, readout and embedding."""
        for layer in self.layers:
            layer.weight_gradients()
        if self.readout is not None:
            self._add_up()
        if self.entrance.learns:
            self.entrance.weight_gradients(self.input_gradient())

    def intervene(self, items: Sequence[Intervention]) -> None:
        """Apply these interventions from now on, and no others."""
        for number, layer in enumerate(self.layers):
            layer.intervene(of_layer(items, number))


class LayerValues(NamedTuple):
    """What one layer computed, feature-major: views, or copies where there are several stacks.

    Parameters
    ----------
    gates : dict of array, (T, H, B)
    h, c, d_h, d_c : array, (T, H, B)
        States after each step, and their gradients; `c` and `d_c` are None where there is none.
    """

    gates: dict[str, Array]
    h: Array
    c: Array | None
    d_h: Array
    d_c: Array | None


def values_of(parts: Sequence[Cell]) -> LayerValues:
    """Return what one layer computed, from its part in each stack."""
    has_c = "c" in parts[0].state_names
    return LayerValues(
        gates={letter: joined([part.gate(letter) for part in parts]) for letter in parts[0].gates},
        h=joined([part.h for part in parts]),
        c=joined([part.states["c"][1:] for part in parts]) if has_c else None,
        d_h=joined([part.d_h for part in parts]),
        d_c=joined([part.d_states["c"][1:] for part in parts]) if has_c else None,
    )


def joined(parts: Sequence[Array]) -> Array:
    """Return blocks one after the other in time; a single one as it is."""
    result: Any = parts[0] if len(parts) == 1 else np.concatenate(parts)
    return result  # type: ignore[no-any-return]
