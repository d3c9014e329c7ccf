"""From the contents of a file to a network: what is in it, what was assumed, what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rnnviz.engine import Network, spec_of
from rnnviz.engine.validation import shown
from rnnviz.tasks.task import Task
from rnnviz.training import RunConfig
from rnnviz.training.config import FIELD
from rnnviz.weights.contents import Array, Choice, Contents, Found
from rnnviz.weights.errors import WeightsError, listed, named

#: What of a network is a setting of its run; the task says the rest.
_OF_A_RUN = ("cell", "hidden_size", "layers", "reset", "bidirectional", "dtype")


@dataclass(frozen=True, eq=False)
class Model:
    """A network from a file, complete and checked, but not yet built.

    Parameters
    ----------
    cell, layers, hidden_size, input_size, output_size, bidirectional, reset, embedding_size, dtype
        As the arguments of `Network`; `output_size` is 0 where there is no readout. With an
        embedding, `input_size` is the number of symbols.
    parameters : mapping of name to array
        All weights by PyTorch's names (`weight_ih_l0`, ..., `readout.weight`), in `dtype`.
    sentences
        What was found, what was assumed, and what was left out. They may hold names from the file.
    """

    cell: str
    layers: int
    hidden_size: int
    input_size: int
    output_size: int
    bidirectional: bool
    reset: str
    embedding_size: int | None
    dtype: str
    parameters: Mapping[str, Array] = field(repr=False)
    sentences: tuple[str, ...] = ()
    peephole: bool = False
    coupled: bool = False

    def config(self, task: Task, **settings: Any) -> RunConfig:
        """Return the settings of a run that begins with these weights.

        Parameters
        ----------
        task
            Must have the sizes of this network.
        **settings
            Others of the run, such as `learning_rate`.

        Raises
        ------
        WeightsError
            If the task's inputs or outputs do not fit, or no run can have such a network.
        """
        self._check_task(task)
        if self.peephole or self.coupled:
            raise WeightsError(
                "A run's LSTM has neither peepholes nor coupled gates, and this network has: "
                "use Model.network() in a notebook."
            )
        own = {name: getattr(self, name) for name in _OF_A_RUN}
        try:
            return RunConfig(**{**settings, "task": task.key, **own})
        except (TypeError, ValueError) as refusal:
            raise WeightsError(f"{refusal}.") from None

    def network(self) -> Network:
        """Return the network, with its weights.

        Raises
        ------
        WeightsError
            If it has sizes that no network can have.
        """
        try:
            network = Network(
                cell=self.cell,
                input_size=self.input_size,
                hidden_size=self.hidden_size,
                output_size=self.output_size,
                layers=self.layers,
                dtype=self.dtype,
                embedding_size=self.embedding_size,
                peephole=self.peephole,
                coupled=self.coupled,
                reset=self.reset,
                bidirectional=self.bidirectional,
            )
            network.load_torch(self.parameters)
        except ValueError as refusal:
            raise WeightsError(f"{refusal}.") from None
        return network

    def _check_task(self, task: Task) -> None:
        ours = {"inputs": self.input_size, "outputs": self.output_size}
        theirs = {"inputs": task.input_size, "outputs": len(task.output_labels)}
        if (self.embedding_size is None) != (task.embedding_size is None):
            needs = "numbers" if self.embedding_size is None else "symbols for its embedding"
            raise WeightsError(f"This network reads {needs}, and {task.title} gives it others.")
        for what, count in ours.items():
            if count != theirs[what]:
                raise WeightsError(
                    f"This network has {count:,} {what}, and {task.title} has {theirs[what]:,}."
                )


def build(
    contents: Contents,
    network: int = 0,
    readout: str | None = "guess",
    embedding: str | None = "guess",
    cell: str | None = None,
) -> Model:
    """Make a model of one network of a file.

    Parameters
    ----------
    contents
        What `read` returned.
    network
        Its index in `contents.networks`.
    readout, embedding
        Name of the weights (`head.weight`, as in `contents.readouts`), None for none, or
        `"guess"` for the likeliest one that fits.
    cell
        Which of `contents.networks[network].cells` it is; None for the likeliest.

    Raises
    ------
    WeightsError
        If a choice does not fit, a number is not finite, or the network is larger than a run can
        have.
    """
    found = _chosen_network(contents, network)
    kind = _chosen_cell(found, cell)
    _check_sizes(found)
    table = _chosen("embedding", embedding, contents.embeddings_of(network))
    out = _chosen("readout", readout, contents.readouts_of(network))
    if out is not None and out == table and readout == "guess":
        out = None
    parameters = _recurrent(found, contents.arrays)
    if table is not None:
        parameters["embedding.weight"] = _finite(table.name, contents.arrays, found.dtype)
    if out is not None:
        parameters |= _readout(out, contents, found.dtype)
    return Model(
        cell=kind,
        layers=found.layers,
        hidden_size=found.hidden_size,
        input_size=found.input_size if table is None else table.shape[0],
        output_size=0 if out is None else out.shape[0],
        bidirectional=found.bidirectional,
        reset=found.reset,
        embedding_size=None if table is None else found.input_size,
        dtype=found.dtype,
        parameters=parameters,
        sentences=_sentences(contents, network, kind, out, table),
        peephole=found.peephole,
        coupled=found.coupled,
    )


def _chosen_network(contents: Contents, network: int) -> Found:
    count = len(contents.networks)
    if isinstance(network, bool) or not isinstance(network, int) or not 0 <= network < count:
        raise WeightsError(f"network must be 0..{count - 1}, got {shown(network)}.")
    return contents.networks[network]


def _chosen_cell(found: Found, cell: str | None) -> str:
    if cell is None:
        return found.cell
    if cell not in found.cells:
        rows = "the file says so" if len(found.cells) > 1 else "its weights have the rows of one"
        raise WeightsError(
            f"{named(found.path) or 'The network'} must be {' or '.join(found.cells)}: {rows}. "
            f"Got {shown(cell)}."
        )
    return cell


def _check_sizes(found: Found) -> None:
    """Refuse sizes that no run can have, before anything is allocated."""
    for name, label in (("layers", "layers"), ("hidden_size", "hidden units")):
        most, size = FIELD[name].high, getattr(found, name)
        if most is not None and size > most:
            raise WeightsError(
                f"{named(found.path) or 'This network'} has {size:,} {label}, and a network here "
                f"has at most {most:,.0f}."
            )


def _chosen(what: str, name: str | None, choices: tuple[Choice, ...]) -> Choice | None:
    if name is None:
        return None
    if name == "guess":
        return choices[0] if choices else None
    for choice in choices:
        if choice.name == name:
            return choice
    fitting = listed([choice.name for choice in choices]) if choices else "there is none"
    raise WeightsError(f"The {what} must be a matrix that fits ({fitting}), got {shown(name)}.")


def _recurrent(found: Found, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return the weights of the layers, with zeros for a bias that the file does not have."""
    weights = {name: _finite(theirs, arrays, found.dtype) for name, theirs in found.entries.items()}
    for name in list(weights):
        if name.startswith("weight_ih"):
            for bias in ("bias_ih", "bias_hh"):
                zeros = np.zeros(len(weights[name]), found.dtype)
                weights.setdefault(name.replace("weight_ih", bias), zeros)
    return weights


