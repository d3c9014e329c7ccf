"""Answers with the network's own last answer as the next input, as it is used after training.

In training each input of the answering part is the true answer before (teacher forcing), so all
steps are known at once. Here step t needs what step t - 1 answered: the part that is read takes one
pass, and each answer one more step from the state that the last one left.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from rnnviz.engine import validation
from rnnviz.engine.answering import Answering
from rnnviz.engine.losses import softmax
from rnnviz.engine.products import Array

if TYPE_CHECKING:
    from rnnviz.engine.network import Network


def answer_freely(network: Network, x: Array, answering: Answering, fed_back: Array) -> Array:
    """Return the outputs of the answering part, each with the largest one before as its input.

    Parameters
    ----------
    x : array, (T, B, D)
        Of the answering part only the first input is read; the others follow from the answers.
    answering : Answering
    fed_back : array, (K, D)
        The input that follows each answer.

    Returns
    -------
    array, (T - first, B, K)

    Raises
    ------
    ValueError
        If an argument does not fit, or the network looks up integers.
    """
    network.check_cuts(None, answering)
    x, fed_back = _checked(network, x, answering, fed_back)
    first, window = answering.first, network.architecture.window
    outputs: Array = np.empty((len(x) - first, x.shape[1], network.output_size), network.dtype)
    with np.errstate(all="ignore"):
        read = network.unroll(x[:first], keep=False)
        look_up = _attention(network, read.stacks[0].layers[-1].h)
        state = read.final_state()
        if answering.from_zero:
            state = {name: np.zeros_like(values) for name, values in state.items()}
        # A network without memory sees several steps at once, zeros before the first one.
        seen = np.concatenate([np.zeros_like(x[: window - 1]), x]) if window > 1 else x
        single = network.unroll(seen[first : first + window], keep=False)
        for t in range(first, len(x)):
            if t > first:
                seen[t + window - 1] = fed_back[outputs[t - first - 1].argmax(axis=1)]
            stack = single.stacks[0]
            stack.forward(seen[t : t + window], state or None)
            outputs[t - first] = (stack.outputs.values[-1] + look_up(stack.layers[-1].h[-1])).T
            state = single.final_state()
    return outputs


def _attention(network: Network, read: Array) -> Callable[[Array], Array | float]:
    """Return what attention over the hidden states that were read, (S, H, B), adds to an output.

    As in attention.py, for one state (H, B) that asks; nothing without attention.
    """
    kind, parameters, H = network.architecture.attention, network.parameters, read.shape[1]
    if kind == "none":
        return lambda _: 0.0
    of_sums = parameters["readout.weight"][:, H:]
    if kind == "additive":
        keys = parameters["attention.key.weight"] @ read
    else:
        keys = parameters["attention.weight"] @ read if kind == "general" else read / np.sqrt(H)

    def look_up(asking: Array) -> Array:
        if kind == "additive":
            both = np.tanh(parameters["attention.query.weight"] @ asking + keys)
            scores = parameters["attention.v"] @ both
        else:
            scores = np.einsum("hb,shb->sb", asking, keys)
        added: Array = of_sums @ np.einsum("sb,shb->hb", softmax(scores, axis=0), read)
        return added

    return look_up


def _checked(
    network: Network, x: Array, answering: Answering, fed_back: Array
) -> tuple[Array, Array]:
    """Return a copy of the inputs, and what is fed back, if they fit."""
    if network.architecture.ids:
        raise ValueError("a network that looks up integers has no input for its own answers")
    x = network.checked_inputs(x).copy()
    answering.checked(len(x))
    shape = (network.output_size, network.input_size)
    validation.same_shape("fed_back", np.asarray(fed_back), shape)
    return x, np.asarray(fed_back, x.dtype)
