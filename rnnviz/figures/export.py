"""A run in files that other programs read: `.npz` for NumPy, CSV for everything else.

    export.finished(export.npz(export.snapshot(trainer)))      # bytes of one .npz
    export.finished(export.csv(export.snapshot(trainer)))      # bytes of a .zip with CSV files

Both hold the same: everything on the example (`Trace`), weights and their gradients, settings,
task, history, and a description of every array or column. A file is made in small pieces, so that
a live page can go on between two of them and show how far it is.
"""

from __future__ import annotations

import csv as csv_format
import io
import json
import zipfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.engine import Network
from rnnviz.engine.layout import views
from rnnviz.figures.palette import QUANTITIES
from rnnviz.recording import LayerTrace, Trace
from rnnviz.tasks.table import escape
from rnnviz.tasks.task import Probe, Task
from rnnviz.training import RunConfig, Trainer
from rnnviz.training.threads import one_thread

Array = NDArray[Any]

#: The making of a file: yields the share that is done, 0..1, and returns the bytes.
Work = Generator[float, None, bytes]

#: Deflate's quickest level: the last bits of measured numbers are noise, and no level shrinks them.
_LEVEL = 1

_AXES = {
    "N": "kept iterations, rising: `iteration`",
    "T": "time steps of the example, from 0",
    "H": "hidden units of a layer, from 0",
    "K": "outputs, in the order of `output_labels`",
    "D": "inputs",
    "E": "dimensions of the learned vector of an input symbol",
    "R": "rows of the history, one per iteration",
}

_HISTORY = {
    "iteration": "updates of the weights, this one included",
    "loss": "loss of the iteration's own batch, before its update",
    "accuracy": "share of hits in that batch; NaN where targets are numbers",
    "gradient_norm": "2-norm of the gradient by all weights, before clipping",
    "clipped": "whether clipping changed the gradient",
    "learning_rate": "size of the step",
}


@dataclass(frozen=True)
class Snapshot:
    """A run as it was at one moment; training that goes on does not change it.

    Parameters
    ----------
    traces : tuple of Trace
        What is taken along, oldest first: all of one example.
    network
        A copy, used to compute the gradients by the weights of each trace.
    probe, config, task
        Of the run.
    history : DataFrame
        Of every iteration so far.
    """

    traces: tuple[Trace, ...]
    network: Network
    probe: Probe
    config: RunConfig
    task: Task
    history: pd.DataFrame

    @property
    def span(self) -> str:
        """The iterations it holds, as a person reads them: `iteration 7`, `iterations 0 to 90`."""
        first, last = self.traces[0].iteration, self.traces[-1].iteration
        return f"iteration {first:,}" if first == last else f"iterations {first:,} to {last:,}"


@dataclass(frozen=True)
class _Named:
    """An array, and what a stranger must know of it; `axes` are letters of `_AXES`, or words."""

    name: str
    values: Array
    axes: Sequence[str]
    unit: str
    meaning: str


def snapshot(trainer: Trainer, traces: Sequence[Trace] | None = None) -> Snapshot:
    """Take what a file is made of; the trainer may go on afterwards.

    Parameters
    ----------
    trainer
        The run.
    traces : sequence of Trace, or None
        Some of its traces on its present example, oldest first; None means all kept ones and the
        one of now.

    Raises
    ------
    ValueError
        If there is no trace, or they are not all of one example.
    """
    chosen = _all_of(trainer) if traces is None else tuple(traces)
    if not chosen:
        raise ValueError("an export needs at least one trace, got none")
    for trace in chosen:
        if not _same_example(trace, trainer.probe):
            raise ValueError(
                f"all traces must be of the example {trainer.probe.name!r}, "
                f"got another one at iteration {trace.iteration}"
            )
    return Snapshot(
        traces=chosen,
        network=trainer.network.copy(),
        probe=trainer.probe,
        config=trainer.config,
        task=trainer.task,
        history=trainer.history.frame(),
    )


