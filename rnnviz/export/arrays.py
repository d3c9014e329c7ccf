"""A run as `.npz`: every array, exact to the bit, with a description of each."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnviz.engine.layout import views
from rnnviz.export.content import (
    LEVEL,
    PIECE_BYTES,
    Array,
    Snapshot,
    Work,
    history_of,
    json_pieces,
    letters_of,
    loss_unit,
    of_attention,
    origin_of,
    weight_gradients,
)
from rnnviz.recording import COLUMNS, Trace

_AXES = {
    "N": "kept iterations, ascending: `iteration`",
    "T": "time steps of the example, from 0; in a backward layer from the last input on",
    "L": "layers, from the input up; of two directions each is a layer, forward first",
    "H": "hidden units of a layer, from 0",
    "K": "outputs, in the order of `output_labels`",
    "D": "inputs",
    "E": "dimensions of the learned vector of an input symbol",
    "R": "rows of the history, one per iteration",
}


@dataclass(frozen=True)
class _Named:
    """An array and its description; `axes` are letters of `_AXES`, or words."""

    name: str
    values: Array
    axes: Sequence[str]
    unit: str
    meaning: str


def npz(taken: Snapshot) -> Work:
    """Make a `.npz` that `numpy.load(..., allow_pickle=False)` reads.

    Every array is exactly as it was computed. `description` is JSON: for each array its shape,
    type, axes, unit and meaning, besides the settings, the task and the version of the format.
    """
    gradients = yield from weight_gradients(taken, upto=0.4)
    total = _count(taken)
    described: dict[str, Any] = {}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for done, named in enumerate(_arrays(taken, gradients)):
            for part in _write_array(archive, named.name, named.values):
                yield 0.4 + 0.6 * ((done + part) / total)
            described[named.name] = _described(named)
        description = {**origin_of(taken), "axes": _AXES, "arrays": described}
        pieces = []
        for piece in json_pieces(description):
            pieces.append(piece)
            yield 1.0
        words = b"".join(pieces).decode()
        for _ in _write_array(archive, "description", np.array(words)):
            yield 1.0
    return file.getvalue()


def _count(taken: Snapshot) -> int:
    """Return how many arrays `_arrays` will yield."""
    first = taken.traces[0]
    of_layers = sum(len(layer.quantities()) for layer in first.layers)
    of_weights = 2 * len(taken.network.parameters)
    of_layers += 0 if first.attending is None else len(first.attending.quantities())
    optional = (first.probabilities, first.d_x)
    of_trace = 11 + sum(part is not None for part in optional) + of_layers
    return of_trace + of_weights + len(COLUMNS)


def _arrays(taken: Snapshot, gradients: Array) -> Iterator[_Named]:
    """Yield every array with its description, one at a time: together they are large."""
    traces, first = taken.traces, taken.traces[0]
    loss = loss_unit(taken.task)
    yield _Named(
        "iteration", np.array([each.iteration for each in traces]), "N", "iterations",
        "number of updates of the weights",
    )  # fmt: skip
    yield _Named(
        "loss", np.array([each.loss for each in traces]), "N", loss,
        "loss of the example, mean over its scored time steps",
    )  # fmt: skip
    yield _Named(
        "truncate", np.array([each.truncate or 0 for each in traces]), "N", "time steps",
        "truncation length of the gradient; 0: the whole sequence",
    )  # fmt: skip
    yield from _of_example(first)
    yield _Named(
        "outputs", _stacked(traces, "outputs"), ["N", "T", "K"], "",
        "logits" if first.probabilities is not None else "predicted values",
    )  # fmt: skip
    if first.probabilities is not None:
        yield _Named(
            "probabilities", _stacked(traces, "probabilities"), ["N", "T", "K"], "share, 0..1",
            "softmax of the outputs",
        )  # fmt: skip
    if first.d_x is not None:
        yield _Named(
            "d_x", _stacked(traces, "d_x"),
            ["N", "T", "E" if taken.task.embedding_size else "D"], f"{loss} per unit of x",
            "derivative of the loss w.r.t. the inputs of the first layer",
        )  # fmt: skip
    yield _Named(
        "layer_names", _texts(first.layer_names), "L", "",
        "names of layer0, layer1, ...; of two directions each is a layer, in its own time",
    )  # fmt: skip
    for layer, of_layer in enumerate(first.layers):
        for letter, (unit, meaning) in letters_of(taken, of_layer).items():
            values = np.stack([each.layers[layer].quantities()[letter] for each in traces])
            yield _Named(f"layer{layer}.{letter}", values, ["N", "T", "H"], unit, meaning)
    if first.attending is not None:
        for name, (axes, unit, meaning) in of_attention(taken).items():
            values = np.stack([getattr(each.attending, name) for each in traces])
            yield _Named(f"attention.{name}", values, ["N", *axes], unit, meaning)
    yield from _of_weights(taken, gradients)
    for column, (unit, meaning) in history_of(taken.task).items():
        values = taken.history[column].to_numpy()
        yield _Named(f"history.{column}", values, "R", unit, meaning)


def _of_example(trace: Trace) -> Iterator[_Named]:
    yield _Named("input_labels", _texts(trace.input_labels), "T", "", "what a person reads")
    yield _Named(
        "target_labels", _texts(trace.target_labels), "T", "",
        "what a person reads; empty where there is no target",
    )  # fmt: skip
    yield _Named(
        "output_labels", _texts(trace.output_labels), "K", "",
        "names of the classes; empty where the outputs are numbers",
    )  # fmt: skip
    yield _Named("scored", trace.scored, "T", "", "whether the time step counts in the loss")
    yield _Named(
        "inputs", trace.inputs, ["T", "D"][: trace.inputs.ndim], "", "what the network reads"
    )
    yield _Named(
        "targets", trace.targets, ["T", "K"][: trace.targets.ndim], "",
        "the target: number of the class, or the value",
    )  # fmt: skip


def _of_weights(taken: Snapshot, gradients: Array) -> Iterator[_Named]:
    network, loss = taken.network, loss_unit(taken.task)
    weights = np.stack([each.weights for each in taken.traces])
    names = {name: values.shape for name, values in network.parameters.items()}
    for kind, flat, unit, meaning in (
        ("weights", weights, "", "as PyTorch arranges them"),
        ("weight_gradients", gradients, f"{loss} per unit", "derivative of the example's loss"),
    ):
        per_trace = [views(row, names) for row in flat]
        for name in names:
            values = np.stack([each[name] for each in per_trace])
            axes = ["N", *("row", "column")[: values.ndim - 1]]
            yield _Named(f"{kind}.{name}", values, axes, unit, f"{meaning}{_gate_order(name)}")


def _gate_order(name: str) -> str:
    recurrent = name.split(".")[0].startswith(("weight_", "bias_"))
    return "; rows: LSTM i, f, g, o; GRU r, z, n; H each" if recurrent else ""


def _stacked(traces: Iterable[Trace], name: str) -> Array:
    return np.stack([getattr(each, name) for each in traces])


def _texts(labels: tuple[str, ...]) -> Array:
    return np.array(labels, dtype=np.str_)


def _write_array(archive: zipfile.ZipFile, name: str, values: Array) -> Iterator[float]:
    """Write an array in pieces, and yield the share done after each, up to 1."""
    if values.dtype.hasobject:
        raise ValueError(f"{name} must be an array of plain numbers or text, got {values.dtype}")
    values = np.asarray(values, order="C")
    raw = values.reshape(-1).view(np.uint8).data
    with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
        about = np.lib.format.header_data_from_array_1_0(values)
        np.lib.format.write_array_header_1_0(entry, about)
        for start in range(0, len(raw), PIECE_BYTES):
            entry.write(raw[start : start + PIECE_BYTES])
            yield min(start + PIECE_BYTES, len(raw)) / len(raw)
    if not len(raw):
        yield 1.0


def _described(named: _Named) -> dict[str, Any]:
    return {
        "shape": list(named.values.shape),
        "dtype": named.values.dtype.name,
        "axes": list(named.axes),
        "unit": named.unit,
        "meaning": named.meaning,
    }
