"""The weights of each gate, and the gradient of the loss w.r.t. them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from rnnviz import engine
from rnnviz.engine import Network
from rnnviz.numbers import number
from rnnviz.recording.trace import Array


@dataclass(frozen=True)
class GateWeights:
    """The incoming weights of each unit of a layer, for each gate; or the gradient w.r.t. them.

    Parameters
    ----------
    sources : tuple of str, length S
        What the columns belong to: `x0 biceps` an input, `h3` a hidden unit at the previous step
        (if the cell has a memory), and the two biases. All different.
    gates : mapping of letter to array, (H, S)
        For a cell without gates there is one entry, `h`.
    """

    sources: tuple[str, ...]
    gates: Mapping[str, Array]

    @property
    def bound(self) -> float:
        """Largest finite magnitude among all gates; 1 if all are 0."""
        return max((_largest(block) for block in self.gates.values()), default=0.0) or 1.0

    def bound_of(self, letter: str) -> float:
        """Largest finite magnitude of one gate; 1 if all are 0."""
        return _largest(self.gates[letter]) or 1.0


#: What is said of a gradient that can't be shown.
NO_NUMBER = "The gradient is not a finite number."


def _largest(block: Array) -> float:
    return float(np.abs(block[np.isfinite(block)]).max(initial=0.0))


def gate_weights(
    network: Network, values: Mapping[str, Array], layer: int, input_names: Sequence[str]
) -> GateWeights:
    """Split the parameters of a layer, or their gradients, by gate.

    Parameters
    ----------
    network
        Its architecture says how the rows are stacked.
    values : mapping of name to array
        `network.parameters`, or `Record.gradients`.
    layer
        From the input up, 0 first.
    input_names : sequence of str
        Names of the network's inputs; the inputs of upper layers are the units below.
    """
    end = network.architecture.suffix(layer)
    blocks = [values[f"weight_ih{end}"]]
    names = _input_names(blocks[0].shape[1], network, layer, input_names)
    if (recurrent := values.get(f"weight_hh{end}")) is not None:
        blocks.append(recurrent)
        names += [f"h{unit}" for unit in range(network.hidden_size)]
    for bias, name in (("bias_ih", "bias of x"), ("bias_hh", "bias of h")):
        if (column := values.get(f"{bias}{end}")) is not None:
            blocks.append(column[:, None])
            names.append(name)
    letters = network.architecture.cell_type.weight_gates or "h"
    rows = np.split(np.hstack(blocks), len(letters))
    return GateWeights(tuple(names), dict(zip(letters, rows, strict=True)))


def weights_sentence(
    weights: GateWeights, gradients: GateWeights, label: Callable[[str], str]
) -> str:
    """Say which weight or bias is largest in magnitude, and which gate's gradient is.

    Parameters
    ----------
    label
        What a letter is called, such as "forget gate".
    """
    if not all(np.isfinite(block).all() for block in weights.gates.values()):
        return "Not all weights are finite numbers: training has diverged. They stay blank."
    letter = max(weights.gates, key=lambda each: float(np.abs(weights.gates[each]).max()))
    block = weights.gates[letter]
    unit, source = np.unravel_index(int(np.abs(block).argmax()), block.shape)
    largest = (
        f"The largest weight, in magnitude, is {number(block[unit, source])}: {label(letter)}, "
        f"unit {unit}, {_from(weights.sources[source])}."
    )
    norms = {each: engine.norm(g.ravel()) for each, g in gradients.gates.items()}
    if not np.isfinite(list(norms.values())).all():
        return f"{largest} {NO_NUMBER}"
    first, last = max(norms, key=norms.__getitem__), min(norms, key=norms.__getitem__)
    if norms[first] == 0.0:
        return f"{largest} The gradient is exactly zero."
    if first == last:
        return f"{largest} The gradient has the norm {number(norms[first])}."
    return (
        f"{largest} The gradient is largest for the {label(first)} (norm {number(norms[first])}), "
        f"smallest for the {label(last)} ({number(norms[last])})."
    )


def _from(source: str) -> str:
    return f"the {source}" if source.startswith("bias") else f"from {source}"


def weights_table(
    weights: GateWeights, gradients: GateWeights, label: Callable[[str], str]
) -> pd.DataFrame:
    """Write both in long form: `gate`, `unit`, `from`, `weight`, `gradient`."""
    index = pd.MultiIndex.from_product(
        [
            [label(letter) for letter in weights.gates],
            range(len(next(iter(weights.gates.values())))),
            weights.sources,
        ],
        names=["gate", "unit", "from"],
    )
    columns = {
        name: np.concatenate([block.ravel() for block in cut.gates.values()])
        for name, cut in (("weight", weights), ("gradient", gradients))
    }
    return pd.DataFrame(columns, index=index).reset_index()


def _input_names(count: int, network: Network, layer: int, input_names: Sequence[str]) -> list[str]:
    """Name the inputs of a layer by number, and by their meaning if it is known."""
    if layer or network.architecture.ids:
        return [f"x{place}" for place in range(count)]
    window = network.architecture.window
    late = [window - 1 - step for step in range(window) for _ in input_names]
    return [
        f"x{place} {name}" + (f", {steps} before" if steps else "")
        for place, (name, steps) in enumerate(zip([*input_names] * window, late, strict=True))
    ]
