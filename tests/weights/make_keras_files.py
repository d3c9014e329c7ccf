"""Writes the files of the folder keras, with the outputs that Keras itself computes.

    pip install tensorflow-cpu tf_keras h5py
    python tests/weights/make_keras_files.py
    python tests/weights/make_keras_files.py 2

The second line writes those of Keras 3, in float64 as `.keras` and in float32 as `.h5` and
`.weights.h5`; the third those of Keras 2. `expected.npz` and `expected_2.npz` hold for each file
the inputs and the outputs.
"""

import os
import sys
from pathlib import Path

os.environ |= {"KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": ""}

import numpy as np

KERAS_2 = sys.argv[1:] == ["2"]
if KERAS_2:
    import tf_keras as keras
    from tf_keras import layers
else:
    import keras
    from keras import layers

FOLDER = Path(__file__).with_name("keras")
T, D, H, K = 5, 3, 4, 2
ALL = {"return_sequences": True}


def chain(*stack, inputs=(None, D)):
    return keras.Sequential([keras.Input(inputs), *stack])


def embedded():
    table = layers.Embedding(7, D, name="symbols")
    return chain(table, layers.GRU(H), layers.Dense(7, activation="softmax"), inputs=(None,))


def functional():
    inputs = keras.Input((None, D))
    inside = chain(layers.LSTM(H, **ALL), layers.Dropout(0.5))
    states = layers.LSTM(H, **ALL, name="upper")(inside(inputs))
    return keras.Model(inputs, layers.TimeDistributed(layers.Dense(K), name="head")(states))


def both(cell):
    return layers.Bidirectional(cell(H, **ALL))


MODELS = {
    "rnn": lambda: chain(layers.SimpleRNN(H, **ALL), layers.Dense(K)),
    "relu": lambda: chain(layers.SimpleRNN(H, activation="relu", **ALL), layers.Dense(K)),
    "gru_after": lambda: chain(layers.GRU(H, **ALL), layers.Dense(K)),
    "gru_before": lambda: chain(layers.GRU(H, reset_after=False, **ALL), layers.Dense(K)),
    "lstm": lambda: chain(layers.LSTM(H, **ALL), layers.Dense(K)),
    "no_bias": lambda: chain(layers.GRU(H, use_bias=False, **ALL), layers.Dense(K, use_bias=False)),
    "stacked": lambda: chain(
        layers.GRU(H, **ALL), layers.Dropout(0.1), layers.GRU(H, **ALL), layers.Dense(K)
    ),
    "cells": lambda: chain(
        layers.RNN([layers.LSTMCell(H), layers.LSTMCell(H)], **ALL), layers.Dense(K)
    ),
    "functional": functional,
    "embedding": embedded,
    "both_lstm": lambda: chain(both(layers.LSTM), both(layers.LSTM), layers.Dense(K)),
    "both_gru": lambda: chain(both(layers.GRU), layers.Dense(K)),
    "states": lambda: chain(layers.LSTM(H, **ALL)),
}
#: Of which the weights alone are written as well.
WEIGHTS = ("relu", "gru_after", "gru_before", "stacked", "cells", "embedding", "both_lstm")
OF_KERAS_2 = ("gru_before", "lstm", "embedding", "both_lstm", "functional")


def write(name, dtype, ends):
    """Write a model with random weights, and return what it makes of random inputs."""
    keras.backend.clear_session()
    keras.backend.set_floatx(dtype)
    if not KERAS_2:
        keras.config.set_dtype_policy(dtype)
    model = MODELS[name]()
    # Other numbers for every model: one taken for another would be noticed.
    generator = np.random.default_rng([ord(letter) for letter in name])
    model.set_weights([generator.normal(0, 0.5, each.shape) for each in model.get_weights()])
    if name == "embedding":
        x = generator.integers(0, 7, (2, T))
    else:
        x = generator.normal(0, 1, (2, T, D)).astype(dtype)
    for end in ends:
        path = str(FOLDER / f"{name}{end}")
        model.save_weights(path) if "weights" in end else model.save(path)
    return x, model.predict(x, verbose=0)


def main():
    expected = {}
    for name in OF_KERAS_2 if KERAS_2 else MODELS:
        found = {"float32": ["_2.h5", "_2.keras"]} if KERAS_2 else {"float64": [".keras"]}
        if not KERAS_2:
            found["float32"] = [".h5", *([".weights.h5"] if name in WEIGHTS else [])]
        for dtype, ends in found.items():
            x, y = write(name, dtype, ends)
            expected |= {f"{name}.{dtype}.x": x, f"{name}.{dtype}.y": y}
    np.savez_compressed(FOLDER / f"expected{'_2' * KERAS_2}.npz", **expected)


if __name__ == "__main__":
    main()
