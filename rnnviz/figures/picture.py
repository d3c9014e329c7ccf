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
    pairs of steps that attention joins, P of them, if the network has it:
      looked_at     uint16  (P,)          the step that is looked at, only where T > 64
      weights       (P,)                  float32 if the frame is `exact`, else uint8, as a share
      sent          (P,)                  2-norm of the gradient that goes back over the pair:
                                          float64 if the frame is `exact`, else uint8
    values          (L, Q, T, U)          float32 if the frame is `exact`, else uint8
    padding to a multiple of 4

U is the number of hidden units; of a network too large for that, each value is the mean of `group`
neighbouring units, so that even one trace of the largest network keeps the budget.

The newest frame is exact, and one more that the user looks at: they answer a hover with the
recorded number. The others are quantised to 254 levels, enough for colours, and so is a very large
one that comes alone, in a live tick. Norms and probabilities are exact in all of them.
Quantised: 0 is a value that is not finite; a share in 0..1 is `1 + 254 v`; a signed value is
`128 + 127 v / peak` with the `peak` of its quantity over all traces packed. A gradient that is sent
over a pair is 1 if it is 0, else `2 + 253 (log10 v - low) / (high - low)` with the header's
`attention.low` and `.high`, at most 24 decades apart: what is smaller counts as `low`.

