"""The record of a single sequence, which a trace consists of: one forward and one backward pass.

Two gradients of a sequence are needed: that of its loss, and that of its last scored step's share
of the loss, which alone can be seen to vanish. Both need the same forward pass, and backward
overwrites what forward left. So the sequence is processed twice, side by side, like a batch of two.
This costs little more than one sequence, and no gradient w.r.t. weights is computed. In a
bidirectional network there is a third one: what is last for a backward layer comes first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import validation
from rnnviz.engine.answering import Answering, fitting
from rnnviz.engine.attention import AttentionRecord
from rnnviz.engine.losses import LOSSES, Mask, Targets
from rnnviz.engine.products import Array
from rnnviz.engine.stack import LayerValues

if TYPE_CHECKING:
    from rnnviz.engine.network import Network
    from rnnviz.engine.unrolled import Unrolled


@dataclass(frozen=True)
class LayerTrace:
    """What one layer computed on one sequence.

    Parameters
    ----------
    gates : dict of array, (T, H)
        LSTM: `i f g o` (input, forget, candidate, output). GRU: `r z n` (reset, update, candidate).
        Empty for a cell without gates.
    h : array, (T, H)
        Hidden state after each time step.
    c : array, (T, H), or None
        Cell state after each time step; None where the cell has none.
    d_h, d_c : array, (T, H), or None
        Per-step gradient: total derivative of the sequence's loss, which is the mean over all
        scored steps, w.r.t. `h` and `c`. `d_c` is None where the cell has no cell state. All four
        gradients are None where there is no loss.
    last_d_h, last_d_c : array, (T, H), or None
        The same for the last scored step's share of that loss: its own loss over the number of
        scored steps. So it is on the scale of `d_h`, and equal to it at the last scored step of the
        top layer. Only this one can be seen to vanish: when every step is scored, every step adds a
        gradient of its own to `d_h`. For a backward layer of a bidirectional network it is the
        share of the first scored step, which is the last one in its own time.
    """

    gates: Mapping[str, Array]
    h: Array
    c: Array | None
    d_h: Array | None
    d_c: Array | None
    last_d_h: Array | None
    last_d_c: Array | None

    def quantities(self) -> dict[str, Array]:
        """Return every recorded array by its letter: gates, c, h, d_c, d_h, last_d_c, last_d_h."""
        named: dict[str, Array | None] = {
            **self.gates,
            "c": self.c,
            "h": self.h,
            "d_c": self.d_c,
            "d_h": self.d_h,
            "last_d_c": self.last_d_c,
            "last_d_h": self.last_d_h,
        }
        return {letter: values for letter, values in named.items() if values is not None}


@dataclass(frozen=True)
class AttentionTrace:
    """What attention computed on one sequence.

    Letters and definitions as in `AttentionRecord`; row t of a matrix is the step that asks.

    Parameters
    ----------
    weights, scores : array, (T, T)
        a_ts and e_ts. The weights of a row add up to 1; the score is -inf where the weight is not
        allowed.
    sums : array, (T, H)
        m_t.
    d_scores : array, (T, T)
    d_sums : array, (T, H)
        Gradient of the sequence's loss. That of the weights is `d_sums @ h.T`.
    own, later : array, (T, H)
        The parts of `d_h` of the topmost layer that come through the output of the same step, and
        over attention from later steps. The rest of `d_h` comes over the recurrence.
    last_own, last_later : array, (T, H)
        The same parts of `last_d_h`.
    sent : array of float64, (T, T)
        2-norm over units of the gradient that step t sends to h_s over attention, through its
        weight in the sum and through its score. What comes from the last scored step is the same
        in `d_h` and in `last_d_h`.
    """

    weights: Array
    scores: Array
    sums: Array
    d_scores: Array
    d_sums: Array
    own: Array
    later: Array
    last_own: Array
    last_later: Array
    sent: Array

    def quantities(self) -> dict[str, Array]:
        """Return every recorded array by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class SequenceRecord:
    """What a network computed on one sequence.

    Parameters
    ----------
    loss
        Mean over the scored steps; NaN where only a gradient was given, or nothing.
    outputs : array, (T, K)
    d_x : array, (T, D), or None
        dL/dx_t; None where there is no loss.
    layers : tuple of LayerTrace
        From the input up.
    attention : AttentionTrace or None
        None without attention.
    """

    loss: float
    outputs: Array
    d_x: Array | None
    layers: tuple[LayerTrace, ...]
    attention: AttentionTrace | None = None


def record_sequence(
    network: Network,
    x: Array,
    y: Targets,
    mask: Mask | None = None,
    loss: str = "cross_entropy",
    truncate: int | None = None,
    answering: Answering | None = None,
) -> SequenceRecord:
    """Record one sequence, with the gradient of its loss and of its last scored step's share.

    Parameters
    ----------
    x, y, mask, loss, truncate, answering
        As in `Network.record`, with B = 1.

    Raises
    ------
    ValueError
        If there is more than one sequence, or an argument does not fit.
    """
    x, y, mask = network.checked(x, y, mask, loss, truncate, answering)
    if x.shape[1] != 1:
        raise ValueError(f"x must be a single sequence (B = 1), got B = {x.shape[1]}")
    has_time = y.ndim == LOSSES[loss].target_axes
    scored = np.arange(len(x)) if mask is None else np.flatnonzero(mask[:, 0])
    copies = _copies(network)
    unrolled = network.unroll(np.repeat(x, copies, axis=1), answering=answering)
    with np.errstate(all="ignore"):
        value = unrolled.loss(
            loss,
            np.repeat(y, copies, axis=1 if has_time else 0),
            None if mask is None else np.repeat(mask, copies, axis=1),
        )
        # The mean is over all copies; each should have the gradient that it has alone.
        unrolled.d_outputs *= copies
        _keep_last_shares(unrolled.d_outputs, scored if has_time else scored[-1:])
        unrolled.backward(truncate)
        attention = unrolled.attention_record()
        sent = None if unrolled.attention is None else unrolled.attention.sent(0)
        d_x = unrolled.input_gradient()[:, :, 0].copy()
    return SequenceRecord(
        loss=value,
        outputs=unrolled.outputs[:, :, 0].copy(),
        d_x=d_x,
        layers=_layers(network, unrolled),
        attention=None if attention is None or sent is None else _of_first(attention, sent),
    )


