"""Small files as Keras writes them, made in memory: settings of layers, and their weights."""

import io
import json
import zipfile

import h5py
import numpy as np

H, D = 4, 3


def layer(kind, name="", **config):
    """Return a layer as `config.json` has it."""
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name or kind.lower(), **config},
    }


def lstm(name="lstm", **config):
    """Return an LSTM of four units, with Keras's defaults unless told otherwise."""
    usual = {"units": H, "activation": "tanh", "recurrent_activation": "sigmoid"}
    return layer("LSTM", name, **{**usual, "return_sequences": True, **config})


def sequential(*layers):
    """Return the settings of a model of layers in a row."""
    return {"module": "keras", "class_name": "Sequential", "config": {"layers": list(layers)}}


def cell(blocks=4, inputs=D, dtype="float32"):
    """Return the arrays of a cell."""
    generator = np.random.default_rng(blocks)
    shapes = ((inputs, blocks * H), (H, blocks * H), (blocks * H,))
    return [generator.normal(size=shape).astype(dtype) for shape in shapes]


def h5(groups=None, change=None):
    """Return an HDF5 file of arrays by group; `change` is called with it before it is closed."""
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        for group, arrays in (groups or {"layers/lstm/cell": cell()}).items():
            for number, values in enumerate(arrays):
                file[f"{group}/vars/{number}"] = values
        if change is not None:
            change(file)
    return memory.getvalue()


def keras(settings, weights=None, **members):
    """Return a `.keras` file."""
    memory = io.BytesIO()
    text = settings if isinstance(settings, (str, bytes)) else json.dumps(settings)
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("config.json", text)
        archive.writestr("model.weights.h5", h5() if weights is None else weights)
        for name, data in members.items():
            archive.writestr(name, data)
    return memory.getvalue()
