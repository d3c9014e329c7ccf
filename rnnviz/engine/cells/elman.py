"""The simple recurrent network of Elman (1990), with tanh or with ReLU.

Equations, as in PyTorch's `nn.RNN`::

    a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh
    h_t = tanh(a_t)      or      h_t = max(a_t, 0)

Backward, with dL/dh_t from above and from step t + 1 added up::

    d_a_t = d_h_t * (1 - h_t^2)      or      d_a_t = d_h_t * [h_t > 0]
    d_h_{t-1} += W_hh^T d_a_t
    d_x_t = W_ih^T d_a_t

The variant with ReLU is meant to start from W_hh = identity: Le, Jaitly and Hinton (2015), "A
simple way to initialize recurrent networks of rectified linear units".
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from rnnviz.engine.cells.cell import Cell, Mixing, Span, fuse
from rnnviz.engine.cells.spec import (
    HIDDEN_STATE,
    CellSpec,
    Cost,
    Parameters,
    Slope,
    Squashed,
    slope_of_tanh,
)
from rnnviz.engine.layout import Indices, Plan, Weights
from rnnviz.engine.products import Array, SumOfProducts, product, whole

SPEC = CellSpec(
    label="RNN",
    name="RNN",
    article="an",
    gates=(),
    states=(
        replace(
            HIDDEN_STATE,
            about="Each unit's memory and output: tanh of a weighted sum, from −1 to 1.",
        ),
    ),
    rows="h",
    belt="h",
    valve=None,
    squashed={"h": Squashed("tanh")},
    formulas={},
    slope=Slope("tanh′", lambda recorded: slope_of_tanh(recorded["h"])),
    parameters=Parameters("H (D + H + 2)", lambda D, H: H * (D + H + 2)),
    explained_by="elman",
    cost=Cost(kept=1, views=7, unit_s=18e-9, step_s=3.3e-6),
)


class Elman(Cell):
    """What both variants share: everything but the squashing function."""

    stacks: ClassVar[bool] = True

    def __init__(self, weights: Mapping[str, Weights], sizes: tuple[int, int], span: Span) -> None:
        super().__init__(weights, sizes, span)
        steps, batch, dtype = span.steps, span.batch, span.dtype
        D, H = sizes
        fused = weights["all"]
        self.W, W_T = fused.W, fused.W_T
        self.W_ih_T, self.W_hh_T = W_T[..., 1 : D + 1, :], W_T[..., D + 1 : -1, :]
        # Holds the derivative of the squashing function, later multiplied by d_h: dL/da.
        self.d_a = np.zeros((steps, H, batch), dtype)
        self._carry = span.scratch[: H * batch].reshape(H, batch)
        self._add_up = SumOfProducts(self.d_a, self.Z[:-1], [whole(fused.gradient)], span.scratch)
        h, d_a, of_each = self.h_all[1:], self.d_a, self.of_each
        self._forward = list(zip(of_each(self.Z[:-1]), of_each(h), h, strict=True))
        self._backward = list(
            zip(self.d_h_all[1:], d_a, of_each(d_a), self.d_h_all[:-1], strict=True)
        )

    @classmethod
    def plans(cls, index: Mapping[str, Indices], H: int) -> dict[str, Plan]:  # noqa: ARG003
        """Put all weights in one matrix."""
        return {"all": Plan.plain(fuse(index))}

    @abstractmethod
    def squash(self, a: Array, h: Array) -> None:
        """Write h = squash(a)."""

    @abstractmethod
    def derivative(self, h: Array, out: Array) -> None:
        """Write dh/da, for all steps at once."""

    def forward(self) -> None:
        """Compute h_t for all steps."""
        W, squash, dot, silent = self.W, self.squash, self.dot, self.silent
        for z, a, h in self._forward:
            dot(W, z, a)
            squash(h, h)
            if silent is not None:
                h[silent] = 0

    def backward(self, crosses: list[bool]) -> None:
        """Carry dL/dh back through time; leaves dL/da in `d_a`."""
        W_hh_T, carry, product_out = self.W_hh_T, self._carry, self.of_each(self._carry)
        dot, multiply, add = self.dot, np.multiply, np.add
        self.d_h_all[0] = 0
        self.derivative(self.h, self.d_a)
        if self.silent is not None:
            self.d_a[:, self.silent] = 0
        steps = zip(reversed(self._backward), reversed(crosses), strict=True)
        for (d_h, d_a, factor, d_h_before), crosses_t in steps:
            multiply(d_a, d_h, d_a)
            if crosses_t:
                dot(W_hh_T, factor, product_out)
                add(d_h_before, carry, d_h_before)

    def input_gradient(self, d_x: Array) -> None:
        """Write dL/dx_t."""
        product(self.W_ih_T, self.d_a, d_x)

    def mixing(self) -> Mixing | None:
        """Return the products by which units meet."""
        return Mixing(self.W_hh_T, self.d_a, self.W_ih_T, self.d_a)

    def weight_gradients(self) -> None:
        """Add up d_a z^T over the steps."""
        self._add_up()


class TanhRNN(Elman):
    """The variant with tanh."""

    spec: ClassVar[CellSpec] = SPEC

    def squash(self, a: Array, h: Array) -> None:
        """Write tanh(a)."""
        np.tanh(a, h)

    def derivative(self, h: Array, out: Array) -> None:
        """Write 1 - h^2."""
        np.multiply(h, h, out)
        np.subtract(self.one, out, out)


class ReluRNN(Elman):
    """The variant with ReLU."""

    spec: ClassVar[CellSpec] = replace(
        SPEC,
        label="ReLU",
        name="RNN with ReLU",
        article="a",
        states=(
            replace(
                HIDDEN_STATE,
                within_one=False,
                about="Each unit's memory and output: a weighted sum, 0 where it is negative, "
                "without an upper limit.",
            ),
        ),
        squashed={"h": Squashed("ReLU")},
        slope=Slope("ReLU′", lambda recorded: (recorded["h"] > 0).astype(np.float64), off="off"),
        starts_as="identity",
        cost=Cost(kept=1, views=7, unit_s=10e-9, step_s=3.3e-6),
    )

    def squash(self, a: Array, h: Array) -> None:
        """Write max(a, 0)."""
        np.maximum(a, self.zero, out=h)

    def derivative(self, h: Array, out: Array) -> None:
        """Write 1 where h > 0, else 0; at the kink 0, like PyTorch."""
        np.greater(h, 0, out=out, casting="unsafe")
