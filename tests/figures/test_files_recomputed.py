"""What stands in the files is computed again from what else stands in them, by the reference.

A stranger who has a file has weights, inputs and targets; with the equations of the cell
(`rnnviz.engine.reference`, which shares nothing with the engine) everything else must follow.
"""

import base64
import csv
import io
import itertools
import json
import re
import zipfile

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer, export
from rnnviz.engine import Hold, ShiftForgetBias, Silence
from rnnviz.engine.reference import Reference, gradients, state_gradient
from rnnviz.figures import standalone
from rnnviz.tasks import make_task
from tests.figures.test_picture import unpack
from tests.schedules import three_days

#: cell, settings, interventions.
RUNS = {
    "lstm": ("lstm", {}, ()),
    "gru, two layers": ("gru", {"layers": 2}, ()),
    "rnn, truncated": ("rnn", {"truncate": 3}, ()),
    "relu, two layers": ("relu", {"layers": 2}, ()),
    "mlp with a window": ("mlp", {"window": 2}, ()),
    "lstm, held": ("lstm", {}, (Hold("f", 0.5), ShiftForgetBias(1.0))),
    "lstm, shifted, silenced": ("lstm", {}, (ShiftForgetBias(1.0), Silence((1,)))),
    "gru, held, silenced": ("gru", {}, (Hold("z", 0.3, (0,)), Silence((2,)))),
    "numbers": ("lstm", {"task": "adding"}, ()),
    "learned vectors": ("gru", {"task": "symbols"}, ()),
}
TASKS = {
    "gym": lambda: three_days(length=6),
    "adding": lambda: make_task("adding", length=6),
    "symbols": lambda: make_task("symbols", encoding="embedding"),
}


def trained(name, dtype="float64", iterations=3):
    cell, settings, items = RUNS[name]
    config = RunConfig(cell=cell, hidden_size=3, batch_size=3, dtype=dtype, **settings)
    trainer = Trainer(config, TASKS[config.task]())
    trainer.intervene(*items)
    trainer.advance(iterations=iterations)
    return trainer


def read_npz(trainer):
    data = export.finished(export.npz(export.snapshot(trainer)))
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return dict(file)


def reference_of(file, place):
    """Build the network of one kept iteration from the file alone."""
    about = json.loads(str(file["description"]))
    config, iteration = about["config"], int(file["iteration"][place])
    held, silent, offset = {}, set(), 0.0
    for item in about["interventions"].get(str(iteration), []):
        units = item.get("units")
        units = range(config["hidden_size"]) if units is None else units
        if item["kind"] == "Hold":
            held |= {(0, item["gate"], unit): item["value"] for unit in units}
        elif item["kind"] == "Silence":
            silent |= {(0, unit) for unit in units}
        else:
            offset += item["amount"]
    weights = {
        name.removeprefix("weights."): values[place].astype(float)
        for name, values in file.items()
        if name.startswith("weights.")
    }
    return Reference(
        config["cell"], weights, config["layers"], truncate=int(file["truncate"][place]) or None,
        window=config["window"], held=held, silent=silent, forget_offset=offset,
    )  # fmt: skip


