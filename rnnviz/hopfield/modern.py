"""The modern network (Ramsauer et al. 2020): recall by one softmax over all patterns.

With the patterns as the columns of X, a state xi, and beta above 0

    xi <- X softmax(beta X' xi)
    E   = -1/beta log sum_p exp(beta x_p' xi) + 1/2 xi' xi + 1/beta log P + 1/2 max_p |x_p|^2

The update is dot attention: xi is the query, the patterns are keys and values at once, and beta is
the scale of the scores, 1/sqrt(N) in a transformer and in `Network(attention="dot")`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from rnnviz.hopfield import validation
from rnnviz.hopfield.validation import Array


class Modern:
    """A modern Hopfield network.

    Parameters
    ----------
    patterns : array, (P, N)
        Of any finite numbers: signs, or the hidden states of a network.
    beta
        Above 0. Small, and a state recalls the mean of all patterns; large, and one of them.

    Raises
    ------
    ValueError
        If there is no pattern, sizes differ, a number is not finite, or beta is not above 0.

    References
    ----------
    Ramsauer et al. (2020), "Hopfield Networks is All You Need", eq. 2 and 3.
    """

    def __init__(self, patterns: Any, beta: float) -> None:
        self.patterns = validation.patterns_of_numbers(patterns)
        self.units = self.patterns.shape[1]
        self.beta = validation.positive("beta", beta)

    def weights(self, state: Any) -> Array:
        """Return how much of each pattern a state (..., N) recalls: (..., P), adds up to 1."""
        xi = validation.state_of_numbers("state", state, self.units)
        scores = self.beta * (xi @ self.patterns.T)
        raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
        found: Array = raised / raised.sum(axis=-1, keepdims=True)
        return found

    def recall(self, state: Any, steps: int = 1) -> Array:
        """Return the state (..., N) after so many updates; one is what attention does."""
        xi = validation.state_of_numbers("state", state, self.units)
        for _ in range(validation.whole("steps", steps, 0, 10_000)):
            xi = self.weights(xi) @ self.patterns
        return xi

    def energy(self, state: Any) -> Any:
        """Return the energy of a state (N,), or of each of many (..., N).

        It is 0 or more, and no update raises it, apart from rounding: Ramsauer et al. (2020),
        theorem 1.
        """
        xi = validation.state_of_numbers("state", state, self.units)
        scores = self.beta * (xi @ self.patterns.T)
        top = scores.max(axis=-1)
        total = top + np.log(np.exp(scores - top[..., None]).sum(axis=-1))
        longest = (self.patterns**2).sum(axis=1).max()
        return (
            (np.log(len(self.patterns)) - total) / self.beta
            + (xi**2).sum(axis=-1) / 2
            + longest / 2
        )

    def energies(self, state: Any, steps: int) -> Array:
        """Return the energy (steps + 1,) of a state (N,), and after each of so many updates."""
        xi = validation.state_of_numbers("state", state, self.units)
        if xi.ndim != 1:
            raise ValueError(f"state must be one state ({self.units},), got the shape {xi.shape}")
        found = [self.energy(xi)]
        for _ in range(validation.whole("steps", steps, 0, 10_000)):
            xi = self.recall(xi)
            found.append(self.energy(xi))
        return np.array(found)

    def spread(self, state: Any) -> Any:
        """Return over how many patterns a recall is spread, 1..P, for each state (...).

        The exponential of the entropy of the weights: 1 is one pattern, P the mean of all.
        """
        a = self.weights(state)
        logs = np.log(a, where=a > 0, out=np.zeros_like(a))
        return np.exp(-(a * logs).sum(axis=-1))