def npz(taken: Snapshot) -> Work:
    """Make a `.npz` that `numpy.load(..., allow_pickle=False)` reads.

    Every array is as it was computed, to the bit. `description` is JSON: for each array its shape,
    type, axes, unit and meaning, besides the settings, the task and the version of the format.
    """
    gradients = yield from _weight_gradients(taken, upto=0.4)
    total = _count(taken)
    described: dict[str, Any] = {}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for done, named in enumerate(_arrays(taken, gradients), 1):
            _write_array(archive, named.name, named.values)
            described[named.name] = _described(named)
            yield 0.4 + 0.6 * (done / total)
        about = {**_about(taken), "axes": _AXES, "arrays": described}
        _write_array(archive, "description", np.array(json.dumps(about, indent=1)))
    return file.getvalue()


def csv(taken: Snapshot) -> Work:
    """Make a `.zip` of CSV files, with a README.txt and a columns.csv that describe them.

    Numbers have as many digits as read them back to the bit. Texts that a spreadsheet would run as
    a formula have an apostrophe in front.
    """
    gradients = yield from _weight_gradients(taken, upto=0.1)
    tables = _tables(taken, gradients)
    pieces = sum(table.pieces for table in tables)
    done = 0
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        _write(archive, "README.txt", _readme(taken, tables))
        _write(archive, "run.json", json.dumps(_about(taken), indent=1).encode())
        _write(archive, "columns.csv", _columns(tables))
        for table in tables:
            with archive.open(f"{table.name}.csv", "w") as entry:
                entry.write(_lines([list(table.columns)]))
                for rows in table.rows:
                    entry.write(_lines(rows))
                    done += 1
                    yield 0.1 + 0.9 * (done / pieces)
    return file.getvalue()


