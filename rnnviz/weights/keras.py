"""Files of Keras: `.keras`, `.weights.h5`, and the legacy `.h5` of Keras 2 and 3.

Their settings are read as data, so Keras is not needed, and no code of a file is ever run. Weights
that have no settings beside them are guessed at: keras_guess.py.
"""

from __future__ import annotations

from rnnviz.weights.archives import Archive
from rnnviz.weights.contents import Contents
from rnnviz.weights.errors import WeightsError, named
from rnnviz.weights.hdf5 import Hdf5, looks_like_hdf5, read_hdf5
from rnnviz.weights.keras_config import MOST_BYTES, layers_of, parsed
from rnnviz.weights.keras_guess import NOTE, guessed
from rnnviz.weights.keras_networks import networks_of
from rnnviz.weights.keras_stored import Stored

#: The two members of a `.keras` file that are read.
SETTINGS, WEIGHTS = "config.json", "model.weights.h5"


def is_keras(archive: Archive) -> bool:
    """Tell whether an archive has the settings or the weights of a Keras model."""
    return bool({SETTINGS, WEIGHTS} & set(archive.sizes))


def read_keras(archive: Archive) -> Contents:
    """Read a `.keras` file.

    Raises
    ------
    WeightsError
        If it is broken, holds what Keras does not write, or no network that can be shown.
    """
    missing = [name for name in (SETTINGS, WEIGHTS) if name not in archive.sizes]
    if missing:
        raise WeightsError(f"A .keras file has {SETTINGS} and {WEIGHTS}; {missing[0]} is missing.")
    if archive.sizes[SETTINGS] > MOST_BYTES:
        raise WeightsError(
            f"{SETTINGS} in a .keras file may have {MOST_BYTES / 1e6:.0f} MB here, "
            f"got {archive.sizes[SETTINGS] / 1e6:,.1f} MB."
        )
    settings = parsed(archive.read(SETTINGS))
    layers = layers_of(settings)
    weights = archive.read(WEIGHTS)
    if not looks_like_hdf5(weights):
        raise WeightsError(f"{WEIGHTS} in this .keras file is not HDF5.")
    file = read_hdf5(weights)
    if layers is None:
        whose = named(settings["class_name"])
        note = f"The model is of the class {whose} of its author, which says nothing of its layers."
        return _without_settings("keras", file, note)
    return networks_of("keras", layers, Stored(file))


def read_h5(data: bytes) -> Contents:
    """Read a `.weights.h5`, or a legacy `.h5`.

    Raises
    ------
    WeightsError
        As for `read_keras`, and if h5py is not installed.
    """
    file = read_hdf5(data)
    settings = file.texts.get("", {}).get("model_config")
    legacy = any("weight_names" in texts for texts in file.texts.values())
    kind = "legacy keras" if legacy else "keras weights"
    layers = layers_of(parsed(settings[0])) if settings else None
    if layers is None:
        return _without_settings(kind, file)
    return networks_of(kind, layers, Stored(file))


def _without_settings(kind: str, file: Hdf5, *notes: str) -> Contents:
    layers, in_order = guessed(file)
    return networks_of(kind, layers, Stored(file), (*notes, NOTE), in_order=in_order)
