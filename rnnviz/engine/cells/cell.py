"""What the cells share: the block of inputs, the gradient w.r.t. the states, the order of calls.

A cell object is one layer over T steps of B sequences. It owns the buffers of that shape, which are
allocated once and then reused; weights belong to the network. Views on single time steps are made
in the constructor, because making a view costs as much as adding two small vectors.

The block of inputs of time step t is ``Z[t] = [1; x_t; h_{t-1}; 1]``, of shape (1 + D + H + 1, B),
so that one product with ``[b_ih | W_ih | W_hh | b_hh]`` is the weighted sum of all gates. Step t
writes its h_t into Z[t + 1], where the next step needs it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from rnnviz.engine.cells.spec import CellSpec
from rnnviz.engine.interventions import Hold, Intervention, Silence, units_of
from rnnviz.engine.layout import Indices, Plan, Shapes, Weights
from rnnviz.engine.products import Array, SumOfProducts, by_network

# Numbers in a chunk of time steps for which factors are computed at once: few calls if blocks are
# small, and everything still in the cache if they are large.
CHUNK = 16384


class Span(NamedTuple):
    """The size of an unrolled network.

    Parameters
    ----------
    steps, batch
        T and B; of R networks that are computed together, T and R B.
    dtype
        Of all buffers.
    scratch : array, one-dimensional
        Memory that is needed only within a call, shared by all layers. Each use takes as many time
        steps at once as fit.
    networks
        R; None for a network alone.
    """

    steps: int
    batch: int
    dtype: np.dtype[Any]
    scratch: Array
    networks: int | None = None


class Held(NamedTuple):
    """Rows of S that are held, and the held values: (n,) and (n, 1)."""

    rows: Indices
    values: Array


class Mixing(NamedTuple):
    """The products by which units meet in one step, after `backward`.

    Parameters
    ----------
    W_hh_T, W_ih_T : array, (H, n H) and (D, m H)
        The gradient comes back to h_{t-1} and x_t as these times what follows.
    d_by_h, d_by_x : array, (T, n H, B) and (T, m H, B)
    """

    W_hh_T: Array
    d_by_h: Array
    W_ih_T: Array
    d_by_x: Array


class Cell(ABC):
    """One layer over T steps of B sequences.

    Parameters
    ----------
    weights : mapping of name to Weights
        What `plans` describes, in the fast layout.
    sizes : (D, H)
    span : Span
        T, B, the type of all buffers, and scratch memory.
    """

    spec: ClassVar[CellSpec]
    """Its description for figures, sentences and pages."""
    gates: ClassVar[str] = ""
    """Letters of the recorded gates, in PyTorch's order; empty for a cell without gates."""
    order: ClassVar[str] = ""
    """Letters of the gates, in the order of their blocks of H rows in `S`."""
    weight_gates: ClassVar[str] = ""
    """Letters of the gates, in the order of the rows of the weights."""
    blocks: ClassVar[int] = 1
    """How many blocks of H rows the weight matrices have."""
    state_names: ClassVar[tuple[str, ...]] = ("h",)
    """The states that are carried from step to step."""

    stacks: ClassVar[bool] = False
    """Whether it can compute R networks at once: with weights (R, ...), and R B columns."""

    S: Array
    """Values of all gates, (T or more, at least len(order) * H, B)."""

    def __init__(self, weights: Mapping[str, Weights], sizes: tuple[int, int], span: Span) -> None:
        D, H = sizes
        steps, batch, dtype = span.steps, span.batch, span.dtype
        self.weights = weights
        self.steps, self.batch, self.hidden_size = steps, batch, H
        self.networks = span.networks
        # Of one time step; for R networks on blocks that `of_each` gave.
        self.dot = np.dot if span.networks is None else np.matmul
        self.dtype = dtype
        self.Z = np.zeros((steps + 1, D + H + 2, batch), dtype)
        self.Z[:, 0] = self.Z[:, -1] = 1
        self.x = self.Z[:-1, 1 : D + 1]
        self.h_all = self.Z[:, D + 1 : -1]
        self.h_and_one = self.Z[1:, D + 1 :]
        self.d_h_all = np.zeros((steps + 1, H, batch), dtype)
        self.held: dict[str, Held] = {}
        self.silent: Indices | None = None
        # dL/d of the last state of each letter but h, from outside: nothing usually comes there.
        self.d_last: Mapping[str, Array] = {}
        # Arrays without dimensions: NumPy handles them faster than Python's numbers.
        self.zero, self.half, self.one = (np.array(number, dtype) for number in (0.0, 0.5, 1.0))

    @classmethod
    def shapes(cls, D: int, H: int) -> Shapes:
        """Return the parameters of a layer: PyTorch's names without the layer suffix."""
        rows = cls.blocks * H
        return {
            "weight_ih": (rows, D),
            "weight_hh": (rows, H),
            "bias_ih": (rows,),
            "bias_hh": (rows,),
        }

    @classmethod
    def sums(cls, D: int, H: int) -> list[tuple[int, int, int]]:
        """Return rows and columns of the sums of products, and the size of the largest part."""
        rows, columns = cls.blocks * H, D + H + 2
        return [(rows, columns, rows * columns)]

    @classmethod
    def scratch_size(cls, D: int, H: int, steps: int, batch: int) -> int:
        """Return how many numbers of scratch memory a layer needs."""
        wanted = [SumOfProducts.scratch_size(*size, steps, batch) for size in cls.sums(D, H)]
        return max(*wanted, H * batch)

    @classmethod
    @abstractmethod
    def plans(cls, index: Mapping[str, Indices], H: int) -> dict[str, Plan]:
        """Describe how the fast matrices are made from the parameters.

        Parameters
        ----------
        index : mapping of name to array of int
            For each parameter of `shapes`, the indices of its entries in the flat vector.
        H
            Number of hidden units.
        """

    @property
    def h(self) -> Array:
        """Hidden state after each step, (T, H, B)."""
        return self.h_all[1:]

    @property
    def d_h(self) -> Array:
        """dL/dh_t, (T, H, B). Before `backward`: only the part from the layer above."""
        return self.d_h_all[1:]

    @property
    def states(self) -> dict[str, Array]:
        """The states carried from step to step, (T + 1, H, B), the initial one first."""
        return {name: getattr(self, f"{name}_all") for name in self.state_names}

    @property
    def d_states(self) -> dict[str, Array]:
        """dL/d of each of `states`, same shapes."""
        return {name: getattr(self, f"d_{name}_all") for name in self.state_names}

    @classmethod
    def holdable(cls) -> str:
        """Return the letters of the gates that can be held."""
        return cls.gates

    def gate(self, letter: str) -> Array:
        """Return the values of a gate, (T, H, B)."""
        return self.S[: self.steps, self.rows(self.order.index(letter))]

    def intervene(self, items: Sequence[Intervention]) -> None:
        """Apply these interventions from now on, and no others."""
        H = self.hidden_size
        silent = [units_of(item, H) for item in items if isinstance(item, Silence)]
        self.silent = np.unique(np.concatenate(silent)) if silent else None
        values: dict[str, dict[int, float]] = {}
        for item in items:
            if isinstance(item, Hold):  # a later one wins
                values.setdefault(item.gate, {}).update(
                    dict.fromkeys(units_of(item, H), item.value)
                )
        self.held = {letter: self._held(letter, of_units) for letter, of_units in values.items()}

    def _held(self, letter: str, values: Mapping[int, float]) -> Held:
        rows = self.order.index(letter) * self.hidden_size + np.array(list(values), np.intp)
        return Held(rows, np.array(list(values.values()), self.dtype)[:, None])

    def held_in(self, letters: str) -> Held | None:
        """Return what is held of these gates together; None if nothing is."""
        found = [held for letter, held in self.held.items() if letter in letters]
        if not found:
            return None
        return Held(
            np.concatenate([held.rows for held in found]),
            np.concatenate([held.values for held in found]),
        )

    @abstractmethod
    def forward(self) -> None:
        """Compute everything from `x` and the initial state."""

    @abstractmethod
    def backward(self, crosses: list[bool]) -> None:
        """Carry the loss gradient from the last time step to the first.

        On entry `d_h` holds dL/dh_t from the layer above alone, without the part from later steps;
        afterwards it holds the total derivative. What comes to the other states from outside, to
        the last of them, is in `d_last`.

        Parameters
        ----------
        crosses : list of bool, length T
            Whether the gradient crosses from step t to step t - 1; False cuts it there.
        """

    @abstractmethod
    def input_gradient(self, d_x: Array) -> None:
        """Write dL/dx_t into `d_x`, (T, D, B). After `backward`."""

    def mixing(self) -> Mixing | None:
        """Return the products by which units meet, if all else acts on each unit by itself.

        None where it does not, or where this is not told: then nothing depends on it but the time
        that the Jacobian of a step takes (step_map.py).
        """
        return None

    @abstractmethod
    def weight_gradients(self) -> None:
        """Fill `gradient` of the weights. After `backward`."""

    def of_each(self, blocks: Array) -> Array:
        """Return blocks (..., features, R B) as products need them: (..., R, features, B)."""
        return by_network(blocks, self.networks)

    def rows(self, block: int, count: int = 1) -> slice:
        """Return the rows of `count` blocks of H, starting at block `block`."""
        H = self.hidden_size
        return slice(block * H, (block + count) * H)

    def chunks(self) -> list[slice]:
        """Return slices of time steps that fit the cache, the last steps first."""
        length = chunk_length(self.hidden_size, self.steps, self.batch)
        starts = range(0, self.steps, length)
        return [slice(start, min(start + length, self.steps)) for start in reversed(starts)]


def chunk_length(H: int, steps: int, batch: int) -> int:
    """Return how many time steps fit the cache together."""
    return min(steps, max(1, CHUNK // (H * batch)))


def fuse(index: Mapping[str, Indices]) -> Indices:
    """Return `[b_ih | W_ih | W_hh | b_hh]`, the columns that match Z."""
    return np.column_stack(
        [index["bias_ih"], index["weight_ih"], index["weight_hh"], index["bias_hh"]]
    )


def gate_rows(letters: str, order: str, H: int) -> Indices:
    """Return the rows of the gates in another order, from `letters` to `order`."""
    return np.concatenate([letters.index(gate) * H + np.arange(H) for gate in order])
