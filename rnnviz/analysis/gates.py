"""How far the gates are open: the share of time steps at which a gate is shut or wide open."""

from __future__ import annotations

import numpy as np
import pandas as pd

from rnnviz.recording.trace import Array, Trace

#: Gates that lie between 0 and 1. The candidates `g` and `n` are signed: not gates in this sense.
SHARES = ("f", "i", "o", "r", "z")


def saturation(trace: Trace, low: float = 0.1, high: float = 0.9) -> pd.DataFrame:
    """Count how often each unit's gate is nearly shut or nearly open.

    The measure is that of Karpathy, Johnson and Li (2015), "Visualizing and Understanding
    Recurrent Networks", section 4.2, with their limits as defaults.

    Returns
    -------
    pandas.DataFrame
        One row per `layer`, `gate` (its letter) and `unit`; `below` and `above` are the shares
        (0..1) of time steps at which the gate is less than `low`, or more than `high`. A value that
        is not a number counts as neither. No rows for a cell without gates.
    """
    parts = [
        _of_gate(layer, letter, of_layer.gates[letter], low, high)
        for layer, of_layer in enumerate(trace.layers)
        for letter in SHARES
        if letter in of_layer.gates
    ]
    if not parts:
        return pd.DataFrame({name: [] for name in ("layer", "gate", "unit", "below", "above")})
    return pd.concat(parts, ignore_index=True)


def saturation_by_gate(saturated: pd.DataFrame) -> pd.DataFrame:
    """Average `saturation` over the units of each gate.

    Returns
    -------
    pandas.DataFrame
        One row per `layer` and `gate`, in the order in which they came; `below` and `above` are
        shares (0..1) over units and time steps.
    """
    groups = saturated.groupby(["layer", "gate"], sort=False, as_index=False)
    return groups[["below", "above"]].mean()


def saturation_sentence(label: str, below: float, above: float) -> str:
    """Say what the two shares of one gate mean, such as `label` "forget gate"."""
    shut, wide = f"{below:.0%}".replace("%", " %"), f"{above:.0%}".replace("%", " %")
    return (
        f"{label[:1].upper()}{label[1:]}: nearly shut in {shut} of all cases, wide open in {wide}."
    )


def _of_gate(layer: int, letter: str, values: Array, low: float, high: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "layer": layer,
            "gate": letter,
            "unit": np.arange(values.shape[1]),
            "below": (values < low).mean(axis=0),
            "above": (values > high).mean(axis=0),
        }
    )