def finished(work: Work) -> bytes:
    """Do all of the work at once, and return the file."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return bytes(end.value)


# ------------------------------------------------------------------ what there is


def _all_of(trainer: Trainer) -> tuple[Trace, ...]:
    newest = trainer.trace()
    kept = [each for each in trainer.recording.traces if each.iteration != newest.iteration]
    return (*kept, newest)


def _same_example(trace: Trace, probe: Probe) -> bool:
    return trace.input_labels == probe.input_labels and np.array_equal(
        trace.inputs, probe.batch.x[:, 0]
    )


def _weight_gradients(taken: Snapshot, upto: float) -> Generator[float, None, Array]:
    """Compute the gradient by all weights for each trace, (N, P): it is not kept while training."""
    network, batch = taken.network, taken.probe.batch
    gradients = np.empty((len(taken.traces), network.flat.size), network.dtype)
    for place, trace in enumerate(taken.traces):
        network.flat[:] = trace.weights
        network.intervene(*trace.interventions)
        with one_thread():
            record = network.record(
                batch.x, batch.y, batch.mask, loss=taken.task.loss, truncate=trace.truncate
            )
        gradients[place] = np.concatenate([each.ravel() for each in record.gradients.values()])
        yield upto * (place + 1) / len(taken.traces)
    return gradients


def _count(taken: Snapshot) -> int:
    """Return how many arrays `_arrays` will give."""
    first = taken.traces[0]
    of_layers = sum(len(layer.quantities()) for layer in first.layers)
    of_weights = 2 * len(taken.network.parameters)
    return 11 + (first.probabilities is not None) + of_layers + of_weights + len(_HISTORY)


def _arrays(taken: Snapshot, gradients: Array) -> Iterator[_Named]:
    """Give every array with its description, one after the other: together they are large."""
    traces, first = taken.traces, taken.traces[0]
    loss = _loss_unit(taken.task)
    yield _Named(
        "iteration", np.array([each.iteration for each in traces]), "N", "iterations",
        "updates that the weights had seen",
    )  # fmt: skip
    yield _Named(
        "loss", np.array([each.loss for each in traces]), "N", loss,
        "loss of the example, mean over its scored time steps",
    )  # fmt: skip
    yield _Named(
        "truncate", np.array([each.truncate or 0 for each in traces]), "N", "time steps",
        "length of the pieces through which the gradient went; 0: the whole sequence",
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
    yield _Named(
        "d_x", _stacked(traces, "d_x"),
        ["N", "T", "E" if taken.task.embedding_size else "D"], f"{loss} per unit of x",
        "derivative of the loss by what the first layer reads",
    )  # fmt: skip
    for layer, of_layer in enumerate(first.layers):
        for letter, (unit, meaning) in _letters(taken, of_layer).items():
            values = np.stack([each.layers[layer].quantities()[letter] for each in traces])
            yield _Named(f"layer{layer}.{letter}", values, ["N", "T", "H"], unit, meaning)
    yield from _of_weights(taken, gradients)
    for column, meaning in _HISTORY.items():
        values = taken.history[column].to_numpy()
        yield _Named(f"history.{column}", values, "R", _history_unit(column, loss), meaning)


def _of_example(trace: Trace) -> Iterator[_Named]:
    yield _Named("input_labels", _texts(trace.input_labels), "T", "", "what a person reads")
    yield _Named(
        "target_labels", _texts(trace.target_labels), "T", "",
        "what a person reads; empty where nothing is asked",
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
        "number of the class, or the value, that should come out",
    )  # fmt: skip


def _of_weights(taken: Snapshot, gradients: Array) -> Iterator[_Named]:
    network, loss = taken.network, _loss_unit(taken.task)
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


def _letters(taken: Snapshot, layer: LayerTrace) -> dict[str, tuple[str, str]]:
    """Return unit and meaning of each letter of a layer."""
    loss = _loss_unit(taken.task)
    known = QUANTITIES[taken.config.cell]
    described = {}
    for letter in layer.quantities():
        quantity = known[letter.removeprefix("last_")]
        unit = "share, 0..1" if quantity.scale == "gate" else ""
        of_last = letter.startswith("last_")
        meaning = f"{quantity.label}: {quantity.meaning}"
        if quantity.scale == "magnitude":
            unit = f"{loss} per unit of {quantity.letter[2:]}"
            which = "of the last scored time step alone" if of_last else "of all scored time steps"
            meaning = f"{quantity.label}, total derivative of the loss {which}"
        described[letter] = (unit, meaning)
    return described


def _loss_unit(task: Task) -> str:
    return "nats" if task.loss == "cross_entropy" else "squared error"


def _history_unit(column: str, loss: str) -> str:
    return {"iteration": "iterations", "loss": loss, "accuracy": "share, 0..1"}.get(column, "")


def _stacked(traces: Iterable[Trace], name: str) -> Array:
    return np.stack([getattr(each, name) for each in traces])


def _texts(labels: tuple[str, ...]) -> Array:
    return np.array(labels, dtype=np.str_)


def _about(taken: Snapshot) -> dict[str, Any]:
    """Return what the arrays do not say: where they come from."""
    task, network = taken.task, taken.network
    return {
        "format": "rnnviz run, version 1",
        "about": f"What a recurrent network computed on one example, measured at {taken.span}.",
        "config": asdict(taken.config),
        "task": {
            "key": task.key,
            "title": task.title,
            "description": task.description,
            "settings": {field.name: getattr(task, field.name) for field in task.fields},
        },
        "example": taken.probe.name,
        "sizes": {
            "N": len(taken.traces),
            "T": taken.traces[0].steps,
            "H": network.hidden_size,
            "K": network.output_size,
            "D": network.input_size,
            "layers": network.layers,
            "parameters": int(network.flat.size),
        },
        "interventions": {
            str(trace.iteration): _interventions(trace)
            for trace in taken.traces
            if trace.interventions
        },
    }


def _interventions(trace: Trace) -> list[dict[str, Any]]:
    return [{"kind": type(each).__name__, **asdict(each)} for each in trace.interventions]


# ------------------------------------------------------------------ npz


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add an entry without a date: the same run makes the same file."""
    with archive.open(name, "w") as entry:
        entry.write(data)