def _readout(choice: Choice, contents: Contents, dtype: str) -> dict[str, Array]:
    weight = _finite(choice.name, contents.arrays, dtype)
    bias = contents.linears[choice]
    if bias is None:
        return {"readout.weight": weight, "readout.bias": np.zeros(len(weight), dtype)}
    values = _finite(bias, contents.arrays, dtype)
    if values.shape != (len(weight),):
        raise WeightsError(
            f"{named(bias)} must have the shape {(len(weight),)}, got {values.shape}."
        )
    return {"readout.weight": weight, "readout.bias": values}


def _finite(name: str, arrays: Mapping[str, Array], dtype: str) -> Array:
    """Return a copy of an array, in the precision of the network."""
    if name not in arrays:
        raise WeightsError(f"{named(name)} must be float32 or float64.")
    with np.errstate(over="ignore"):
        values: Array = np.array(arrays[name], dtype=dtype, order="C")
    wrong = int(values.size - np.count_nonzero(np.isfinite(values)))
    if wrong:
        raise WeightsError(
            f"{named(name)} must be finite, and {wrong:,} of its {values.size:,} numbers are NaN "
            f"or infinite in {dtype}."
        )
    return values


def _sentences(
    contents: Contents, network: int, cell: str, out: Choice | None, table: Choice | None
) -> tuple[str, ...]:
    """Say what was found, what was assumed, and what was left out."""
    found = contents.networks[network]
    said = [f"Found {found.label}."]
    if len(found.cells) > 1:
        said.append(
            f"The file does not say whether it is tanh or ReLU: {spec_of(cell).label} is assumed."
        )
    biases = [name for name in found.entries if name.startswith("bias_")]
    if not biases:
        said.append("It has no biases: they are 0 here.")
    if any(contents.arrays[name].dtype == np.float16 for name in found.entries.values()):
        said.append(f"Its numbers are float16; it computes with them in {found.dtype}.")
    if found.reset == "before":
        said.append("Its reset gate acts before the recurrent product.")
    if table is not None:
        said.append(
            f"{named(table.name)} is taken as its embedding: {table.shape[0]:,} symbols, a vector "
            f"of {table.shape[1]:,} each."
        )
    if out is None:
        said.append("Without a readout: gates and states can be shown, outputs and loss cannot.")
    else:
        said.append(
            f"{named(out.name)} is taken as its linear readout, at every step: "
            f"{out.shape[0]:,} outputs."
        )
    left = _left_out(contents, found, out, table)
    if left:
        said.append(f"Left out: {listed(left)}.")
    return (*said, *found.notes, *contents.notes)


def _left_out(
    contents: Contents, found: Found, out: Choice | None, table: Choice | None
) -> list[str]:
    used = {*found.entries.values(), *(each.name for each in (out, table) if each is not None)}
    if out is not None and (bias := contents.linears[out]) is not None:
        used.add(bias)
    return [each.name for each in contents.tensors if each.name not in used]
