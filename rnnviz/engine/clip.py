"""Clipping: limits on the gradient before it is used."""

from __future__ import annotations

import numpy as np

from rnnviz.engine import validation
from rnnviz.engine.norms import norm
from rnnviz.engine.products import Array


def clip_by_norm(flat_gradients: Array, max_norm: float | None) -> float:
    """Scale the gradient down, in place, to a norm of at most `max_norm`.

    Pascanu, Mikolov and Bengio (2013), algorithm 1. The factor is that of PyTorch's
    `clip_grad_norm_`: max_norm / (norm + 1e-6), where that is below 1.

    Parameters
    ----------
    flat_gradients : array, (P,)
        All gradients of the network in one vector.
    max_norm
        None leaves the gradient as it is.

    Returns
    -------
    float
        The norm before clipping.

    Raises
    ------
    ValueError
        If `max_norm` is negative or not finite; nothing is changed then.
    """
    limit = None if max_norm is None else validation.at_least_0("max_norm", max_norm)
    before = norm(flat_gradients)
    if limit is not None:
        factor = limit / (before + 1e-6)
        if factor < 1:
            with np.errstate(all="ignore"):
                np.multiply(flat_gradients, flat_gradients.dtype.type(factor), flat_gradients)
    return before


def clip_by_value(flat_gradients: Array, max_value: float | None) -> float:
    """Limit every entry of the gradient, in place, to -max_value..max_value.

    Changes the direction of the gradient, which clipping by norm does not; Mikolov (2012), thesis.

    Parameters
    ----------
    flat_gradients : array, (P,)
    max_value
        None leaves the gradient as it is.

    Returns
    -------
    float
        The norm before clipping.

    Raises
    ------
    ValueError
        If `max_value` is negative or not finite; nothing is changed then.
    """
    limit = None if max_value is None else validation.at_least_0("max_value", max_value)
    before = norm(flat_gradients)
    if limit is not None:
        np.clip(flat_gradients, -limit, limit, out=flat_gradients)
    return before
