"""The cells as equations, as in the papers: slow and plain. Read this first.

No computation is shared with the fast engine and nothing is rearranged, so tests compare the two.
Derivatives come from the same equations by the complex step: the imaginary part of L(p + 1e-100 i)
/ 1e-100 is dL/dp to the last digit, because no difference is taken (Squire and Trapp 1998). Letters
and the order of the gates are those of `rnnviz.engine`; arrays of a single step are (B, features).

>>> network = rnnviz.engine.Network(cell="gru", input_size=3, hidden_size=4, output_size=2)
>>> outputs, layers = Reference("gru", network.to_torch()).run(x)
>>> layers[0][5]["z"]          # the update gate at step 5, (B, H)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.answering import Answering

#: Real numbers, or complex ones when a derivative is taken.
Array = NDArray[Any]
#: Everything that one step of a layer computes, by letter.
Step = dict[str, Array]
#: (layer, t, "h" or "c") -> what is added to that state when it is computed.
Nudges = Mapping[tuple[int, int, str], Array]

TINY = 1e-100


def sigmoid(a: Array) -> Array:
    """Squash into 0..1."""
    result: Array = 1 / (1 + np.exp(-a))
    return result


@dataclass(frozen=True)
class Reference:
    """A network as equations.

    Parameters
    ----------
    cell
        As in `Network`; peepholes and coupled gates follow from the parameters.
    parameters : mapping of array
        By PyTorch's names, as `Network.to_torch` returns them.
    layers, truncate, reset, window, attention, answering
        As in `Network` and `Network.record`.
    held : mapping of (layer, gate, unit) to float
        Gates that are held.
    silent : set of (layer, unit)
        Units whose hidden state is 0.
    forget_offset
        Amount added to the bias of the forget gate.
    """

    cell: str
    parameters: Mapping[str, Array]
    layers: int = 1
    truncate: int | None = None
    reset: str = "after"
    window: int = 1
    attention: str = "none"
    answering: Answering | None = None
    held: Mapping[tuple[int, str, int], float] = field(default_factory=dict)
    silent: frozenset[tuple[int, int]] | set[tuple[int, int]] = frozenset()
    forget_offset: float = 0.0

    def run(
        self, x: Array, initial: Mapping[str, Array] | None = None, nudges: Nudges | None = None
    ) -> tuple[Array, list[list[Step]]]:
        """Compute the network forward.

        Parameters
        ----------
        x : array, (T, B, D), or (T, B) of int with an embedding
        initial : mapping of array, (layers, B, H)
            State before the first step; zero where it is not given.

        Returns
        -------
        outputs : array, (T, B, K)
        quantities : list
            Of each layer, of each step, every quantity by its letter, (B, H).
        """
        if "embedding.weight" in self.parameters:
            x = self.parameters["embedding.weight"][x]
        below, everything = list(x), []
        for layer in range(self.layers):
            if layer == 0 and self.window > 1:
                below = see_a_window(below, self.window)
            of_layer = _Layer(self, layer, nudges or {})
            steps = of_layer.run(below, initial)
            below = [step["h"] for step in steps]
            everything.append(steps)
        W, b = self.parameters["readout.weight"], self.parameters["readout.bias"]
        if self.attention != "none":
            sums = self.attend(np.array(below))[2]
            below = [np.concatenate([h, m], axis=1) for h, m in zip(below, sums, strict=True)]
        return np.array([h @ W.T + b for h in below]), everything

    def attend(self, h: Array) -> tuple[Array, Array, Array]:
        """Compute attention over the topmost hidden states, (T, B, H).

        Returns
        -------
        scores, weights : array, (T, T, B)
            Row t over the steps looked at; 0 where step t may not look.
        sums : array, (T, B, H)
        """
        T, B, _ = h.shape
        scores, weights = np.zeros((2, T, T, B), complex)
        sums = np.zeros(h.shape, complex)
        for t, b in np.ndindex(T, B):
            answers = self.answering is not None and t >= self.answering.first
            looked_at = range(self.answering.first if self.answering and answers else t + 1)
            of_row = np.array([self._score(h[t, b], h[s, b]) for s in looked_at])
            powers = np.exp(of_row - of_row.real.max())
            for s in looked_at:
                scores[t, s, b] = of_row[s]
                weights[t, s, b] = powers[s] / powers.sum()
                sums[t, b] += weights[t, s, b] * h[s, b]
        return scores, weights, sums

    def _score(self, asking: Array, looked_at: Array) -> Any:
        p = self.parameters
        if self.attention == "dot":
            return asking @ looked_at / np.sqrt(len(asking))
        if self.attention == "general":
            return asking @ p["attention.weight"] @ looked_at
        query, key = p["attention.query.weight"], p["attention.key.weight"]
        return p["attention.v"] @ np.tanh(query @ asking + key @ looked_at)

    def loss(
        self,
        x: Array,
        y: Array,
        mask: Array | None = None,
        loss: str = "cross_entropy",
        initial: Mapping[str, Array] | None = None,
        nudges: Nudges | None = None,
    ) -> Any:
        """Return the mean loss over the scored pairs; of the last step if y has no time axis."""
        outputs, _ = self.run(x, initial, nudges)
        y = np.asarray(y)
        if y.ndim == {"cross_entropy": 1, "squared_error": 2}[loss]:
            outputs, y = outputs[-1:], y[None]
        losses = [
            one_loss(loss, outputs[t, b], y[t, b])
            for t, b in np.ndindex(y.shape[:2])
            if mask is None or mask[t, b]
        ]
        return sum(losses) / len(losses)


class _Layer:
    """One layer, step by step; `_lstm` and its like are the equations."""

    def __init__(self, network: Reference, layer: int, nudges: Nudges) -> None:
        self._network, self._layer, self._nudges = network, layer, nudges
        self._step = 0

    def run(self, below: list[Array], initial: Mapping[str, Array] | None) -> list[Step]:
        H = self._network.parameters["readout.weight"].shape[1]
        H //= 1 if self._network.attention == "none" else 2
        answering = self._network.answering
        state: Step = {name: np.zeros((below[0].shape[0], H)) for name in "hc"}
        if initial is not None:
            state |= {name: values[self._layer] for name, values in initial.items()}
        steps = []
        for self._step, x in enumerate(below):
            truncate = self._network.truncate
            if truncate is not None and self._step % truncate == 0:
                # The imaginary part carries the derivative; dropping it cuts the gradient here.
                state = {name: values.real for name, values in state.items()}
            if answering is not None and answering.from_zero and self._step == answering.first:
                state = {name: np.zeros_like(values) for name, values in state.items()}
            new = getattr(self, "_" + self._network.cell)(x, **state)
            state = {name: new.get(name, state[name]) for name in "hc"}
            steps.append(new)
        return steps

    def _weights(self) -> tuple[Any, ...]:
        """Return W and b of the inputs, U and u of the recurrence."""
        names = ("weight_ih", "bias_ih", "weight_hh", "bias_hh")
        return tuple(self._network.parameters.get(f"{name}_l{self._layer}") for name in names)

    def _done(self, name: str, values: Array) -> Array:
        """Apply holds, silenced units and nudges to what was just computed."""
        values = values.astype(complex)
        for (layer, gate, unit), value in self._network.held.items():
            if (layer, gate) == (self._layer, name):
                values[:, unit] = value
        for layer, unit in self._network.silent:
            if (layer, name) == (self._layer, "h"):
                values[:, unit] = 0
        result: Array = values + self._nudges.get((self._layer, self._step, name), 0)
        return result

    def _mlp(self, x: Array, **_: Array) -> Step:
        W, b, _U, _u = self._weights()
        return {"h": self._done("h", np.tanh(x @ W.T + b))}

    def _rnn(self, x: Array, h: Array, **_: Array) -> Step:
        W, b, U, u = self._weights()
        return {"h": self._done("h", np.tanh(x @ W.T + b + h @ U.T + u))}

    def _relu(self, x: Array, h: Array, **_: Array) -> Step:
        W, b, U, u = self._weights()
        a = x @ W.T + b + h @ U.T + u
        return {"h": self._done("h", np.where(a.real > 0, a, 0))}

    def _gru(self, x: Array, h: Array, **_: Array) -> Step:
        W, b, U, u = self._weights()
        (W_r, W_z, W_n), (b_r, b_z, b_n) = _blocks(W), _blocks(b)
        (U_r, U_z, U_n), (u_r, u_z, u_n) = _blocks(U), _blocks(u)
        r = self._done("r", sigmoid(x @ W_r.T + b_r + h @ U_r.T + u_r))
        z = self._done("z", sigmoid(x @ W_z.T + b_z + h @ U_z.T + u_z))
        if self._network.reset == "after":
            n = self._done("n", np.tanh(x @ W_n.T + b_n + r * (h @ U_n.T + u_n)))
        else:
            n = self._done("n", np.tanh(x @ W_n.T + b_n + (r * h) @ U_n.T + u_n))
        return {"r": r, "z": z, "n": n, "h": self._done("h", (1 - z) * n + z * h)}

    def _lstm(self, x: Array, h: Array, c: Array) -> Step:
        W, b, U, u = self._weights()
        a = x @ W.T + b + h @ U.T + u
        H, offset = h.shape[1], self._network.forget_offset
        peepholes = self._network.parameters.get(f"peephole_l{self._layer}")
        if W.shape[0] == 4 * H:
            a_i, a_f, a_g, a_o = np.split(a, 4, axis=1)
            p_i, p_f, p_o = np.zeros((3, H)) if peepholes is None else peepholes
            i = self._done("i", sigmoid(a_i + p_i * c))
            f = self._done("f", sigmoid(a_f + offset + p_f * c))
        else:  # coupled: the cell forgets as much as it writes
            a_i, a_g, a_o = np.split(a, 3, axis=1)
            p_i, p_o = np.zeros((2, H)) if peepholes is None else peepholes
            i = self._done("i", sigmoid(a_i - offset + p_i * c))
            f = 1 - i
        g = self._done("g", np.tanh(a_g))
        c = self._done("c", f * c + i * g)
        o = self._done("o", sigmoid(a_o + p_o * c))
        return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": self._done("h", o * np.tanh(c))}


def _blocks(weights: Array) -> Array:
    """Return the rows of the three gates of a GRU, (3, H, ...); `np.split` is far slower."""
    return weights.reshape(3, -1, *weights.shape[1:])


def one_loss(name: str, output: Array, target: Any) -> Any:
    """Return the loss of one step of one sequence; cross-entropy in nats."""
    if name == "squared_error":
        return ((output - target) ** 2).sum() / output.size
    peak = output.real.max()
    return np.log(np.exp(output - peak).sum()) + peak - output[target]


def see_a_window(x: list[Array], width: int) -> list[Array]:
    """Put the last `width` inputs side by side, the newest last; zeros before the start."""
    padded = [np.zeros_like(x[0])] * (width - 1) + x
    return [np.concatenate(padded[t : t + width], axis=1) for t in range(len(x))]


def derivative(function: Callable[[Array], Any], point: Array) -> Array:
    """Return the derivative of a function w.r.t. each entry of an array.

    `function` takes the array, made complex.
    """
    result: Array = np.zeros(point.shape)
    for place in np.ndindex(point.shape):
        moved = point.astype(complex)
        moved[place] += TINY * 1j
        result[place] = function(moved).imag / TINY
    return result


def gradients(
    network: Reference,
    x: Array,
    y: Array,
    mask: Array | None = None,
    loss: str = "cross_entropy",
    initial: Mapping[str, Array] | None = None,
) -> dict[str, Array]:
    """Return the gradient w.r.t. every parameter, the input `"x"`, `"initial.h"`, ..."""

    def by_parameter(name: str, values: Array) -> Any:
        changed = replace(network, parameters={**network.parameters, name: values})
        return changed.loss(x, y, mask, loss, initial)

    def by_state(name: str, values: Array) -> Any:
        return network.loss(x, y, mask, loss, {**(initial or {}), name: values})

    result = {
        name: derivative(lambda moved, name=name: by_parameter(name, moved), values)  # type: ignore[misc]
        for name, values in network.parameters.items()
    }
    if np.issubdtype(x.dtype, np.floating):
        result["x"] = derivative(lambda moved: network.loss(moved, y, mask, loss, initial), x)
    for name, values in (initial or {}).items():
        result[f"initial.{name}"] = derivative(
            lambda moved, name=name: by_state(name, moved),  # type: ignore[misc]
            values,
        )
    return result


def state_gradient(
    network: Reference,
    name: str,
    layer: int,
    shape: tuple[int, int, int],
    x: Array,
    y: Array,
    mask: Array | None = None,
    loss: str = "cross_entropy",
) -> Array:
    """Return dL/dh_t (or dL/dc_t, by `name`) of a layer for every step, (T, B, H)."""

    def of_step(t: int, moved: Array) -> Any:
        return network.loss(x, y, mask, loss, None, {(layer, t, name): moved})

    result: Array = np.zeros(shape)
    for t in range(shape[0]):
        result[t] = derivative(lambda moved, t=t: of_step(t, moved), np.zeros(shape[1:]))  # type: ignore[misc]
    return result
