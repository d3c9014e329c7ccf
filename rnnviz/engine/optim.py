"""Optimisers, with PyTorch's formulas, on one flat vector of parameters.

They work in place, with memory that is allocated once. `StackedOptimizer` updates the parameters of
several networks in the calls that one takes.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from copy import copy
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from rnnviz.engine import validation
from rnnviz.engine.products import Array


class Optimizer(ABC):
    """Turns a gradient into an update of the parameters.

    Parameters
    ----------
    size
        Number of parameters.
    dtype
        Of the parameters.
    weight_decay
        Weight decay as an L2 penalty, as in PyTorch: this times the parameter is added to its
        gradient.
    """

    def __init__(self, size: int, dtype: DTypeLike, weight_decay: float = 0.0) -> None:
        self.dtype = validation.float_type(dtype)
        self.weight_decay = weight_decay
        self.iterations = 0
        self._scratch: Array = np.zeros(size, self.dtype)
        self._decayed: Array = np.zeros(size, self.dtype)
        self._moments: dict[str, Array] = {}

    def step(self, flat: Array, flat_gradients: Array, learning_rate: float) -> None:
        """Change the parameters `flat` in place."""
        self.iterations += 1
        with np.errstate(all="ignore"):
            decay = self._number(self.weight_decay) if self.weight_decay else None
            numbers = [self._number(value) for value in self._numbers(learning_rate)]
            self._update(flat, self._with_decay(flat, flat_gradients, decay), *numbers)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of everything that the next step depends on."""
        copies: dict[str, NDArray[Any]] = {
            name: moment.copy() for name, moment in self._moments.items()
        }
        return {"iterations": np.array(self.iterations), **copies}

    def restore(self, state: dict[str, NDArray[Any]]) -> None:
        """Return to a state that `state` returned.

        Raises
        ------
        ValueError
            If the state is that of another optimiser or another size; nothing is changed then.
        """
        expected = {"iterations": (), **{n: m.shape for n, m in self._moments.items()}}
        given = {name: np.shape(values) for name, values in state.items()}
        if given != expected:
            raise ValueError(f"state must have the entries {expected}, got {given}")
        self.iterations = int(state["iterations"])
        for name, moment in self._moments.items():
            np.copyto(moment, state[name])

    @abstractmethod
    def _numbers(self, learning_rate: float) -> tuple[float, ...]:
        """Return the numbers on which the update of this iteration depends."""

    @abstractmethod
    def _update(self, flat: Array, gradients: Array, *numbers: Array) -> None:
        """Change the parameters by the gradients, with these numbers as arrays."""

    def _with_decay(self, flat: Array, gradients: Array, decay: Array | None) -> Array:
        if decay is None:
            return gradients
        np.multiply(flat, decay, self._decayed)
        np.add(gradients, self._decayed, self._decayed)
        return self._decayed

    def _begin(self, *moments: str) -> None:
        self._moments = {name: np.zeros_like(self._scratch) for name in moments}

    def _number(self, value: float) -> Array:
        return np.array(value, self.dtype)


class SGD(Optimizer):
    """Stochastic gradient descent with momentum.

    ``v = momentum * v + d``, ``parameter -= learning_rate * v``: Polyak (1964), as in PyTorch
    (Sutskever et al. 2013 put the learning rate inside v).
    """

    def __init__(
        self, size: int, dtype: DTypeLike, weight_decay: float = 0.0, momentum: float = 0.9
    ) -> None:
        super().__init__(size, dtype, weight_decay)
        self._momentum = momentum
        self._begin("velocity")

    def _numbers(self, learning_rate: float) -> tuple[float, ...]:
        return learning_rate, self._momentum

    def _update(self, flat: Array, gradients: Array, *numbers: Array) -> None:
        learning_rate, momentum = numbers
        v, scratch = self._moments["velocity"], self._scratch
        np.multiply(v, momentum, v)
        np.add(v, gradients, v)
        np.multiply(v, learning_rate, scratch)
        np.subtract(flat, scratch, flat)


