"""The gated recurrent unit with the reset gate before the recurrent product.

Equations (Cho et al. 2014, as published: arXiv:1406.1078v3)::

    r_t = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)
    z_t = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
    q_t = r_t * h_{t-1}
    n_t = tanh(W_in x_t + b_in + W_hn q_t + b_hn)
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

Backward, with dL/dh_t from above and from step t + 1 added up::

    d_a_n = d_h_t * (1 - z_t) * (1 - n_t^2)
    d_a_z = d_h_t * (h_{t-1} - n_t) * z_t (1 - z_t)
    d_q   = W_hn^T d_a_n
    d_a_r = d_q * h_{t-1} * r_t (1 - r_t)
    d_h_{t-1} += d_h_t * z_t + d_q * r_t + W_hr^T d_a_r + W_hz^T d_a_z
    d_x_t = W_ih^T [d_a_r; d_a_z; d_a_n]

The block of step t is ``S[t] = [n; r; z]``. Every step needs two products in sequence, where the
variant of gru.py needs one: that is why PyTorch uses the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from rnnviz.engine.cells.cell import Cell, Span, gate_rows
from rnnviz.engine.cells.gru import SPEC
from rnnviz.engine.cells.spec import CellSpec, Squashed
from rnnviz.engine.layout import Indices, Plan, Weights
from rnnviz.engine.products import Array, Part, SumOfProducts, product, whole


class ResetBeforeGRU(Cell):
    """One layer of GRU, reset before the product, over T steps of B sequences."""

    spec: ClassVar[CellSpec] = replace(
        SPEC,
        squashed={**SPEC.squashed, "n": Squashed("tanh", "W {x} + U ({r} × {h-}) + b")},
        explained_by="",
    )
    gates: ClassVar[str] = "rzn"
    order: ClassVar[str] = "nrz"
    weight_gates: ClassVar[str] = "rzn"
    blocks: ClassVar[int] = 3
    stacks: ClassVar[bool] = True

    def __init__(self, weights: Mapping[str, Weights], sizes: tuple[int, int], span: Span) -> None:
        super().__init__(weights, sizes, span)
        steps, batch, dtype = span.steps, span.batch, span.dtype
        D, H = sizes
        self.S = np.zeros((steps, 3 * H, batch), dtype)
        # Holds the part of the sums that comes from x, then derivative factors, then dL/da.
        self.d_a = np.zeros((steps, 3 * H, batch), dtype)
        self.q_and_one = np.ones((steps, H + 1, batch), dtype)
        self._d_q, self._carry = np.empty((H, batch), dtype), np.empty((H, batch), dtype)
        self._one_and_x = self.Z[:-1, : D + 1]
        self._h_and_one = self.Z[:-1, D + 1 :]
        by_z = [
            Part(slice(None), slice(D + 1), weights["x"].gradient),
            Part(self.rows(1, 2), slice(D + 1, None), weights["h"].gradient),
        ]
        by_q = [whole(weights["q"].gradient)]
        d_n = self.d_a[:, self.rows(0)]
        self._sums = (
            SumOfProducts(self.d_a, self.Z[:-1], by_z, span.scratch),
            SumOfProducts(d_n, self.q_and_one, by_q, span.scratch),
        )

    @classmethod
    def sums(cls, D: int, H: int) -> list[tuple[int, int, int]]:
        """Return rows and columns of the sums of products, and the size of the largest part."""
        largest = max(3 * H * (D + 1), 2 * H * (H + 1))
        return [(3 * H, D + H + 2, largest), (H, H + 1, H * (H + 1))]

    @classmethod
    def plans(cls, index: Mapping[str, Indices], H: int) -> dict[str, Plan]:
        """Separate the parts on [1; x], [h; 1] and [q; 1]; rows of sigmoids are halved."""
        by_x = np.column_stack([index["bias_ih"], index["weight_ih"]])
        by_h = np.column_stack([index["weight_hh"], index["bias_hh"]])
        scale = np.repeat([1.0, 0.5, 0.5], H)[:, None]
        return {
            "x": Plan(by_x[gate_rows(cls.weight_gates, "nrz", H)], scale),
            "h": Plan(by_h[gate_rows(cls.weight_gates, "rz", H)], scale[H:]),
            "q": Plan.plain(by_h[gate_rows(cls.weight_gates, "n", H)]),
        }

    def forward(self) -> None:
        """Compute gates and h_t for all steps."""
        W_rz, W_n, half = self.weights["h"].W, self.weights["q"].W, self.half
        dot, of_each = self.dot, self.of_each
        held_rz, held_n = self.held_in("rz"), self.held_in("n")
        product(self.weights["x"].W, self._one_and_x, self.d_a)
        for t in range(self.steps):
            S, by_x, h_before, h = self.S[t], self.d_a[t], self.h_all[t], self.h_all[t + 1]
            n, r, z, rz = (S[self.rows(*at)] for at in ((0,), (1,), (2,), (1, 2)))
            q = self.q_and_one[t, :-1]
            dot(W_rz, of_each(self._h_and_one[t]), of_each(rz))
            np.add(rz, by_x[self.rows(1, 2)], rz)
            np.tanh(rz, rz)
            np.multiply(rz, half, rz)  # sigmoid(a) = 0.5 tanh(0.5 a) + 0.5; the inner 0.5 is in W
            np.add(rz, half, rz)
            if held_rz is not None:
                S[held_rz.rows] = held_rz.values
            np.multiply(r, h_before, q)
            dot(W_n, of_each(self.q_and_one[t]), of_each(n))
            np.add(n, by_x[self.rows(0)], n)
            np.tanh(n, n)
            if held_n is not None:
                S[held_n.rows] = held_n.values
            np.subtract(h_before, n, h)
            np.multiply(h, z, h)
            np.add(h, n, h)
            if self.silent is not None:
                h[self.silent] = 0

    def backward(self, crosses: list[bool]) -> None:
        """Carry dL/dh back through time; leaves dL/d[n; r; z] before squashing in `d_a`."""
        W_rz_T, W_n_T = (self.weights[name].W_T[..., :-1, :] for name in "hq")
        d_q, carry, dot, of_each = self._d_q, self._carry, self.dot, self.of_each
        self.d_h_all[0] = 0
        self._factors()
        for t in reversed(range(self.steps)):
            d_h, d_a, d_h_before = self.d_h_all[t + 1], self.d_a[t], self.d_h_all[t]
            r, z = self.S[t, self.rows(1)], self.S[t, self.rows(2)]
            d_n, d_r, d_z = (d_a[self.rows(block)] for block in (0, 1, 2))
            np.multiply(d_n, d_h, d_n)
            np.multiply(d_z, d_h, d_z)
            dot(W_n_T, of_each(d_n), of_each(d_q))
            np.multiply(d_r, d_q, d_r)
            if crosses[t]:
                np.multiply(d_h, z, carry)
                if self.silent is not None:
                    carry[self.silent] = 0
                np.add(d_h_before, carry, d_h_before)
                np.multiply(d_q, r, carry)
                np.add(d_h_before, carry, d_h_before)
                dot(W_rz_T, of_each(d_a[self.rows(1, 2)]), of_each(carry))
                np.add(d_h_before, carry, d_h_before)

    def _factors(self) -> None:
        """Write the factors of d_h (for n and z) and of d_q (for r) into `d_a`."""
        n, r, z = (self.S[:, self.rows(block)] for block in (0, 1, 2))
        d_n, d_r, d_z = (self.d_a[:, self.rows(block)] for block in (0, 1, 2))
        h_before = self.h_all[:-1]
        np.multiply(1 - z, 1 - n * n, d_n)
        np.multiply(h_before, r * (1 - r), d_r)
        np.multiply(h_before - n, z * (1 - z), d_z)
        held = self.held_in(self.order)
        if held is not None:
            self.d_a[:, held.rows] = 0
        if self.silent is not None:  # h does not depend on n and z there
            d_n[:, self.silent] = d_z[:, self.silent] = 0

    def input_gradient(self, d_x: Array) -> None:
        """Write dL/dx_t."""
        product(self.weights["x"].W_T[..., 1:, :], self.d_a, d_x)

    def weight_gradients(self) -> None:
        """Add up the products over the steps: with [1; x], with [h; 1] and with [q; 1]."""
        for add_up in self._sums:
            add_up()
