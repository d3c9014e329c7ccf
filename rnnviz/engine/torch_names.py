"""Weights as PyTorch names them: which entry of a `state_dict` is which parameter.

The modules of a user's own model can have any names: `lstm.weight_ih_l0`, `encoder.rnn.bias_hh_l1`,
`head.weight`. The last part of a name says which parameter it is, the parts before it say which
module. Recurrent weights may be in one module of several layers, or in several modules of one layer
each (such as `nn.LSTMCell`); those of a second direction end in `_reverse`. Readout and embedding
are the modules that have only `weight`, or `weight` and `bias`. The weights of attention are those
in a module called `attention`: `model.attention.query.weight`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from rnnviz.engine import validation
from rnnviz.engine.layout import Shapes
from rnnviz.engine.products import Array

_RECURRENT = re.compile(r"(weight_ih|weight_hh|bias_ih|bias_hh|peephole)(?:_l(\d+))?(_reverse)?")
_READOUT, _EMBEDDING = ("readout.weight", "readout.bias"), ("embedding.weight",)


class Module(NamedTuple):
    """A module: the name before the last dot, and its entries by the part after the dot."""

    path: str
    entries: dict[str, str]


def arrays(value: Mapping[str, Any], shapes: Shapes, dtype: np.dtype[Any]) -> dict[str, Array]:
    """Return the weights of a network by its own names, with its shapes, finite in its type.

    Parameters
    ----------
    value : mapping of name to array or tensor
        A tensor may require a gradient; anything with `.detach().cpu().numpy()` is a tensor here.
    shapes
        Of all parameters.
    dtype
        Of the network.

    Raises
    ------
    ValueError
        If an entry is missing, not expected, misshapen or not finite, or if the names are
        ambiguous.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"weights must be a mapping of names, got {type(value).__name__}")
    names = _matched(list(value), shapes)
    found = {}
    for name, shape in shapes.items():
        theirs = names[name]
        found[name] = validation.numbers(theirs, _detached(theirs, value[theirs]))
        validation.same_shape(theirs, found[name], shape)
        largest = np.abs(found[name]).max()
        if largest > np.finfo(dtype).max:
            raise ValueError(f"{theirs} must be finite in {dtype}, got {largest}")
    return found


def _detached(name: str, value: Any) -> Any:
    """Return the numbers of a tensor; anything else unchanged."""
    if not hasattr(value, "detach"):
        return value
    try:
        return value.detach().cpu().numpy()
    # A type that NumPy does not have, or something that is not a tensor after all.
    except (AttributeError, RuntimeError, TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array, got: {error}") from None


def _matched(names: list[Any], shapes: Shapes) -> dict[str, str]:
    """Return for each parameter the name of its entry."""
    matched = {name: name for name in shapes if name in names}
    others = [name for name in names if name not in shapes]
    modules = modules_of(name for name in others if isinstance(name, str))
    matched |= _recurrent(modules, [name for name in shapes if name not in matched])
    matched |= _attention(others, [name for name in shapes if name not in matched])
    modules = [module for module in modules if "attention" not in module.path.split(".")]
    plain = [module for module in modules if set(module.entries) <= {"weight", "bias"}]
    if _READOUT[0] in shapes and not any(name in matched for name in _READOUT):
        matched |= _readout(plain, embedded=_EMBEDDING[0] in shapes)
    if _EMBEDDING[0] in shapes and _EMBEDDING[0] not in matched:
        matched |= _embedding(plain)
    missing = [name for name in shapes if name not in matched]
    unknown = [name for name in others if name not in matched.values()]
    if missing or unknown:
        raise ValueError(
            f"weights must be exactly {validation.shown(list(shapes), 120)}, in modules of any "
            "names, such as lstm.weight_ih_l0 and head.weight; "
            f"missing {validation.shown(missing)}, unknown {validation.shown(unknown)}"
        )
    return matched


def modules_of(names: Iterable[str]) -> list[Module]:
    """Group entries by module, in their order."""
    modules: dict[str, Module] = {}
    for name in names:
        path, _, last = name.rpartition(".")
        modules.setdefault(path, Module(path, {})).entries[last] = name
    return list(modules.values())


def _recurrent(modules: list[Module], wanted: list[str]) -> dict[str, str]:
    """Match the recurrent weights: those of one module, or of one module per layer."""
    recurrent = [module for module in modules if any(map(_RECURRENT.fullmatch, module.entries))]
    found_layers = (_RECURRENT.fullmatch(name) for name in wanted)
    layers = 1 + max((int(each[2]) for each in found_layers if each), default=-1)
    one_each = len(recurrent) == layers and all(_is_one_layer(module) for module in recurrent)
    if len(recurrent) > 1 and not one_each:
        raise ValueError(
            f"weights must hold {layers} recurrent layer{'s' * (layers != 1)}, either all in one "
            f"module or each in its own, got {_paths(recurrent)}"
        )
    if len(recurrent) > 1 and recurrent != sorted(recurrent, key=natural):
        raise ValueError(
            "weights must show which layer comes first, by module names that sort in the order in "
            f"which they are listed, got {_paths(recurrent)}"
        )
    named = {
        f"{found[1]}_l{found[2] or 0 if len(recurrent) == 1 else number}{found[3] or ''}": name
        for number, module in enumerate(recurrent)
        for last, name in module.entries.items()
        if (found := _RECURRENT.fullmatch(last))
    }
    return {name: theirs for name, theirs in named.items() if name in wanted}


def _is_one_layer(module: Module) -> bool:
    found = [_RECURRENT.fullmatch(last) for last in module.entries]
    return {each[2] or "0" for each in found if each} == {"0"}


def _attention(names: list[Any], wanted: list[str]) -> dict[str, str]:
    """Match the weights of attention: by the end of their names."""
    return {
        own: name
        for own in wanted
        for name in names
        if own.startswith("attention.") and isinstance(name, str) and name.endswith(f".{own}")
    }


def _readout(plain: list[Module], embedded: bool) -> dict[str, str]:
    """Match weight and bias of the readout: the only module that has both."""
    found = [module for module in plain if "bias" in module.entries]
    if not found and not embedded:
        found = plain
    if len(found) > 1:
        raise ValueError(f"weights must have one module for the readout, got {_paths(found)}")
    return {f"readout.{last}": name for module in found for last, name in module.entries.items()}


def _embedding(plain: list[Module]) -> dict[str, str]:
    """Match the table of learned vectors: the only module that has no bias."""
    found = [module for module in plain if "bias" not in module.entries]
    if len(found) > 1:
        raise ValueError(f"weights must have one module for the embedding, got {_paths(found)}")
    return dict.fromkeys(_EMBEDDING, found[0].entries["weight"]) if found else {}


def natural(module: Module) -> list[tuple[bool, int, str]]:
    """Return a sort key with which `rnn10` comes after `rnn9`."""
    parts = re.split(r"(\d+)", module.path)
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]


def _paths(modules: Iterable[Module]) -> str:
    return validation.shown([module.path for module in modules], 120)