@pytest.mark.parametrize(("dtype", "near"), [("float64", 1e-9), ("float32", 2e-4)])
@pytest.mark.parametrize("name", RUNS)
def test_everything_in_an_npz_follows_from_the_weights_in_it(name, dtype, near):
    file = read_npz(trained(name, dtype))
    x, y, scored = file["inputs"][:, None], file["targets"][:, None], file["scored"]
    loss = "squared_error" if RUNS[name][1].get("task") == "adding" else "cross_entropy"
    mask, last = scored[:, None], np.zeros_like(scored[:, None])
    last[np.flatnonzero(scored)[-1]] = True

    def same(found, expected):
        size = np.abs(expected).max()
        np.testing.assert_allclose(found, expected, rtol=near, atol=near * size + 1e-12)

    T = len(x)
    for place in (0, -1):
        plain = reference_of(file, place)
        outputs, layers = plain.run(x)
        same(file["outputs"][place], outputs[:, 0].real)
        same(file["loss"][place], plain.loss(x, y, mask, loss).real)
        if "probabilities" in file:
            powers = np.exp(outputs[:, 0].real)
            same(file["probabilities"][place], powers / powers.sum(axis=1, keepdims=True))
        slopes = gradients(plain, x, y, mask, loss)
        for key in plain.parameters:
            same(file[f"weight_gradients.{key}"][place], slopes[key])
        if "x" in slopes:
            same(file["d_x"][place], slopes["x"][:, 0])
        for layer, steps in enumerate(layers):
            letters = [key.split(".")[1] for key in file if key.startswith(f"layer{layer}.")]
            assert {"h", "d_h", "last_d_h"} <= set(letters)
            for letter in letters:
                found = file[f"layer{layer}.{letter}"][place]
                if "d_" not in letter:
                    same(found, np.array([step[letter][0].real for step in steps]))
                    continue
                of_last = letter.startswith("last_")
                slope = state_gradient(
                    plain, letter[-1], layer, (T, 1, 3), x, y, last if of_last else mask, loss
                )[:, 0]
                # The last scored step's share of a loss that is the mean over all of them.
                same(found, slope / scored.sum() if of_last else slope)


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_csv_files_hold_the_numbers_of_the_npz(name, dtype):
    trainer = trained(name, dtype)
    file = read_npz(trainer)
    data = export.finished(export.csv(export.snapshot(trainer)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        tables = {
            entry.removesuffix(".csv"): list(
                csv.DictReader(io.TextIOWrapper(archive.open(entry), "utf-8", newline=""))
            )
            for entry in archive.namelist()
            if entry.endswith(".csv")
        }
    at = {int(iteration): place for place, iteration in enumerate(file["iteration"])}
    kind = np.dtype(dtype).type
    cells = 0

    def same(text, number):
        nonlocal cells
        cells += 1
        assert kind(float(text)) == number

    for row in tables["units"]:
        where = at[int(row["iteration"])], int(row["time_step"]), int(row["unit"])
        for letter in [
            name for name in row if name not in ("iteration", "layer", "time_step", "unit")
        ]:
            same(row[letter], file[f"layer{row['layer']}.{letter}"][where])
    for row in tables["outputs"]:
        where = at[int(row["iteration"])], int(row["time_step"]), int(row["output"])
        same(row["value"], file["outputs"][where])
        if row["probability"]:
            same(row["probability"], file["probabilities"][where])
    for row in tables["input_gradients"]:
        same(
            row["d_x"],
            file["d_x"][at[int(row["iteration"])], int(row["time_step"]), int(row["input"])],
        )
    for row in tables["weights"]:
        for column, start in (("weight", "weights"), ("gradient", "weight_gradients")):
            matrix = file[f"{start}.{row['parameter']}"][at[int(row["iteration"])]]
            column_of = () if matrix.ndim == 1 else (int(row["column"]),)
            same(row[column], matrix[int(row["row"]), *column_of])
    for row in tables["iterations"]:
        assert float(row["loss"]) == file["loss"][at[int(row["iteration"])]]
    expected = sum(
        values.size
        for key, values in file.items()
        if key.startswith(("layer", "weight")) and key != "layer_names"
    )
    assert cells == expected + file["outputs"].size + file["d_x"].size + (
        file["probabilities"].size if "probabilities" in file else 0
    )


@pytest.mark.parametrize("name", ["lstm", "rnn, truncated", "numbers"])
def test_the_history_is_what_the_batches_were(name):
    """Draw the batches again, and compute loss, hits and gradient of each by the reference."""
    trainer = trained(name, iterations=2)
    file, task, config = read_npz(trainer), trainer.task, trainer.config
    generator = np.random.default_rng(config.seed)
    for row in range(2):
        batch = task.sample(generator, config.batch_size)
        plain = reference_of(file, row)
        assert file["history.iteration"][row] == row + 1
        loss = plain.loss(batch.x, batch.y, batch.mask, task.loss).real
        assert file["history.loss"][row] == pytest.approx(loss, rel=1e-9)
        slopes = gradients(plain, batch.x, batch.y, batch.mask, task.loss)
        norm = np.sqrt(sum((slopes[key] ** 2).sum() for key in plain.parameters))
        assert file["history.gradient_norm"][row] == pytest.approx(norm, rel=1e-9)
        outputs, _ = plain.run(batch.x)
        if task.loss == "cross_entropy":
            hits = (outputs.real.argmax(axis=2) == batch.y).mean()
            assert file["history.accuracy"][row] == pytest.approx(hits)
        else:
            assert np.isnan(file["history.accuracy"][row])


@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adam"])
def test_from_one_kept_iteration_to_the_next_the_weights_take_the_step_of_the_optimiser(optimizer):
    config = RunConfig(hidden_size=2, batch_size=2, optimizer=optimizer, weight_decay=0.01)
    trainer = Trainer(config, three_days(length=5))
    trainer.advance(iterations=3)
    file, generator = read_npz(trainer), np.random.default_rng(config.seed)
    names = [key.removeprefix("weights.") for key in file if key.startswith("weights.")]
    first = dict.fromkeys(names, 0.0)
    second = dict.fromkeys(names, 0.0)
    for n in range(1, 4):
        batch = trainer.task.sample(generator, 2)
        slopes = gradients(reference_of(file, n - 1), batch.x, batch.y, batch.mask)
        for name in names:
            before, after = file[f"weights.{name}"][n - 1 : n + 1]
            d = slopes[name] + 0.01 * before
            if optimizer == "sgd":
                first[name] = 0.9 * first[name] + d
                step = first[name]
            elif optimizer == "rmsprop":
                second[name] = 0.99 * second[name] + 0.01 * d**2
                step = d / (np.sqrt(second[name]) + 1e-8)
            else:
                first[name] = 0.9 * first[name] + 0.1 * d
                second[name] = 0.999 * second[name] + 0.001 * d**2
                step = (first[name] / (1 - 0.9**n)) / (
                    np.sqrt(second[name] / (1 - 0.999**n)) + 1e-8
                )
            np.testing.assert_allclose(after, before - 0.01 * step, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", RUNS)
def test_the_animation_holds_the_numbers_of_the_npz(name):
    trainer = trained(name)
    file = read_npz(trainer)
    page = standalone.page(export.snapshot(trainer), "")
    packed = re.search(r'<script[^>]*type="text/plain"[^>]*>([^<]+)</script>', page)[1]
    packet = unpack(base64.b64decode(packed))
    assert [frame["iteration"] for frame in packet["frames"]] == file["iteration"].tolist()
    scored = file["scored"]
    for place, frame in enumerate(packet["frames"]):
        assert frame["loss"] == file["loss"][place]
        for layer, quantity in itertools.product(
            range(packet["layers"]), enumerate(packet["quantities"])
        ):
            number, about = quantity
            recorded = file[f"layer{layer}.{about['letter']}"][place]
            shown = frame["values"][layer, number]
            np.testing.assert_array_equal(shown, recorded.astype(np.float32))
        for layer, (number, letter) in itertools.product(
            range(packet["layers"]), enumerate(packet["gradients"])
        ):
            for kind, start in enumerate(("", "last_")):
                gradient = file[f"layer{layer}.{start}{letter['letter']}"][place]
                norms = np.linalg.norm(gradient, axis=1)
                np.testing.assert_allclose(frame["norms"][kind, layer, number], norms, rtol=1e-12)
        if packet["classes"]:
            likely = file["probabilities"][place]
            np.testing.assert_allclose(
                frame["top"], -np.sort(-likely)[:, : packet["top"]], rtol=1e-6
            )
            of_target = likely[np.arange(len(likely)), file["targets"]]
            np.testing.assert_allclose(frame["target"][scored], of_target[scored], rtol=1e-6)
        else:
            mean, deviation = trainer.task.scale
            values = file["outputs"][place] * deviation + mean
            np.testing.assert_allclose(frame["outputs"], values, rtol=1e-6)
