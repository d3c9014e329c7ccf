"""Weights in `.npz`: those of a user's own model, and those of a run that was exported."""

import io

import numpy as np
import pytest

from rnnviz import RunConfig, Trainer, export
from rnnviz.weights import build, read
from tests.weights.files import network, state


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_arrays_with_names_of_pytorch_are_read(write):
    net, file = network("gru", layers=2, dtype="float32"), io.BytesIO()
    weights = {name: np.asfortranarray(each) for name, each in state(net).items()}
    write(file, **{**weights, "epoch": np.array(3), "title": np.array("mine")})
    model = build(read(file.getvalue(), "weights.npz"))
    assert model.dtype == "float32"
    np.testing.assert_array_equal(model.network().flat, net.flat)


def test_an_exported_run_opens_with_its_last_weights_and_its_cell():
    trainer = Trainer(RunConfig(task="echo", cell="relu", hidden_size=3))
    trainer.advance(iterations=3)
    data = export.finished(export.npz(export.snapshot(trainer)))
    model = build(read(data, "run.npz"))
    assert model.cell == "relu"
    assert "its last kept iteration" in model.sentences[-1]
    np.testing.assert_array_equal(model.network().flat, trainer.network.flat)


def test_settings_of_a_run_that_would_be_very_many_objects_are_not_read():
    config, brackets = '{"config": {"cell": "relu"}, "a": [', "{}," * 250_000
    weights = {f"weights.weight_{kind}_l0": np.zeros((1, 2, 2)) for kind in ("ih", "hh")}
    cells = []
    for text in (config + "{}]}", config + brackets + "{}]}"):
        file = io.BytesIO()
        np.savez_compressed(file, description=np.array(text), **weights)
        cells.append(read(file.getvalue()).networks[0].cells)
    assert cells == [("relu",), ("rnn", "relu")]
