"""The feed-forward baseline: the same inputs and readout, and no memory.

Equations::

    a_t = W_ih x_t + b_ih
    h_t = tanh(a_t)

with x_t the window of the last inputs (entrance.py) in the first layer. Backward::

    d_a_t = d_h_t * (1 - h_t^2)
    d_x_t = W_ih^T d_a_t

Nothing goes from one time step to the next, so all steps are computed at once. What a network with
memory scores above this one is the value of its memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from rnnviz.engine.cells.cell import Cell, Span
from rnnviz.engine.cells.spec import (
    HIDDEN_STATE,
    CellSpec,
    Cost,
    Parameters,
    Slope,
    Squashed,
    slope_of_tanh,
)
from rnnviz.engine.layout import Indices, Plan, Shapes, Weights
from rnnviz.engine.products import Array, SumOfProducts, product, whole

SPEC = CellSpec(
    label="MLP",
    name="feed-forward, no memory",
    article="an",
    gates=(),
    states=(
        replace(
            HIDDEN_STATE,
            about="The output of each unit: tanh of a weighted sum of the inputs alone, "
            "from −1 to 1.",
        ),
    ),
    rows="h",
    belt=None,
    valve=None,
    squashed={"h": Squashed("tanh", "W {x} + b")},
    formulas={},
    slope=Slope("tanh′", lambda recorded: slope_of_tanh(recorded["h"])),
    parameters=Parameters("H (D + 1)", lambda D, H: H * (D + 1)),
    explained_by="elman",
    cost=Cost(kept=1, views=0, unit_s=24e-9, step_s=0.0),
)


class MLP(Cell):
    """One feed-forward layer with tanh over T steps of B sequences."""

    spec: ClassVar[CellSpec] = SPEC
    state_names: ClassVar[tuple[str, ...]] = ()
    stacks: ClassVar[bool] = True

    def __init__(self, weights: Mapping[str, Weights], sizes: tuple[int, int], span: Span) -> None:
        super().__init__(weights, sizes, span)
        D, H = sizes
        fused = weights["all"]
        self.W, self.W_ih_T = fused.W, fused.W_T[..., 1:, :]
        self.d_a = np.zeros((span.steps, H, span.batch), span.dtype)
        self._one_and_x = self.Z[:-1, : D + 1]
        self._add_up = SumOfProducts(
            self.d_a, self._one_and_x, [whole(fused.gradient)], span.scratch
        )

    @classmethod
    def shapes(cls, D: int, H: int) -> Shapes:
        """Return the parameters of a layer; there are no recurrent ones."""
        return {"weight_ih": (H, D), "bias_ih": (H,)}

    @classmethod
    def sums(cls, D: int, H: int) -> list[tuple[int, int, int]]:
        """Return rows and columns of the sum of products, and the size of its only part."""
        return [(H, D + 1, H * (D + 1))]

    @classmethod
    def plans(cls, index: Mapping[str, Indices], H: int) -> dict[str, Plan]:  # noqa: ARG003
        """Put weights and bias in one matrix."""
        return {"all": Plan.plain(np.column_stack([index["bias_ih"], index["weight_ih"]]))}

    def forward(self) -> None:
        """Compute h_t for all steps."""
        product(self.W, self._one_and_x, self.h)
        np.tanh(self.h, self.h)
        if self.silent is not None:
            self.h[:, self.silent] = 0

    def backward(self, crosses: list[bool]) -> None:  # noqa: ARG002
        """Leave dL/da in `d_a`; the gradient goes to no other step."""
        np.multiply(self.h, self.h, self.d_a)
        np.subtract(self.one, self.d_a, self.d_a)
        np.multiply(self.d_a, self.d_h, self.d_a)
        if self.silent is not None:
            self.d_a[:, self.silent] = 0

    def input_gradient(self, d_x: Array) -> None:
        """Write dL/dx_t."""
        product(self.W_ih_T, self.d_a, d_x)

    def weight_gradients(self) -> None:
        """Add up d_a [1; x]^T over the steps."""
        self._add_up()
