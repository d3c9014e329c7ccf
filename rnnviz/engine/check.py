"""The gradient checker: hand-written gradients against central differences of the loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from rnnviz.engine.losses import Mask, Targets
from rnnviz.engine.products import Array

if TYPE_CHECKING:
    from rnnviz.engine.network import Network

# Errors above this are a wrong gradient: central differences in float64 are good to about 1e-8
# where the loss is smooth; a term that is forgotten is off by far more.
TOLERANCE = 1e-6


def gradient_check(
    network: Network,
    x: Array,
    y: Targets,
    mask: Mask | None = None,
    loss: str = "cross_entropy",
    initial: Mapping[str, Array] | None = None,
    *,
    gradients: Mapping[str, Array] | None = None,
    step: float = 1e-5,
) -> dict[str, float]:
    """Compare every gradient of a batch with central differences of its loss.

    Works on a float64 copy, so the network is not touched. Takes two passes for each entry that is
    compared: meant for small networks and batches.

    Parameters
    ----------
    x, y, mask, loss, initial
        As in `Network.record`.
    gradients
        What to judge, by name; by default what `Network.record` computes.
    step
        By how much an entry is moved up and down.

    Returns
    -------
    dict of float
        Relative error by parameter, and of `x` and `initial.h`, `initial.c`: the largest difference
        of an entry, over the largest entry. Above `TOLERANCE` the gradient is wrong; or the loss
        has a kink within `step` (ReLU).
    """
    double = network.copy("float64")
    x = np.array(x, np.float64) if np.issubdtype(np.asarray(x).dtype, np.floating) else x
    record = double.record(x, y, mask, loss, initial)
    state = {name: np.zeros_like(values) for name, values in record.d_initial.items()}
    for name, values in (initial or {}).items():
        state[name][...] = values
    analytic = dict(record.gradients)
    points = dict(double.parameters)
    if np.issubdtype(x.dtype, np.floating):
        analytic["x"], points["x"] = record.d_x, x
    analytic |= {f"initial.{name}": values for name, values in record.d_initial.items()}
    points |= {f"initial.{name}": values for name, values in state.items()}

    def at_point() -> float:
        return double.record(x, y, mask, loss, state).loss

    judged = analytic if gradients is None else gradients
    return {
        name: _error(judged[name], differences(at_point, points[name], step)) for name in judged
    }


def differences(function: Callable[[], float], point: Array, step: float) -> Array:
    """Return the central differences of a function by each entry of an array that it reads.

    Parameters
    ----------
    function
        Reads `point` each time it is called.
    point : array
        Moved in place, entry by entry, and put back.
    """
    result = np.zeros_like(point)
    for place in np.ndindex(point.shape):
        before = point[place]
        point[place] = before + step
        above = function()
        point[place] = before - step
        below = function()
        point[place] = before
        result[place] = (above - below) / (2 * step)
    return result


def _error(analytic: Array, numeric: Array) -> float:
    scale = max(np.abs(analytic).max(), np.abs(numeric).max())
    return float(np.abs(analytic - numeric).max() / scale) if scale > 0 else 0.0