def observe_sequence(
    network: Network,
    x: Array,
    d_h: Array | None = None,
    truncate: int | None = None,
    answering: Answering | None = None,
) -> SequenceRecord:
    """Record one sequence without a loss of its own: what it computes, and a gradient's way back.

    Parameters
    ----------
    x, truncate, answering
        As in `Network.record`, with B = 1.
    d_h : array, (T, 1, H), or None
        Gradient of any loss w.r.t. the topmost hidden states, what comes from later steps left out:
        PyTorch gives it as the gradient of the recurrent module's output. Its last step that is not
        0 counts as the last scored one. None leaves out all gradients.

    Raises
    ------
    ValueError
        If there is more than one sequence, an argument does not fit, or `d_h` comes with attention,
        over which a gradient of the hidden states has a second way.
    """
    network.check_cuts(truncate, answering)
    x = network.checked_inputs(x)
    if x.shape[1] != 1:
        raise ValueError(f"x must be a single sequence (B = 1), got B = {x.shape[1]}")
    given = None if d_h is None else _checked_gradient(network, d_h, len(x))
    answering = fitting(answering, len(x))
    copies = _copies(network)
    unrolled = network.unroll(np.repeat(x, copies, axis=1), answering=answering)
    d_x = None
    if given is not None:
        top = np.repeat(given.transpose(0, 2, 1), copies, axis=2)
        _keep_last_shares(top, np.flatnonzero(given.any(axis=(1, 2))))
        with np.errstate(all="ignore"):
            unrolled.backward_from(top, truncate)
            d_x = unrolled.input_gradient()[:, :, 0].copy()
    layers = _layers(network, unrolled)
    if given is None:
        layers = tuple(
            replace(layer, d_h=None, d_c=None, last_d_h=None, last_d_c=None) for layer in layers
        )
    return SequenceRecord(math.nan, unrolled.outputs[:, :, 0].copy(), d_x, layers)


def _checked_gradient(network: Network, d_h: Array, steps: int) -> Array:
    """Return a gradient w.r.t. the topmost hidden states that fits."""
    if network.architecture.attends:
        raise ValueError(
            "d_h must be None for a network with attention: its hidden states have a second way "
            "to the loss, over attention"
        )
    given = validation.numbers("d_h", d_h, finite=False)
    validation.same_shape("d_h", given, (steps, 1, network.architecture.seen))
    return given


def _copies(network: Network) -> int:
    """Return how often a sequence is processed: once more for each direction's last step."""
    return 1 + network.architecture.directions


def _keep_last_shares(gradients: Array, scored: NDArray[np.intp]) -> None:
    """Keep what comes from the last scored step in the second copy, from the first in the third.

    Parameters
    ----------
    gradients : array, (T, features, copies)
    scored : array of int
        The scored time steps, ascending.
    """
    if scored.size:
        gradients[: scored[-1], :, 1] = 0
        gradients[scored[0] + 1 :, :, 2:] = 0


def _of_first(record: AttentionRecord, sent: Array) -> AttentionTrace:
    """Take the sequence itself, and the shares of the last step's gradient from its copy."""
    return AttentionTrace(
        weights=record.weights[:, :, 0].copy(),
        scores=record.scores[:, :, 0].copy(),
        sums=record.sums[:, 0].copy(),
        d_scores=record.d_scores[:, :, 0].copy(),
        d_sums=record.d_sums[:, 0].copy(),
        own=record.own[:, 0].copy(),
        later=record.later[:, 0].copy(),
        last_own=record.own[:, 1].copy(),
        last_later=record.later[:, 1].copy(),
        sent=sent,
    )


def _layers(network: Network, unrolled: Unrolled) -> tuple[LayerTrace, ...]:
    """Return what each layer computed; a backward one has its last share in the third copy."""
    directions = network.architecture.directions
    values = unrolled.layer_values()
    return tuple(_layer(each, 1 + number % directions) for number, each in enumerate(values))


def _layer(values: LayerValues, last: int) -> LayerTrace:
    c, d_c = values.c, values.d_c
    return LayerTrace(
        gates={letter: gate[:, :, 0].copy() for letter, gate in values.gates.items()},
        h=values.h[:, :, 0].copy(),
        c=None if c is None else c[:, :, 0].copy(),
        d_h=values.d_h[:, :, 0].copy(),
        d_c=None if d_c is None else d_c[:, :, 0].copy(),
        last_d_h=values.d_h[:, :, last].copy(),
        last_d_c=None if d_c is None else d_c[:, :, last].copy(),
    )
