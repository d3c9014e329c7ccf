"""The gates of a race's lane in small: what the browser paints on its card."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import spec_of
from rnnviz.figures.palette import QUANTITIES, Quantity
from rnnviz.recording import Trace

#: Bytes of a share 0 and 1, and of a signed value 0: as `components/lanes/strips.js` reads them.
_FULL, _MIDDLE = 254, 127


def lane_strips(trace: Trace) -> dict[str, Any]:
    """Describe the gates and states of the top layer, by time step and unit.

    Returns
    -------
    dict
        As `Strips` in `components/lanes/strips.js`: a value is a byte, so about as exact as its
        colour can be seen.
    """
    found = trace.layers[trace.top].quantities()
    shown = {
        letter: quantity
        for letter, quantity in QUANTITIES[trace.cell].items()
        if letter in found and quantity.scale != "magnitude"
    }
    rows = [_row(trace, quantity, found[letter]) for letter, quantity in shown.items()]
    bytes_of = [
        _bytes(found[letter], row["bound"], bool(quantity.negative))
        for (letter, quantity), row in zip(shown.items(), rows, strict=True)
    ]
    values = np.concatenate([part.ravel() for part in bytes_of])
    return {"steps": trace.steps, "units": trace.hidden_size, "rows": rows, "values": values}


def _row(trace: Trace, quantity: Quantity, values: NDArray[np.floating]) -> dict[str, Any]:
    """Describe one quantity; its bound is drawn in full colour."""
    bound = 1.0
    if quantity.scale != "gate" and not spec_of(trace.cell).quantity(quantity.letter).within_one:
        finite = np.abs(values[np.isfinite(values)])
        bound = float(finite.max(initial=0.0)) or 1.0
    return {
        "letter": quantity.letter,
        "label": quantity.label,
        "colour": quantity.colour,
        "negative": quantity.negative,
        "bound": bound,
    }


def _bytes(values: NDArray[np.floating], bound: float, signed: bool) -> NDArray[np.uint8]:
    with np.errstate(invalid="ignore"):
        shares = np.nan_to_num(np.asarray(values, np.float64) / bound, nan=0.0)
    scaled = _MIDDLE + _MIDDLE * shares if signed else _FULL * shares
    found: NDArray[np.uint8] = np.rint(scaled.clip(0, _FULL)).astype(np.uint8)
    return found
