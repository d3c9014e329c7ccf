"""A model without PyTorch: what `watch` reads of one, filled from a file that PyTorch wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

DATA = Path(__file__).parent / "data"


class Tensor:
    """The part of a tensor that `watch` reads: its numbers are not at hand."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)
        self.dtype = f"torch.{self.values.dtype}"

    def detach(self) -> Tensor:
        return self

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> Any:
        return self.values


class Module:
    """A module of a model: its attributes, and the tensors of its own."""

    def __init__(self, state: dict[str, Tensor], **about: Any) -> None:
        self._parameters = state
        vars(self).update(about)

    def state_dict(self) -> dict[str, Tensor]:
        return dict(self._parameters)


class LSTM(Module):
    pass


class Linear(Module):
    pass


class Model:
    """A model: its modules by name, and itself without one."""

    def __init__(self, **modules: Module) -> None:
        self.modules, self._parameters = modules, {}

    def named_modules(self) -> list[tuple[str, Any]]:
        return [("", self), *self.modules.items()]


def stored(name: str) -> tuple[Model, dict[str, Any]]:
    """Return the model of a file, and everything else in it by name."""
    with np.load(DATA / f"{name}.npz") as file:
        held = {key: file[key] for key in file.files}
    about = json.loads(str(held.pop("about")))
    parts: dict[str, dict[str, Tensor]] = {}
    for key in [key for key in held if key.startswith("state.")]:
        _, path, last = key.split(".")
        parts.setdefault(path, {})[last] = Tensor(held.pop(key))
    modules: dict[str, Module] = {}
    if "embed" in parts:
        rows, size = parts["embed"]["weight"].values.shape
        modules["embed"] = Module(parts["embed"], num_embeddings=rows, embedding_dim=size)
    modules["core"] = LSTM(parts["core"], **about)
    if "head" in parts:
        outputs, seen = parts["head"]["weight"].values.shape
        modules["head"] = Linear(parts["head"], in_features=seen, out_features=outputs)
    return Model(**modules), held
