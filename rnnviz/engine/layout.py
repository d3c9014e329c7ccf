"""The parameters: one flat vector with named views, and the rearranged copy that the cells use.

The outside sees PyTorch's names and layout. The cells use another one: all weights that act on the
same block in one matrix, gates in their own order, and the rows of a sigmoid halved, because
sigmoid(a) = 0.5 tanh(0.5 a) + 0.5. This is a rearrangement of the same numbers, so it is described
once by a table of indices, and done by one `np.take` per iteration for the whole network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.products import Array

Indices = NDArray[np.intp]
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Plan:
    """How a matrix of the fast layout is made from the flat vector.

    Parameters
    ----------
    order : array of int, (rows, columns)
        Index of each entry in the flat vector.
    scale : array, (rows, 1)
        Factor of each row; 0.5 for the rows of a sigmoid, negative for a row that is used with the
        opposite sign.
    """

    order: Indices
    scale: NDArray[np.float64]

    @classmethod
    def plain(cls, order: Indices) -> Plan:
        """Make a plan without scaled rows."""
        return cls(order, np.ones((order.shape[0], 1)))


@dataclass(frozen=True)
class Weights:
    """A matrix of the fast layout; of R networks that are computed together, (R, ...) each.

    Parameters
    ----------
    W : array, (rows, columns)
        For the forward pass, rows scaled.
    W_T : array, (columns, rows)
        For the backward pass, transposed, with only the sign of the scale.
    gradient : array, (rows, columns)
        dL/dW of the matrix without the scale, filled by the backward pass.
    """

    W: Array
    W_T: Array
    gradient: Array


def views(flat: Array | Indices, shapes: Shapes) -> dict[str, Any]:
    """Return views on consecutive parts of a flat vector, or of the rows of an array, by name."""
    named, start = {}, 0
    for name, shape in shapes.items():
        size = int(np.prod(shape))
        named[name] = flat[..., start : start + size].reshape(*flat.shape[:-1], *shape)
        start += size
    return named


class Parameters(dict[str, Array]):
    """Views on the flat vector of parameters, by name.

    An assignment to an entry copies into the vector, so that no other array takes the place of
    the weights that the network computes with. Entries can be neither added nor removed.
    """

    def __setitem__(self, name: str, values: Array) -> None:
        if name not in self:
            raise KeyError(f"parameters must be one of {', '.join(self)}, got {name!r}")
        view = self[name]
        if np.shape(values) != view.shape:
            raise ValueError(f"{name} must have the shape {view.shape}, got {np.shape(values)}")
        np.copyto(view, values, casting="same_kind")

    def __ior__(self, values: Any) -> Parameters:  # type: ignore[override,misc]
        self.update(values)
        return self

    def update(self, *values: Any, **by_name: Any) -> None:
        """Copy into several entries, where a dict's `update` would replace them."""
        for name, entry in dict(*values, **by_name).items():
            self[name] = entry

    def __reduce__(self) -> tuple[type[dict[str, Array]], tuple[dict[str, Array]]]:
        return dict, (dict(self),)  # a copy is an ordinary dict, with arrays of its own

    def _refuse(self, *_: Any) -> NoReturn:
        raise TypeError("parameters can be neither added nor removed, only written")

    __delitem__ = clear = pop = popitem = setdefault = _refuse


class Layout:
    """The fast copy of a flat vector of parameters, or of those of several networks.

    Parameters
    ----------
    plans : mapping of name to Plan
        Together they name every entry of the flat vector. The gradient of an entry is read at its
        first place; a cell that names it twice adds up the gradients there.
    dtype
        Of the parameters.
    networks
        R where the flat vectors of R networks are the rows of an array (R, P); else None.
    """

    def __init__(
        self, plans: Mapping[str, Plan], dtype: np.dtype[Any], networks: int | None = None
    ) -> None:
        shapes: Shapes = {name: plan.order.shape for name, plan in plans.items()}
        shapes_T: Shapes = {name: plan.order.T.shape for name, plan in plans.items()}
        order = np.concatenate([plan.order.ravel() for plan in plans.values()])
        order_T = np.concatenate([plan.order.T.ravel() for plan in plans.values()])
        self._orders = np.concatenate([order, order_T])
        # The first place of each entry: written backwards, the first place is the one that remains.
        self._inverse: Indices = np.zeros(order.max() + 1, np.intp)
        self._inverse[order[::-1]] = np.arange(order.size)[::-1]
        scales = [np.broadcast_to(plan.scale, plan.order.shape) for plan in plans.values()]
        self._scale = np.concatenate([scale.ravel() for scale in scales]).astype(dtype)
        self._negative = np.flatnonzero(np.concatenate([scale.T.ravel() for scale in scales]) < 0)
        of_each = () if networks is None else (networks,)
        self._both = np.zeros((*of_each, 2 * order.size), dtype)
        self._gradient = np.zeros((*of_each, order.size), dtype)
        self._W, self._W_T = self._both[..., : order.size], self._both[..., order.size :]
        W, W_T, gradient = (
            views(self._W, shapes),
            views(self._W_T, shapes_T),
            views(self._gradient, shapes),
        )
        self.weights = {name: Weights(W[name], W_T[name], gradient[name]) for name in plans}

    def refresh(self, flat: Array) -> None:
        """Copy the parameters into the fast layout."""
        # mode="clip" lets NumPy write to `out` directly; all indices are valid anyway.
        flat.take(self._orders, -1, self._both, "clip")
        np.multiply(self._W, self._scale, self._W)
        if self._negative.size:
            self._W_T[..., self._negative] *= -1

    def gather(self, flat_gradients: Array) -> None:
        """Copy the gradients of the fast layout back to the order of the flat vector."""
        self._gradient.take(self._inverse, -1, flat_gradients, "clip")
