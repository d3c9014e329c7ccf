"""Replay: the recurrent part of a user's model, computed again by the engine on one sequence."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rnnviz.engine import Network, validation
from rnnviz.notebook import probe
from rnnviz.notebook.modules import Array, Parts, Weights, array_of, precision_of
from rnnviz.recording import LayerTrace, Trace
from rnnviz.training.tracing import measure

#: Names of the ids or one-hot inputs, and of the classes.
Names = tuple[Sequence[str] | None, Sequence[str] | None]

#: What a person reads at each step of inputs and targets.
Labels = tuple[tuple[str, ...], tuple[str, ...]]


class Replay:
    """A network with the weights of a model, which it can read again at any time.

    Parameters
    ----------
    parts
        The modules that are replayed.
    x : array
        The user's inputs, one or more sequences.
    asks
        Returns x anew, for every trace but the first; None where it stays the same.
    example
        Which sequence of x is looked at.
    names
        What a person reads.

    Attributes
    ----------
    layout : Layout
        How the user's arrays lie.
    network : Network
        With the weights of the last trace.
    """

    def __init__(
        self,
        parts: Parts,
        x: Array,
        *,
        asks: Callable[[], Any] | None,
        example: int,
        names: Names,
    ) -> None:
        self.parts = parts
        self._asks, self._waits = asks, True
        self.network = _network(parts)
        self._weights = Weights(parts, self.network)
        ids = parts.embedding is not None
        self.layout, self._x = probe.read_inputs(x, parts.sizes, ids, example)
        self._targets: probe.Targets | None = None
        self._gradient: probe.Gradient | None = None
        self._input_names, self._output_names = names
        self._labels: Labels | None = None
        if self._output_names is not None:
            count = (self.network.output_size,)
            validation.same_shape("output_names", np.empty(len(self._output_names)), count)

    def score(self, y: Any, loss: str | None, mask: Any) -> None:
        """Take targets: from now on traces have the gradient of their loss.

        Raises
        ------
        ValueError
            If they do not fit.
        """
        shape = (len(self._x), self.network.output_size)
        self._targets = probe.read_targets(y, loss, mask, self.layout, shape)

    def ask(self, loss: probe.Gradient) -> None:
        """Take a user's own loss: from now on traces have its gradient."""
        self._gradient = loss

    @property
    def loss(self) -> str:
        """What a person calls the loss."""
        if self._targets is not None:
            return self._targets.loss.replace("_", "-" if "cross" in self._targets.loss else " ")
        return "none" if self._gradient is None else "of your own"

    def trace(self, iteration: int) -> Trace:
        """Read the weights, and measure everything on the probe.

        Raises
        ------
        ValueError
            If the weights are not finite, or no longer have their shapes.
        """
        self._weights.copy()
        x, value = self._x_now(), math.nan
        loss: str | Array | None = None
        if self._targets is not None:
            loss = self._targets.loss
        elif self._gradient is not None:
            loss, value = probe.gradient_of(self._gradient, self.hidden(x), self.layout)
        classes = self._output_names or ()
        if self._targets is not None and self._targets.loss == "cross_entropy" and not classes:
            classes = tuple(map(str, range(self.network.output_size)))
        of_inputs, of_targets = self._labels_of(x, classes)
        return measure(
            self.network,
            probe.batch_of(x, self._targets),
            loss,
            iteration=iteration,
            value=value,
            input_labels=of_inputs,
            target_labels=of_targets,
            output_labels=classes,
        )

    def _labels_of(self, x: Array, classes: Sequence[str]) -> Labels:
        """Return what a person reads of inputs and targets; kept as long as the inputs stay."""
        if self._labels is None or self._asks is not None:
            self._labels = (
                probe.input_labels(x, self._input_names),
                probe.target_labels(self._targets, classes, len(x)),
            )
        return self._labels

    def hidden(self, x: Array) -> Array:
        """Return the topmost hidden states, (T, 1, H), in the model's order: 2H in two directions.

        The backward direction of a trace is in its own time, and is turned round.
        """
        layers = measure(self.network, probe.batch_of(x, None), None).layers
        return _topmost(layers, self.parts.sizes.bidirectional)[:, None]

    def outputs(self) -> Array:
        """Read the weights, and return what comes last: outputs, or without a readout states.

        Returns
        -------
        array, (T, 1, K) or (T, 1, H)
        """
        self._weights.copy()
        x = self._x_now()
        return self.hidden(x) if self.parts.readout is None else self.network.predict(x)

    def _x_now(self) -> Array:
        """Return the probe; where it is asked for, the answer has the same shape each time."""
        if self._asks is not None and not self._waits:
            ids, example = self.parts.embedding is not None, self.layout.example
            given = array_of("x", self._asks())
            _, x = probe.read_inputs(given, self.parts.sizes, ids, example)
            validation.same_shape("x", x, self._x.shape)
            self._x = x
        self._waits = False
        return self._x


def _topmost(layers: Sequence[LayerTrace], both: bool) -> Array:
    if not both:
        return layers[-1].h
    return np.concatenate([layers[-2].h, layers[-1].h[::-1]], axis=1)


def _network(parts: Parts) -> Network:
    """Return a network of the same sizes; its weights are still its own."""
    sizes, readout = parts.sizes, parts.readout
    table = None if parts.embedding is None else parts.embedding.module
    return Network(
        cell=sizes.cell,
        input_size=sizes.input_size if table is None else int(table.num_embeddings),
        hidden_size=sizes.hidden_size,
        output_size=0 if readout is None else int(readout.module.out_features),
        layers=sizes.layers,
        dtype=precision_of(parts.recurrent)[0],
        embedding_size=None if table is None else sizes.input_size,
        bidirectional=sizes.bidirectional,
    )


def difference(replay: Replay, outputs: Any) -> float:
    """Return how far a replay is from the outputs of the model: the largest absolute value.

    Raises
    ------
    ValueError
        If the shape does not fit.
    """
    own, layout = replay.outputs(), replay.layout
    given = array_of("outputs", outputs)
    whole = layout.shape(len(own), layout.count) + own.shape[2:]
    last = layout.shape(None, layout.count) + own.shape[2:]
    if given.shape == whole:
        return float(np.abs(layout.one(given) - own).max())
    if given.shape == last:
        theirs = given if layout.count is None else given[layout.example]
        return float(np.abs(theirs - own[-1, 0]).max())
    raise ValueError(f"outputs must have the shape {whole} or {last}, got {given.shape}")
