"""The parts of a model of PyTorch that can be replayed: embedding, recurrent module, readout.

PyTorch is never imported. A model is what has `named_modules` and `state_dict`; what a module is
follows from its attributes: a recurrent one has a `mode`, a readout `in_features`, an embedding
`num_embeddings`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Network
from rnnviz.engine.validation import shown

Array = NDArray[Any]

#: What PyTorch calls the cells of `nn.LSTM`, `nn.GRU` and `nn.RNN`.
CELLS = {"LSTM": "lstm", "GRU": "gru", "RNN_TANH": "rnn", "RNN_RELU": "relu"}
_SINGLE_STEP = ("LSTMCell", "GRUCell", "RNNCell")
_PARALLEL = ("DataParallel", "DistributedDataParallel")

#: What `readout` and `embedding` are unless a name, a module or None is given.
GUESS = "guess"


@dataclass(frozen=True)
class Sizes:
    """What a recurrent module computes: as long as this is the same, its weights can be read."""

    cell: str
    layers: int
    input_size: int
    hidden_size: int
    bidirectional: bool
    batch_first: bool

    @property
    def seen(self) -> int:
        """How many numbers per time step it gives to what comes next."""
        return self.hidden_size * (2 if self.bidirectional else 1)


@dataclass(frozen=True)
class Part:
    """A module by the name under which its model holds it, without what wraps it."""

    path: str
    module: Any

    @property
    def kind(self) -> str:
        """The name of its class, as a person knows it."""
        return type(self.module).__name__

    def __str__(self) -> str:
        return f"{self.path!r} ({self.kind})" if self.path else self.kind


@dataclass(frozen=True)
class Parts:
    """The modules of a model that are replayed."""

    recurrent: Part
    embedding: Part | None
    readout: Part | None

    @property
    def sizes(self) -> Sizes:
        """What the recurrent module computes, read from it now."""
        return sizes_of(self.recurrent)


def find(
    model: Any,
    *,
    module: Any,
    readout: Any,
    embedding: Any,
    ids: Callable[[bool], bool],
    needed: bool,
) -> Parts:
    """Return the modules of a model that are replayed.

    Parameters
    ----------
    model
        A model of PyTorch.
    module, readout, embedding
        A module of it, or its name, or `GUESS`; None: the only one, none, none.
    ids
        Tells whether the inputs are ids, given whether there may be a table for them.
    needed
        Whether there is no loss without a readout.

    Raises
    ------
    ValueError
        If a module is missing, can't be replayed, or is not clear.
    """
    parts = _all_of(model)
    recurrent = _recurrent(parts, module)
    table = embedding is not None and any(map(_is_table, parts))
    return Parts(
        recurrent,
        _embedding(parts, recurrent, embedding) if ids(table) else None,
        _readout(parts, recurrent, readout, needed=needed),
    )


def notes_of(parts: Parts) -> tuple[str, ...]:
    """Return what a person should know of what is not replayed as it is trained."""
    notes = []
    module = parts.recurrent.module
    if getattr(module, "dropout", 0) and parts.sizes.layers > 1:
        notes.append(
            f"the dropout of {module.dropout} between the layers of {parts.recurrent} is left out, "
            "as in evaluation"
        )
    computed, own = precision_of(parts.recurrent)
    if computed != own:
        notes.append(f"the weights are {own}; the replay computes with them in {computed}")
    return tuple(notes)


def _all_of(model: Any) -> list[Part]:
    """Return every module of a model, in the order in which it holds them.

    `torch.compile` and `DataParallel` wrap a model in another one: that is left out of the names,
    and of two modules of one name the inner one stays.

    Raises
    ------
    ValueError
        If it is not a model of PyTorch.
    """
    if not callable(getattr(model, "named_modules", None)):
        raise ValueError(f"model must be a torch.nn.Module, got {type(model).__name__}")
    named: dict[str, Part] = {}
    wrappers: set[str] = set()
    for path, module in model.named_modules():
        if type(module).__name__ in _PARALLEL:
            wrappers.add(f"{path}.module".lstrip("."))
        bare = _without(path, wrappers)
        named[bare] = Part(bare, module)
    return list(named.values())


def _without(path: str, wrappers: set[str]) -> str:
    """Return a name without the parts that come from wrappers."""
    parts = path.split(".") if path else []
    kept = [
        part
        for place, part in enumerate(parts)
        if part != "_orig_mod" and ".".join(parts[: place + 1]) not in wrappers
    ]
    return ".".join(kept)


def _recurrent(parts: list[Part], wanted: Any) -> Part:
    """Return the recurrent module: the one that was named, or the only one.

    Raises
    ------
    ValueError
        If there is none, or there are several, or it is none that can be replayed.
    """
    recurrent = [part for part in parts if getattr(part.module, "mode", None) in CELLS]
    if wanted is not None:
        found = _named(parts, wanted, "module")
        if found not in recurrent:
            raise ValueError(f"module must be an nn.LSTM, nn.GRU or nn.RNN, got {found}")
    elif not recurrent:
        by_hand = [part for part in parts if part.kind in _SINGLE_STEP]
        got = f"; {_list(by_hand)} does a single step, of which watch knows no order"
        raise ValueError(
            f"model must hold an nn.LSTM, nn.GRU or nn.RNN, got none in {parts[0].kind}"
            f"{got if by_hand else ''}"
        )
    elif len(recurrent) > 1:
        raise ValueError(
            f"module must say which recurrent module to watch, by its name: {_list(recurrent)}"
        )
    else:
        found = recurrent[0]
    sizes_of(found)
    return found


def sizes_of(part: Part) -> Sizes:
    """Return what a recurrent module computes.

    Raises
    ------
    ValueError
        If it has a projection.
    """
    module = part.module
    if getattr(module, "proj_size", 0):
        raise ValueError(
            f"proj_size must be 0, got {module.proj_size} in {part}: a projection of the hidden "
            "state can't be replayed"
        )
    return Sizes(
        cell=CELLS[module.mode],
        layers=int(module.num_layers),
        input_size=int(module.input_size),
        hidden_size=int(module.hidden_size),
        bidirectional=bool(module.bidirectional),
        batch_first=bool(module.batch_first),
    )


def _readout(parts: list[Part], recurrent: Part, wanted: Any, *, needed: bool) -> Part | None:
    """Return the linear module that sees the hidden states; None where there is none.

    Guessed only where it is clear: what comes after the recurrent module in the model is one linear
    module of the right size, and nothing else that has weights.

    Raises
    ------
    ValueError
        If it is needed but not clear, or what was named does not fit.
    """
    seen = sizes_of(recurrent).seen
    if wanted is None:
        found = None
    elif not _is_guess(wanted):
        found = _named(parts, wanted, "readout")
        if getattr(found.module, "in_features", None) != seen:
            raise ValueError(
                f"readout must be an nn.Linear that sees the {seen} hidden states of {recurrent}, "
                f"got {found}"
            )
    else:
        after = [part for part in parts[parts.index(recurrent) + 1 :] if _transforms(part)]
        fits = len(after) == 1 and getattr(after[0].module, "in_features", None) == seen
        found = after[0] if fits else None
        if found is None and needed:
            raise ValueError(
                f"readout must be clear: a single nn.Linear with in_features={seen} after "
                f"{recurrent}, got {_list(after) or 'nothing'}; name it with readout=, or give a "
                "loss that returns dL/dh"
            )
    if found is None and needed:
        raise ValueError("readout must not be None where the loss is one of its outputs")
    return found


def _embedding(parts: list[Part], recurrent: Part, wanted: Any) -> Part:
    """Return the module that makes vectors of ids.

    Raises
    ------
    ValueError
        If there is none, or it is not clear which, or what was named does not fit.
    """
    tables = [part for part in parts if _is_table(part)]
    size = sizes_of(recurrent).input_size
    if wanted is not None and not _is_guess(wanted):
        tables = [_named(parts, wanted, "embedding")]
    instead = f"or x must be what goes into {recurrent}: {size} numbers per time step"
    if wanted is None or len(tables) != 1:
        got = _list(tables) if tables and wanted is not None else "none"
        raise ValueError(
            f"embedding must name the nn.Embedding for the ids x, {instead}; got {got}"
        )
    module = tables[0].module
    if getattr(module, "embedding_dim", None) != size or getattr(module, "max_norm", None):
        raise ValueError(
            f"embedding must give vectors of {size} numbers, unchanged, {instead}; got {tables[0]}"
        )
    return tables[0]


def _named(parts: list[Part], wanted: Any, argument: str) -> Part:
    """Return the part with this name, or that is this module.

    Raises
    ------
    ValueError
        If there is none.
    """
    for part in parts:
        if part.module is wanted:
            return part
    by_path = {part.path: part for part in parts}
    if isinstance(wanted, str):
        for path in (wanted, _without(wanted, {"module"})):
            if path in by_path:
                return by_path[path]
    names = [part.path for part in parts if part.path]
    got = shown(wanted) if isinstance(wanted, str) else type(wanted).__name__
    raise ValueError(
        f"{argument} must be a module of the model, or its name, one of {shown(names, 200)}; "
        f"got {got}"
    )


def _is_guess(wanted: Any) -> bool:
    return isinstance(wanted, str) and wanted == GUESS


def _transforms(part: Part) -> bool:
    """Tell whether a module has weights of its own, not of modules in it, and is no embedding."""
    own = getattr(part.module, "_parameters", {})
    return any(value is not None for value in own.values()) and not _is_table(part)


def _is_table(part: Part) -> bool:
    return hasattr(part.module, "num_embeddings")


def _list(parts: list[Part]) -> str:
    return ", ".join(map(str, parts[:8])) + (", ..." if len(parts) > 8 else "")


class Weights:
    """The way from the tensors of a model to the weights of a network.

    Parameters
    ----------
    parts
        Of the model.
    network
        With the same sizes; its weights are overwritten.
    """

    def __init__(self, parts: Parts, network: Network) -> None:
        self._parts, self._network = parts, network
        self._sizes = parts.sizes

    def copy(self) -> None:
        """Copy the weights as they are now; a bias that the model does not have is 0.

        Raises
        ------
        ValueError
            If a tensor is missing, has another shape than at the beginning, or is not finite. The
            network then holds some of the new weights.
        """
        parts = self._parts
        sizes = parts.sizes
        if sizes != self._sizes:
            raise ValueError(f"{parts.recurrent} must stay as it was, {self._sizes}; got {sizes}")
        given = dict(parts.recurrent.module.state_dict())
        for start, part in (("readout.", parts.readout), ("embedding.", parts.embedding)):
            if part is not None:
                given |= {start + name: each for name, each in part.module.state_dict().items()}
        for name, own in self._network.parameters.items():
            if name in given:
                values = _numbers(name, given[name])
                if values.shape != own.shape:
                    raise ValueError(f"{name} must keep the shape {own.shape}, got {values.shape}")
                np.copyto(own, values, casting="same_kind")
            elif name.split(".")[-1].startswith("bias"):
                own[...] = 0
            else:
                raise ValueError(
                    f"{parts.recurrent} must hold {name}, got {shown(list(given), 120)}; weights "
                    "that are computed from others can't be read"
                )
        if not np.isfinite(self._network.flat).all():
            named = self._network.parameters.items()
            name = next(name for name, own in named if not np.isfinite(own).all())
            raise ValueError(f"{name} must be finite, got NaN or infinity")


def _numbers(name: str, tensor: Any) -> Array:
    """Return the numbers of an entry of a `state_dict`, at once where it lies in this memory."""
    try:
        values: Array = tensor.numpy()
    except (AttributeError, RuntimeError, TypeError):
        return array_of(name, tensor)
    return values


def precision_of(part: Part) -> tuple[str, str]:
    """Return the type in which a recurrent module is replayed, and the one it has."""
    tensor = next(iter(part.module.state_dict().values()))
    own = str(tensor.dtype).removeprefix("torch.")
    return ("float64" if own == "float64" else "float32"), own


def array_of(name: str, value: Any) -> Array:
    """Return an array with the numbers of a tensor on any device, or of anything like an array.

    Raises
    ------
    ValueError
        If it has none.
    """
    try:
        if hasattr(value, "detach"):
            value = value.detach().cpu()
            # NumPy has no bfloat16.
            value = (value.float() if "bfloat16" in str(value.dtype) else value).numpy()
        return np.asarray(value)
    except (AttributeError, RuntimeError, TypeError, ValueError, NotImplementedError) as error:
        raise ValueError(f"{name} must be an array of numbers, got: {error}") from None
