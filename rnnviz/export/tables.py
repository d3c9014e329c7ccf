"""A run as CSV files in a `.zip`, with the files that describe them."""

from __future__ import annotations

import csv as csv_format
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from rnnviz.engine import Network
from rnnviz.engine.layout import views
from rnnviz.export.content import (
    LEVEL,
    PIECE_BYTES,
    Array,
    Snapshot,
    Work,
    history_of,
    interventions_of,
    json_pieces,
    letters_of,
    loss_unit,
    of_attention,
    origin_of,
    weight_gradients,
)
from rnnviz.recording import COLUMNS, Trace
from rnnviz.tasks.safe_csv import escape

#: Maximum bytes of a cell, including its comma: a number in full has 24 characters.
CELL_BYTES = 25

_ITERATION = ("iterations", "number of updates of the weights")
_TIME_STEP = ("", "position in the example, from 0")
_LAYERS = (
    "",
    "from 0, the lowest; of two directions each is a layer, forward first, and a backward one "
    "counts its time steps from the last input",
)


@dataclass(frozen=True)
class _Table:
    """A CSV file: columns with unit and meaning, number of rows, and the rows one by one."""

    name: str
    about: str
    columns: dict[str, tuple[str, str]]
    count: int
    rows: Iterable[Sequence[object]]


def csv(taken: Snapshot) -> Work:
    """Make a `.zip` of CSV files, with a README.txt and a columns.csv that describe them.

    Numbers have enough digits to be read back exactly. Texts that a spreadsheet would run as a
    formula have an apostrophe in front.
    """
    gradients = yield from weight_gradients(taken, upto=0.1)
    tables = _tables(taken, gradients)
    total, done = sum(table.count for table in tables), 0
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        _write(archive, "README.txt", _readme(taken, tables))
        with archive.open("run.json", "w") as entry:
            for piece in json_pieces(origin_of(taken)):
                entry.write(piece)
                yield 0.1
        _write(archive, "columns.csv", _columns(tables))
        for table in tables:
            with archive.open(f"{table.name}.csv", "w") as entry:
                entry.write(_lines([list(table.columns)]))
                for rows in _pieces(table):
                    entry.write(_lines(rows))
                    done += len(rows)
                    yield 0.1 + 0.9 * (done / total)
    return file.getvalue()


