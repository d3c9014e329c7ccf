"""Which recurrent networks a file holds, by PyTorch's names under any prefix.

`lstm.weight_ih_l0`, `encoder.rnn.weight_hh_l1_reverse`, `cells.0.weight_ih`: the last part of a
name says which parameter it is, the parts before it say which module. What kind of cell it is
follows from the rows: 1, 3 or 4 blocks of H are an RNN, a GRU or an LSTM.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rnnviz.engine.torch_names import Module, modules_of, natural
from rnnviz.weights.contents import Array, Contents, Found, Tensor, float_of, linears_of
from rnnviz.weights.errors import WeightsError, listed, named

_NAME = re.compile(r"(weight_ih|weight_hh|bias_ih|bias_hh|peephole)(?:_l(\d{1,3}))?(_reverse)?")
_LAST_NUMBER = re.compile(r"\d{1,3}(?=\D*\Z)")
_START = re.compile(r"(weight|bias)_(ih|hh|hr)")
_CELLS: dict[int, tuple[str, ...]] = {1: ("rnn", "relu"), 3: ("gru",), 4: ("lstm",)}
_QUANTISED = re.compile(r"_packed_params|_all_weight_values|(^|\.)(scale|zero_point)$")
#: Limits of what a file may hold, far beyond what can be shown, so that finding takes no long time.
MOST_TENSORS, MOST_CHARACTERS, MOST_LISTED = 5_000, 500, 100
#: How many problems are written out.
_PROBLEMS = 3
_FLOATS = ("float16", "float32", "float64")


def find(
    kind: str,
    tensors: tuple[Tensor, ...],
    arrays: Mapping[str, Array],
    experiment: str | None = None,
    notes: tuple[str, ...] = (),
) -> Contents:
    """Find the networks among tensors with PyTorch's names.

    Raises
    ------
    WeightsError
        If there is none, or none of which everything is there; says what was expected.
    """
    _check_names(tensors)
    by_name = {each.name: each for each in tensors}
    modules = sorted(modules_of(by_name), key=natural)
    found: list[Found] = []
    problems: list[str] = []
    for module in modules:
        if not any(map(_START.match, (*module.entries, module.path.rpartition(".")[2]))):
            continue
        try:
            found.append(_network(module, by_name, arrays))
        except WeightsError as problem:
            problems.append(str(problem))
    if len(problems) > _PROBLEMS:
        left = len(problems) - _PROBLEMS
        problems[_PROBLEMS:] = [f"{left:,} more of its modules can't be used."]
    if not found:
        raise WeightsError(" ".join(problems) or _nothing(list(by_name)))
    networks = [*_stacks(found), *found]
    if len(networks) > MOST_LISTED:
        left = len(networks) - MOST_LISTED
        notes = (*notes, f"Of its networks the first {MOST_LISTED:,} are listed, {left:,} are not.")
    plain = {
        module.entries["weight"]: module.entries.get("bias")
        for module in modules
        if "weight" in module.entries
    }
    return Contents(
        kind=kind,
        tensors=tensors,
        networks=tuple(networks[:MOST_LISTED]),
        arrays=arrays,
        linears=linears_of(plain, arrays),
        experiment=experiment,
        notes=(*notes, *(f"Left out: {problem}" for problem in problems)),
    )


def told(contents: Contents, about: Mapping[str, Any]) -> Contents:
    """Return the contents with the variant of the cell that a file of this app tells.

    Parameters
    ----------
    contents
    about
        `cell`, `reset` and `coupled` as in `Network`, unchecked: what does not fit the weights is
        ignored.
    """
    return replace(contents, networks=tuple(_as_told(each, about) for each in contents.networks))


def _as_told(found: Found, about: Mapping[str, Any]) -> Found:
    cell = about.get("cell")
    if cell == "lstm" and found.cells == _CELLS[3] and about.get("coupled") is True:
        return replace(found, cells=(cell,), coupled=True)
    if cell not in found.cells:
        return found
    before = cell == "gru" and about.get("reset") == "before"
    return replace(found, cells=(cell,), reset="before" if before else "after")


def _check_names(tensors: tuple[Tensor, ...]) -> None:
    if len(tensors) > MOST_TENSORS:
        raise WeightsError(
            f"A file of weights may hold {MOST_TENSORS:,} tensors here, got {len(tensors):,}."
        )
    longest = max((each.name for each in tensors), key=len, default="")
    if len(longest) > MOST_CHARACTERS:
        raise WeightsError(
            f"The name of a tensor may have {MOST_CHARACTERS} characters here, got "
            f"{len(longest):,}: {named(longest)}."
        )


def _nothing(names: list[str]) -> str:
    if any(map(_QUANTISED.search, names)):
        return (
            "There is no recurrent layer of plain numbers in this file, which seems to be of a "
            "quantised model: save the state_dict of the model before quantisation."
        )
    held = f"it holds {listed(names)}" if names else "it holds no tensors"
    return (
        "There is no recurrent layer in this file: names such as lstm.weight_ih_l0 and "
        f"lstm.weight_hh_l0 were expected, under any prefix, and {held}."
    )


def _network(module: Module, tensors: Mapping[str, Tensor], arrays: Mapping[str, Array]) -> Found:
    """Return the network of a module, all of its layers."""
    where = named(module.path) or "the file"
    parts = _parts(module, where)
    layers = 1 + max(layer for _, layer, _ in parts)
    ends = ["", "_reverse"] if any(reverse for *_, reverse in parts) else [""]
    kinds = {kind for kind, *_ in parts}
    both = [kind for kind in ("bias_ih", "bias_hh") if kinds & {"bias_ih", "bias_hh"}]
    more = ["peephole"] if "peephole" in kinds else []
    wanted = [
        (kind, layer, end)
        for layer in range(min(layers, len(parts)))
        for end in ends
        for kind in ("weight_ih", "weight_hh", *both, *more)
    ]
    missing = ["{}_l{}{}".format(*part) for part in wanted if part not in parts]
    if missing:
        raise WeightsError(f"In {where}, {listed(missing)} {_are(missing)} missing.")
    theirs = {f"{kind}_l{layer}{end}": name for (kind, layer, end), name in parts.items()}
    for name in theirs.values():
        _check_type(tensors[name])
    blocks, H = _blocks(tensors[theirs["weight_hh_l0"]])
    inputs = tensors[theirs["weight_ih_l0"]].shape
    D = inputs[1] if len(inputs) == 2 else 0
    for (kind, layer, _), name in parts.items():
        columns = {"weight_ih": D if layer == 0 else H * len(ends), "weight_hh": H}.get(kind)
        shape = (blocks * H,) if columns is None else (blocks * H, columns)
        if kind == "peephole":  # three rows i f o, or two where f follows i
            shape = (2 if blocks == 3 else 3, H)
        if tensors[name].shape != shape or 0 in shape:
            raise WeightsError(
                f"{named(name)} must have the shape {shape}, as {H:,} units "
                f"and {D:,} inputs need, got {tensors[name].shape}."
            )
    return Found(
        path=module.path,
        cells=_CELLS[blocks],
        layers=layers,
        hidden_size=H,
        input_size=D,
        dtype=float_of([arrays[name] for name in theirs.values()]),
        entries=theirs,
        bidirectional=len(ends) == 2,
        peephole=bool(more),
    )


def _parts(module: Module, where: str) -> dict[tuple[str, int, str], str]:
    """Return the entries of a module by parameter, layer and direction."""
    parts: dict[tuple[str, int, str], str] = {}
    if "parametrizations" in module.path.split("."):
        raise WeightsError(
            f"{where} is a parametrised weight: call torch.nn.utils.parametrize."
            "remove_parametrizations on it before saving, so that its weights stand in the file."
        )
    for last, name in module.entries.items():
        said = _NAME.fullmatch(last)
        if said:
            part = said[1], int(said[2] or 0), said[3] or ""
            if part in parts:
                raise WeightsError(f"{named(parts[part])} and {named(name)} are the same weights.")
            parts[part] = name
        elif last.startswith("weight_hr"):
            raise WeightsError(
                f"{named(name)} is a projection (proj_size), and the LSTM here has none: "
                "a network with proj_size=0 was expected."
            )
        elif _START.match(last):
            raise WeightsError(
                f"{named(name)} is not a name of PyTorch's nn.RNN, nn.GRU or nn.LSTM: "
                "weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 and so on were expected. "
                "If the weights are normalised or quantised, save the plain ones."
            )
    if not parts:
        raise WeightsError(f"In {where}, weight_ih_l0 and weight_hh_l0 are missing.")
    return parts


def _check_type(tensor: Tensor) -> None:
    if tensor.dtype not in _FLOATS:
        whole = tensor.dtype.startswith(("int", "uint", "bool"))
        advice = (
            "save the state_dict of the model before quantisation"
            if whole
            else "save model.float().state_dict()"
        )
        raise WeightsError(
            f"{named(tensor.name)} must be float32 or float64, got {named(tensor.dtype)}: {advice}."
        )


def _blocks(tensor: Tensor) -> tuple[int, int]:
    """Return how many blocks of rows the recurrent weights have, and the number of units H."""
    rows, H = tensor.shape if len(tensor.shape) == 2 else (0, 0)
    blocks = rows // H if H else 0
    if blocks not in _CELLS or rows != blocks * H:
        raise WeightsError(
            f"{named(tensor.name)} must have H columns and H, 3H or 4H rows, for an RNN, a GRU "
            f"or an LSTM, got the shape {tensor.shape}."
        )
    return blocks, H


def _stacks(found: Iterable[Found]) -> list[Found]:
    """Return what modules of one layer each make together: `cells.0`, `cells.1`, ..."""
    groups: dict[tuple[str, str], dict[int, Found]] = {}
    for network in found:
        number = _LAST_NUMBER.search(network.path)
        if number and network.layers == 1:
            around = network.path[: number.start()], network.path[number.end() :]
            groups.setdefault(around, {})[int(number[0])] = network
    stacks = []
    for group in groups.values():
        numbers = sorted(group)
        layers = [group[number] for number in numbers]
        in_order = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        if len(layers) > 1 and in_order and _chain(layers):
            stacks.append(_stacked(layers))
    return stacks


def _chain(layers: list[Found]) -> bool:
    """Tell whether each layer can read what the one before puts out."""
    first = layers[0]
    return all(
        (each.cells, each.hidden_size, each.bidirectional, each.peephole, each.input_size)
        == (first.cells, first.hidden_size, first.bidirectional, first.peephole, first.output_size)
        for each in layers[1:]
    )


def _stacked(layers: list[Found]) -> Found:
    entries = {
        name.replace("_l0", f"_l{at}"): theirs
        for at, layer in enumerate(layers)
        for name, theirs in layer.entries.items()
    }
    wide = any(each.dtype == "float64" for each in layers)
    return replace(
        layers[0],
        path=f"{layers[0].path} to {layers[-1].path}",
        layers=len(layers),
        entries=entries,
        dtype="float64" if wide else "float32",
    )


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
