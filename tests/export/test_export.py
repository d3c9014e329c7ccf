"""A run goes into files and comes back to the bit, with a description of everything inside."""

import csv as csv_format
import io
import json
import re
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rnnviz import RunConfig, Trainer, export
from rnnviz.engine import Hold
from rnnviz.export.content import PIECE_BYTES
from rnnviz.tasks import NextSymbol, make_task

_RUNS = {
    "lstm": {"cell": "lstm"},
    "two layers of GRU": {"cell": "gru", "layers": 2},
    "one unit": {"cell": "rnn", "hidden_size": 1},
    "single precision": {"cell": "relu", "dtype": "float32"},
    "without memory": {"cell": "mlp", "window": 2},
    "numbers": {"task": "adding"},
    "learned vectors": {"task": "symbols"},
}


def _trained(name: str = "lstm", iterations: int = 3) -> Trainer:
    config = RunConfig(**{"hidden_size": 4, "truncate": 5} | _RUNS[name])
    task = NextSymbol(encoding="integer") if name == "learned vectors" else None
    trainer = Trainer(config, task)
    trainer.advance(iterations=iterations)
    return trainer


def _npz(trainer: Trainer, traces=None) -> dict[str, np.ndarray]:
    data = export.finished(export.npz(export.snapshot(trainer, traces)))
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return dict(file)