def _pieces(table: _Table) -> Iterator[list[Sequence[object]]]:
    """Yield the rows of a table, as many at once as make about a piece of bytes."""
    rows = iter(table.rows)
    at_once = max(1, PIECE_BYTES // (len(table.columns) * CELL_BYTES))
    while piece := list(islice(rows, at_once)):
        yield piece


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add an entry without a date, so that the same run makes the same file."""
    with archive.open(name, "w") as entry:
        entry.write(data)


def _tables(taken: Snapshot, gradients: Array) -> list[_Table]:
    traces, first, loss = taken.traces, taken.traces[0], loss_unit(taken.task)
    count = len(traces)
    layers, steps, units = len(first.layers), *first.h.shape
    by_step = {"iteration": _ITERATION, "time_step": _TIME_STEP}
    return [
        _Table(
            "iterations", "One row for each kept iteration.",
            {
                "iteration": _ITERATION,
                "loss": (loss, "loss of the example, mean over its scored time steps"),
                "truncate": ("time steps", "truncation length; empty: the whole sequence"),
                "interventions": ("", "what was done to the network, as JSON; empty: nothing"),
            },
            count, map(_iteration_row, traces),
        ),
        _Table(
            "sequence", "The example, one row for each time step.",
            {
                "time_step": _TIME_STEP,
                "input": ("", "what a person reads"),
                "target": ("", "what a person reads; empty where there is no target"),
                "scored": ("", "whether the time step counts in the loss"),
            },
            steps, _sequence_rows(first),
        ),
        _Table(
            "inputs", "The inputs of the network.",
            {
                "time_step": _TIME_STEP,
                "input": ("", "number of the input, from 0"),
                "value": ("", "the input; for a learned vector the integer of the symbol"),
            },
            first.inputs.size, _matrix_rows(_two_axes(first.inputs)),
        ),
        _Table(
            "targets", "The targets.",
            {
                "time_step": _TIME_STEP,
                "output": ("", "number of the output, from 0; a class has a single one"),
                "value": ("", "number of the class, or the value"),
            },
            first.targets.size, _matrix_rows(_two_axes(first.targets)),
        ),
        _Table(
            "units", "Gates, states and their gradients: one row for each unit and time step.",
            {
                "iteration": _ITERATION,
                "layer": _LAYERS,
                "time_step": _TIME_STEP,
                "unit": ("", "hidden unit of the layer, from 0"),
                **letters_of(taken, first.layers[0]),
            },
            count * layers * steps * units, chain.from_iterable(map(_unit_rows, traces)),
        ),
        _Table(
            "outputs", "The outputs of the network.",
            {
                **by_step,
                "output": ("", "number of the output, from 0"),
                "name": ("", "name of the class; empty where outputs are numbers"),
                "value": ("", "logit, or predicted value"),
                "probability": ("share, 0..1", "softmax; empty where outputs are numbers"),
            },
            count * first.outputs.size, chain.from_iterable(map(_output_rows, traces)),
        ),
        *_of_attention(taken),
        _Table(
            "input_gradients", "Derivative of the loss w.r.t. the inputs of the first layer.",
            {
                **by_step,
                "input": ("", "number of the input, or dimension of the learned vector, from 0"),
                "d_x": (f"{loss} per unit", "derivative of the example's loss"),
            },
            count * (0 if first.d_x is None else first.d_x.size),
            chain.from_iterable(
                _matrix_rows(each.d_x, each.iteration) for each in traces if each.d_x is not None
            ),
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
            gradients.size,
            chain.from_iterable(
                _weight_rows(taken.network, each, gradient)
                for each, gradient in zip(traces, gradients, strict=True)
            ),
        ),
        _Table(
            "history", "Training, one row for each iteration.",
            history_of(taken.task),
            len(taken.history), taken.history[list(COLUMNS)].itertuples(index=False, name=None),
        ),
    ]  # fmt: skip


def _iteration_row(trace: Trace) -> Sequence[object]:
    done = json.dumps(interventions_of(trace)) if trace.interventions else ""
    return (trace.iteration, float(trace.loss), trace.truncate or "", done)


def _sequence_rows(trace: Trace) -> Iterator[Sequence[object]]:
    steps = range(trace.steps)
    return zip(steps, trace.input_labels, trace.target_labels, trace.scored.tolist(), strict=True)


def _two_axes(values: Array) -> Array:
    return values[:, None] if values.ndim == 1 else values


def _matrix_rows(values: Array, *before: object) -> Iterator[Sequence[object]]:
    """Yield a row for each entry of a matrix (T, n): the given cells, t, n, the entry."""
    for step, row in enumerate(values):
        for place, value in enumerate(row.tolist()):
            yield (*before, step, place, value)


def _unit_rows(trace: Trace) -> Iterator[Sequence[object]]:
    for number, layer in enumerate(trace.layers):
        quantities = list(layer.quantities().values())
        for step in range(trace.steps):
            by_unit = zip(*(each[step].tolist() for each in quantities), strict=True)
            for unit, values in enumerate(by_unit):
                yield (trace.iteration, number, step, unit, *values)


def _of_attention(taken: Snapshot) -> list[_Table]:
    """Return the tables of attention, none without it."""
    first, about = taken.traces[0], of_attention(taken)
    if first.attending is None:
        return []
    T, units = first.h.shape
    pairs = {"iteration": _ITERATION, "time_step": _TIME_STEP}
    pairs["looked_at"] = ("", "time step that is looked at, at most `time_step`")
    by_unit = {"iteration": _ITERATION, "time_step": _TIME_STEP}
    by_unit["unit"] = ("", "hidden unit of the top layer, from 0")
    matrices = [name for name, (axes, *_) in about.items() if axes == "TT"]
    vectors = [name for name, (axes, *_) in about.items() if axes == "TH"]
    count = len(taken.traces)
    return [
        _Table(
            "attention", "Attention: one row for each step and each step up to it.",
            pairs | {name: about[name][1:] for name in matrices},
            count * T * (T + 1) // 2,
            chain.from_iterable(_pair_rows(each, matrices) for each in taken.traces),
        ),
        _Table(
            "attention_sums", "Sums of attention, and the ways back of the gradient.",
            by_unit | {name: about[name][1:] for name in vectors},
            count * T * units,
            chain.from_iterable(_sum_rows(each, vectors) for each in taken.traces),
        ),
    ]  # fmt: skip


def _pair_rows(trace: Trace, names: Sequence[str]) -> Iterator[Sequence[object]]:
    matrices = [getattr(trace.attending, name).tolist() for name in names]
    for asking in range(trace.steps):
        for looked_at in range(asking + 1):
            values = (matrix[asking][looked_at] for matrix in matrices)
            yield (trace.iteration, asking, looked_at, *values)


def _sum_rows(trace: Trace, names: Sequence[str]) -> Iterator[Sequence[object]]:
    vectors = [getattr(trace.attending, name).tolist() for name in names]
    for step in range(trace.steps):
        for unit, values in enumerate(zip(*(each[step] for each in vectors), strict=True)):
            yield (trace.iteration, step, unit, *values)


def _output_rows(trace: Trace) -> Iterator[Sequence[object]]:
    names = trace.output_labels or ("",) * trace.outputs.shape[1]
    shares = trace.probabilities
    for step, of_step in enumerate(trace.outputs):
        values = of_step.tolist()
        likely = [""] * len(names) if shares is None else shares[step].tolist()
        for place, name in enumerate(names):
            yield (trace.iteration, step, place, name, values[place], likely[place])


def _weight_rows(network: Network, trace: Trace, gradient: Array) -> Iterator[Sequence[object]]:
    names = {name: values.shape for name, values in network.parameters.items()}
    gradients = views(gradient, names)
    for name, values in views(trace.weights, names).items():
        by_row = zip(_two_axes(values), _two_axes(gradients[name]), strict=True)
        for row, (of_row, slopes) in enumerate(by_row):
            pairs = zip(of_row.tolist(), slopes.tolist(), strict=True)
            for column, (weight, slope) in enumerate(pairs):
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
            origin_of(taken)["about"],
            f"Task: {taken.task.title}. Example: {taken.probe.name}. Cell: {taken.config.cell}.",
            "",
            "All files are CSV in UTF-8: names in the first row, commas, points for decimals.",
            "Numbers can be read back exactly; nan and inf mark what is not a finite number.",
            "A text, or what follows a semicolon, tab or new line in it, that a spreadsheet would",
            "run as a formula has an apostrophe in front.",
            "",
            *(f"{table.name}.csv: {table.about}" for table in tables),
            "columns.csv: what each column of each file means, and its unit.",
            "run.json: settings of the network, of its training and of the task.",
            "",
        ]
    ).encode()
