"""Broken and hostile files of Keras: each a sentence, nothing of them executed or opened."""

import contextlib
import random
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

pytest.importorskip("h5py", reason="files of Keras are HDF5 inside")

import h5py

from rnnviz.weights import WeightsError, hdf5, hdf5_child, read
from tests.weights.files import refusal
from tests.weights.keras_models import h5, keras, lstm, sequential


@pytest.fixture
def in_this_process(monkeypatch):
    monkeypatch.setattr(hdf5, "_answer", lambda data: b"".join(hdf5_child.answer(data, h5py)))


def external_link(file):
    file["layers/link"] = h5py.ExternalLink("/etc/passwd", "/")


def soft_link(file):
    file["layers/link"] = h5py.SoftLink("/layers/lstm")


def circle(file):
    file["layers/lstm/again"] = file["layers"]


def same_twice(file):
    file["layers/dense/vars/0"] = file["layers/lstm/cell/vars/0"]


def other_file(file):
    file["layers"].create_dataset("a", (10,), "f4", external=[("/etc/passwd", 0, 40)])


def virtual(file):
    layout = h5py.VirtualLayout((10,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "a", (10,))
    file["layers"].create_virtual_dataset("a", layout)


def compressed_bomb(file):
    file["layers"].create_dataset("a", (10**9,), "f4", chunks=(10**6,), compression="gzip")


def shape_bomb(file):
    file["layers"].create_dataset("a", (10**6, 10**6), "f4")


def objects(file):
    file["layers/a"] = np.array(["x", "y"], dtype=h5py.string_dtype())


def references(file):
    file["layers/a"] = np.array([file.ref], dtype=h5py.ref_dtype)


def compound(file):
    file["layers/a"] = np.zeros(3, [("x", "f4"), ("y", "i4")])


def named_type(file):
    file["layers/a"] = np.dtype("f4")


def deep(file):
    file["/".join("a" * 40)] = np.zeros(3)


def many(file):
    for at in range(100):
        file.create_group(f"g{at}")


def long_name(file):
    file["a" * 600 + "/" + "b" * 600] = np.zeros(3)


def numbers_as_text(file):
    file.attrs["model_config"] = 3.0


def whole_numbers(file):
    del file["layers/lstm/cell/vars/0"]
    file["layers/lstm/cell/vars/0"] = np.zeros((3, 16), "int8")


HOSTILE = {
    external_link: "layers/link is a link to another file",
    soft_link: "layers/link is a link to another place of the file",
    circle: "are one and the same object",
    same_twice: "are one and the same object",
    other_file: "The numbers of layers/a are in another file",
    virtual: "layers/a is stored in pieces, compressed, or in other files",
    compressed_bomb: "layers/a is stored in pieces, compressed, or in other files",
    shape_bomb: "layers/a is said to have 4,000,000,000,000 bytes",
    objects: "layers/a must hold numbers",
    references: "layers/a must hold numbers",
    compound: "layers/a must hold numbers",
    named_type: "layers/a is neither a group nor a dataset",
    deep: "more than 16 groups inside each other",
    many: "a group of 101 entries; at most 100 are read",
    long_name: "It has a name of more than 1,000 characters",
    numbers_as_text: "model_config of the file must be text",
    whole_numbers: "kernel of lstm must be float32 or float64, got int8",
}


@pytest.mark.parametrize("change", HOSTILE, ids=lambda change: change.__name__)
@pytest.mark.usefixtures("in_this_process")
def test_what_keras_does_not_write_is_refused(change, monkeypatch):
    monkeypatch.setattr(hdf5_child, "OBJECTS", 100)
    data = h5(change=change)
    tracemalloc.start()
    said = refusal(read, keras(sequential(lstm()), data))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert HOSTILE[change] in said
    assert peak < 5_000_000 + 8 * len(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (h5()[:900], "This HDF5 file is broken or not complete"),
        (h5(change=external_link), "layers/link is a link to another file"),
        (keras(sequential(lstm()), b"GIF89a"), "model.weights.h5 in this .keras file is not HDF5"),
        (keras(sequential(lstm()))[:3000], "broken"),
        (keras(sequential(lstm()), **{"../evil": b""}), "leads out of its folder"),
    ],
    ids=["truncated", "in a process of its own", "not HDF5", "zip", "path"],
)
def test_a_broken_file_is_refused_in_a_sentence(data, words):
    assert words in refusal(read, data, "model.keras")


@pytest.mark.parametrize("script", ["import os; os.abort()", "import time; time.sleep(60)", ""])
def test_a_reader_that_dies_or_hangs_takes_nothing_with_it(tmp_path, monkeypatch, script):
    child = tmp_path / "child.py"
    child.write_text(script)
    monkeypatch.setattr(hdf5, "_CHILD", child)
    monkeypatch.setattr(hdf5, "SECONDS", 1)
    assert "This HDF5 file is broken" in refusal(read, h5())


LIMITED = """
import resource, sys
sys.path.insert(0, {folder!r})
import hdf5_child
hdf5_child.limit(1_000)
try:
    bytearray(400_000_000)
except MemoryError:
    print("no memory")
try:
    open("/etc/passwd")
except OSError:
    print("no file")
while True:
    pass
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limits are those of Linux")
def test_the_reader_has_little_memory_and_time_and_opens_no_file():
    script = LIMITED.format(folder=str(hdf5._CHILD.parent)).replace(
        "hdf5_child.limit", "hdf5_child.SECONDS = 0; hdf5_child.limit"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert run.stdout.split("\n")[:2] == ["no memory", "no file"]
    assert run.returncode < 0


def test_without_h5py_the_line_that_installs_it_is_named(monkeypatch):
    monkeypatch.setattr(hdf5.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(WeightsError, match="needs h5py, which is not installed") as refused:
        read(h5())
    assert refused.value.code == "pip install h5py"


@pytest.mark.usefixtures("in_this_process")
def test_a_keras_file_with_changed_bytes_is_read_or_refused_but_nothing_else():
    # The weights stay whole: what reads them runs in this process here.
    generator = random.Random(0)
    weights, text = h5(), bytes(keras(sequential(lstm(), lstm("upper"))))
    start, end = text.index(b'{"module'), text.index(b"PK", 100)
    for _ in range(200):
        settings = bytearray(text[start:end])
        for _ in range(generator.choice((1, 2, 8))):
            settings[generator.randrange(len(settings))] = generator.randrange(256)
        with contextlib.suppress(WeightsError):
            read(keras(bytes(settings), weights))


def test_hdf5_with_changed_bytes_is_read_or_refused_but_nothing_else():
    generator, whole = random.Random(1), h5()
    for _ in range(4):
        data = bytearray(whole)
        for _ in range(8):
            data[generator.randrange(8, 2_000)] = generator.randrange(256)
        with contextlib.suppress(WeightsError):
            read(bytes(data))
