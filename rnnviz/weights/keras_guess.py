"""The layers of a Keras file that has weights and no settings: guessed from shapes and names.

Which cell it is, and which variant of the GRU, the shapes say. The activations they do not say:
tanh and sigmoid are assumed, Keras's defaults; for a SimpleRNN it is a choice. The layers are taken
to follow each other in the order in which they were written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rnnviz.weights.errors import WeightsError
from rnnviz.weights.hdf5 import Hdf5
from rnnviz.weights.keras_config import Layer
from rnnviz.weights.keras_layers import RECURRENT, UNKNOWN

#: Said of every such file.
NOTE = (
    "The file holds weights and no settings: that the gates are sigmoid and all else is tanh is "
    "assumed, as Keras does it by default; so is the order of the layers, and that nothing else "
    "stands between them."
)
_KINDS = {1: "SimpleRNN", 3: "GRU", 4: "LSTM"}
_OF_TRAINING = ("metrics/", "seed_generator")
_INSIDE = re.compile(
    r"(?P<base>.+?)(?P<part>/(?:forward_layer|backward_layer)/cell|/cell/cells/[^/]+|/cell|/layer)?"
    r"/vars/(?P<number>\d)"
)

#: Where a model keeps a list of layers, which is in their order.
_CONTAINER = re.compile(r"(^|/)layers/")


def guessed(file: Hdf5) -> tuple[list[Layer], bool]:
    """Return the layers that a file without settings seems to have, and whether it has their order.

    Each is fed by the one before. Where there is no order, because the layers are attributes of a
    class of the user's own, this is so for the recurrent ones alone.

    Raises
    ------
    WeightsError
        If it holds no weights in the order of Keras.
    """
    found = list(_listed(file)) if _is_legacy(file) else list(_numbered(file))
    if not found:
        raise WeightsError(
            "This HDF5 file has no weights as Keras stores them: layers/lstm/cell/vars/0 or a list "
            "weight_names was expected."
        )
    in_order = all(_CONTAINER.search(group) or _is_legacy(file) for *_, group in found)
    layers: list[Layer] = []
    before: tuple[str, ...] = ()
    for kind, called, config, group in found:
        name = group if any(called == layer.name for layer in layers) else called
        fed = in_order or kind in RECURRENT
        layers.append(Layer(kind, name, config, group, before if fed else ()))
        before = (name,) if fed else before
    return layers, in_order


def _is_legacy(file: Hdf5) -> bool:
    return any("weight_names" in texts for texts in file.texts.values())


def _listed(file: Hdf5) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Yield the layers that a legacy file lists."""
    before = "model_weights/" if "model_weights" in file.texts else ""
    root = file.texts.get("model_weights" if before else "", {})
    for name in root.get("layer_names", []):
        paths = [
            f"{before}{name}/{each}"
            for each in file.texts.get(before + name, {}).get("weight_names", [])
        ]
        last = [path.rpartition("/")[2].partition(":")[0] for path in paths]
        yield from _layer(
            file, name, name, paths, last.count("recurrent_kernel"), "embeddings" in last
        )


def _numbered(file: Hdf5) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Yield the layers of a file with numbered weights, in the order in which they were written."""
    groups: dict[str, dict[str, list[str]]] = {}
    ordered = sorted(file.datasets.items(), key=lambda each: each[1].address)
    for path, _ in ordered:
        match = _INSIDE.fullmatch(path)
        if match and not any(word in path for word in _OF_TRAINING):
            groups.setdefault(match["base"], {}).setdefault(match["part"] or "", []).append(path)
    for base, parts in groups.items():
        name = next(
            iter(file.texts.get(f"{base}/vars", {}).get("name", [])), base.rpartition("/")[2]
        )
        cells = sum(part.endswith("/cell") or "/cells/" in part for part in parts)
        group = base.removeprefix("_layer_checkpoint_dependencies/")
        group = group if group == base else f"layers/{group}"
        stacked = any("/cells/" in part for part in parts)
        if stacked:
            yield "RNN", name, _stacked(file, parts), group
        elif "/layer" in parts:
            yield "TimeDistributed", name, {"layer": _plain("Dense")}, group
        else:
            yield from _layer(
                file, name, group, _in_order(parts), cells, "embedding" in f"{base} {name}".lower()
            )


def _in_order(parts: dict[str, list[str]]) -> list[str]:
    """Return the paths, the forward cell first."""
    keys = sorted(parts, key=lambda part: "backward" in part)
    return [path for key in keys for path in sorted(parts[key])]


def _layer(
    file: Hdf5, name: str, group: str, paths: list[str], cells: int, table: bool
) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Yield the layer that has these weights; none if it has none."""
    shapes = [file.datasets[path].shape for path in paths if path in file.datasets]
    if not shapes:
        return
    if cells == 2:
        kind, config = _cell(shapes[: len(shapes) // 2])
        inner = {"class_name": kind, "config": config}
        yield "Bidirectional", name, {"layer": inner}, group
    elif cells == 1:
        kind, config = _cell(shapes)
        yield kind, name, config, group
    elif table:
        yield "Embedding", name, {}, group
    elif len(shapes[0]) == 2 and len(shapes) <= 2:
        yield "Dense", name, {"activation": UNKNOWN}, group
    else:
        yield "a layer without settings", name, {}, group


def _cell(shapes: list[tuple[int, ...]]) -> tuple[str, dict[str, Any]]:
    """Return the class and the settings of a cell whose kernels and bias have these shapes."""
    H, rows = shapes[1] if len(shapes) > 1 and len(shapes[1]) == 2 else (0, 0)
    kind = _KINDS.get(rows // H if H and rows % H == 0 else 0)
    if kind is None:
        kind, H = "a cell of another kind", 0
    biases = shapes[2:]
    config: dict[str, Any] = {"units": H, "activation": UNKNOWN, "recurrent_activation": UNKNOWN}
    config |= {"return_sequences": True, "reset_after": not biases or len(biases[0]) == 2}
    return kind, config


def _stacked(file: Hdf5, parts: dict[str, list[str]]) -> dict[str, Any]:
    """Return the settings of a layer of several cells."""
    cells = []
    for paths in parts.values():
        kind, config = _cell([file.datasets[path].shape for path in sorted(paths)])
        cells.append({"class_name": f"{kind}Cell", "config": config})
    return {
        "cell": {"class_name": "StackedRNNCells", "config": {"cells": cells}},
        "return_sequences": True,
    }


def _plain(kind: str) -> dict[str, Any]:
    return {"class_name": kind, "config": {"activation": UNKNOWN}}
