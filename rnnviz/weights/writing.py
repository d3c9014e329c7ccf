"""Take a network along: as safetensors with PyTorch's names, and as the code that rebuilds it."""

from __future__ import annotations

import json

import numpy as np
from safetensors.numpy import save

from rnnviz.engine import Network
from rnnviz.training import Trainer
from rnnviz.weights.errors import WeightsError
from rnnviz.weights.safetensors_file import EXPERIMENT, MOST_HEADER, VARIANT

_MODULES = {"rnn": "RNN", "relu": "RNN", "gru": "GRU", "lstm": "LSTM"}
#: The module of the recurrent layers in the file, and in the code.
_RECURRENT = "rnn"


def write_safetensors(run: Trainer | Network, link: str | None = None) -> bytes:
    """Return the weights of a run as safetensors, by PyTorch's names: `rnn.weight_ih_l0`.

    Parameters
    ----------
    run
        Its weights as they are now, without interventions.
    link
        Of the experiment, for the metadata: where the file is opened again, so is the experiment.

    Raises
    ------
    WeightsError
        If the link is longer than a header may be.
    """
    network = run if isinstance(run, Network) else run.network
    architecture = network.architecture
    variant = {
        "cell": network.cell,
        "reset": architecture.reset,
        "coupled": architecture.coupled,
    }
    metadata = {"format": "pt", VARIANT: json.dumps(variant)}
    if link is not None:
        metadata[EXPERIMENT] = link
    tensors = {
        _theirs(name): np.ascontiguousarray(values) for name, values in network.parameters.items()
    }
    data: bytes = save(tensors, metadata)
    header = int.from_bytes(data[:8], "little")
    if header > MOST_HEADER:
        raise WeightsError(
            f"The link of this experiment has {len(link or ''):,} characters, and the metadata of "
            f"a file of weights has room for {MOST_HEADER:,}: write it without, or save the "
            "experiment as a file of its own."
        )
    return data


def torch_code(network: Network, filename: str) -> str:
    """Return about ten lines of PyTorch that rebuild a network from its safetensors file.

    Parameters
    ----------
    network
        Without interventions.
    filename
        Of what `write_safetensors` returned.

    Raises
    ------
    WeightsError
        If PyTorch has no module that computes the same.
    """
    architecture, kind = network.architecture, _module_of(network)
    parts = {}
    if architecture.ids:
        parts["embedding"] = f"nn.Embedding({network.input_size}, {architecture.features})"
    settings = [str(architecture.features), str(network.hidden_size)]
    if architecture.layers > 1:
        settings.append(f"num_layers={architecture.layers}")
    if network.cell == "relu":
        settings.append('nonlinearity="relu"')
    if architecture.bidirectional:
        settings.append("bidirectional=True")
    parts[_RECURRENT] = f"nn.{kind}({', '.join(settings)})"
    if architecture.has_readout:
        parts["readout"] = f"nn.Linear({architecture.seen}, {network.output_size})"
    seen = 'model["embedding"](x)' if architecture.ids else "x"
    given = "(T, B) of int" if architecture.ids else f"(T, B, {network.input_size})"
    result = 'model["readout"](states)' if architecture.has_readout else "states"
    lines = [
        "from safetensors.torch import load_file",
        "from torch import nn",
        "",
        "model = nn.ModuleDict({",
        *(f'    "{name}": {part},' for name, part in parts.items()),
        "})" + (".double()" if network.dtype == np.float64 else ""),
        f"model.load_state_dict(load_file({filename!r}))",
        "",
        f"def run(x):  # {given}",
        f'    states, _ = model["{_RECURRENT}"]({seen})',
        f"    return {result}",
    ]
    return "\n".join(lines) + "\n"


def _module_of(network: Network) -> str:
    """Return the name of PyTorch's module that computes what the layers do."""
    architecture = network.architecture
    without = {
        "an LSTM with peepholes": architecture.peephole,
        "an LSTM with coupled gates": architecture.coupled,
        "a GRU whose reset gate acts before the recurrent product": architecture.reset == "before",
        "attention in the readout": architecture.attends,
        "a network without recurrence that sees a window of inputs": network.cell not in _MODULES,
    }
    for what, is_so in without.items():
        if is_so:
            raise WeightsError(f"PyTorch has no module for {what}: no code can be given.")
    return _MODULES[network.cell]


def _theirs(name: str) -> str:
    """Return a name as a model has it whose recurrent module is called `rnn`."""
    return name if "." in name else f"{_RECURRENT}.{name}"
