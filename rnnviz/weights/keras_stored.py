"""Where a Keras file has the weights of a layer: by its class and number, or by its name.

`.weights.h5` (the same as inside `.keras`) numbers them, `layers/lstm_1/cell/vars/0`; the legacy
`.h5` lists them, `model_weights/lstm_1` with the attribute `weight_names`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rnnviz.weights.contents import Array
from rnnviz.weights.errors import WeightsError, named
from rnnviz.weights.hdf5 import Dataset, Hdf5
from rnnviz.weights.keras_config import Layer

_FLOATS = ("float16", "float32", "float64")
#: Numbers of the training, not of the model.
_OF_TRAINING = ("metrics/", "seed_generator", "training_config")


class Part(NamedTuple):
    """A part of a layer that has weights of its own: the forward cell of a Bidirectional.

    `path` is where `.weights.h5` has it inside the layer; in a legacy file it is part number
    `at` of `of` equal ones. `word` tells it from the others in names.
    """

    path: str
    word: str = ""
    at: int = 0
    of: int = 1


class Stored:
    """The weights of a file, and which of them were asked for."""

    def __init__(self, file: Hdf5) -> None:
        self.file = file
        self.legacy = not any(
            path.startswith("layers/") or "/vars/" in path for path in file.datasets
        )
        self.before = "model_weights/" if "model_weights" in file.texts else ""
        self.taken: dict[str, str] = {}

    @property
    def others(self) -> dict[str, Dataset]:
        """What was not asked for, by path."""
        return {
            path: dataset
            for path, dataset in self.file.datasets.items()
            if path not in self.taken and not any(word in path for word in _OF_TRAINING)
        }

    def paths(self, layer: Layer, part: Part) -> list[str]:
        """Return where the weights of a part are, in Keras's order."""
        if self.legacy:
            names = self._listed(layer)
            share = len(names) // part.of
            return names[part.at * share : (part.at + 1) * share]
        group = layer.group
        if any(path.startswith("_layer_checkpoint_dependencies/") for path in self.file.datasets):
            group = group.replace("layers/", "_layer_checkpoint_dependencies/")
        start = "/".join(each for each in (group, part.path, "vars") if each)
        numbered = [f"{start}/{number}" for number in range(4)]
        return [path for path in numbered if path in self.file.datasets]

    def _listed(self, layer: Layer) -> list[str]:
        """Return what a legacy file lists of a layer, which may be part of a model inside."""
        lists = {
            group: texts["weight_names"]
            for group, texts in self.file.texts.items()
            if "weight_names" in texts
        }
        own = self.before + layer.name
        if own in lists:
            return [f"{own}/{name}" for name in lists[own]]
        return [
            f"{group}/{name}"
            for group, names in lists.items()
            for name in names
            if layer.name in name.split("/")[:-1]
        ]

    def arrays(self, layer: Layer, part: Part, names: Sequence[str]) -> dict[str, Array]:
        """Return the weights of a part by name, as the file has them.

        Parameters
        ----------
        layer, part
            Whose weights.
        names
            Such as kernel, recurrent_kernel, bias: their order in the file. The last may be
            missing if it is `"bias"`.

        Raises
        ------
        WeightsError
            If there are others, or no floating-point numbers.
        """
        paths = self.paths(layer, part)
        least = len(names) - (names[-1] == "bias")
        if not least <= len(paths) <= len(names):
            raise WeightsError(
                f"The file must have {' and '.join(names[:least])} of {named(layer.name)}, and "
                f"perhaps a bias, got {len(paths)} arrays."
            )
        found = {}
        for name, path in zip(names, paths, strict=False):
            dataset = self.file.datasets.get(path)
            if dataset is None:
                raise WeightsError(f"The file lists {named(path)}, and does not have it.")
            if dataset.values is None or dataset.dtype not in _FLOATS:
                raise WeightsError(
                    f"{name} of {named(layer.name)} must be float32 or float64, "
                    f"got {named(dataset.dtype)}."
                )
            found[name] = dataset.values
            if title(layer, part, name) in self.taken.values():
                raise WeightsError(f"Two layers have arrays called {title(layer, part, name)}.")
            self.taken[path] = title(layer, part, name)
        return found


def title(layer: Layer, part: Part, name: str) -> str:
    """Return the name under which an array is shown: `bidirectional/forward/kernel`."""
    return "/".join(each for each in (layer.name, part.word, name) if each)
