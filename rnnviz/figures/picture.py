"""Traces packed into bytes for the canvas that draws the moving network.

The format, which `rnnviz/ui/components/unrolled/unrolled.js` reads:

    4 bytes         length of the header, little-endian
    header          JSON in UTF-8, padded with blanks to a multiple of 4
    frames          one after the other, each starting at its `offset` behind the header

A frame is one trace. The header tells its iteration, its loss, what was held, silenced and shifted,
and in a word what becomes of the
gradient of its last scored step by the top layer's memory: an LSTM's cell state, else the hidden
state (`verdict`). Its parts, little-endian, each in C order:

    norms           float64 (2, L, G, T)  2-norm over units of each gradient: of the whole loss,
                                          then of the loss of the last scored step alone;
                                          float64, as float32 would make 1e-50 a zero
    outputs that are classes:
      top           float32 (T, M)        the largest probabilities, falling
      target        float32 (T,)          probability of the target
      top_class     uint16  (T, M)        which classes those are
      rank          uint16  (T,)          how many classes come before the target: 0 is a hit
    outputs that are numbers:
      outputs       float32 (T, K)        in the units of the data
    values          (L, Q, T, U)          float32 if the frame is `exact`, else uint8
    padding to a multiple of 4

U is the number of hidden units; of a network too large for that, each value is the mean of `group`
neighbouring units, so that even one trace of the largest network keeps the budget.

The newest frame is exact, and one more that the user looks at: they answer a hover with the
recorded number. The others are quantised to 254 levels, enough for colours, and so is a very large
one that comes alone, in a live tick. Norms and probabilities are exact in all of them.
Quantised: 0 is a value that is not finite; a share in 0..1 is `1 + 254 v`; a signed value is
`128 + 127 v / peak` with the `peak` of its quantity over all traces packed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.gradients import backward_norms
from rnnviz.analysis.theory import verdict
from rnnviz.engine import spec_of
from rnnviz.engine.interventions import Hold, Intervention, ShiftForgetBias, Silence
from rnnviz.figures.palette import QUANTITIES, Quantity
from rnnviz.recording.trace import Trace

Array = NDArray[np.floating]

#: How many of the most probable classes a frame tells for each time step.
TOP = 3

#: Instead of a class or a rank: the probabilities are not numbers.
UNKNOWN = 65535

#: Most bytes of a packet; where more come, traces are left out evenly.
BUDGET = 1_000_000

#: A single trace, as it comes several times a second, is quantised too where it is larger.
LIVE_BUDGET = 250_000


def pack(
    traces: Sequence[Trace],
    *,
    exact: int | Collection[int] | None = None,
    run: str = "",
    selected: tuple[int, int] | None = None,
    budget: int = BUDGET,
) -> bytes:
    """Pack traces of one run for the moving network.

    Pack the newest trace for a live tick, and all kept traces for a rewind: the canvas adds one or
    two traces to those of the same run that it has already, and replaces all by three or more.

    Parameters
    ----------
    traces : sequence of Trace
        In the order of their iterations; all of one cell and one shape.
    exact
        Iteration that is looked at: units of its trace are sent without quantisation, as those of
        the newest are. Or several iterations, none of which is looked at.
    run
        Name of the run. A packet with another name starts the picture anew.
    selected
        Layer and unit to outline, where something other than a click in the picture chose it.
    budget
        Most bytes for the frames. Where they would take more, traces are left out at even
        distances; the first, the newest and the exact one stay. The header tells how many came.

    Returns
    -------
    bytes
        One trace of an LSTM with T=50, H=32 takes 44 kB, with T=14, H=16 8 kB.

    Raises
    ------
    ValueError
        If there is no trace, they differ in cell or shape, or none is of iteration `exact`.
    """
    _check(traces)
    asked = [exact] if isinstance(exact, int) else exact or []
    wanted = {_position(traces, iteration) for iteration in asked}
    if _newest_is_exact(traces):
        wanted.add(len(traces) - 1)
    group = group_of(traces[0])
    if group > 1:
        wanted = set()
    places = _within(traces, wanted, budget, group)
    chosen = [traces[place] for place in places]
    peaks = _peaks(chosen, group)
    frames = [
        _frame(trace, group, None if place in wanted else peaks)
        for place, trace in zip(places, chosen, strict=True)
    ]
    header = _header(chosen, frames, peaks, group)
    for about, place in zip(header["frames"], places, strict=True):
        about["exact"] = place in wanted
    viewed = exact if isinstance(exact, int) else None
    header |= {"run": run, "selected": selected, "viewed": viewed, "offered": len(traces)}
    return b"".join([_encoded(header), *frames])


def drawn(cell: str) -> list[Quantity]:
    """Return the quantities that a frame holds for each unit, in the order of its values."""
    return [quantity for quantity in QUANTITIES[cell].values() if quantity.scale != "magnitude"]


def gradients(cell: str) -> list[Quantity]:
    """Return the gradients whose norms a frame holds, in the order of its norms."""
    return [quantity for quantity in QUANTITIES[cell].values() if quantity.scale == "magnitude"]


def diagram(cell: str) -> dict[str, Any]:
    """Return how a cell's rows hang together and are computed, as its spec has it."""
    spec = spec_of(cell)
    return {
        "name": spec.name,
        "lacks": spec.lacks,
        "rows": list(spec.rows),
        "belt": spec.belt,
        "valve": spec.valve,
        "beads": dict(spec.beads),
        "formulas": {
            letter: [[asdict(factor) for factor in product] for product in formula]
            for letter, formula in spec.formulas.items()
        },
        "squashed": {letter: asdict(squashed) for letter, squashed in spec.squashed.items()},
    }