def _tables(trainer: Trainer) -> dict[str, pd.DataFrame]:
    data = export.finished(export.csv(export.snapshot(trainer)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name.removesuffix(".csv"): pd.read_csv(archive.open(name), keep_default_na=False)
            for name in archive.namelist()
            if name.endswith(".csv")
        }


def _same(read: np.ndarray, kept: object) -> bool:
    """Whether type, shape and every bit are equal, those of a NaN included."""
    kept = np.asarray(kept)
    return (read.dtype, read.shape, read.tobytes()) == (kept.dtype, kept.shape, kept.tobytes())


@pytest.mark.parametrize("name", _RUNS)
def test_every_array_of_every_trace_comes_back_to_the_bit(name):
    trainer = _trained(name)
    read = _npz(trainer)

    assert read["iteration"].tolist() == [0, 1, 2, 3]
    for place, trace in enumerate(trainer.recording.traces):
        for layer, kept in enumerate(trace.layers):
            for letter, values in kept.quantities().items():
                assert _same(read[f"layer{layer}.{letter}"][place], values)
        for letter in ("outputs", "d_x", "loss"):
            assert _same(read[letter][place], getattr(trace, letter))
        if trace.probabilities is not None:
            assert _same(read["probabilities"][place], trace.probabilities)
        for letter in ("inputs", "targets", "scored"):
            assert _same(read[letter], getattr(trace, letter))
        assert tuple(read["input_labels"]) == trace.input_labels
        assert tuple(read["target_labels"]) == trace.target_labels


@pytest.mark.parametrize("name", _RUNS)
def test_weights_and_their_gradients_have_the_names_and_values_of_the_network(name):
    trainer = _trained(name)
    read = _npz(trainer)
    batch = trainer.probe.batch

    for place, trace in enumerate(trainer.recording.traces):
        network = trainer.network_of(trace)
        record = network.record(
            batch.x, batch.y, batch.mask, loss=trainer.task.loss, truncate=trace.truncate
        )
        for key, values in network.to_torch().items():
            assert _same(read[f"weights.{key}"][place], values)
            assert _same(read[f"weight_gradients.{key}"][place], record.gradients[key])


@pytest.mark.parametrize("name", _RUNS)
def test_the_description_names_every_array_with_shape_type_axes_and_meaning(name):
    read = _npz(_trained(name))
    about = json.loads(str(read.pop("description")))

    assert about["arrays"].keys() == read.keys()
    for key, array in read.items():
        said = about["arrays"][key]
        assert said["shape"] == list(array.shape)
        assert said["dtype"] == array.dtype.name
        assert len(said["axes"]) == array.ndim
        assert set(said["axes"]) <= {*about["axes"], "row", "column"}
        assert len(said["meaning"]) > 3
        for axis, length in zip(said["axes"], array.shape, strict=True):
            if axis in about["sizes"] and length:
                assert length == about["sizes"][axis], key


def test_settings_of_the_network_and_of_the_task_go_along():
    trainer = Trainer(RunConfig(hidden_size=5), make_task("gym", exercises=("run", "row")))
    about = json.loads(str(_npz(trainer)["description"]))

    assert RunConfig(**about["config"]) == trainer.config
    assert make_task(about["task"]["key"], **about["task"]["settings"]) == trainer.task


def test_the_history_goes_along():
    trainer = _trained(iterations=7)
    read, history = _npz(trainer), trainer.history.frame()

    for column in history:
        assert _same(read[f"history.{column}"], history[column].to_numpy())
    table = _tables(trainer)["history"]
    pd.testing.assert_frame_equal(table, history, check_dtype=False, check_exact=True)


def test_one_trace_alone_can_be_taken():
    trainer = _trained()
    trace = trainer.recording.at(2)

    read = _npz(trainer, [trace])

    assert read["iteration"].tolist() == [2]
    assert _same(read["layer0.h"][0], trace.h)


def test_the_trace_of_now_is_taken_though_it_is_not_kept():
    trainer = _trained(iterations=3)
    trainer.recording.stride = 100
    trainer.advance(iterations=1)

    assert _npz(trainer)["iteration"].tolist() == [0, 1, 2, 3, 4]


def test_what_training_does_afterwards_does_not_change_what_was_taken():
    trainer, twin = _trained(), _trained()
    work = export.npz(export.snapshot(trainer))
    next(work)
    trainer.advance(iterations=5)

    assert export.finished(work) == export.finished(export.npz(export.snapshot(twin)))


def test_an_export_leaves_the_run_as_it_was():
    trainer, twin = _trained(), _trained()
    export.finished(export.csv(export.snapshot(trainer, [trainer.recording.at(1)])))
    for each in (trainer, twin):
        each.advance(iterations=5)

    assert _same(trainer.network.flat, twin.network.flat)


def test_an_intervention_is_told_and_is_in_the_gradients():
    trainer = _trained(iterations=0)
    trainer.network.intervene(Hold("f", 0.5))
    trainer.advance(iterations=1)
    read = _npz(trainer)
    told = json.loads(str(read["description"]))["interventions"]

    assert told == {
        "1": [{"kind": "Hold", "gate": "f", "value": 0.5, "units": None, "layer": None}]
    }
    of_forget_gate = read["weight_gradients.weight_hh_l0"][:, 4:8]
    assert of_forget_gate[0].any()
    assert not of_forget_gate[1].any()


@pytest.mark.parametrize("name", _RUNS)
def test_the_tables_hold_the_same_numbers(name):
    trainer = _trained(name)
    tables, traces = _tables(trainer), trainer.recording.traces

    units = tables["units"].set_index(["iteration", "layer", "time_step", "unit"])
    outputs = tables["outputs"].set_index(["iteration", "time_step", "output"])
    for trace in traces:
        for layer, kept in enumerate(trace.layers):
            for letter, values in kept.quantities().items():
                column = units.loc[(trace.iteration, layer), letter].to_numpy()
                assert column.tolist() == values.ravel().tolist()
        values = outputs.loc[trace.iteration, "value"]
        assert values.tolist() == trace.outputs.ravel().tolist()
        slopes = tables["input_gradients"].query("iteration == @trace.iteration")["d_x"]
        assert slopes.tolist() == trace.d_x.ravel().tolist()
    weights = tables["weights"].query("iteration == 3")
    assert weights["weight"].tolist() == traces[3].weights.tolist()
    read = _npz(trainer)
    gradients = [values[3].ravel() for key, values in read.items() if key.startswith("weight_g")]
    assert weights["gradient"].tolist() == np.concatenate(gradients).tolist()
    assert tables["inputs"]["value"].tolist() == traces[0].inputs.ravel().tolist()
    assert tables["targets"]["value"].tolist() == traces[0].targets.ravel().tolist()


def test_every_column_of_every_table_is_described():
    tables = _tables(_trained())
    described = tables.pop("columns")

    for name, table in tables.items():
        about = described[described["file"] == f"{name}.csv"]
        assert about["column"].tolist() == list(table.columns)
        assert (about["meaning"].str.len() > 3).all()
    assert set(described["file"]) == {f"{name}.csv" for name in tables}


def test_labels_of_the_user_come_back_whole_and_run_nowhere():
    nasty = ("=cmd()", "</script><b>", 'comma, "quote"\n', "x" * 200)
    trainer = _trained()
    probe = replace(trainer.probe, input_labels=nasty + trainer.probe.input_labels[4:])
    trainer.probe, trainer._trace = probe, None
    trainer.recording.clear()

    assert tuple(_npz(trainer)["input_labels"][:4]) == nasty
    assert tuple(_tables(trainer)["sequence"]["input"][:4]) == ("'=cmd()", *nasty[1:])


def test_numbers_that_are_none_stay_what_they_are():
    trainer = _trained()
    trainer.network.flat[:] = np.inf
    trainer._trace = None
    trace = trainer.trace()
    assert np.isnan(trace.h).any()

    read = _npz(trainer, [trace])

    assert _same(read["layer0.h"][0], trace.h)
    assert np.isinf(read["weights.weight_ih_l0"]).all()
    assert (_tables(trainer)["weights"].query("iteration == 3")["weight"] == np.inf).all()


@pytest.mark.parametrize("name", _RUNS)
def test_the_share_that_is_done_rises_to_one_in_many_small_pieces(name):
    taken = export.snapshot(_trained(name))

    for make in (export.npz, export.csv):
        shares = list(make(taken))
        assert shares == sorted(shares)
        assert len(shares) > 10
        assert shares[-1] == 1


@pytest.mark.parametrize("make", [export.npz, export.csv])
@pytest.mark.parametrize(
    ("config", "task"),
    [
        ({"hidden_size": 64, "layers": 2}, make_task("gym", length=50)),
        ({"hidden_size": 2}, make_task("gym", length=10)),  # a long history
        ({"hidden_size": 2, "task": "symbols"}, NextSymbol(text="a b c " * 50_000)),
    ],
    ids=["large", "long", "much text"],
)
def test_however_large_a_run_is_little_is_written_between_two_turns(
    make, config, task, monkeypatch
):
    trainer = Trainer(RunConfig(**config, batch_size=2), task)
    trainer.advance(iterations=2)
    for iteration in range(3, 5_000 if config["hidden_size"] == 2 else 3):
        trainer.history.add(iteration, 1 / 3, 2 / 3, 1 / 7, False, 0.01)
    taken = export.snapshot(trainer)
    written, pieces = [0], []
    begin = zipfile.ZipFile.open

    def counting(archive, *args, **how):
        entry = begin(archive, *args, **how)
        write = entry.write

        def count(data):
            written[0] += len(data)
            return write(data)

        entry.write = count
        return entry

    monkeypatch.setattr(zipfile.ZipFile, "open", counting)
    for _ in make(taken):
        pieces.append(written[0])
        written[0] = 0
    assert sum(pieces) > 3 * PIECE_BYTES
    assert max(pieces) <= 1.25 * PIECE_BYTES


def test_texts_that_a_spreadsheet_would_run_are_harmless_in_every_table():
    names = ("＝1+1", "x;=1+1", "\t=1+1", "＠SUM(1)", " -1")
    trainer = Trainer(RunConfig(hidden_size=2), make_task("gym", exercises=names, length=6))
    data = export.finished(export.csv(export.snapshot(trainer)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                for row in csv_format.reader(io.TextIOWrapper(archive.open(name), "utf-8")):
                    for cell in row:
                        _assert_harmless(cell)


def _assert_harmless(cell: str) -> None:
    try:
        float(cell)
    except ValueError:
        for part in re.split("[;\t\r\n]", cell):
            assert not part.strip().startswith(("=", "+", "-", "@", "＝", "＠"))


def test_no_trace_and_a_trace_of_another_example_are_refused():
    trainer = _trained()
    with pytest.raises(ValueError, match="at least one trace, got none"):
        export.snapshot(trainer, [])
    other = trainer.trace()
    trainer.choose_probe(1)
    with pytest.raises(ValueError, match="another one at iteration 3"):
        export.snapshot(trainer, [other])


def test_it_says_which_iterations_it_holds():
    trainer = _trained()
    assert export.snapshot(trainer).span == "iterations 0 to 3"
    assert export.snapshot(trainer, [trainer.trace()]).span == "iteration 3"
