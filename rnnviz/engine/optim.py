"""Optimisers, with PyTorch's formulas, on one flat vector of parameters.

They work in place, with memory that is allocated once.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
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
            gradients = flat_gradients
            if self.weight_decay:
                np.multiply(flat, self._number(self.weight_decay), self._decayed)
                np.add(flat_gradients, self._decayed, self._decayed)
                gradients = self._decayed
            self._step(flat, gradients, learning_rate)

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
    def _step(self, flat: Array, gradients: Array, learning_rate: float) -> None: ...

    def _moment(self, name: str) -> Array:
        self._moments[name] = np.zeros_like(self._scratch)
        return self._moments[name]

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
        self._momentum = self._number(momentum)
        self._velocity = self._moment("velocity")

    def _step(self, flat: Array, gradients: Array, learning_rate: float) -> None:
        v, scratch = self._velocity, self._scratch
        np.multiply(v, self._momentum, v)
        np.add(v, gradients, v)
        np.multiply(v, self._number(learning_rate), scratch)
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
        self._square = self._moment("square")

    def _step(self, flat: Array, gradients: Array, learning_rate: float) -> None:
        s, scratch = self._square, self._scratch
        np.multiply(gradients, gradients, scratch)
        np.multiply(scratch, self._fresh, scratch)
        np.multiply(s, self._smoothing, s)
        np.add(s, scratch, s)
        np.sqrt(s, scratch)
        np.add(scratch, self._epsilon, scratch)
        np.divide(gradients, scratch, scratch)
        np.multiply(scratch, self._number(learning_rate), scratch)
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
        self._first, self._second = self._moment("first"), self._moment("second")

    def _step(self, flat: Array, gradients: Array, learning_rate: float) -> None:
        m, v, scratch = self._first, self._second, self._scratch
        step, epsilon = self._step_and_epsilon(learning_rate)
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

    def _step_and_epsilon(self, learning_rate: float) -> tuple[Array, Array]:
        beta1, beta2 = self._betas
        first = (1 - beta1) / (1 - beta1**self.iterations)
        second = math.sqrt((1 - beta2**self.iterations) / (1 - beta2))
        return self._number(learning_rate * first * second), self._number(self._epsilon * second)


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
