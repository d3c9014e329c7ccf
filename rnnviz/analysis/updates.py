"""The size of the whole gradient, how often it is clipped, and the size of the updates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Network, norms
from rnnviz.numbers import number, percent
from rnnviz.recording.trace import Trace

Points = NDArray[np.float64]

#: Update over weights that is considered healthy, by a rule of thumb (Karpathy, CS231n, 2015).
HEALTHY = 1e-3
#: A deviation by this factor is mentioned.
FAR = 10.0
#: Name of the layer from the last hidden state to the outputs.
READOUT = "readout"


@dataclass(frozen=True)
class Updates:
    """How much single iterations changed the weights.

    Parameters
    ----------
    iterations : array of int, (N,)
        The kept iterations whose update was recorded.
    ratios : dict of array, (N,)
        By group: norm of the change over norm of the weights before it. Groups are the letters of
        the gates of one layer (`h` in a cell without gates), and `READOUT`.
    """

    iterations: NDArray[np.int64]
    ratios: dict[str, Points]


def updates(traces: Sequence[Trace], network: Network, layer: int = -1) -> Updates:
    """Measure the updates of the kept iterations, gate by gate.

    Parameters
    ----------
    network
        A network of the run, with any weights: it tells which weights belong to which gate.
    """
    seen = [(trace, trace.update) for trace in traces if trace.update is not None]
    groups = _groups(network, network.architecture.number_of(layer))
    ratios = {
        name: np.array(
            [_ratio(change[places], (trace.weights - change)[places]) for trace, change in seen]
        )
        for name, places in groups.items()
    }
    return Updates(np.array([trace.iteration for trace, _ in seen], np.int64), ratios)


def clipping_sentence(
    gradient_norms: Points, clipped: Points, clip_norm: float | None, clip_value: float | None
) -> str:
    """Say how large the gradient is, and how often it was clipped.

    Parameters
    ----------
    gradient_norms : array, (N,)
        Of the kept iterations, before clipping.
    clipped : array, (N,)
        1 if the gradient was clipped, else 0.
    clip_norm, clip_value
        The current thresholds.
    """
    finite = gradient_norms[np.isfinite(gradient_norms)]
    if finite.size == 0:
        return "No iteration yet." if gradient_norms.size == 0 else "No gradient was a number."
    when = "now" if finite.size == gradient_norms.size else "at last"
    said = [
        f"The gradient's norm is {number(finite[-1])} {when}, {number(float(np.median(finite)))} "
        f"at the median, {number(finite.max())} at most."
    ]
    share = f"{percent(clipped.mean())} of the iterations were clipped"
    if clip_norm is not None or clip_value is not None:
        limits = [f"norm {clip_norm:g}"] if clip_norm is not None else []
        limits += [f"value {clip_value:g}"] if clip_value is not None else []
        said.append(f"Clipping at {' and '.join(limits)} is on; {share} so far.")
    elif clipped.any():
        said.append(f"Clipping is off now; {share} before.")
    else:
        above = percent((finite > 1).mean())
        said.append(f"Clipping is off; in {above} of the iterations the norm was above 1.")
    if finite.size < gradient_norms.size:
        said.append("The one after that is not a number: the run has diverged.")
    return " ".join(said)


def updates_sentence(found: Updates, labels: dict[str, str]) -> str:
    """Say how large the latest update was, gate by gate, compared with what is healthy.

    Parameters
    ----------
    labels
        The label of a group's letter.
    """
    if found.iterations.size == 0:
        return "No update has been recorded yet: train for a few iterations."
    latest = {labels.get(name, name): float(ratio[-1]) for name, ratio in found.ratios.items()}
    if not all(np.isfinite(ratio) for ratio in latest.values()):
        return "The latest update is not a number."
    shares = ", ".join(f"{label} {percent(ratio)}" for label, ratio in latest.items())
    said = f"Iteration {found.iterations[-1]:,} changed the weights by these shares: {shares}."
    large = [label for label, ratio in latest.items() if ratio > FAR * HEALTHY]
    small = [label for label, ratio in latest.items() if ratio < HEALTHY / FAR]
    if not large and not small:
        return f"{said} All within a factor of 10 of 0.1 %, which is considered healthy."
    parts = []
    if large:
        which = "all" if len(large) == len(latest) > 1 else ", ".join(large)
        parts.append(f"{which} above 1 %: the updates are large")
    if small:
        which = "all" if len(small) == len(latest) > 1 else ", ".join(small)
        parts.append(f"{which} below 0.01 %: little changes there")
    return f"{said} About 0.1 % is considered healthy; {'; '.join(parts)}."


def _groups(network: Network, layer: int) -> dict[str, NDArray[np.intp]]:
    """Return, for each gate of a layer and the readout, its weights' indices in the vector."""
    start, places = 0, {}
    for name, values in network.parameters.items():
        places[name] = np.arange(start, start + values.size).reshape(values.shape)
        start += values.size
    letters = network.architecture.cell_type.weight_gates or "h"
    rows = [
        part.reshape(len(letters), -1)
        for name, part in places.items()
        if name.endswith(network.architecture.suffix(layer))
    ]
    groups = {
        letter: np.concatenate([part[number] for part in rows])
        for number, letter in enumerate(letters)
    }
    readout = [part.ravel() for name, part in places.items() if name.startswith("readout")]
    return {**groups, READOUT: np.concatenate(readout)} if readout else groups


def _ratio(change: NDArray[np.floating], weights: NDArray[np.floating]) -> float:
    size, of = norms(np.stack([change, weights]))
    return float(size / of) if of > 0 else np.nan
