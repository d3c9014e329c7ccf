"""Files that Keras wrote, and the outputs that Keras computed from them."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("h5py", reason="files of Keras are HDF5 inside")

from rnnviz.engine import softmax
from rnnviz.weights import build, hdf5, hdf5_child, read

FOLDER = Path(__file__).with_name("keras")
FILES = sorted(each.name for each in FOLDER.iterdir() if each.suffix != ".npz")
EXACT = {"float64": 1e-10, "float32": 1e-6}


@pytest.fixture(autouse=True)
def _in_this_process(monkeypatch):
    """These files are not hostile: a process for each would take half a second."""
    import h5py

    monkeypatch.setattr(hdf5, "_answer", lambda data: b"".join(hdf5_child.answer(data, h5py)))


def stem(filename):
    """Return the name of the model in a file, and which Keras wrote it: "" or "_2"."""
    name = filename.partition(".")[0]
    return (name[:-2], "_2") if name.endswith("_2") else (name, "")


def expected(filename):
    """Return the inputs and outputs of a file, time first."""
    name, version = stem(filename)
    dtype = "float64" if filename.endswith(".keras") and not version else "float32"
    with np.load(FOLDER / f"expected{version}.npz") as arrays:
        x, y = (arrays[f"{name}.{dtype}.{which}"] for which in "xy")
    return np.swapaxes(x, 0, 1), y if y.ndim == 2 else np.swapaxes(y, 0, 1), dtype


@pytest.mark.parametrize("filename", FILES)
def test_a_network_that_keras_wrote_computes_what_keras_computed(filename):
    x, y, dtype = expected(filename)
    name, _ = stem(filename)
    cell = "relu" if name == "relu" else None
    model = build(read((FOLDER / filename).read_bytes(), filename), cell=cell)
    network = model.network()
    assert network.dtype == dtype
    outputs = network.predict(x) if model.output_size else network.observe(x)[-1].h
    if name == "embedding":
        outputs = softmax(outputs[-1], axis=-1)
    np.testing.assert_allclose(outputs, y, rtol=0, atol=EXACT[dtype])
