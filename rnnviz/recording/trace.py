"""Trace: everything that the network computed on the probe at one iteration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.engine import (
    Answering,
    AttentionTrace,
    CellSpec,
    Intervention,
    LayerTrace,
    spec_of,
)
from rnnviz.engine.architecture import layer_names

Array = NDArray[np.floating]
#: What there is of each time step: an array, or a tuple.
Steps = TypeVar("Steps", NDArray[np.bool_], tuple[str, ...], tuple[int, ...])


@dataclass(frozen=True)
class Trace:
    """Everything that the network computed on the probe at one iteration.

    Parameters
    ----------
    iteration
        Number of updates of the weights before this trace.
    cell
        `"rnn"`, `"relu"`, `"gru"`, `"lstm"` or `"mlp"`.
    input_labels, target_labels : tuple of str, length T
        What a person reads for the input and the target of each time step; `""` where a step has
        no target.
    output_labels : tuple of str, length K
        Names of the outputs; empty when the outputs are numbers and not classes.
    scored : array of bool, (T,)
        Which time steps count in the loss.
    inputs : array, (T, D)
    targets : array, (T,) int or (T, K) float
    outputs : array, (T, K)
        Logits, or predicted values.
    probabilities : array, (T, K), or None
        Softmax of `outputs`; None when the outputs are numbers and not classes.
    loss
        Mean over the scored steps, in nats for classes; NaN where no step is scored.
    d_x : array, (T, D), or None
        Derivative of that loss by the inputs; like all gradients, None where there is no loss.
    layers : tuple of LayerTrace
        From the input up. `gates`, `h`, `c`, `d_h`, `d_c` of the trace are those of the top layer,
        `layers[top]`.
    weights : array, (P,)
        All parameters in one vector, as in `Network.flat`.
    interventions : tuple of Hold, Silence or ShiftForgetBias
        Interventions on the network when this was computed.
    truncate
        Truncation length of backpropagation through time; None means the whole sequence.
    attending : AttentionTrace or None
        What attention computed: scores, weights and sums, and their gradients; None without
        attention. `attention` is its weights.
    update : array, (P,), or None
        How the iteration that led here changed the weights; None if this was not recorded, as
        before the first iteration.
    counted : array of bool, (T,), or None
        Which of the scored time steps the accuracy counts: those whose target can be known,
        according to the task. None means all of them.
    scale
        Mean and standard deviation with which numbers were scaled before the network saw them, if
        inputs, targets and outputs are numbers: `unscale` undoes it.
    answering : Answering or None
        From which time step on the sequence answers what was read before.
    reset
        Variant of a GRU: its reset gate acts `"after"` the recurrent product, or `"before"` it.
    bidirectional
        Whether each layer also reads the sequence backward. Each direction is then a layer of its
        own, forward first, and a backward one counts in its own time: its step 0 is the last input.
        The top layer is the forward one. Inputs, targets and outputs are in the order of reading.

    Everything else can be computed again from the weights, interventions and truncation:
    `Trainer.network_of`.
    """

    iteration: int
    cell: str
    input_labels: tuple[str, ...]
    target_labels: tuple[str, ...]
    output_labels: tuple[str, ...]
    scored: NDArray[np.bool_]
    inputs: Array
    targets: NDArray[np.generic]
    outputs: Array
    probabilities: Array | None
    loss: float
    d_x: Array | None
    layers: tuple[LayerTrace, ...]
    weights: Array
    interventions: tuple[Intervention, ...] = ()
    truncate: int | None = None
    attending: AttentionTrace | None = None
    update: Array | None = None
    counted: NDArray[np.bool_] | None = None
    scale: tuple[float, float] = (0.0, 1.0)
    answering: Answering | None = None
    bidirectional: bool = False
    reset: str = "after"

    @property
    def spec(self) -> CellSpec:
        """The description of the cell, in the variant that it has."""
        return spec_of(self.cell, self.reset)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """What a person calls each layer: `layer 1`, or `layer 1, backward`."""
        return layer_names(len(self.layers), self.bidirectional)

    @property
    def top(self) -> int:
        """Number of the top layer; of two directions the forward one."""
        return len(self.layers) - (2 if self.bidirectional else 1)

    def number_of(self, layer: int) -> int:
        """Return the number of a layer, counted from the input up; -1 means the top one."""
        return self.top if layer == -1 else range(len(self.layers))[layer]

    def is_top(self, layer: int) -> bool:
        """Tell whether the readout sees a layer: the top one, in both directions."""
        return self.number_of(layer) >= self.top

    def is_backward(self, layer: int) -> bool:
        """Tell whether a layer reads the sequence from its end."""
        return self.bidirectional and self.number_of(layer) % 2 == 1

    def in_time_of(self, layer: int, values: Steps) -> Steps:
        """Return what there is of each time step in the order in which a layer reads it.

        Parameters
        ----------
        layer
        values : array or tuple, length T
            Such as `scored` or `input_labels`.
        """
        return values[::-1] if self.is_backward(layer) else values

    def unscale(self, numbers: NDArray[np.generic]) -> NDArray[np.float64]:
        """Return numbers that the network saw or predicted, in the units of the data."""
        mean, deviation = self.scale
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(numbers, dtype=np.float64) * deviation + mean

    @property
    def has_gradients(self) -> bool:
        """Whether there is a loss, and so a gradient; if not, `d_h` and all others are None."""
        return self.layers[-1].d_h is not None

    @property
    def steps(self) -> int:
        """Number of time steps T."""
        return len(self.inputs)

    @property
    def hidden_size(self) -> int:
        """Number of hidden units H of a layer."""
        return int(self.h.shape[1])

    @property
    def attention(self) -> Array | None:
        """Weights of attention, (T, T): row t over the steps that step t looked at, or None."""
        return None if self.attending is None else self.attending.weights

    @property
    def gates(self) -> Mapping[str, Array]:
        """Gates of the top layer, letter -> array (T, H)."""
        return self.layers[self.top].gates

    @property
    def h(self) -> Array:
        """Hidden state of the top layer, (T, H)."""
        return self.layers[self.top].h

    @property
    def c(self) -> Array | None:
        """Cell state of the top layer, (T, H), or None."""
        return self.layers[self.top].c

    @property
    def d_h(self) -> Array | None:
        """Per-step gradient w.r.t. the hidden state of the top layer, (T, H), or None."""
        return self.layers[self.top].d_h

    @property
    def d_c(self) -> Array | None:
        """Per-step gradient w.r.t. the cell state of the top layer, (T, H), or None."""
        return self.layers[self.top].d_c

    @cached_property
    def nbytes(self) -> int:
        """Bytes held by the arrays; an array that appears twice counts once."""
        return sum({id(array): array.nbytes for array in self._arrays()}.values())

    def frame(self) -> pd.DataFrame:
        """Return the layers' quantities in long form.

        Returns
        -------
        pandas.DataFrame
            Columns `layer`, `quantity` (its letter), `time_step`, `unit`, `value`.
        """
        parts = [
            _long(layer, letter, values)
            for layer, of_layer in enumerate(self.layers)
            for letter, values in of_layer.quantities().items()
        ]
        return pd.concat(parts, ignore_index=True)

    def _arrays(self) -> Iterator[NDArray[np.generic]]:
        yield from (self.scored, self.inputs, self.targets, self.outputs, self.weights)
        optional = (self.probabilities, self.d_x, self.update)
        yield from (part for part in optional if part is not None)
        for layer in self.layers:
            yield from layer.quantities().values()
        if self.attending is not None:
            yield from self.attending.quantities().values()


def _long(layer: int, letter: str, values: Array) -> pd.DataFrame:
    steps, units = values.shape
    return pd.DataFrame(
        {
            "layer": layer,
            "quantity": letter,
            "time_step": np.repeat(np.arange(steps), units),
            "unit": np.tile(np.arange(units), steps),
            "value": values.ravel(),
        }
    )
