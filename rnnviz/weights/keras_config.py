"""The settings of a Keras model, `config.json`, read as data: its layers, and who feeds whom.

Keras itself is not needed, and nothing that the file names is imported or called. What a layer's
settings mean for the network that is shown is in keras_layers.py.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rnnviz.weights.errors import WeightsError, named

#: Most bytes of a file of settings: a model of a hundred layers has a tenth of it.
MOST_BYTES = 1_000_000
#: Most layers, models inside each other, and brackets inside each other.
MOST_LAYERS, MOST_DEPTH, MOST_BRACKETS = 1_000, 8, 100
#: Most characters of a name.
MOST_NAME = 200

_MODELS = ("Sequential", "Functional", "Model")
#: What a layer is given besides what it works on.
_NOT_INPUTS = ("mask", "training")


@dataclass(frozen=True)
class Layer:
    """A layer as the file describes it.

    Parameters
    ----------
    kind
        Its class, such as `"LSTM"`.
    name
        The user's name for it, or the one that Keras made.
    config
        Its settings.
    group
        Where `model.weights.h5` has its weights.
    inputs
        Names of the layers that feed it, in their order; `"lstm, output 1"` is a state that a layer
        returns besides its output.
    shared
        Whether it is used at several places of the model.
    """

    kind: str
    name: str
    config: Mapping[str, Any] = field(repr=False)
    group: str
    inputs: tuple[str, ...]
    shared: bool = False


def parsed(text: str | bytes) -> dict[str, Any]:
    """Return the settings in a text of JSON.

    Raises
    ------
    WeightsError
        If it is too long, or is no JSON object.
    """
    if len(text) > MOST_BYTES:
        raise WeightsError(
            f"The settings of a model may have {MOST_BYTES:,} characters here, got {len(text):,}."
        )
    try:
        settings = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except WeightsError:
        raise
    except (ValueError, RecursionError):
        raise WeightsError("The settings of this model are not JSON.") from None
    if not isinstance(settings, dict):
        raise WeightsError("The settings of this model must be a JSON object.")
    _check_depth(settings)
    return settings


def _check_depth(settings: dict[str, Any]) -> None:
    """Refuse what would go too deep for functions that call themselves."""
    inside: list[Any] = [settings]
    for _ in range(MOST_BRACKETS):
        each = [value for value in inside if isinstance(value, (dict, list))]
        inside = [
            value
            for outer in each
            for value in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not inside:
            return
    raise WeightsError(
        f"The settings of this model have more than {MOST_BRACKETS} brackets inside each other."
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        name = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise WeightsError(f"{named(name)} is twice in one object of the model's settings.")
    return found


def _no_number(text: str) -> float:
    raise WeightsError(f"The settings of this model have {text} where a number was expected.")


def layers_of(model: Mapping[str, Any]) -> list[Layer] | None:
    """Return the layers of a model in their order, those of models inside it in their place.

    None if it is a class of the user's own, whose settings say nothing about its layers.

    Raises
    ------
    WeightsError
        If the settings are not those of a model, or hold code.
    """
    if "class_name" not in model:
        raise WeightsError("The settings of this model do not say of which class it is.")
    if model["class_name"] not in _MODELS or not _is_keras(model):
        refuse_code(model)
        return None
    layers = list(_layers(model, "", "", 0))
    names = [layer.name for layer in layers]
    if len(set(names)) < len(names):
        name = Counter(names).most_common(1)[0][0]
        raise WeightsError(f"Two layers of this model are called {named(name)}.")
    return layers


def refuse_code(value: Any) -> None:
    """Refuse settings that hold code: a Lambda layer, or a function written in Python.

    Raises
    ------
    WeightsError
        If there is any.
    """
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            if each.get("class_name") in ("Lambda", "__lambda__"):
                config = each.get("config")
                name = config.get("name") if isinstance(config, dict) else None
                raise WeightsError(
                    f"This model has a Lambda layer{f', {named(name)}' if name else ''}: code of "
                    "its author, which is not executed here. Leave it out of the model, or save "
                    "the recurrent layers in a model of their own."
                )
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _layers(model: Mapping[str, Any], before: str, group: str, depth: int) -> Iterator[Layer]:
    """Yield the layers of a model; `before` is the layer that feeds it, `group` where it lies."""
    if depth > MOST_DEPTH:
        raise WeightsError(f"There are more than {MOST_DEPTH} models inside each other.")
    settings = _dict(model.get("config"), "The settings of a model")
    entries = settings.get("layers")
    if not isinstance(entries, list) or len(entries) > MOST_LAYERS:
        raise WeightsError(f"A model must have a list of 1..{MOST_LAYERS:,} layers.")
    used: Counter[str] = Counter()
    in_order = model["class_name"] == "Sequential"
    last: tuple[str, ...] = (before,) if before else ()
    inside: dict[str, str] = {}
    for entry in entries:
        layer = _layer(entry, used, group, last if in_order else None)
        if layer.kind in _MODELS and _is_keras(entry):
            # What comes after a model inside is fed by the last layer of it.
            first = tuple(inside.get(name, name) for name in layer.inputs)
            found = list(
                _layers(entry, first[0] if len(first) == 1 else "", layer.group, depth + 1)
            )
            yield from found
            inside[layer.name] = _output(entry, found, layer.name)
            last = (inside[layer.name],)
            continue
        refuse_code(entry)
        inputs = tuple(inside.get(name, name) for name in layer.inputs)
        if layer.kind == "InputLayer" and before and not inputs:
            inputs = (before,)
        yield Layer(layer.kind, layer.name, layer.config, layer.group, inputs, layer.shared)
        last = (layer.name,)


def _output(model: Mapping[str, Any], found: list[Layer], name: str) -> str:
    """Return which layer of a model inside puts out what it puts out; `name` if that is none."""
    if model["class_name"] == "Sequential":
        return found[-1].name if found else name
    last = list(_feeding(model["config"].get("output_layers")))
    return last[0] if len(last) == 1 else name


def _layer(entry: Any, used: Counter[str], group: str, before: tuple[str, ...] | None) -> Layer:
    """Return a layer; `before` is what feeds it in a model of layers in a row."""
    entry = _dict(entry, "A layer")
    config = _dict(entry.get("config"), "The settings of a layer")
    kind = entry.get("class_name")
    name = config.get("name", entry.get("name"))
    if not isinstance(kind, str) or not isinstance(name, str):
        raise WeightsError("A layer of this model has no class or no name.")
    if len(name) > MOST_NAME or len(kind) > MOST_NAME:
        raise WeightsError(
            f"The name of a layer may have {MOST_NAME} characters here, got {named(name)}."
        )
    snake = _snake(kind)
    number = used[snake]
    used[snake] += 1
    place = f"{group}/layers/" if group else "layers/"
    place += snake if number == 0 else f"{snake}_{number}"
    if not _is_keras(entry):
        kind = f"{kind} (not of Keras)"
    if before is not None:
        return Layer(kind, name, config, place, before)
    nodes = entry.get("inbound_nodes", [])
    nodes = nodes if isinstance(nodes, list) else []
    inputs = tuple(_feeding(nodes[0])) if nodes else ()
    return Layer(kind, name, config, place, inputs, shared=len(nodes) > 1)


def inside(entry: Any, layer: Layer) -> Layer:
    """Return the layer or cell inside a layer, such as the LSTM of a Bidirectional.

    Its group is the name of its class in files.
    """
    entry = _dict(entry, f"What is inside {named(layer.name)}")
    config = _dict(entry.get("config"), f"The settings of what is inside {named(layer.name)}")
    kind = str(entry.get("class_name"))
    if not _is_keras(entry):
        kind = f"{kind} (not of Keras)"
    return Layer(kind, layer.name, config, _snake(kind), ())


def _feeding(node: Any) -> Iterator[str]:
    """Yield the names of the layers of which a node takes the outputs."""
    if isinstance(node, dict):
        history = node.get("keras_history")
        yield from _feeding(history)
        for name, value in node.items():
            if name not in (*_NOT_INPUTS, "keras_history"):
                yield from _feeding(value)
    elif isinstance(node, list) and len(node) in (3, 4) and isinstance(node[0], str):
        # A name, its use, which of its outputs, and in Keras 2 further arguments.
        name, _, output, *more = node
        yield f"{name}, output {output}" if output else name
        yield from _feeding(more)
    elif isinstance(node, list):
        for value in node:
            yield from _feeding(value)


def _is_keras(entry: Mapping[str, Any]) -> bool:
    """Tell whether a class is Keras's own, and not one of the same name by someone else."""
    module, registered = entry.get("module"), entry.get("registered_name")
    names = (None, entry.get("class_name"))
    return (
        module is None
        or re.fullmatch(r"(keras|tf_keras|tensorflow)(\..+)?", str(module)) is not None
    ) and registered in names


def _snake(kind: str) -> str:
    """Return the name of a class as Keras writes it in files: SimpleRNN is simple_rnn."""
    text = re.sub(r"\W+", "", kind)
    text = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", text)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", text).lower()


def _dict(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WeightsError(f"{what} must be a JSON object.")
    return value