# ------------------------------------------------------------------ which traces


def _check(traces: Sequence[Trace]) -> None:
    if not traces:
        raise ValueError("pack needs at least one trace, got none")
    expected = _shape(traces[0])
    for trace in traces:
        if _shape(trace) != expected:
            raise ValueError(
                "all traces must have one cell, one shape of every layer and one of the outputs: "
                f"expected {expected}, got {_shape(trace)}"
            )


def _shape(trace: Trace) -> tuple[object, ...]:
    return (trace.cell, *(layer.h.shape for layer in trace.layers), trace.outputs.shape)


def _newest_is_exact(traces: Sequence[Trace]) -> bool:
    """Return whether the newest goes without quantisation: unless it is a live tick, and large."""
    layers = traces[-1].layers
    numbers = sum(values.size for layer in layers for values in layer.quantities().values())
    return len(traces) > 1 or 4 * numbers <= LIVE_BUDGET


def group_of(trace: Trace) -> int:
    """Return how many neighbouring units share a value: 1, unless the network is very large."""
    of_one_unit = len(trace.layers) * len(drawn(trace.cell)) * trace.steps
    lines = max(1, LIVE_BUDGET // of_one_unit)
    return math.ceil(trace.hidden_size / lines)


def _position(traces: Sequence[Trace], iteration: int) -> int:
    """Return the position of the trace of that iteration."""
    for position, trace in enumerate(traces):
        if trace.iteration == iteration:
            return position
    raise ValueError(f"exact must be the iteration of one of the traces, got {iteration}")


def _within(traces: Sequence[Trace], wanted: set[int], budget: int, group: int) -> list[int]:
    """Return the positions of the traces that fit the budget, evenly spread over training."""
    count, one = len(traces), traces[:1]
    exact = len(_frame(one[0], group, None))
    quantised = len(_frame(one[0], group, _peaks(one, group)))
    room = max(0, (budget - exact * len(wanted)) // quantised)
    if count <= room + len(wanted):
        return list(range(count))
    spread = np.linspace(0, count - 1, max(1, room)).round().astype(int)
    return sorted({0, count - 1, *wanted, *spread.tolist()})


# ------------------------------------------------------------------ one frame


def _frame(trace: Trace, group: int, peaks: Array | None) -> bytes:
    """Return the bytes of a trace; `peaks`, (L, Q), is None for an exact frame."""
    values = _values(trace, group)
    parts: list[NDArray[Any]] = [_norms(trace)]
    classes = trace.probabilities is not None
    parts += _classes(trace) if classes else [_float32(trace.unscale(trace.outputs))]
    parts.append(_float32(values) if peaks is None else _quantised(values, trace.cell, peaks))
    packed = b"".join(part.tobytes() for part in parts)
    return packed + bytes(-len(packed) % 4)


def _values(trace: Trace, group: int) -> Array:
    """Return what is drawn for each unit, or each group of them, (L, Q, T, U)."""
    letters = [quantity.letter for quantity in drawn(trace.cell)]
    layers = [layer.quantities() for layer in trace.layers]
    values = np.array([[layer[letter] for letter in letters] for layer in layers])
    if group == 1:
        return values
    starts = np.arange(0, trace.hidden_size, group)
    sizes = np.diff([*starts, trace.hidden_size])
    with np.errstate(over="ignore", invalid="ignore"):
        means: Array = np.add.reduceat(values, starts, axis=3) / sizes
    return means


def _norms(trace: Trace) -> NDArray[np.float64]:
    letters = [quantity.letter for quantity in gradients(trace.cell)]
    layers = [layer.quantities() for layer in trace.layers]
    stacked = np.array(
        [
            [[layer[prefix + letter] for letter in letters] for layer in layers]
            for prefix in ("", "last_")
        ],
        dtype=np.float64,
    )
    with np.errstate(over="ignore", invalid="ignore"):
        norms: NDArray[np.float64] = np.sqrt(np.sum(stacked * stacked, axis=-1)).astype("<f8")
    return norms


def _classes(trace: Trace) -> list[NDArray[Any]]:
    assert trace.probabilities is not None
    probabilities = np.asarray(trace.probabilities, dtype=np.float64)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    targets = trace.targets.astype(np.int64)[:, None]
    top_class = order[:, :TOP]
    rank = (order == targets).argmax(axis=1, keepdims=True)
    unknown = ~np.all(np.isfinite(probabilities), axis=1, keepdims=True)
    return [
        _float32(np.take_along_axis(probabilities, top_class, axis=1)),
        _float32(np.take_along_axis(probabilities, targets, axis=1)),
        np.where(unknown, UNKNOWN, top_class).astype("<u2"),
        np.where(unknown, UNKNOWN, rank).astype("<u2"),
    ]


def _float32(values: Array) -> NDArray[np.float32]:
    with np.errstate(over="ignore", under="ignore"):
        return np.ascontiguousarray(values, dtype="<f4")


def _peaks(traces: Sequence[Trace], group: int) -> Array:
    """Return the largest finite absolute value of each quantity, (L, Q); 1 where all are 0."""
    stacked = np.abs(np.array([_values(trace, group) for trace in traces]))
    peaks = np.where(np.isfinite(stacked), stacked, 0.0).max(axis=(0, 3, 4))
    return np.where(peaks > 0, peaks, 1.0)


def _quantised(values: Array, cell: str, peaks: Array) -> NDArray[np.uint8]:
    share = np.array([[[quantity.scale == "gate"]] for quantity in drawn(cell)])
    scaled = np.where(share, 1 + 254 * values, 128 + 127 * (values / peaks[:, :, None, None]))
    return np.where(np.isfinite(values), np.rint(scaled), 0).astype(np.uint8)


# ------------------------------------------------------------------ the header


def _header(
    traces: Sequence[Trace], frames: Sequence[bytes], peaks: Array, group: int
) -> dict[str, Any]:
    trace = traces[-1]
    met = list(dict.fromkeys(each.interventions for each in traces))
    sequences = list({_key(each): each for each in traces}.values())
    index = {_key(each): position for position, each in enumerate(sequences)}
    offsets = np.cumsum([0, *(len(frame) for frame in frames)])
    return {
        "version": 1,
        "cell": trace.cell,
        "diagram": diagram(trace.cell),
        "steps": trace.steps,
        "units": math.ceil(trace.hidden_size / group),
        "hidden": trace.hidden_size,
        "group": group,
        "layers": len(trace.layers),
        "outputs": trace.outputs.shape[1],
        "classes": trace.probabilities is not None,
        "top": min(TOP, trace.outputs.shape[1]),
        "quantities": [
            asdict(quantity) | {"peaks": peaks[:, position].tolist()}
            for position, quantity in enumerate(drawn(trace.cell))
        ],
        "gradients": [asdict(quantity) for quantity in gradients(trace.cell)],
        "labels": _labels(traces),
        "sequences": [_sequence(each) for each in sequences],
        "interventions": [[_intervention(item) for item in items] for items in met],
        "frames": [
            {
                "iteration": int(each.iteration),
                "loss": _json_number(each.loss),
                "fate": _fate(each),
                "sequence": index[_key(each)],
                "interventions": met.index(each.interventions),
                "exact": False,
                "offset": int(offset),
            }
            for each, offset in zip(traces, offsets[:-1], strict=True)
        ],
    }


def _intervention(item: Intervention) -> dict[str, Any]:
    """Return what was done: `hold`, `silence` or `shift`, to which layer and units (None: all)."""
    kind = {Hold: "hold", Silence: "silence", ShiftForgetBias: "shift"}[type(item)]
    return {"kind": kind} | asdict(item)


def _fate(trace: Trace) -> str:
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


def _labels(traces: Sequence[Trace]) -> dict[str, str]:
    """Return the names of those classes that some frame mentions, by their number."""
    mentioned: set[int] = set()
    for trace in traces:
        if trace.probabilities is not None:
            mentioned |= set(_classes(trace)[2].ravel().tolist()) | set(trace.targets.tolist())
    names = traces[-1].output_labels
    return {str(number): names[number] for number in sorted(mentioned) if number < len(names)}


def _json_number(value: float) -> float | str:
    """Return the number itself, or its name where JSON has none for it."""
    return float(value) if math.isfinite(value) else str(float(value))


def _json_numbers(values: Any) -> Any:
    return [_json_numbers(each) for each in values] if isinstance(values, list) else _plain(values)


def _plain(value: int | float) -> int | float | str:
    return value if isinstance(value, int) else _json_number(value)


def _encoded(header: dict[str, Any]) -> bytes:
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    return len(text).to_bytes(4, "little") + text
