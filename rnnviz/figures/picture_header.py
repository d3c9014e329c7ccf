"""The header of a packet for the canvas: what its frames are about, and how to read and draw them.

`picture.py` describes the format. The header of a live tick is made several times a second for
every visitor, so nothing is copied that is only read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.gradients import backward_norms
from rnnviz.analysis.theory import verdict
from rnnviz.engine import CellSpec
from rnnviz.engine.interventions import Hold, Intervention, ShiftForgetBias, Silence
from rnnviz.figures.palette import QUANTITIES, Quantity
from rnnviz.recording.trace import Trace

Array = NDArray[np.floating]

#: How many of the most probable classes a frame tells for each time step.
TOP = 3


def header(traces: Sequence[Trace], peaks: Array, group: int) -> dict[str, Any]:
    """Describe traces that are packed, and what is the same in all of them.

    Parameters
    ----------
    traces : sequence of Trace
    peaks : array, (L, Q)
        Largest finite absolute value of each quantity.
    group
        How many neighbouring units share a value.
    """
    trace = traces[-1]
    met = list(dict.fromkeys(each.interventions for each in traces))
    keys = [_key(each) for each in traces]
    sequences = dict(zip(keys, traces, strict=True))
    index = {key: position for position, key in enumerate(sequences)}
    return {
        "version": 1,
        "cell": trace.cell,
        "diagram": diagram(trace.spec),
        "steps": trace.steps,
        "units": math.ceil(trace.hidden_size / group),
        "hidden": trace.hidden_size,
        "group": group,
        "layers": len(trace.layers),
        "layer_names": list(trace.layer_names),
        "directions": 2 if trace.bidirectional else 1,
        "outputs": trace.outputs.shape[1],
        "classes": trace.probabilities is not None,
        "top": min(TOP, trace.outputs.shape[1]),
        "quantities": [
            vars(quantity) | {"peaks": peaks[:, position].tolist()}
            for position, quantity in enumerate(drawn(trace.cell))
        ],
        "gradients": [vars(quantity) for quantity in gradients(trace.cell)],
        "has_gradients": trace.has_gradients,
        "sequences": [_sequence(each) for each in sequences.values()],
        "interventions": [[_intervention(item) for item in items] for items in met],
        "frames": [
            {
                "iteration": int(each.iteration),
                "loss": _json_number(each.loss),
                "verdict": _verdict(each),
                "sequence": index[key],
                "interventions": met.index(each.interventions),
            }
            for each, key in zip(traces, keys, strict=True)
        ],
    }


def encoded(document: dict[str, Any]) -> bytes:
    """Return the length of a header and itself, padded, as they begin a packet."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text


def drawn(cell: str) -> list[Quantity]:
    """Return the quantities that a frame holds for each unit, in the order of its values."""
    return [quantity for quantity in QUANTITIES[cell].values() if quantity.scale != "magnitude"]


def gradients(cell: str) -> list[Quantity]:
    """Return the gradients whose norms a frame holds, in the order of its norms."""
    return [quantity for quantity in QUANTITIES[cell].values() if quantity.scale == "magnitude"]


def diagram(spec: CellSpec) -> dict[str, Any]:
    """Return how a cell's rows hang together and are computed, as its spec has it."""
    return {
        "name": spec.name,
        "lacks": spec.lacks,
        "rows": list(spec.rows),
        "belt": spec.belt,
        "valve": spec.valve,
        "forget_gate": spec.forget_gate,
        "about": {quantity.letter: quantity.about for quantity in spec.quantities},
        "beads": dict(spec.beads),
        "formulas": {
            letter: [[vars(factor) for factor in product] for product in formula]
            for letter, formula in spec.formulas.items()
        },
        "squashed": {letter: vars(squashed) for letter, squashed in spec.squashed.items()},
    }


def _intervention(item: Intervention) -> dict[str, Any]:
    """Return what was done: `hold`, `silence` or `shift`, to which layer and units (None: all)."""
    kind = {Hold: "hold", Silence: "silence", ShiftForgetBias: "shift"}[type(item)]
    return {"kind": kind} | asdict(item)


def _verdict(trace: Trace) -> str:
    """Return what becomes of the gradient w.r.t. the state that carries the memory."""
    return verdict(backward_norms(trace, "last_d_h" if trace.c is None else "last_d_c"))


def _key(trace: Trace) -> tuple[object, ...]:
    """Return what tells one probe from another."""
    return (trace.input_labels, trace.target_labels, trace.inputs.tobytes(), trace.scored.tobytes())


def _sequence(trace: Trace) -> dict[str, Any]:
    return {
        "inputs": list(trace.input_labels),
        "targets": list(trace.target_labels),
        "scored": trace.scored.tolist(),
        "counted": (trace.scored if trace.counted is None else trace.counted).tolist(),
        "target_values": _json_numbers(_targets(trace)),
    }


def _targets(trace: Trace) -> Any:
    """Return classes, or numbers in the units of the data."""
    classes = trace.probabilities is not None
    return trace.targets.tolist() if classes else trace.unscale(trace.targets).tolist()


def _json_number(value: float) -> float | str:
    """Return the number itself, or its name where JSON has none for it."""
    return float(value) if math.isfinite(value) else str(float(value))


def _json_numbers(values: Any) -> Any:
    return [_json_numbers(each) for each in values] if isinstance(values, list) else _plain(values)


def _plain(value: int | float) -> int | float | str:
    return value if isinstance(value, int) else _json_number(value)
