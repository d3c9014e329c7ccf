"""The gated recurrent unit, as PyTorch's `nn.GRU` computes it.

Equations (Cho et al. 2014, in the variant that applies the reset gate after the recurrent product:
first version of arXiv:1406.1078 and PyTorch)::

    r_t = sigmoid(W_ir x_t + b_ir + W_hr h_{t-1} + b_hr)
    z_t = sigmoid(W_iz x_t + b_iz + W_hz h_{t-1} + b_hz)
    m_t = W_hn h_{t-1} + b_hn
    n_t = tanh(W_in x_t + b_in + r_t * m_t)
    h_t = (1 - z_t) * n_t + z_t * h_{t-1}

Backward, with dL/dh_t from above and from step t + 1 added up::

    d_a_n = d_h_t * (1 - z_t) * (1 - n_t^2)
    d_a_z = d_h_t * (h_{t-1} - n_t) * z_t (1 - z_t)
    d_a_r = d_a_n * m_t * r_t (1 - r_t)
    d_m   = d_a_n * r_t
    d_h_{t-1} += d_h_t * z_t + W_hh^T [d_a_r; d_a_z; d_m]
    d_x_t = W_ih^T [d_a_r; d_a_z; d_a_n]

The block of step t is ``[n; r; z; m]``, in S (whose last part is overwritten by the next step) and
in d_a: the input acts on the first three, the state on the last three.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from rnnviz.engine.cells.cell import Cell, Mixing, Span, gate_rows
from rnnviz.engine.cells.spec import (
    HIDDEN_STATE,
    CellSpec,
    Cost,
    Factor,
    Parameters,
    Recorded,
    Slope,
    Squashed,
    slope_of_tanh,
)
from rnnviz.engine.layout import Indices, Plan, Weights
from rnnviz.engine.products import Array, Part, SumOfProducts, product

SPEC = CellSpec(
    label="GRU",
    name="GRU",
    gates=(
        Recorded(
            "r",
            "reset gate",
            "share",
            "share of the past that enters the candidate",
            about="Share of the previous hidden state's part in the candidate that is let through, "
            "from 0 (nothing) to 1 (all of it).",
        ),
        Recorded(
            "z",
            "update gate",
            "share",
            "share of the past that is kept",
            about="Share of the previous hidden state that is kept, from 0 (replace it) to 1 "
            "(keep all of it).",
        ),
        Recorded(
            "n",
            "candidate",
            "signed",
            "what could replace the past",
            about="New content that could replace the hidden state, from −1 to 1.",
        ),
    ),
    states=(
        replace(
            HIDDEN_STATE,
            about="Each unit's memory and output: a mix of the old hidden state and the candidate, "
            "from −1 to 1.",
        ),
    ),
    rows="rznh",
    belt="h",
    valve="z",
    squashed={
        "r": Squashed("σ"),
        "z": Squashed("σ"),
        "n": Squashed("tanh", "W {x} + b + {r} × (U {h-} + b′)"),
    },
    formulas={
        "h": (
            (Factor("one_minus", "z"), Factor("now", "n")),
            (Factor("now", "z"), Factor("before", "h")),
        )
    },
    slope=Slope("tanh′ of the candidate", lambda recorded: slope_of_tanh(recorded["n"]), gate="n"),
    parameters=Parameters("3H (D + H + 2)", lambda D, H: 3 * H * (D + H + 2)),
    beads={"h": "+"},
    explained_by="gru",
    cost=Cost(kept=7, views=23, unit_s=75e-9, step_s=16e-6),
)


class GRU(Cell):
    """One layer of GRU over T steps of B sequences."""

    spec: ClassVar[CellSpec] = SPEC
    gates: ClassVar[str] = "rzn"
    order: ClassVar[str] = "nrz"
    weight_gates: ClassVar[str] = "rzn"
    blocks: ClassVar[int] = 3
    stacks: ClassVar[bool] = True

    def __init__(self, weights: Mapping[str, Weights], sizes: tuple[int, int], span: Span) -> None:
        super().__init__(weights, sizes, span)
        steps, batch, dtype = span.steps, span.batch, span.dtype
        D, H = sizes
        by_x, by_h = weights["x"], weights["h"]
        self.W_x, self.W_h = by_x.W, by_h.W
        self.W_ih_T, self.W_hh_T = by_x.W_T[..., 1:, :], by_h.W_T[..., :-1, :]
        # m_t is needed only within step t: it is stored where n_{t+1} will be.
        self._S_and_m = np.zeros((3 * H * steps + H, batch), dtype)
        self.S = self._S_and_m[: 3 * H * steps].reshape(steps, 3 * H, batch)
        # Holds the part of the sums that comes from x; then what forward leaves in the rows of r
        # and z, r * m and z * (h_{t-1} - n); then derivative factors; then dL/da.
        self.d_a = np.zeros((steps, 4 * H, batch), dtype)
        self._carry = span.scratch[: H * batch].reshape(H, batch)
        self._one_and_x, self._by_x = self.Z[:-1, : D + 1], self.d_a[:, self.rows(0, 3)]
        parts = [
            Part(self.rows(0, 3), slice(D + 1), by_x.gradient),
            Part(self.rows(1, 3), slice(D + 1, None), by_h.gradient),
        ]
        self._add_up = SumOfProducts(self.d_a, self.Z[:-1], parts, span.scratch)
        self._prepare_views(D)

    @classmethod
    def sums(cls, D: int, H: int) -> list[tuple[int, int, int]]:
        """Return rows and columns of the sum of products, and the size of its largest part."""
        return [(4 * H, D + H + 2, 3 * H * (max(D, H) + 1))]

    @classmethod
    def plans(cls, index: Mapping[str, Indices], H: int) -> dict[str, Plan]:
        """Separate the part on [1; x] from the part on [h; 1]; rows of sigmoids are halved."""
        by_x = np.column_stack([index["bias_ih"], index["weight_ih"]])
        by_h = np.column_stack([index["weight_hh"], index["bias_hh"]])
        rows_x, rows_h = (gate_rows(cls.weight_gates, order, H) for order in ("nrz", "rzn"))
        return {
            "x": Plan(by_x[rows_x], np.repeat([1.0, 0.5, 0.5], H)[:, None]),
            "h": Plan(by_h[rows_h], np.repeat([0.5, 0.5, 1.0], H)[:, None]),
        }

    def _prepare_views(self, D: int) -> None:
        S, d_a, rows, H = self.S, self.d_a, self.rows, self.hidden_size
        starts, of_each = range(0, 3 * H * self.steps, 3 * H), self.of_each
        self._chunks = [(chunk, self._views_of(chunk)) for chunk in self.chunks()]
        self._forward = list(
            zip(
                S,
                of_each(self.Z[:-1, D + 1 :]),  # h_{t-1} 1
                [of_each(self._S_and_m[start + H : start + 4 * H]) for start in starts],  # r z m
                [self._S_and_m[start + 3 * H : start + 4 * H] for start in starts],  # m
                S[:, rows(1, 2)],  # r z
                d_a[:, rows(1, 2)],
                *(S[:, rows(block)] for block in (0, 1, 2)),  # n r z
                *(d_a[:, rows(block)] for block in (0, 1, 2)),
                self.h_all[:-1],
                self.h_all[1:],
                strict=True,
            )
        )
        self._backward = list(
            zip(
                self.d_h_all[1:],
                *(d_a[:, rows(block)] for block in (0, 1, 2, 3)),
                of_each(d_a[:, rows(1, 3)]),
                S[:, rows(1)],
                S[:, rows(2)],
                self.d_h_all[:-1],
                strict=True,
            )
        )

    def forward(self) -> None:
        """Compute gates and h_t for all steps."""
        W_h, half = self.W_h, self.half
        dot, tanh, multiply = self.dot, np.tanh, np.multiply
        add, subtract = np.add, np.subtract
        held_rz, held_n, silent = self.held_in("rz"), self.held_in("n"), self.silent
        product(self.W_x, self._one_and_x, self._by_x)
        for S, h_1, rzm, m, rz, x_rz, n, r, z, x_n, rm, zq, h_before, h in self._forward:
            dot(W_h, h_1, rzm)
            add(rz, x_rz, rz)
            tanh(rz, rz)
            multiply(rz, half, rz)  # sigmoid(a) = 0.5 tanh(0.5 a) + 0.5; the inner 0.5 is in W
            add(rz, half, rz)
            if held_rz is not None:
                S[held_rz.rows] = held_rz.values
            multiply(r, m, rm)
            add(rm, x_n, n)
            tanh(n, n)
            if held_n is not None:
                S[held_n.rows] = held_n.values
            subtract(h_before, n, h)
            multiply(h, z, zq)
            add(zq, n, h)
            if silent is not None:
                h[silent] = 0

    def backward(self, crosses: list[bool]) -> None:
        """Carry dL/dh back through time; leaves dL/d[n; r; z; m] before squashing in `d_a`."""
        W_hh_T, carry, silent = self.W_hh_T, self._carry, self.silent
        dot, multiply, add, product_out = self.dot, np.multiply, np.add, self.of_each(carry)
        self.d_h_all[0] = 0
        for chunk, views in self._chunks:
            self._factors(views)
            for (d_h, d_n, d_r, d_z, d_m, d_rzm, r, z, d_h_before), crosses_t in zip(
                self._backward[chunk][::-1], crosses[chunk][::-1], strict=True
            ):
                multiply(d_n, d_h, d_n)
                multiply(d_z, d_h, d_z)
                multiply(d_r, d_n, d_r)
                multiply(r, d_n, d_m)
                if crosses_t:
                    dot(W_hh_T, d_rzm, product_out)
                    add(d_h_before, carry, d_h_before)
                    multiply(d_h, z, carry)
                    if silent is not None:
                        carry[silent] = 0
                    add(d_h_before, carry, d_h_before)

    def _views_of(self, chunk: slice) -> tuple[Array, ...]:
        """Return what `_factors` reads and writes for a chunk of time steps."""
        S, d_a, rows = self.S[chunk], self.d_a[chunk], self.rows
        by_block = (len(d_a), -1, self.hidden_size, self.batch)
        rz, d_nrzm = S.reshape(by_block)[:, 1:], d_a.reshape(by_block)
        d_rz, d_n_and_m = d_nrzm[:, 1:3], d_nrzm[:, ::3]
        blocks = (S[:, rows(0)], S[:, rows(2)], d_a[:, rows(0)], d_a[:, rows(2)], d_a[:, rows(3)])
        return d_a, *blocks, rz, d_rz, d_n_and_m

    def _factors(self, views: tuple[Array, ...]) -> None:
        """Write the factors of d_h (for n and z) and of d_a_n (for r) into `d_a`.

        With q = h_{t-1} - n, those of r and z, r m (1 - r) and z q (1 - z), have one form, x - x y.
        """
        d_a, n, z, d_n, d_z, d_m, rz, d_rz, d_n_and_m = views
        np.multiply(d_rz, rz, d_n_and_m)  # used as free memory
        np.subtract(d_rz, d_n_and_m, d_rz)
        np.multiply(n, n, d_n)
        np.subtract(self.one, d_n, d_n)
        np.subtract(self.one, z, d_m)
        np.multiply(d_n, d_m, d_n)
        held = self.held_in(self.order)
        if held is not None:
            d_a[:, held.rows] = 0
        if self.silent is not None:  # h does not depend on n and z there
            d_n[:, self.silent] = d_z[:, self.silent] = 0

    def input_gradient(self, d_x: Array) -> None:
        """Write dL/dx_t."""
        product(self.W_ih_T, self._by_x, d_x)

    def mixing(self) -> Mixing | None:
        """Return the products by which units meet."""
        return Mixing(self.W_hh_T, self.d_a[:, self.rows(1, 3)], self.W_ih_T, self._by_x)

    def weight_gradients(self) -> None:
        """Add up the products over the steps: with [1; x] and with [h; 1]."""
        self._add_up()
