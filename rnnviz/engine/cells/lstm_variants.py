"""Variants of the LSTM: with peepholes, and with coupled gates.

Peepholes (Gers and Schmidhuber 2000; Gers, Schraudolph and Schmidhuber 2002) let the gates see the
cell state, each unit its own::

    i_t = sigmoid(a_i + p_i * c_{t-1})
    f_t = sigmoid(a_f + p_f * c_{t-1})
    o_t = sigmoid(a_o + p_o * c_t)

Backward, in addition to lstm.py::

    d_c_t     += p_o * d_a_o
    d_c_{t-1} += p_i * d_a_i + p_f * d_a_f
    d_p_i = sum over t of d_a_i * c_{t-1},    d_p_f likewise,    d_p_o = sum of d_a_o * c_t

Coupled gates (Greff et al. 2017, "CIFG") forget as much as they write: f_t = 1 - i_t. Because 1 -
sigmoid(a) = sigmoid(-a), this is an LSTM whose forget gate has the weights of the input gate times
-1, and it is computed so; the gradient w.r.t. those weights is d_i - d_f.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from rnnviz.engine.cells.cell import Span
from rnnviz.engine.cells.lstm import LSTM, SPEC
from rnnviz.engine.cells.spec import CellSpec, Parameters
from rnnviz.engine.interventions import Hold, Intervention
from rnnviz.engine.layout import Indices, Plan, Shapes, Weights
from rnnviz.engine.products import Array


class PeepholeLSTM(LSTM):
    """LSTM with peepholes; their weights are `peephole`, (3, H), rows i f o."""

    spec: ClassVar[CellSpec] = replace(
        SPEC,
        explained_by="",
        parameters=Parameters("4H (D + H + 2) + 3H", lambda D, H: 4 * H * (D + H + 2) + 3 * H),
    )
    peepholes: ClassVar[str] = "ifo"
    rows_of_peepholes: ClassVar[tuple[int, ...]] = (0, 1, 2)
    peephole_scales: ClassVar[tuple[float, ...]] = (0.5, 0.5, 0.5)

    def __init__(self, weights: Mapping[str, Weights], sizes: tuple[int, int], span: Span) -> None:
        super().__init__(weights, sizes, span)
        self._seen = np.empty((sizes[1], span.batch), span.dtype)

    @classmethod
    def shapes(cls, D: int, H: int) -> Shapes:
        """Return the parameters of a layer."""
        return {**super().shapes(D, H), "peephole": (len(cls.peepholes), H)}

    @classmethod
    def plans(cls, index: Mapping[str, Indices], H: int) -> dict[str, Plan]:
        """Add the peepholes, rows i f o."""
        order = index["peephole"][list(cls.rows_of_peepholes)]
        scale = np.array(cls.peephole_scales)[:, None]
        return {**super().plans(index, H), "peephole": Plan(order, scale)}

    def forward(self) -> None:
        """Compute gates, c_t and h_t for all steps."""
        W, seen = self.W, self._seen
        (p_i, p_f, p_o), rows = self._by_column(self.weights["peephole"].W), self.rows
        early, late = self.held_in("ifg"), self.held_in("o")
        for t, (z, a, oifg, _, i_f, g_c, products, ig, fc, o, c, tanh_c, h) in enumerate(
            self._forward
        ):
            i, f, g, c_before = oifg[rows(1)], oifg[rows(2)], oifg[rows(3)], self.c_all[t]
            self.dot(W, z, a)
            np.add(i, np.multiply(p_i, c_before, seen), i)
            np.add(f, np.multiply(p_f, c_before, seen), f)
            self._sigmoid(i_f)
            np.tanh(g, g)
            if early is not None:
                oifg[early.rows] = early.values
            np.multiply(i_f, g_c, products)
            np.add(ig, fc, c)
            np.add(o, np.multiply(p_o, c, seen), o)
            self._sigmoid(o)
            if late is not None:
                oifg[late.rows] = late.values
            np.tanh(c, tanh_c)
            np.multiply(o, tanh_c, h)
            if self.silent is not None:
                h[self.silent] = 0

    def backward(self, crosses: list[bool]) -> None:
        """Carry dL/dh and dL/dc back through time; leaves dL/da in `d_a`."""
        W_hh_T, carry, product_out = self.W_hh_T, self._carry, self.of_each(self._carry)
        p_i, p_f, p_o = self._by_column(self.weights["peephole"].W_T.swapaxes(-1, -2))
        self.d_h_all[0] = 0
        self.d_c_all[-1] = self.d_last.get("c", 0)
        for _, views in self._chunks:
            self._factors(views)
        for t in reversed(range(self.steps)):
            d_h, d_c, c_by_h, d_a, d_o, d_ifg, f, d_h_before, d_c_before = self._backward[t]
            np.add(d_c, np.multiply(d_h, c_by_h, carry), d_c)
            np.multiply(d_o, d_h, d_o)
            np.add(d_c, np.multiply(p_o, d_o, carry), d_c)
            np.multiply(d_ifg, d_c, d_ifg)
            if crosses[t]:
                self.dot(W_hh_T, d_a, product_out)
                np.add(d_h_before, carry, d_h_before)
                np.multiply(d_c, f, d_c_before)
                np.add(d_c_before, np.multiply(p_i, d_ifg[0], carry), d_c_before)
                np.add(d_c_before, np.multiply(p_f, d_ifg[1], carry), d_c_before)
            else:
                d_c_before.fill(0)

    def weight_gradients(self) -> None:
        """Add up d_a z^T over the steps, and the gradients of the peepholes."""
        super().weight_gradients()
        d_p, rows = self.weights["peephole"].gradient, self.rows
        seen = ((1, self.c_all[:-1]), (2, self.c_all[:-1]), (0, self.c_all[1:]))
        for row, (block, c) in enumerate(seen):
            d_a, c_of_each = self.of_each(self.d_a[:, rows(block)]), self.of_each(c)
            d_p[..., row, :] = np.einsum("t...hb,t...hb->...h", d_a, c_of_each)

    def _by_column(self, p: Array) -> Array:
        """Return the peepholes (3, H), of R networks (R, 3, H), as factors of blocks of columns."""
        if self.networks is None:
            return p[:, :, None]
        return np.repeat(p.transpose(1, 2, 0), self.batch // self.networks, axis=2)

    def _sigmoid(self, a: Any) -> None:
        """Squash in place; the rows of a sigmoid are already halved."""
        np.tanh(a, a)
        np.multiply(a, self.half, a)
        np.add(a, self.half, a)


class CoupledLSTM(LSTM):
    """LSTM with f = 1 - i; its weights have three blocks of rows, i g o."""

    spec: ClassVar[CellSpec] = replace(
        SPEC,
        explained_by="",
        parameters=Parameters("3H (D + H + 2)", lambda D, H: 3 * H * (D + H + 2)),
    )
    blocks: ClassVar[int] = 3
    weight_gates: ClassVar[str] = "igo"
    rows_of: ClassVar[str] = "oiig"
    scales: ClassVar[tuple[float, ...]] = (0.5, 0.5, -0.5, 1.0)

    @classmethod
    def holdable(cls) -> str:
        """Return the letters of the gates that can be held; f follows i."""
        return "igo"

    def intervene(self, items: Sequence[Intervention]) -> None:
        """Apply these interventions; where i is held, f is held at 1 - i."""
        follow = [
            replace(item, gate="f", value=1 - item.value)
            for item in items
            if isinstance(item, Hold) and item.gate == "i"
        ]
        super().intervene([*items, *follow])

    def weight_gradients(self) -> None:
        """Add up d_a z^T over the steps; the weights of i also count for f, with opposite sign."""
        super().weight_gradients()
        gradient = self.weights["all"].gradient
        gradient[..., self.rows(1), :] -= gradient[..., self.rows(2), :]


class CoupledPeepholeLSTM(CoupledLSTM, PeepholeLSTM):
    """LSTM with f = 1 - i and peepholes, rows i o: those of f are those of i times -1."""

    spec: ClassVar[CellSpec] = replace(
        SPEC,
        explained_by="",
        parameters=Parameters("3H (D + H + 2) + 2H", lambda D, H: 3 * H * (D + H + 2) + 2 * H),
    )
    peepholes: ClassVar[str] = "io"
    rows_of_peepholes: ClassVar[tuple[int, ...]] = (0, 0, 1)
    peephole_scales: ClassVar[tuple[float, ...]] = (0.5, -0.5, 0.5)

    def weight_gradients(self) -> None:
        """Add up, and add the peephole gradient of f to that of i with opposite sign."""
        super().weight_gradients()
        gradient = self.weights["peephole"].gradient
        gradient[..., 0, :] -= gradient[..., 1, :]
