"""The oracle: the equations as they stand in the papers, slow and plain.

Nothing here is shared with the engine, and nothing is rearranged. Derivatives come from the same
equations by the complex step: the imaginary part of L(p + 1e-100 i) / 1e-100 is dL/dp to the last
digit, because no difference is taken (Squire and Trapp 1998).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

TINY = 1e-100


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


@dataclass
class Literal:
    """A network by its equations; arrays of a step are (B, features)."""

    cell: str
    parameters: dict[str, Any]
    layers: int = 1
    truncate: int | None = None
    reset: str = "after"
    window: int = 1
    held: dict = field(default_factory=dict)  # (layer, gate, unit) -> value
    silent: set = field(default_factory=set)  # (layer, unit)
    forget_offset: float = 0.0

    def run(self, x, initial=None, nudges=None):
        """Return the outputs (T, B, K), and for each layer and step a dict of its quantities.

        `nudges` maps (layer, t, "h" or "c") to what is added to that state when it is computed.
        """
        if "embedding.weight" in self.parameters:
            x = self.parameters["embedding.weight"][x]
        below, everything = list(x), []
        for layer in range(self.layers):
            if layer == 0 and self.window > 1:
                below = see_a_window(below, self.window)
            below, steps = self._layer(layer, below, initial, nudges or {})
            everything.append(steps)
        W, b = self.parameters["readout.weight"], self.parameters["readout.bias"]
        return np.array([h @ W.T + b for h in below]), everything

    def loss(self, x, y, mask=None, loss="cross_entropy", initial=None, nudges=None):
        """Return the mean loss over the scored pairs; only the last step is one if y says so."""
        outputs, _ = self.run(x, initial, nudges)
        y = np.asarray(y)
        if y.ndim == {"cross_entropy": 1, "squared_error": 2}[loss]:
            outputs, y = outputs[-1:], y[None]
        losses = []
        for t, b in np.ndindex(y.shape[:2]):
            if mask is None or mask[t, b]:
                losses.append(one_loss(loss, outputs[t, b], y[t, b]))
        return sum(losses) / len(losses)

    def _layer(self, layer, below, initial, nudges):
        H = self.parameters["readout.weight"].shape[1]
        state = {name: np.zeros((below[0].shape[0], H)) for name in "hc"}
        if initial is not None:
            state |= {name: values[layer] for name, values in initial.items()}
        steps = []
        for t, x in enumerate(below):
            if self.truncate is not None and t % self.truncate == 0:
                state = {name: values.real for name, values in state.items()}
            self._place = (layer, t, nudges)
            new = getattr(self, "_" + self.cell)(x, **state)
            state = {name: new.get(name, state[name]) for name in "hc"}
            steps.append(new)
        return [new["h"] for new in steps], steps

    def _weights(self):
        layer = self._place[0]
        for name in ("weight_ih", "bias_ih", "weight_hh", "bias_hh"):
            yield self.parameters.get(f"{name}_l{layer}")

    def _done(self, name, values):
        """Hold, silence and nudge what was just computed."""
        layer, t, nudges = self._place
        values = values.astype(complex)
        for (held_layer, gate, unit), value in self.held.items():
            if (held_layer, gate) == (layer, name):
                values[:, unit] = value
        for silent_layer, unit in self.silent:
            if (silent_layer, name) == (layer, "h"):
                values[:, unit] = 0
        return values + nudges.get((layer, t, name), 0)

    def _mlp(self, x, **_):
        W, b, _, _ = self._weights()
        return {"h": self._done("h", np.tanh(x @ W.T + b))}

    def _rnn(self, x, h, **_):
        W, b, U, u = self._weights()
        return {"h": self._done("h", np.tanh(x @ W.T + b + h @ U.T + u))}

    def _relu(self, x, h, **_):
        W, b, U, u = self._weights()
        a = x @ W.T + b + h @ U.T + u
        return {"h": self._done("h", np.where(a.real > 0, a, 0))}

    def _gru(self, x, h, **_):
        W, b, U, u = self._weights()
        (W_r, W_z, W_n), (b_r, b_z, b_n) = np.split(W, 3), np.split(b, 3)
        (U_r, U_z, U_n), (u_r, u_z, u_n) = np.split(U, 3), np.split(u, 3)
        r = self._done("r", sigmoid(x @ W_r.T + b_r + h @ U_r.T + u_r))
        z = self._done("z", sigmoid(x @ W_z.T + b_z + h @ U_z.T + u_z))
        if self.reset == "after":
            n = self._done("n", np.tanh(x @ W_n.T + b_n + r * (h @ U_n.T + u_n)))
        else:
            n = self._done("n", np.tanh(x @ W_n.T + b_n + (r * h) @ U_n.T + u_n))
        return {"r": r, "z": z, "n": n, "h": self._done("h", (1 - z) * n + z * h)}

    def _lstm(self, x, h, c):
        W, b, U, u = self._weights()
        a = x @ W.T + b + h @ U.T + u
        H = h.shape[1]
        peepholes = self.parameters.get(f"peephole_l{self._place[0]}")
        if W.shape[0] == 4 * H:
            a_i, a_f, a_g, a_o = np.split(a, 4, axis=1)
            p_i, p_f, p_o = np.zeros((3, H)) if peepholes is None else peepholes
            i = self._done("i", sigmoid(a_i + p_i * c))
            f = self._done("f", sigmoid(a_f + self.forget_offset + p_f * c))
        else:  # coupled: what is forgotten is what is written
            a_i, a_g, a_o = np.split(a, 3, axis=1)
            p_i, p_o = np.zeros((2, H)) if peepholes is None else peepholes
            i = self._done("i", sigmoid(a_i - self.forget_offset + p_i * c))
            f = 1 - i
        g = self._done("g", np.tanh(a_g))
        c = self._done("c", f * c + i * g)
        o = self._done("o", sigmoid(a_o + p_o * c))
        return {"i": i, "f": f, "g": g, "o": o, "c": c, "h": self._done("h", o * np.tanh(c))}


def one_loss(name, out, target):
    if name == "squared_error":
        return ((out - target) ** 2).sum() / out.size
    peak = out.real.max()
    return np.log(np.exp(out - peak).sum()) + peak - out[target]


def see_a_window(x, width):
    """Put the last `width` inputs side by side, the newest last; zeros before the start."""
    padded = [np.zeros_like(x[0])] * (width - 1) + x
    return [np.concatenate(padded[t : t + width], axis=1) for t in range(len(x))]


def derivative(function, point):
    """Return the derivative of a function by each entry of an array.

    `function` takes the array, made complex.
    """
    result = np.zeros(point.shape)
    for place in np.ndindex(point.shape):
        moved = point.astype(complex)
        moved[place] += TINY * 1j
        result[place] = function(moved).imag / TINY
    return result


def gradients(literal, x, y, mask=None, loss="cross_entropy", initial=None):
    """Return the gradient by every parameter, and by the input and the initial state."""

    def by_parameter(name):
        return lambda values: Literal(
            **{**vars_of(literal), "parameters": {**literal.parameters, name: values}}
        ).loss(x, y, mask, loss, initial)

    result = {
        name: derivative(by_parameter(name), values) for name, values in literal.parameters.items()
    }
    if np.issubdtype(x.dtype, np.floating):
        result["x"] = derivative(lambda moved: literal.loss(moved, y, mask, loss, initial), x)
    for name, values in (initial or {}).items():
        result[f"initial.{name}"] = derivative(
            lambda moved, name=name: literal.loss(x, y, mask, loss, {**initial, name: moved}),
            values,
        )
    return result


def state_gradient(literal, name, layer, shape, x, y, mask=None, loss="cross_entropy"):
    """Return dL/dh_t (or dL/dc_t) of a layer for every step, (T, B, H)."""
    result = np.zeros(shape)
    for t in range(shape[0]):
        result[t] = derivative(
            lambda moved, t=t: literal.loss(x, y, mask, loss, None, {(layer, t, name): moved}),
            np.zeros(shape[1:]),
        )
    return result


def vars_of(literal):
    names = Literal.__dataclass_fields__
    return {name: getattr(literal, name) for name in names}