def _write_array(archive: zipfile.ZipFile, name: str, values: Array) -> None:
    with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
        np.lib.format.write_array(entry, values, allow_pickle=False)


def _described(named: _Named) -> dict[str, Any]:
    return {
        "shape": list(named.values.shape),
        "dtype": named.values.dtype.name,
        "axes": list(named.axes),
        "unit": named.unit,
        "meaning": named.meaning,
    }


# ------------------------------------------------------------------ CSV


@dataclass(frozen=True)
class _Table:
    """A CSV file: its columns with unit and meaning, and its rows in pieces."""

    name: str
    about: str
    columns: dict[str, tuple[str, str]]
    pieces: int
    rows: Iterable[Iterable[Sequence[object]]]


_ITERATION = ("iterations", "updates that the weights had seen")
_TIME_STEP = ("", "position in the example, from 0")


def _tables(taken: Snapshot, gradients: Array) -> list[_Table]:
    traces, first, loss = taken.traces, taken.traces[0], _loss_unit(taken.task)
    count = len(traces)
    by_step = {"iteration": _ITERATION, "time_step": _TIME_STEP}
    return [
        _Table(
            "iterations", "One row for each kept iteration.",
            {
                "iteration": _ITERATION,
                "loss": (loss, "loss of the example, mean over its scored time steps"),
                "truncate": ("time steps", "pieces that the gradient went through; empty: all"),
                "interventions": ("", "what was done to the network, as JSON; empty: nothing"),
            },
            1, [map(_iteration_row, traces)],
        ),
        _Table(
            "sequence", "The example, one row for each time step.",
            {
                "time_step": _TIME_STEP,
                "input": ("", "what a person reads"),
                "target": ("", "what a person reads; empty where nothing is asked"),
                "scored": ("", "whether the time step counts in the loss"),
            },
            1, [_sequence_rows(first)],
        ),
        _Table(
            "inputs", "What the network reads.",
            {
                "time_step": _TIME_STEP,
                "input": ("", "number of the input, from 0"),
                "value": ("", "what comes in; for a learned vector the integer of the symbol"),
            },
            1, [_matrix_rows(_two_axes(first.inputs))],
        ),
        _Table(
            "targets", "What should come out.",
            {
                "time_step": _TIME_STEP,
                "output": ("", "number of the output, from 0; of classes there is one alone"),
                "value": ("", "number of the class, or the value"),
            },
            1, [_matrix_rows(_two_axes(first.targets))],
        ),
        _Table(
            "units", "Gates, states and their gradients: one row for each unit and time step.",
            {
                "iteration": _ITERATION,
                "layer": ("", "from 0, the lowest"),
                "time_step": _TIME_STEP,
                "unit": ("", "hidden unit of the layer, from 0"),
                **_letters(taken, first.layers[0]),
            },
            count, map(_unit_rows, traces),
        ),
        _Table(
            "outputs", "The network's answers.",
            {
                **by_step,
                "output": ("", "number of the output, from 0"),
                "name": ("", "name of the class; empty where outputs are numbers"),
                "value": ("", "logit, or predicted value"),
                "probability": ("share, 0..1", "softmax; empty where outputs are numbers"),
            },
            count, map(_output_rows, traces),
        ),
        _Table(
            "input_gradients", "Derivative of the loss by what the first layer reads.",
            {
                **by_step,
                "input": ("", "number of the input, or dimension of the learned vector, from 0"),
                "d_x": (f"{loss} per unit", "derivative of the example's loss"),
            },
            count, (_matrix_rows(each.d_x, each.iteration) for each in traces),
        ),
        _Table(
            "weights", "All weights, as PyTorch names and arranges them, and their gradients.",
            {
                "iteration": _ITERATION,
                "parameter": ("", "name; rows of gates: LSTM i, f, g, o; GRU r, z, n; H each"),
                "row": ("", "from 0"),
                "column": ("", "from 0; 0 for a bias"),
                "weight": ("", "its value"),
                "gradient": (f"{loss} per unit", "derivative of the example's loss"),
            },
            count,
            (
                _weight_rows(taken.network, each, gradient)
                for each, gradient in zip(traces, gradients, strict=True)
            ),
        ),
        _Table(
            "history", "Training, one row for each iteration.",
            {name: (_history_unit(name, loss), text) for name, text in _HISTORY.items()},
            1, [taken.history[list(_HISTORY)].itertuples(index=False, name=None)],
        ),
    ]  # fmt: skip