class RMSprop(Optimizer):
    """Each step is divided by the running root mean square of its gradient.

    ``s = smoothing * s + (1 - smoothing) * d^2``,
    ``parameter -= learning_rate * d / (sqrt(s) + epsilon)``: Tieleman and Hinton (2012),
    lecture 6.5.
    """

    def __init__(
        self,
        size: int,
        dtype: DTypeLike,
        weight_decay: float = 0.0,
        smoothing: float = 0.99,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(size, dtype, weight_decay)
        self._smoothing, self._fresh = self._number(smoothing), self._number(1 - smoothing)
        self._epsilon = self._number(epsilon)
        self._begin("square")

    def _numbers(self, learning_rate: float) -> tuple[float, ...]:
        return (learning_rate,)

    def _update(self, flat: Array, gradients: Array, *numbers: Array) -> None:
        (learning_rate,) = numbers
        s, scratch = self._moments["square"], self._scratch
        np.multiply(gradients, gradients, scratch)
        np.multiply(scratch, self._fresh, scratch)
        np.multiply(s, self._smoothing, s)
        np.add(s, scratch, s)
        np.sqrt(s, scratch)
        np.add(scratch, self._epsilon, scratch)
        np.divide(gradients, scratch, scratch)
        np.multiply(scratch, learning_rate, scratch)
        np.subtract(flat, scratch, flat)


class Adam(Optimizer):
    """Momentum and RMSprop combined, both bias-corrected for their start at zero.

    Kingma and Ba (2015), algorithm 1::

        m = beta1 * m + (1 - beta1) * d          m' = m / (1 - beta1^n)
        v = beta2 * v + (1 - beta2) * d^2        v' = v / (1 - beta2^n)
        parameter -= learning_rate * m' / (sqrt(v') + epsilon)

    The sums are kept here without the factors (1 - beta), which saves passes over the vector: the
    factors go into the two numbers `step` and `epsilon` of the iteration.
    """

    def __init__(
        self,
        size: int,
        dtype: DTypeLike,
        weight_decay: float = 0.0,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(size, dtype, weight_decay)
        self._betas, self._epsilon = betas, epsilon
        self._beta1, self._beta2 = self._number(betas[0]), self._number(betas[1])
        self._begin("first", "second")

    def _numbers(self, learning_rate: float) -> tuple[float, ...]:
        first, second = _corrections(*self._betas, self.iterations)
        return learning_rate * first * second, self._epsilon * second

    def _update(self, flat: Array, gradients: Array, *numbers: Array) -> None:
        step, epsilon = numbers
        m, v, scratch = self._moments["first"], self._moments["second"], self._scratch
        np.multiply(m, self._beta1, m)
        np.add(m, gradients, m)
        np.multiply(gradients, gradients, scratch)
        np.multiply(v, self._beta2, v)
        np.add(v, scratch, v)
        np.sqrt(v, scratch)
        np.add(scratch, epsilon, scratch)
        np.divide(m, scratch, scratch)
        np.multiply(scratch, step, scratch)
        np.subtract(flat, scratch, flat)


@lru_cache(maxsize=64)
def _corrections(beta1: float, beta2: float, iterations: int) -> tuple[float, float]:
    """Return Adam's corrections of both moments; asked by all of several networks in turn."""
    first = (1 - beta1) / (1 - beta1**iterations)
    return first, math.sqrt((1 - beta2**iterations) / (1 - beta2))


class StackedOptimizer:
    """Optimisers of one kind that update the parameters of R networks at once.

    Each keeps its settings and its count of iterations. The moments are taken over at the
    beginning; a member has them again after `give_back`.

    Parameters
    ----------
    members : sequence of Optimizer
        R optimisers of the same kind, size and type of numbers; of the settings, momentum and
        weight decay may differ.

    Raises
    ------
    ValueError
        If they differ in kind or type.
    """

    def __init__(self, members: Sequence[Optimizer]) -> None:
        first = members[0]
        for member in members:
            if (type(member), member.dtype) != (type(first), first.dtype):
                raise ValueError("optimisers must be of the same kind and type to be stacked")
        self._members = tuple(members)
        # The formulas of the first one, with rows for all in place of each vector.
        self._all = copy(first)
        self._all._moments = {
            name: np.stack([member._moments[name] for member in members]) for name in first._moments
        }
        rows = (len(members), *first._scratch.shape)
        self._all._scratch, self._all._decayed = np.zeros((2, *rows), first.dtype)
        decays = np.array([[member.weight_decay] for member in members], first.dtype)
        self._decays = decays if decays.any() else None

    def step(self, flat: Array, flat_gradients: Array, learning_rates: Sequence[float]) -> None:
        """Change the parameters `flat`, (R, P), in place; one learning rate for each network."""
        found = []
        for member, rate in zip(self._members, learning_rates, strict=True):
            member.iterations += 1
            found.append(member._numbers(rate))
        numbers = np.array(found, self._all.dtype).T[:, :, None]
        with np.errstate(all="ignore"):
            gradients = self._all._with_decay(flat, flat_gradients, self._decays)
            self._all._update(flat, gradients, *numbers)

    def give_back(self, place: int) -> None:
        """Write the moments of one member back to it."""
        for name, rows in self._all._moments.items():
            np.copyto(self._members[place]._moments[name], rows[place])


OPTIMIZERS: dict[str, type[Optimizer]] = {"sgd": SGD, "rmsprop": RMSprop, "adam": Adam}


def make_optimizer(
    name: str, size: int, dtype: DTypeLike = "float64", **settings: float
) -> Optimizer:
    """Make an optimiser: `"sgd"`, `"rmsprop"` or `"adam"`.

    Raises
    ------
    ValueError
        If there is no such optimiser, or a size, type or setting is not allowed.
    """
    validation.choice("optimizer", name, OPTIMIZERS)
    validation.integer("size", size, 1)
    for setting, value in settings.items():
        validation.finite(setting, value)
    return OPTIMIZERS[name](size, dtype, **settings)
