"""Updater: from the gradient of a batch to changed weights, as the live settings say."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Network, Optimizer, clip_by_norm, clip_by_value, make_optimizer
from rnnviz.engine.norms import norms
from rnnviz.training.changes import LeftOptimizer
from rnnviz.training.config import RunConfig


class Updater:
    """Clips the gradients of a network and lets the optimiser change its weights.

    Parameters
    ----------
    network
        Its `flat_gradients` are clipped, its `flat` weights are changed; both in place.
    config
        Settings of the run.

    Attributes
    ----------
    left : LeftOptimizer or None
        The optimiser that was left for the present one since the last update, if one was.
    optimizer : Optimizer
        The present one.
    """

    left: LeftOptimizer | None
    optimizer: Optimizer
    _config: RunConfig

    def __init__(self, network: Network, config: RunConfig) -> None:
        self._network = network
        self._start(config)

    def use(self, config: RunConfig) -> None:
        """Adopt changed settings.

        A changed setting of the same optimiser leaves its state. Another optimiser begins without
        one; the one that was left since the last update gets its state back when it is chosen
        again. So what the next update does follows from the settings at its beginning alone, in
        whatever order they were chosen.
        """
        before, state, left = self._config, self.state(), self.left
        if config.optimizer == before.optimizer:
            if _settings(config) != _settings(before):
                self.restore(config, state, left)
            self._config = config
            return
        left = left or LeftOptimizer(before.optimizer, state)
        self._start(config, left)
        if left.name == config.optimizer:
            self.optimizer.restore(dict(left.state))

    def clip(self) -> tuple[float, bool]:
        """Clip the gradient as configured; return its norm before, and whether it was clipped."""
        gradients, config = self._network.flat_gradients, self._config
        if config.clip_value is None:
            norm = clip_by_norm(gradients, config.clip_norm)
            return norm, norm > (config.clip_norm or math.inf)
        norm = clip_by_value(gradients, config.clip_value)
        within = clip_by_norm(gradients, config.clip_norm)
        return norm, within < norm or within > (config.clip_norm or math.inf)

    def step(self) -> None:
        """Change the weights once."""
        network = self._network
        self.optimizer.step(network.flat, network.flat_gradients, self._config.learning_rate)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of the optimiser's state."""
        return self.optimizer.state()

    def restore(
        self, config: RunConfig, state: Mapping[str, NDArray[Any]], left: LeftOptimizer | None
    ) -> None:
        """Return to a state of the optimiser, and to the settings that it had."""
        self._start(config, left)
        self.optimizer.restore(dict(state))

    def _start(self, config: RunConfig, left: LeftOptimizer | None = None) -> None:
        """Begin with an optimiser that has no state yet."""
        self._config, self.left = config, left
        size = self._network.flat.size
        self.optimizer = make_optimizer(config.optimizer, size, config.dtype, **_settings(config))


class Clipping:
    """Clips the gradients of several networks as `Updater.clip` does that of one.

    Parameters
    ----------
    configs : sequence of RunConfig
        Settings of R runs.
    """

    def __init__(self, configs: Sequence[RunConfig]) -> None:
        self._max_norms = [config.clip_norm or math.inf for config in configs]
        values = [config.clip_value or math.inf for config in configs]
        self._max_values = None if min(values) == math.inf else np.array(values)[:, None]

    def clip(
        self, gradients: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Clip gradients (R, P); return the norms (R,) before, and which were clipped."""
        before = within = norms(gradients)
        if self._max_values is not None:
            limits = self._max_values.astype(gradients.dtype)
            np.clip(gradients, -limits, limits, out=gradients)
            within = norms(gradients)
        for row, limit, size in zip(gradients, self._max_norms, within.tolist(), strict=True):
            factor = limit / (size + 1e-6)
            if factor < 1:
                np.multiply(row, row.dtype.type(factor), row)
        return before, (within < before) | (within > self._max_norms)


def _settings(config: RunConfig) -> dict[str, float]:
    """Return the settings that belong to the chosen optimiser."""
    settings = {"weight_decay": config.weight_decay}
    if config.optimizer == "sgd":
        settings["momentum"] = config.momentum
    return settings