def _iteration_row(trace: Trace) -> Sequence[object]:
    done = json.dumps(_interventions(trace)) if trace.interventions else ""
    return (trace.iteration, float(trace.loss), trace.truncate or "", done)


def _sequence_rows(trace: Trace) -> Iterator[Sequence[object]]:
    steps = range(trace.steps)
    return zip(steps, trace.input_labels, trace.target_labels, trace.scored.tolist(), strict=True)


def _two_axes(values: Array) -> Array:
    return values[:, None] if values.ndim == 1 else values


def _matrix_rows(values: Array, *before: object) -> Iterator[Sequence[object]]:
    """Give a row for each entry of a matrix (T, n): what stands before, t, n, the entry."""
    for step, row in enumerate(values.tolist()):
        for place, value in enumerate(row):
            yield (*before, step, place, value)


def _unit_rows(trace: Trace) -> Iterator[Sequence[object]]:
    steps, units = trace.h.shape
    step = np.repeat(np.arange(steps), units).tolist()
    unit = np.tile(np.arange(units), steps).tolist()
    for number, layer in enumerate(trace.layers):
        values = [each.ravel().tolist() for each in layer.quantities().values()]
        same = [[constant] * len(step) for constant in (trace.iteration, number)]
        yield from zip(*same, step, unit, *values, strict=True)


def _output_rows(trace: Trace) -> Iterator[Sequence[object]]:
    names = trace.output_labels or ("",) * trace.outputs.shape[1]
    shares: Any = trace.probabilities
    shares = [[""] * len(names)] * trace.steps if shares is None else shares.tolist()
    for step, (values, of_step) in enumerate(zip(trace.outputs.tolist(), shares, strict=True)):
        for place, name in enumerate(names):
            yield (trace.iteration, step, place, name, values[place], of_step[place])


def _weight_rows(network: Network, trace: Trace, gradient: Array) -> Iterator[Sequence[object]]:
    names = {name: values.shape for name, values in network.parameters.items()}
    gradients = views(gradient, names)
    for name, values in views(trace.weights, names).items():
        by_row = zip(_two_axes(values).tolist(), _two_axes(gradients[name]).tolist(), strict=True)
        for row, (weights, slopes) in enumerate(by_row):
            for column, (weight, slope) in enumerate(zip(weights, slopes, strict=True)):
                yield (trace.iteration, name, row, column, weight, slope)


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv_format.writer(text, lineterminator="\n")
    writer.writerows([escape(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _columns(tables: Iterable[_Table]) -> bytes:
    rows: list[Sequence[object]] = [("file", "column", "unit", "meaning")]
    for table in tables:
        rows += [(f"{table.name}.csv", column, *about) for column, about in table.columns.items()]
    return _lines(rows)


def _readme(taken: Snapshot, tables: Iterable[_Table]) -> bytes:
    return "\n".join(
        [
            _about(taken)["about"],
            f"Task: {taken.task.title}. Example: {taken.probe.name}. Cell: {taken.config.cell}.",
            "",
            "All files are CSV in UTF-8: names in the first row, commas, points for decimals.",
            "Numbers read back to the last bit; nan and inf stand where a number is none.",
            "A text that a spreadsheet would run as a formula has an apostrophe in front.",
            "",
            *(f"{table.name}.csv: {table.about}" for table in tables),
            "columns.csv: what each column of each file means, and its unit.",
            "run.json: settings of the network, of its training and of the task.",
            "",
        ]
    ).encode()
