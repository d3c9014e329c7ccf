"""What a file of weights holds: its tensors, the networks found among them, and what else fits.

All file formats end here. A reader brings arrays in PyTorch's layout (gates in its order, weights
of a layer (rows, columns), two biases); which tensor is which is told by their names. A reader that
knows more than names tell, such as Keras's, says itself which networks there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import CELLS
from rnnviz.weights.errors import named

Array = NDArray[Any]


class Tensor(NamedTuple):
    """A tensor of a file; `dtype` as NumPy calls it, or as the file does where NumPy has none."""

    name: str
    shape: tuple[int, ...]
    dtype: str


class Choice(NamedTuple):
    """A matrix that may be the readout or the embedding: the name of its weights, their shape."""

    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Found:
    """A recurrent network in a file: its layers, without embedding and readout.

    Parameters
    ----------
    path
        Name of its module, or of its modules where each layer has its own.
    cells
        Which cells it can be, the likeliest first; the file alone tells no more.
    layers, hidden_size, input_size, bidirectional, reset, dtype
        As the arguments of `Network`. `input_size` is that of layer 0, so with an embedding it is
        the size of the learned vectors.
    entries : mapping of our name to the name of an array
        `weight_ih_l0`, ...; a bias that is not here is zero.
    peephole, coupled
        Variants of the LSTM, which only a file of this app has.
    readouts, embeddings
        Names of the matrices that the file says come after and before it; None where it does not
        say, so whatever fits may be one.
    notes
        Sentences on this network, besides those on the whole file.
    """

    path: str
    cells: tuple[str, ...]
    layers: int
    hidden_size: int
    input_size: int
    dtype: str
    entries: Mapping[str, str]
    bidirectional: bool = False
    reset: str = "after"
    peephole: bool = False
    coupled: bool = False
    readouts: tuple[str, ...] | None = None
    embeddings: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def cell(self) -> str:
        """The likeliest cell."""
        return self.cells[0]

    @property
    def directions(self) -> int:
        """2 if bidirectional, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def output_size(self) -> int:
        """How many numbers a step of the topmost layer has: H, or 2H if bidirectional."""
        return self.hidden_size * self.directions

    @property
    def label(self) -> str:
        """One line that tells it from the others."""
        labels = " or ".join(CELLS[cell].spec.label for cell in self.cells)
        parts = [
            f"{named(self.path)}: {labels}" if self.path else labels,
            f"{self.layers} layer{'s' * (self.layers > 1)}",
            f"{self.hidden_size:,} units",
            f"{self.input_size:,} input{'s' * (self.input_size != 1)}",
            *(["bidirectional"] if self.bidirectional else []),
        ]
        return ", ".join(parts)


@dataclass(frozen=True, eq=False)
class Contents:
    """What a file holds.

    Parameters
    ----------
    kind
        `"safetensors"`, `"npz"`, `"keras"`, `"keras weights"` or `"legacy keras"`.
    tensors
        Every tensor of the file.
    networks
        Every recurrent network that was found; at least one.
    arrays : mapping of name to array
        The numbers of the tensors, in PyTorch's layout. Tensors that no network can have, such as
        those of whole numbers, need not be here.
    linears
        Every matrix that may be a readout or an embedding, and the name of its bias if it has one.
    experiment
        The link of the experiment in the file's metadata, unchecked; None if there is none.
    notes
        Sentences on what was left out, or assumed.
    """

    kind: str
    tensors: tuple[Tensor, ...]
    networks: tuple[Found, ...]
    arrays: Mapping[str, Array] = field(repr=False)
    linears: Mapping[Choice, str | None] = field(default_factory=dict, repr=False)
    experiment: str | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrays", MappingProxyType(dict(self.arrays)))

    @property
    def readouts(self) -> tuple[Choice, ...]:
        """The matrices that fit the output of any network, as a linear readout."""
        return self._of_each(self.readouts_of)

    @property
    def embeddings(self) -> tuple[Choice, ...]:
        """The matrices that fit the input of any network, as a table of learned vectors."""
        return self._of_each(self.embeddings_of)

    def readouts_of(self, network: int) -> tuple[Choice, ...]:
        """Return the matrices that fit the output of a network, the likeliest readout first."""
        found, (table, *_) = self.networks[network], (*self.embeddings_of(network)[:1], None)
        fitting = [each for each in self.linears if each.shape[1] == found.output_size]
        if found.readouts is not None:
            fitting = [each for each in fitting if each.name in found.readouts]
        return tuple(sorted(fitting, key=lambda each: (each == table, *self._unlike(each))))

    def embeddings_of(self, network: int) -> tuple[Choice, ...]:
        """Return the matrices that fit the input of a network, the likeliest embedding first.

        One that could be a readout without bias as well is among them only if its name says so.
        """
        found = self.networks[network]
        if found.embeddings is not None:
            said = (each for each in self.linears if each.name in found.embeddings)
            return tuple(each for each in said if each.shape[1] == found.input_size)
        fitting = [
            each
            for each, bias in self.linears.items()
            if bias is None
            and each.shape[1] == found.input_size
            and (_is_table(each.name) or each.shape[1] != found.output_size)
        ]
        return tuple(sorted(fitting, key=lambda each: (not _is_table(each.name), each.name)))

    def _unlike(self, choice: Choice) -> tuple[bool, bool, str]:
        """Return a sort key that puts what looks like a readout first."""
        words = choice.name.lower()
        says_so = any(word in words for word in _READOUT_WORDS)
        return not says_so, self.linears[choice] is None, choice.name

    def _of_each(self, choices: Any) -> tuple[Choice, ...]:
        found = {each: None for at in range(len(self.networks)) for each in choices(at)}
        return tuple(found)


#: Words in the names of modules that people give to a readout.
_READOUT_WORDS = ("readout", "head", "fc", "out", "linear", "dense", "decoder", "classif", "proj")


def _is_table(name: str) -> bool:
    # An embedding is called encoder in PyTorch's example of a language model, wte in GPT-2.
    return "emb" in name.lower() or name.lower().endswith(("encoder.weight", "wte.weight"))


def described(arrays: Mapping[str, Array]) -> tuple[Tensor, ...]:
    """Return the list of tensors of arrays."""
    return tuple(Tensor(name, each.shape, each.dtype.name) for name, each in arrays.items())


def linears_of(
    names: Mapping[str, str | None], arrays: Mapping[str, Array]
) -> dict[Choice, str | None]:
    """Return the matrices (weights, and the name of their bias) by which a readout is chosen."""
    return {
        Choice(name, arrays[name].shape): bias
        for name, bias in names.items()
        if name in arrays and arrays[name].ndim == 2 and 0 not in arrays[name].shape
    }


def float_of(arrays: Sequence[Array]) -> str:
    """Return the precision in which a network with these weights computes."""
    wide = any(each.dtype == np.float64 for each in arrays)
    return "float64" if wide else "float32"
