"""Updater: from the gradient of a batch to changed weights, as the live settings say."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from rnnviz.engine import Network, Optimizer, clip_by_norm, clip_by_value, make_optimizer
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
    """

    left: LeftOptimizer | None
    _config: RunConfig
    _optimizer: Optimizer

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
            self._optimizer.restore(dict(left.state))

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
        self._optimizer.step(network.flat, network.flat_gradients, self._config.learning_rate)

    def state(self) -> dict[str, NDArray[Any]]:
        """Return a copy of the optimiser's state."""
        return self._optimizer.state()

    def restore(
        self, config: RunConfig, state: Mapping[str, NDArray[Any]], left: LeftOptimizer | None
    ) -> None:
        """Return to a state of the optimiser, and to the settings that it had."""
        self._start(config, left)
        self._optimizer.restore(dict(state))

    def _start(self, config: RunConfig, left: LeftOptimizer | None = None) -> None:
        """Begin with an optimiser that has no state yet."""
        self._config, self.left = config, left
        size = self._network.flat.size
        self._optimizer = make_optimizer(config.optimizer, size, config.dtype, **_settings(config))


def _settings(config: RunConfig) -> dict[str, float]:
    """Return the settings that belong to the chosen optimiser."""
    settings = {"weight_decay": config.weight_decay}
    if config.optimizer == "sgd":
        settings["momentum"] = config.momentum
    return settings
