"""The network unrolled over T steps of B sequences: the buffers of one pass.

Backpropagation keeps the same numbers that a viewer wants to see, so the buffers are the record.
They are allocated once per shape and overwritten by the next pass over a batch of that shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from rnnviz.engine.cells import Cell, Span
from rnnviz.engine.entrance import Entrance
from rnnviz.engine.interventions import Intervention, of_layer
from rnnviz.engine.layout import Weights
from rnnviz.engine.losses import LOSSES, Loss, Mask, Targets
from rnnviz.engine.products import Array, SumOfProducts, product, whole
from rnnviz.engine.record import LayerRecord, time_first


class Unrolled:
    """Layers and readout over T steps of B sequences.

    Parameters
    ----------
    entrance : Entrance
        What comes before the first layer.
    layers : sequence of Cell
        From the input up, all of the same T and B.
    readout : Weights
        `[weight | bias]`, (K, H + 1).
    span : Span
        T, B, the type of all buffers, and scratch memory.
    """

    def __init__(
        self, entrance: Entrance, layers: Sequence[Cell], readout: Weights, span: Span
    ) -> None:
        top = layers[-1]
        self.entrance, self.layers, self.readout = entrance, layers, readout
        self.outputs: Array = np.zeros((span.steps, readout.W.shape[0], span.batch), span.dtype)
        self.d_outputs = np.zeros_like(self.outputs)
        self._add_up = SumOfProducts(
            self.d_outputs, top.h_and_one, [whole(readout.gradient)], span.scratch
        )
        self._initial = [
            (name, number, state[0])
            for number, layer in enumerate(layers)
            for name, state in layer.states.items()
        ]
        self._W_T, self._d_top = readout.W_T[:-1], top.d_h
        self.d_h_by_step: list[Array] = [layer.d_h.reshape(span.steps, -1) for layer in layers]
        below = [None, *(layer.d_h for layer in layers[:-1])]
        self._downward = list(zip(layers, below, strict=True))[::-1]
        self._losses: dict[tuple[str, bool], Loss] = {}
        self._crosses: dict[int | None, list[bool]] = {}

    def forward(self, x: Array, initial: Mapping[str, Array] | None = None) -> None:
        """Compute everything from checked inputs up to `outputs`.

        Parameters
        ----------
        x : array, (T, B, D), or (T, B) of int
        initial : mapping of array, (layers, B, H)
            State before the first step; zero where it is not given.
        """
        self.entrance.forward(x)
        for name, number, state in self._initial:
            state[...] = 0 if initial is None else initial[name][number].T
        below = None
        for layer in self.layers:
            if below is not None:
                np.copyto(layer.x, below)
            layer.forward()
            below = layer.h
        product(self.readout.W, self.layers[-1].h_and_one, self.outputs)

    def loss(self, name: str, y: Targets, mask: Mask | None) -> float:
        """Return the loss of the outputs for checked targets, and prepare its gradient w.r.t. them.

        Targets without a time axis are those of the last step, which is then the only one scored.
        """
        last = y.ndim < LOSSES[name].target_axes
        if (name, last) not in self._losses:
            steps = slice(-1 if last else 0, None)
            self._losses[name, last] = LOSSES[name](self.outputs[steps], self.d_outputs[steps])
        if not last:
            return self._losses[name, False](y, mask)
        self.d_outputs[:-1] = 0
        return self._losses[name, True](y[None], None)

    def backward(self, truncate: int | None = None) -> None:
        """Carry `d_outputs` back to every state of every layer.

        Call it once after each `forward`: it overwrites what forward left.
        """
        crosses = self._crossings(truncate)
        product(self._W_T, self.d_outputs, self._d_top)
        for layer, d_below in self._downward:
            layer.backward(crosses)
            if d_below is not None:
                layer.input_gradient(d_below)

    def input_gradient(self) -> Array:
        """Return dL/dx_t, (T, D, B), which training needs only for an embedding.

        Call it after `backward`. The result is in scratch memory: copy it before computing anything
        else.
        """
        self.layers[0].input_gradient(self.entrance.d_wide)
        return self.entrance.backward()

    def weight_gradients(self) -> None:
        """Fill `gradient` of all weights. After `backward`."""
        for layer in self.layers:
            layer.weight_gradients()
        self._add_up()
        if self.entrance.learns:
            self.entrance.weight_gradients(self.input_gradient())

    def intervene(self, items: Sequence[Intervention]) -> None:
        """Apply these interventions from now on, and no others."""
        for number, layer in enumerate(self.layers):
            layer.intervene(of_layer(items, number))

    def layer_records(self) -> tuple[LayerRecord, ...]:
        """Copy what each layer computed."""
        return tuple(_layer_record(layer) for layer in self.layers)

    def initial_gradient(self) -> dict[str, Array]:
        """Copy dL/d of the initial state, (layers, B, H)."""
        return _stack([layer.d_states for layer in self.layers], 0)

    def final_state(self) -> dict[str, Array]:
        """Copy the state after the last step, (layers, B, H)."""
        return _stack([layer.states for layer in self.layers], -1)

    def _crossings(self, truncate: int | None) -> list[bool]:
        """Return, for each t, whether the gradient crosses from step t to step t - 1."""
        if truncate not in self._crosses:
            steps = range(self.layers[0].steps)
            self._crosses[truncate] = [truncate is None or t % truncate != 0 for t in steps]
        return self._crosses[truncate]


def _layer_record(layer: Cell) -> LayerRecord:
    states, d_states = layer.states, layer.d_states
    return LayerRecord(
        gates={letter: time_first(layer.gate(letter)) for letter in layer.gates},
        h=time_first(layer.h),
        c=time_first(states["c"][1:]) if "c" in states else None,
        d_h=time_first(layer.d_h),
        d_c=time_first(d_states["c"][1:]) if "c" in states else None,
    )


def _stack(states: list[dict[str, Any]], step: int) -> dict[str, Array]:
    return {name: np.stack([state[name][step].T for state in states]) for name in states[0]}
