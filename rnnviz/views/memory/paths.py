"""The path of the probe through the state space, in numbers."""

from __future__ import annotations

import numpy as np

from rnnviz.numbers import percent
from rnnviz.views.memory.scene import MemoryScene
from rnnviz.views.panel import Panel


def paths(scene: MemoryScene) -> Panel:
    """Say how flat the states on the probe are."""
    values = scene.values - scene.values.mean(axis=0)
    variances = np.linalg.svd(values, compute_uv=False) ** 2
    if not variances.sum() > 0:
        return Panel(sentence="The state is the same at every time step: there is no path.")
    held = percent(float(variances[:2].sum() / variances.sum()))
    return Panel(
        sentence=f"Two directions hold {held} of the variance of the state on the probe, over "
        f"{len(values)} time steps and {values.shape[1]} units."
    )
