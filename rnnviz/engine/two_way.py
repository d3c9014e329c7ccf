"""The layers of a bidirectional network: each reads the sequence forward and backward.

As PyTorch's `bidirectional=True` (Schuster and Paliwal 1997). Each direction is a cell of its own,
with weights of its own, and counts its steps in its own time: step 0 of the backward one is the
last input of the sequence. At input t a layer gives the layer above, or the readout, both hidden
states that have read this input: `[h_t, h'_{T-1-t}]`. So a gradient comes to each direction as the
one w.r.t. its half, turned round for the backward one, and each goes back through its own time.

A mask only says which steps are scored: padding at the end of a sequence is input like any other,
so the backward direction begins with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rnnviz.engine.cells import Cell
from rnnviz.engine.entrance import Entrance
from rnnviz.engine.layout import Weights
from rnnviz.engine.products import Array, SumOfProducts, product, whole
from rnnviz.engine.stack import Outputs, Stack


class TwoWayStack(Stack):
    """The layers of a bidirectional network over T steps of B sequences, and the readout.

    Parameters
    ----------
    entrance, readout, outputs, scratch
        As in `Stack`; the readout sees 2 H units: `[weight | bias]` is (K, 2 H + 1).
    layers : sequence of Cell
        From the input up; of each layer the forward direction first.
    """

    def __init__(
        self,
        entrance: Entrance,
        layers: Sequence[Cell],
        readout: Weights | None,
        outputs: Outputs,
        scratch: Array,
    ) -> None:
        super().__init__(entrance, layers, None, outputs, scratch)
        steps, H, batch = layers[0].h.shape
        self.readout, self._H = readout, H
        self._pairs = list(zip(layers[::2], layers[1::2], strict=True))
        self._seen = np.ones((steps, 2 * H + 1, batch), layers[0].dtype)
        # What a layer gave, and what comes to it: of all its units, and the backward part of it.
        self._d_seen, self._d_backward = np.zeros((2, steps, 2 * H, batch), layers[0].dtype)
        self._d_top = self._d_seen
        self._d_x = np.zeros(layers[0].x.shape, layers[0].dtype)
        if readout is not None:
            self._W_T = readout.W_T[:-1]
            parts = [whole(readout.gradient)]
            self._add_up = SumOfProducts(outputs.gradients, self._seen, parts, scratch)

    def forward(self, x: Array, initial: Mapping[str, Array] | None = None) -> None:
        """Compute the layers from checked inputs, and the outputs."""
        self.entrance.forward(x)
        self._begin(initial)
        for number, (forward, backward) in enumerate(self._pairs):
            if number:
                np.copyto(forward.x, self._seen[:, :-1])
            np.copyto(backward.x, forward.x[::-1])
            forward.forward()
            backward.forward()
            self._seen[:, : self._H] = forward.h
            self._seen[:, self._H : -1] = backward.h[::-1]
        if self.readout is not None:
            product(self.readout.W, self._seen, self.outputs.values)

    def backward(self, crosses: list[bool]) -> None:
        """Carry what both directions of the top layer got to every state of every layer."""
        for number, (forward, backward) in reversed(list(enumerate(self._pairs))):
            forward.d_h[...] = self._d_seen[:, : self._H]
            backward.d_h[...] = self._d_seen[::-1, self._H :]
            forward.backward(crosses)
            backward.backward(crosses)
            if number:
                forward.input_gradient(self._d_seen)
                backward.input_gradient(self._d_backward)
                np.add(self._d_seen, self._d_backward[::-1], self._d_seen)

    def input_gradient(self) -> Array:
        """Return dL/dx_t, (T, D, B), in scratch memory: copy it before computing anything else."""
        forward, backward = self._pairs[0]
        backward.input_gradient(self._d_x)
        forward.input_gradient(self.entrance.d_wide)
        np.add(self.entrance.d_wide, self._d_x[::-1], self.entrance.d_wide)
        return self.entrance.backward()
