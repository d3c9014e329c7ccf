"""The network unrolled over T steps of B sequences: the buffers of one pass.

Backpropagation keeps the same numbers that a viewer wants to see, so the buffers are the record.
They are allocated once per shape and overwritten by the next pass over a batch of that shape.

Usually there is one stack of layers over all steps. Where the answering part starts from zero
(answering.py) there are two, one after the other, with the same weights: the state of the first
goes nowhere, and so does the gradient of the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.answering import Answering
from rnnviz.engine.attention import Attention, AttentionRecord
from rnnviz.engine.cells import Cell
from rnnviz.engine.interventions import Intervention
from rnnviz.engine.layout import Weights
from rnnviz.engine.losses import LOSSES, Loss, Mask, Targets
from rnnviz.engine.norms import norms
from rnnviz.engine.products import Array
from rnnviz.engine.record import LayerRecord, time_first
from rnnviz.engine.stack import LayerValues, Outputs, Stack, joined, values_of


class Unrolled:
    """Layers, attention and readout over T steps of B sequences.

    Parameters
    ----------
    stacks : sequence of Stack
        One or two; together they have T steps.
    attention : Attention or None
        Over the topmost hidden states of all stacks.
    outputs : Outputs
        Of all T steps; the stacks write into parts of it.
    shared : sequence of Weights
        The weights whose gradients both stacks fill.
    """

    def __init__(
        self,
        stacks: Sequence[Stack],
        attention: Attention | None,
        outputs: Outputs,
        shared: Sequence[Weights],
    ) -> None:
        self.stacks, self.attention, self._shared = stacks, attention, shared
        self.outputs, self.d_outputs = outputs
        ends = np.cumsum([stack.layers[0].steps for stack in stacks]).tolist()
        self._slices = [
            slice(end - stack.layers[0].steps, end) for stack, end in zip(stacks, ends, strict=True)
        ]
        self._losses: dict[tuple[str, bool], Loss] = {}
        self._crosses: dict[int | None, list[list[bool]]] = {}

    def forward(
        self,
        x: Array,
        initial: Mapping[str, Array] | None = None,
        answering: Answering | None = None,
    ) -> None:
        """Compute everything from checked inputs up to `outputs`.

        Parameters
        ----------
        x : array, (T, B, D), or (T, B) of int
        initial : mapping of array, (layers, B, H)
            State before the first step; zero where it is not given.
        answering
            Which steps attention may look at.
        """
        for stack, steps in zip(self.stacks, self._slices, strict=True):
            stack.forward(x[steps], initial)
            initial = None
        if self.attention is not None:
            self.attention.forward([stack.layers[-1].h for stack in self.stacks], answering)

    def loss(self, name: str, y: Targets, mask: Mask | None) -> float:
        """Return the loss of the outputs for checked targets, and prepare its gradient w.r.t. them.

        Targets without a time axis are those of the last step, which is then the only one scored.
        """
        last = y.ndim < LOSSES[name].target_axes
        if not last:
            return self._loss_of(name, last)(y, mask)
        self.d_outputs[:-1] = 0
        return self._loss_of(name, last)(y[None], None)

    def losses(
        self, name: str, y: Targets, mask: Mask | None, networks: int
    ) -> NDArray[np.float64]:
        """Return the loss of each of R networks, (R,), as `loss` does of one."""
        return self._loss_of(name, False).of_each(y, mask, networks)

    def _loss_of(self, name: str, last: bool) -> Loss:
        """Return the loss of all steps, or of the last one, with its buffers."""
        if (name, last) not in self._losses:
            steps = slice(-1 if last else 0, None)
            self._losses[name, last] = LOSSES[name](self.outputs[steps], self.d_outputs[steps])
        return self._losses[name, last]

    def backward(self, truncate: int | None = None) -> None:
        """Carry `d_outputs` back to every state of every layer.

        Call it once after each `forward`: it overwrites what forward left. Truncation cuts the way
        over the recurrence; what comes over attention arrives from all later steps.
        """
        for stack in self.stacks:
            stack.read_back()
        if self.attention is not None:
            self.attention.backward([stack.layers[-1].d_h for stack in self.stacks])
        self._carry_back(truncate)

    def backward_from(self, d_h: Array, truncate: int | None = None) -> None:
        """Carry a gradient w.r.t. the topmost hidden states, (T, H, B), back to all others.

        As `backward`, for a loss that is not of the readout: nothing comes over attention.
        """
        for stack, steps in zip(self.stacks, self._slices, strict=True):
            stack.begin_back(d_h[steps])
        self._carry_back(truncate)

    def _carry_back(self, truncate: int | None) -> None:
        for stack, crosses in zip(self.stacks, self._crossings(truncate), strict=True):
            stack.backward(crosses)

    def input_gradient(self) -> Array:
        """Return dL/dx_t, (T, D, B), which training needs only for an embedding.

        Call it after `backward`. The result may be in scratch memory: copy it before computing
        anything else.
        """
        if len(self.stacks) == 1:
            return self.stacks[0].input_gradient()
        return np.concatenate([stack.input_gradient().copy() for stack in self.stacks])

    def weight_gradients(self) -> None:
        """Fill `gradient` of all weights. After `backward`."""
        self.stacks[0].weight_gradients()
        for stack in self.stacks[1:]:
            before = [weights.gradient.copy() for weights in self._shared]
            stack.weight_gradients()
            for weights, earlier in zip(self._shared, before, strict=True):
                np.add(weights.gradient, earlier, out=weights.gradient)
        if self.attention is not None:
            self.attention.weight_gradients()

    def intervene(self, items: Sequence[Intervention]) -> None:
        """Apply these interventions from now on, and no others."""
        for stack in self.stacks:
            stack.intervene(items)

    def parts(self, layer: int) -> list[Cell]:
        """Return a layer's part in each stack."""
        return [stack.layers[layer] for stack in self.stacks]

    def layer_values(self) -> tuple[LayerValues, ...]:
        """Return what each layer computed, from the input up."""
        return tuple(values_of(self.parts(layer)) for layer in range(len(self.stacks[0].layers)))

    def layer_records(self) -> tuple[LayerRecord, ...]:
        """Copy what each layer computed."""
        return tuple(_layer_record(values) for values in self.layer_values())

    def attention_record(self) -> AttentionRecord | None:
        """Copy what attention computed; None without attention. After `backward`."""
        if self.attention is None:
            return None
        return self.attention.record(joined([stack.direct() for stack in self.stacks]))

    def gradient_norms(self) -> Array:
        """Return the 2-norm of dL/dh_t over units and sequences, (layers, T)."""
        by_stack = zip(*(stack.d_h_by_step for stack in self.stacks), strict=True)
        return np.array([joined([norms(d_h) for d_h in of_layer]) for of_layer in by_stack])

    def initial_gradient(self) -> dict[str, Array]:
        """Copy dL/d of the initial state, (layers, B, H)."""
        return _stacked([layer.d_states for layer in self.stacks[0].layers], 0)

    def final_state(self) -> dict[str, Array]:
        """Copy the state after the last step, (layers, B, H)."""
        return _stacked([layer.states for layer in self.stacks[-1].layers], -1)

    def _crossings(self, truncate: int | None) -> list[list[bool]]:
        """Return, for each t of each stack, whether the gradient crosses from it to step t - 1."""
        if truncate not in self._crosses:
            whole = [truncate is None or t % truncate != 0 for t in range(len(self.outputs))]
            self._crosses[truncate] = [whole[steps] for steps in self._slices]
        return self._crosses[truncate]


def _layer_record(values: LayerValues) -> LayerRecord:
    return LayerRecord(
        gates={letter: time_first(gate) for letter, gate in values.gates.items()},
        h=time_first(values.h),
        c=None if values.c is None else time_first(values.c),
        d_h=time_first(values.d_h),
        d_c=None if values.d_c is None else time_first(values.d_c),
    )


def _stacked(states: list[dict[str, Array]], step: int) -> dict[str, Array]:
    return {name: np.stack([state[name][step].T for state in states]) for name in states[0]}