Pairs come in the order of the step that asks, then of the one that is looked at. Step t has those
with itself and the steps before, t + 1 of them; where there are more than 64 steps only the 24 of
the largest weights (`attention.kept`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnviz.figures.picture_attention import Range, pair_bytes, pairs, sent_range
from rnnviz.figures.picture_attention import about as attention
from rnnviz.figures.picture_header import TOP, Array, drawn, encoded, gradients, header
from rnnviz.recording.trace import Trace

#: Instead of a class or a rank: the probabilities are not numbers.
UNKNOWN = 65535

#: Most bytes of a packet; where more come, traces are left out evenly.
BUDGET = 1_000_000

#: A single trace, as it comes several times a second, is quantised too where it is larger.
LIVE_BUDGET = 250_000


class _Scale(NamedTuple):
    """What quantised numbers are relative to: peaks (L, Q), and the range of gradients sent."""

    peaks: Array
    sent: Range


def pack(
    traces: Sequence[Trace],
    *,
    exact: int | Collection[int] | None = None,
    run: str = "",
    selected: tuple[int, int] | None = None,
    start: Mapping[str, object] = MappingProxyType({}),
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
    start
        Where to look first: `Start` in types.d.ts. The picture goes there once for each word.
    budget
        Most bytes for the frames. Where they would take more, traces are left out at even
        distances; the first, the newest and the exact one stay. The header tells how many came.

    Returns
    -------
    bytes
        One trace of an LSTM with T=50, H=32 takes 46 kB, with T=14, H=16 10 kB.

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
    values = [_values(trace, group) for trace in chosen]
    predicted = [_predicted(trace) for trace in chosen]
    scale = _Scale(_peaks(values), sent_range(chosen))
    frames = [
        _frame(trace, prediction, shown, None if place in wanted else scale)
        for place, trace, prediction, shown in zip(places, chosen, predicted, values, strict=True)
    ]
    about = header(chosen, scale.peaks, group) | {
        "attention": attention(chosen, scale.sent),
        "labels": _labels(chosen, predicted),
        "run": run,
        "selected": selected,
        "start": dict(start),
        "viewed": exact if isinstance(exact, int) else None,
        "offered": len(traces),
    }
    offset = 0
    for frame, place, packed in zip(about["frames"], places, frames, strict=True):
        frame |= {"exact": place in wanted, "offset": offset}
        offset += len(packed)
    return b"".join([encoded(about), *frames])


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
    parts = (trace.attending is not None, trace.has_gradients, trace.bidirectional, trace.reset)
    return (trace.cell, *parts, *(layer.h.shape for layer in trace.layers), trace.outputs.shape)


def _newest_is_exact(traces: Sequence[Trace]) -> bool:
    """Return whether the newest goes without quantisation: unless it is a live tick, and large."""
    layers = traces[-1].layers
    numbers = sum(values.size for layer in layers for values in layer.quantities().values())
    size = 4 * numbers + pair_bytes(traces[-1], exact=True)
    return len(traces) > 1 or size <= LIVE_BUDGET


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
    count, one = len(traces), traces[0]
    exact, quantised = (_frame_bytes(one, group, exact=each) for each in (True, False))
    room = max(0, (budget - exact * len(wanted)) // quantised)
    if count <= room + len(wanted):
        return list(range(count))
    spread = np.linspace(0, count - 1, max(1, room)).round().astype(int)
    return sorted({0, count - 1, *wanted, *spread.tolist()})


# ------------------------------------------------------------------ one frame


def _frame_bytes(trace: Trace, group: int, *, exact: bool) -> int:
    """Return how many bytes `_frame` makes of a trace of this shape."""
    T, L, K = trace.steps, len(trace.layers), trace.outputs.shape[1]
    norms = 8 * 2 * L * len(gradients(trace.cell)) * T
    predicted = T * (6 * (min(TOP, K) + 1) if trace.probabilities is not None else 4 * K)
    numbers = L * len(drawn(trace.cell)) * T * math.ceil(trace.hidden_size / group)
    numbers *= 4 if exact else 1
    return _padded(norms + predicted + pair_bytes(trace, exact=exact) + numbers)


def _frame(
    trace: Trace, predicted: list[NDArray[Any]], values: Array, scale: _Scale | None
) -> bytes:
    """Return the bytes of a trace; `scale` is None for an exact frame."""
    numbers = _float32(values) if scale is None else _quantised(values, trace.cell, scale.peaks)
    over_attention = pairs(trace.attending, None if scale is None else scale.sent)
    parts = (_norms(trace), *predicted, *over_attention, numbers)
    packed = b"".join(part.tobytes() for part in parts)
    return packed.ljust(_padded(len(packed)), b"\0")


def _padded(count: int) -> int:
    """Return the next multiple of 4."""
    return -(-count // 4) * 4


def _predicted(trace: Trace) -> list[NDArray[Any]]:
    """Return the parts of a frame that tell the outputs: classes, or numbers."""
    numbers = trace.probabilities is None
    return [_float32(trace.unscale(trace.outputs))] if numbers else _classes(trace)


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
    """Return the norms of all gradients, (2, L, G, T); NaN where there is no loss."""
    letters = [quantity.letter for quantity in gradients(trace.cell)]
    if not trace.has_gradients:
        return np.full((2, len(trace.layers), len(letters), trace.steps), np.nan).astype("<f8")
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


def _peaks(values: Sequence[Array]) -> Array:
    """Return the largest finite absolute value of each quantity, (L, Q); 1 where all are 0."""
    stacked = np.abs(np.array(values))
    peaks = np.where(np.isfinite(stacked), stacked, 0.0).max(axis=(0, 3, 4))
    return np.where(peaks > 0, peaks, 1.0)


def _quantised(values: Array, cell: str, peaks: Array) -> NDArray[np.uint8]:
    share = np.array([[[quantity.scale == "gate"]] for quantity in drawn(cell)])
    scaled = np.where(share, 1 + 254 * values, 128 + 127 * (values / peaks[:, :, None, None]))
    return np.where(np.isfinite(values), np.rint(scaled), 0).astype(np.uint8)


def _labels(traces: Sequence[Trace], predicted: Sequence[list[NDArray[Any]]]) -> dict[str, str]:
    """Return the names of those classes that some frame mentions, by their number."""
    mentioned: set[int] = set()
    for trace, parts in zip(traces, predicted, strict=True):
        if trace.probabilities is not None:
            mentioned |= set(parts[2].ravel().tolist()) | set(trace.targets.tolist())
    names = traces[-1].output_labels
    return {str(number): names[number] for number in sorted(mentioned) if number < len(names)}
