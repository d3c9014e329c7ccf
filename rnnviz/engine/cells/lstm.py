"""The long short-term memory, as PyTorch's `nn.LSTM` computes it.

Equations (Hochreiter and Schmidhuber 1997; forget gate: Gers, Schmidhuber and Cummins 2000)::

    i_t = sigmoid(W_ii x_t + b_ii + W_hi h_{t-1} + b_hi)
    f_t = sigmoid(W_if x_t + b_if + W_hf h_{t-1} + b_hf)
    g_t = tanh   (W_ig x_t + b_ig + W_hg h_{t-1} + b_hg)
    o_t = sigmoid(W_io x_t + b_io + W_ho h_{t-1} + b_ho)
    c_t = f_t * c_{t-1} + i_t * g_t
    h_t = o_t * tanh(c_t)

Backward, with dL/dh_t from above and from step t + 1 added up::

    d_c_t = d_h_t * o_t * (1 - tanh(c_t)^2) + d_c_{t+1} * f_{t+1}
    d_a_o = d_h_t * tanh(c_t) * o_t (1 - o_t)
    d_a_i = d_c_t * g_t       * i_t (1 - i_t)
    d_a_f = d_c_t * c_{t-1}   * f_t (1 - f_t)
    d_a_g = d_c_t * i_t       * (1 - g_t^2)
    d_h_{t-1} += W_hh^T d_a_t
    d_x_t = W_ih^T d_a_t

The forget bias: a positive b_if makes the cell remember until it has learned what to forget. It was
proposed together with the forget gate (Gers et al. 2000), and is 1 by default after Jozefowicz,
Zaremba and Sutskever (2015). It is set in init.py, and shifted during a run by interventions.py.

The block of step t is ``S[t] = [o; i; f; g; c_{t-1}]``: the sigmoids are adjacent, and ``[i; f] *
[g; c_{t-1}]`` is one product of two contiguous blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from rnnviz.engine.cells.cell import Cell, Mixing, Span, chunk_length, fuse, gate_rows
from rnnviz.engine.cells.spec import (
    CELL_STATE,
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
from rnnviz.engine.products import Array, SumOfProducts, product, whole

SPEC = CellSpec(
    label="LSTM",
    name="LSTM",
    article="an",
    gates=(
        Recorded(
            "f",
            "forget gate",
            "share",
            "share of the memory that is kept",
            about="Share of each unit's old cell state that is kept, from 0 (forget it) to 1 "
            "(keep all of it).",
        ),
        Recorded(
            "i",
            "input gate",
            "share",
            "share of the candidate that is stored",
            about="Share of the candidate that is added to the cell state, from 0 (nothing) to 1 "
            "(all of it).",
        ),
        Recorded(
            "g",
            "candidate",
            "signed",
            "what could be stored",
            about="New content that could be added to the cell state, from −1 to 1.",
        ),
        Recorded(
            "o",
            "output gate",
            "share",
            "share of tanh(cell state) that is output",
            about="Share of tanh(cell state) that each unit outputs, from 0 (nothing) to 1 "
            "(all of it).",
        ),
    ),
    states=(
        replace(
            CELL_STATE,
            about="Each unit's memory: what the forget gate keeps plus what the input gate adds, "
            "of any size.",
        ),
        replace(
            HIDDEN_STATE,
            about="The output of each unit: output gate × tanh(cell state), from −1 to 1.",
        ),
    ),
    rows="figcoh",
    belt="c",
    valve="f",
    squashed={"f": Squashed("σ"), "i": Squashed("σ"), "g": Squashed("tanh"), "o": Squashed("σ")},
    formulas={
        "c": (
            (Factor("now", "f"), Factor("before", "c")),
            (Factor("now", "i"), Factor("now", "g")),
        ),
        "h": ((Factor("now", "o"), Factor("tanh", "c")),),
    },
    slope=Slope("tanh′ of the cell state", lambda recorded: slope_of_tanh(np.tanh(recorded["c"]))),
    parameters=Parameters("4H (D + H + 2)", lambda D, H: 4 * H * (D + H + 2)),
    beads={"g": "×", "c": "+", "o": "×", "h": "▾"},
    forget_gate="f",
    explained_by="lstm",
    cost=Cost(kept=11, views=21, unit_s=100e-9, step_s=16e-6),
)


class LSTM(Cell):
    """One layer of LSTM over T steps of B sequences."""

    spec: ClassVar[CellSpec] = SPEC
    gates: ClassVar[str] = "ifgo"
    order: ClassVar[str] = "oifg"
    blocks: ClassVar[int] = 4
    state_names: ClassVar[tuple[str, ...]] = ("h", "c")
    weight_gates: ClassVar[str] = "ifgo"
    stacks: ClassVar[bool] = True
    rows_of: ClassVar[str] = "oifg"
    """Which weight rows each block of S uses."""
    scales: ClassVar[tuple[float, ...]] = (0.5, 0.5, 0.5, 1.0)
    """Scale of the rows of each block of S."""

    def __init__(self, weights: Mapping[str, Weights], sizes: tuple[int, int], span: Span) -> None:
        super().__init__(weights, sizes, span)
        steps, batch, dtype = span.steps, span.batch, span.dtype
        D, H = sizes
        fused = weights["all"]
        self.W, W_T = fused.W, fused.W_T
        self.W_ih_T, self.W_hh_T = W_T[..., 1 : D + 1, :], W_T[..., D + 1 : -1, :]
        self.S = np.zeros((steps + 1, 5 * H, batch), dtype)
        self.c_all = self.S[:, self.rows(4)]
        self.d_c_all = np.zeros((steps + 1, H, batch), dtype)
        # Forward leaves i * g and f * c_{t-1} in d_a, in the rows of i and f. Backward turns both
        # buffers into derivative factors, and d_a finally into dL/da.
        self.tanh_c = np.zeros((steps, H, batch), dtype)
        self.d_a = np.zeros((steps, 4 * H, batch), dtype)
        length = chunk_length(H, steps, batch)
        carry, xy = span.scratch[: H * batch], span.scratch[H * batch :][: length * 3 * H * batch]
        self._carry, self._xy = carry.reshape(H, batch), xy.reshape(length, 3 * H, batch)
        self._add_up = SumOfProducts(self.d_a, self.Z[:-1], [whole(fused.gradient)], span.scratch)
        self._prepare_views()

    @classmethod
    def sums(cls, D: int, H: int) -> list[tuple[int, int, int]]:
        """Return rows and columns of the sum of products, and the size of its only part."""
        return [(4 * H, D + H + 2, 4 * H * (D + H + 2))]

    @classmethod
    def scratch_size(cls, D: int, H: int, steps: int, batch: int) -> int:
        """Return how many numbers of scratch memory a layer needs."""
        for_backward = (1 + chunk_length(H, steps, batch) * 3) * H * batch
        return max(super().scratch_size(D, H, steps, batch), for_backward)

    @classmethod
    def plans(cls, index: Mapping[str, Indices], H: int) -> dict[str, Plan]:
        """Put all weights in one matrix, rows as in S; the rows of the sigmoids are halved."""
        order = fuse(index)[gate_rows(cls.weight_gates, cls.rows_of, H)]
        return {"all": Plan(order, np.repeat(cls.scales, H)[:, None])}

    def _prepare_views(self) -> None:
        S, rows, H, of_each = self.S[:-1], self.rows, self.hidden_size, self.of_each
        self._chunks = [(chunk, self._views_of(chunk)) for chunk in self.chunks()]
        self._forward = list(
            zip(
                of_each(self.Z[:-1]),
                of_each(S[:, rows(0, 4)]),
                S[:, rows(0, 4)],  # o i f g
                S[:, rows(0, 3)],  # o i f
                S[:, rows(1, 2)],  # i f
                S[:, rows(3, 2)],  # g c_{t-1}
                self.d_a[:, rows(1, 2)],
                self.d_a[:, rows(1)],
                self.d_a[:, rows(2)],
                S[:, rows(0)],  # o
                self.c_all[1:],
                self.tanh_c,
                self.h_all[1:],
                strict=True,
            )
        )
        self._backward = list(
            zip(
                self.d_h_all[1:],
                self.d_c_all[1:],
                self.tanh_c,
                of_each(self.d_a),
                self.d_a[:, rows(0)],
                self.d_a[:, rows(1, 3)].reshape(self.steps, 3, H, self.batch),
                S[:, rows(2)],  # f
                self.d_h_all[:-1],
                self.d_c_all[:-1],
                strict=True,
            )
        )

    def forward(self) -> None:
        """Compute gates, c_t and h_t for all steps."""
        W, half = self.W, self.half
        dot, tanh, multiply, add = self.dot, np.tanh, np.multiply, np.add
        held, silent = self.held_in(self.order), self.silent
        for z, a, oifg, oif, i_f, g_c, products, ig, fc, o, c, tanh_c, h in self._forward:
            dot(W, z, a)
            tanh(oifg, oifg)
            multiply(oif, half, oif)  # sigmoid(a) = 0.5 tanh(0.5 a) + 0.5; the inner 0.5 is in W
            add(oif, half, oif)
            if held is not None:
                oifg[held.rows] = held.values
            multiply(i_f, g_c, products)
            add(ig, fc, c)
            tanh(c, tanh_c)
            multiply(o, tanh_c, h)
            if silent is not None:
                h[silent] = 0

    def backward(self, crosses: list[bool]) -> None:
        """Carry dL/dh and dL/dc back through time; leaves dL/da in `d_a`."""
        W_hh_T, carry, product_out = self.W_hh_T, self._carry, self.of_each(self._carry)
        dot, multiply, add = self.dot, np.multiply, np.add
        self.d_h_all[0] = 0
        self.d_c_all[-1] = self.d_last.get("c", 0)
        for chunk, views in self._chunks:
            self._factors(views)
            for (d_h, d_c, c_by_h, d_a, d_o, d_ifg, f, d_h_before, d_c_before), crosses_t in zip(
                self._backward[chunk][::-1], crosses[chunk][::-1], strict=True
            ):
                multiply(d_h, c_by_h, carry)
                add(d_c, carry, d_c)
                multiply(d_o, d_h, d_o)
                multiply(d_ifg, d_c, d_ifg)
                if crosses_t:
                    dot(W_hh_T, d_a, product_out)
                    add(d_h_before, carry, d_h_before)
                    multiply(d_c, f, d_c_before)
                else:
                    d_c_before.fill(0)

    def _views_of(self, chunk: slice) -> tuple[Array, ...]:
        """Return what `_factors` reads and writes for a chunk of time steps."""
        S, d_a, rows = self.S[chunk], self.d_a[chunk], self.rows
        d_blocks = (d_a[:, rows(0)], d_a[:, rows(1)], d_a[:, rows(3)], d_a[:, rows(0, 3)])
        blocks = (S[:, rows(0)], S[:, rows(1)], S[:, rows(3)], S[:, rows(0, 3)])
        return d_a, self.h[chunk], self.tanh_c[chunk], *blocks, *d_blocks, self._xy[: len(d_a)]

    def _factors(self, views: tuple[Array, ...]) -> None:
        """Write the factors of d_h and d_c: into `d_a`, and into `tanh_c` for c by h.

        With h = o tanh(c), the factors h (1 - o), i g (1 - i) and f c_{t-1} (1 - f) have one form,
        x - x y, and so have those of g and c: i - i g g and o - h tanh(c).
        """
        d_a, h, tanh_c, o, i, g, oif, d_o, d_i, d_g, d_oif, xy = views
        np.multiply(d_i, g, d_g)
        np.subtract(i, d_g, d_g)
        np.copyto(d_o, h)
        np.multiply(d_oif, oif, xy)
        np.subtract(d_oif, xy, d_oif)
        np.multiply(h, tanh_c, tanh_c)
        np.subtract(o, tanh_c, tanh_c)
        self._no_gradient(d_a, tanh_c)

    def _no_gradient(self, d_a: Array, c_by_h: Array) -> None:
        """Set the factors of held or silent rows to 0; a silent h depends on neither o nor c."""
        held = self.held_in(self.order)
        if held is not None:
            d_a[:, held.rows] = 0
        if self.silent is not None:
            d_a[:, self.silent] = 0
            c_by_h[:, self.silent] = 0

    def input_gradient(self, d_x: Array) -> None:
        """Write dL/dx_t."""
        product(self.W_ih_T, self.d_a, d_x)

    def mixing(self) -> Mixing | None:
        """Return the products by which units meet."""
        return Mixing(self.W_hh_T, self.d_a, self.W_ih_T, self.d_a)

    def weight_gradients(self) -> None:
        """Add up d_a z^T over the steps."""
        self._add_up()
