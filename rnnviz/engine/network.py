"""The network: stacked recurrent layers and a linear readout, with hand-written gradients.

The file is long because it is the one public face of the engine; a third of it is docstrings.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from rnnviz.engine import init, torch_names, validation
from rnnviz.engine.answering import Answering, fitting
from rnnviz.engine.architecture import Architecture
from rnnviz.engine.interventions import Intervention, ShiftForgetBias
from rnnviz.engine.layout import Layout, Parameters, Shapes, views
from rnnviz.engine.losses import Mask, Targets
from rnnviz.engine.products import Array
from rnnviz.engine.record import LayerRecord, Record, time_first
from rnnviz.engine.unrolled import Unrolled

# Buffers are kept for this many shapes (T, B): a batch, a probe, an evaluation, one to spare.
SHAPES_KEPT = 4


class Network:
    """Stacked recurrent layers, and a linear readout at every time step, with or without attention.

    Default initial weights: input weights and readout after Glorot and Bengio (2010), recurrent
    weights orthogonal for each gate (Saxe et al. 2014), the identity for `"relu"` (Le et al. 2015),
    biases zero, except the LSTM's forget bias 1 (Jozefowicz et al. 2015). These are the defaults of
    Keras; PyTorch's are uniform in +-1/sqrt(H).

    Parameters
    ----------
    cell
        `"rnn"` (tanh), `"relu"`, `"gru"`, `"lstm"`, or `"mlp"` (no memory).
    input_size, hidden_size, output_size
        D, H and K. K may be 0: there is no readout then, outputs have no entries, and there is no
        loss to learn from; states and gates are as ever.
    layers
        How many recurrent layers are stacked, 1..4. With two directions, each layer has two cells.
    dtype
        `"float64"` or `"float32"`, of all computation.
    seed
        Of the initial weights.
    forget_bias
        Initial bias of an LSTM's forget gate; stored in `bias_ih`, while `bias_hh` is 0.
    peephole, coupled
        Variants of the LSTM: lstm_variants.py.
    reset
        Variant of the GRU: the reset gate `"after"` the recurrent product, or `"before"` it.
    window
        How many time steps the MLP sees at once, including the current one.
    embedding_size
        If given, inputs are integers (T, B) below `input_size`, each looked up in a learned table
        `embedding.weight` (input_size, embedding_size).
    attention
        What the readout sees besides the topmost hidden state of the same step: `"none"`, or a
        weighted sum of the hidden states so far, by the score `"dot"`, `"general"` or `"additive"`:
        attention.py. For every cell but the MLP.
    bidirectional
        Whether each layer also reads the sequence backward, with weights of its own
        (`weight_ih_l0_reverse`, ...), and gives the hidden states of both directions to what is
        above it: two_way.py. Each direction is a layer of its own in records, in interventions and
        in initial and final states, in PyTorch's order (forward, backward, next layer), and counts
        in its own time: step 0 of a backward layer is the last input, masked or not. For every cell
        but the MLP; not with attention, truncation or an answering part.
    initial_weights
        `"default"`, `"uniform"`, `"glorot"`, `"orthogonal"` or `"identity"`: init.py.
    spectral_radius
        Of the recurrent weights of each gate, where they start orthogonal or as identity.

    Attributes
    ----------
    layers : int
        Number of layers as they are recorded: each direction is one of its own.
    flat, flat_gradients : array, (P,)
        All parameters, and the gradient that `learn` wrote, each in one vector. An assignment to
        `flat` copies into it.
    parameters, gradients : dict of array
        Views on them, by PyTorch's names (`weight_ih_l0`, ..., `readout.bias`). An assignment to an
        entry of `parameters` copies into the weights.

    Raises
    ------
    ValueError
        If an argument is not allowed.
    """

    def __init__(
        self,
        *,
        cell: str,
        input_size: int,
        hidden_size: int,
        output_size: int,
        layers: int = 1,
        dtype: DTypeLike = "float64",
        seed: int = 0,
        forget_bias: float = 1.0,
        peephole: bool = False,
        coupled: bool = False,
        reset: str = "after",
        window: int = 1,
        embedding_size: int | None = None,
        attention: str = "none",
        bidirectional: bool = False,
        initial_weights: str = "default",
        spectral_radius: float = 1.0,
    ) -> None:
        architecture = Architecture(
            cell=cell,
            input_size=input_size,
            hidden_size=hidden_size,
            output_size=output_size,
            layers=layers,
            dtype=dtype,  # type: ignore[arg-type]  # Architecture makes a name of it
            peephole=peephole,
            coupled=coupled,
            reset=reset,
            window=window,
            embedding_size=embedding_size,
            attention=attention,
            bidirectional=bidirectional,
        )
        generator = np.random.default_rng(validation.integer("seed", seed, 0))
        validation.choice("initial_weights", initial_weights, init.CHOICES)
        radius = validation.radius(spectral_radius, initial_weights, init.WITH_RADIUS)
        bias = validation.finite("forget_bias", forget_bias)
        self._build(architecture)
        init.draw(self.parameters, architecture, generator, initial_weights, radius)
        init.set_forget_bias(self.parameters, architecture, bias)

    def _build(self, architecture: Architecture) -> None:
        """Allocate parameters, all 0."""
        self.architecture = architecture
        self.cell, self.layers = architecture.cell, architecture.recorded_layers
        self.input_size, self.output_size = architecture.input_size, architecture.output_size
        self.hidden_size = architecture.hidden_size
        self.dtype: np.dtype[Any] = np.dtype(architecture.dtype)
        self._shapes: Shapes = architecture.shapes()
        size = sum(int(np.prod(shape)) for shape in self._shapes.values())
        self._flat: Array = np.zeros(size, self.dtype)
        self.flat_gradients: Array = np.zeros(size, self.dtype)
        self._parameters = Parameters(views(self._flat, self._shapes))
        self.gradients: dict[str, Array] = views(self.flat_gradients, self._shapes)
        self._layout = Layout(architecture.plans(views(np.arange(size), self._shapes)), self.dtype)
        self._unrolled: dict[tuple[int, int, int | None], Unrolled] = {}
        self._last: Unrolled | None = None
        self._learned: Unrolled | None = None
        self._interventions: tuple[Intervention, ...] = ()
        self._shift: Array | None = None

    @property
    def flat(self) -> Array:
        """All parameters in one vector, (P,): the weights themselves, readable and writable."""
        return self._flat

    @flat.setter
    def flat(self, values: Array) -> None:
        validation.same_shape("flat", np.asarray(values), self._flat.shape)
        np.copyto(self._flat, values, casting="same_kind")

    @property
    def parameters(self) -> Parameters:
        """Views on `flat` by PyTorch's names; what is assigned to an entry is copied into it."""
        return self._parameters

    @property
    def interventions(self) -> tuple[Intervention, ...]:
        """The current interventions."""
        return self._interventions

    @property
    def shift(self) -> Array | None:
        """What the interventions add to `flat` before it is used, (P,); None for nothing."""
        return self._shift

    def intervene(self, *items: Intervention) -> None:
        """Hold gates, silence units, shift the forget bias: these, and nothing else, from now on.

        Without arguments everything is released. Weights are not changed.

        Raises
        ------
        ValueError
            If there is no such gate, unit or layer; nothing is changed then.
        """
        for item in items:
            self.architecture.check_intervention(item)
        self._interventions = items
        self._shift = self._shift_of(items)
        for unrolled in self._unrolled.values():
            unrolled.intervene(items)

    @property
    def outputs(self) -> Array:
        """Outputs of the last `learn`, `predict` or `observe`, (T, B, K): valid until the next."""
        if self._last is None:
            raise RuntimeError("outputs: nothing has been computed yet")
        return self._last.outputs.transpose(0, 2, 1)

    def learn(
        self,
        x: Array,
        y: Targets,
        mask: Mask | None = None,
        loss: str = "cross_entropy",
        truncate: int | None = None,
        answering: Answering | None = None,
    ) -> float:
        """Compute the loss of a batch and its gradient, as fast as possible.

        Fills `flat_gradients`; the weights do not change. Arguments as in `record`. Infinite loss
        or gradients are returned as they are.

        Returns
        -------
        float
            The loss.

        Raises
        ------
        ValueError
            As `record`; neither weights nor gradients are changed then.
        """
        whole = mask is None and truncate is None and answering is None
        plain = whole and not self.architecture.ids
        if not (plain and validation.is_plain_batch(x, y, loss, self.input_size, self.output_size)):
            x, y, mask = self.checked(x, y, mask, loss, truncate, answering)
        with np.errstate(all="ignore"):
            unrolled = self._forward(x, answering=answering)
            value = unrolled.loss(loss, y, mask)
            if not math.isfinite(value):
                self.checked_inputs(x)  # the data may be at fault
            unrolled.backward(truncate)
            unrolled.weight_gradients()
            self._layout.gather(self.flat_gradients)
        self._last = self._learned = unrolled
        return value

    def gradient_norms(self) -> Array:
        """Return the 2-norm of dL/dh_t over units and sequences, right after `learn`.

        Returns
        -------
        array of float64, (layers, T)
        """
        if self._learned is None:
            raise RuntimeError("gradient_norms: nothing was learned yet")
        return self._learned.gradient_norms()

    def input_gradient(self) -> Array:
        """Return dL/dx_t of the last batch, right after `learn`.

        This is the only part of a record that training can do without, so `learn` does not compute
        it.

        Returns
        -------
        array, (T, B, D)
        """
        if self._learned is None:
            raise RuntimeError("input_gradient: nothing was learned yet")
        return time_first(self._learned.input_gradient())

    def predict(self, x: Array, answering: Answering | None = None) -> Array:
        """Return the outputs for inputs (T, B, D): logits or values, (T, B, K).

        Raises
        ------
        ValueError
            If x has the wrong shape or is not finite, or `answering` does not fit it.
        """
        self.check_cuts(None, answering)
        x = self.checked_inputs(x)
        self._last = self.unroll(x, answering=fitting(answering, len(x)))
        return time_first(self._last.outputs)

    def observe(self, x: Array, answering: Answering | None = None) -> tuple[LayerRecord, ...]:
        """Return a copy of the gates and states of every layer, without any gradient.

        Parameters
        ----------
        x : array, (T, B, D), or (T, B) of int with an embedding
        answering
            As in `record`.

        Raises
        ------
        ValueError
            If x has the wrong shape or is not finite, or `answering` does not fit it.
        """
        self.check_cuts(None, answering)
        x = self.checked_inputs(x)
        self._last = self.unroll(x, answering=fitting(answering, len(x)))
        records = self._last.layer_records()
        return tuple(replace(each, d_h=None, d_c=None) for each in records)

    def record(
        self,
        x: Array,
        y: Targets,
        mask: Mask | None = None,
        loss: str = "cross_entropy",
        initial: Mapping[str, Array] | None = None,
        truncate: int | None = None,
        answering: Answering | None = None,
    ) -> Record:
        """Run forward and backward, and return a copy of everything that was computed.

        Does not change the network: `flat_gradients` stays what `learn` left there.

        Parameters
        ----------
        x : array, (T, B, D), or (T, B) of int with an embedding
        y : array, (T, B) of int, or (T, B, K) of float
            Classes for `"cross_entropy"`, values for `"squared_error"`. Without the axis of time,
            (B,) or (B, K), they are the targets of the last step, the only one scored then.
        mask : array of bool, (T, B), or None
            Which steps are scored; None means all.
        loss
            `"cross_entropy"` or `"squared_error"`.
        initial : mapping of array, (layers, B, H), or None
            State before the first step: `"h"`, and for an LSTM `"c"`. A missing one is zero.
        truncate
            Truncation length k: the gradient does not cross from step t to t - 1 where t is a
            multiple of k (Williams and Peng 1990). The state does. Attention is not cut: an output
            reaches the hidden states that it looked at, however far back they are.
        answering
            From which step on the sequences answer what was read. With attention these steps look
            at the steps before `first` alone; with `from_zero` every recurrent state is replaced by
            zero there, and the gradient does not pass.

        Raises
        ------
        ValueError
            If an argument has the wrong shape or is out of range.
        """
        x, y, mask = self.checked(x, y, mask, loss, truncate, answering)
        state = self.checked_state(initial, x.shape[1])
        gradients = np.empty_like(self.flat)
        unrolled = self.unroll(x, state, answering=answering)
        with np.errstate(all="ignore"):
            value = unrolled.loss(loss, y, mask)
            unrolled.backward(truncate)
            attention = unrolled.attention_record()
            unrolled.weight_gradients()
            self._layout.gather(gradients)
            d_x = time_first(unrolled.input_gradient())
        return Record(
            loss=value,
            outputs=time_first(unrolled.outputs),
            d_x=d_x,
            layers=unrolled.layer_records(),
            gradients=views(gradients, self._shapes),
            d_initial=unrolled.initial_gradient(),
            final=unrolled.final_state(),
            attention=attention,
        )

    def copy(self, dtype: DTypeLike | None = None) -> Network:
        """Return a network with the same weights and interventions, maybe in another precision."""
        twin = Network.__new__(Network)
        name = self.dtype if dtype is None else validation.float_type(dtype)
        twin._build(replace(self.architecture, dtype=name.name))
        twin.flat[...] = self.flat
        twin.intervene(*self._interventions)
        return twin

    def __deepcopy__(self, _memo: dict[int, Any]) -> Network:
        return self.copy()

    def free_buffers(self) -> None:
        """Let go of the buffers; what is computed next allocates them again."""
        self._unrolled.clear()
        self._last = self._learned = None

    def load_torch(self, weights: Mapping[str, Any]) -> None:
        """Load weights by PyTorch's names: all of them, and nothing else.

        Parameters
        ----------
        weights : mapping of name to array or tensor
            A `state_dict`, as it is: modules may have any names (`lstm.weight_ih_l0`,
            `head.weight`), and tensors may require a gradient.

        Raises
        ------
        ValueError
            If an entry is missing, unknown, misshapen or not finite, or it is not clear which is
            which; nothing is changed then.
        """
        for name, values in torch_names.arrays(weights, self._shapes, self.dtype).items():
            np.copyto(self.parameters[name], values, casting="same_kind")

    def to_torch(self) -> dict[str, Array]:
        """Return a copy of the weights by PyTorch's names."""
        return {name: values.copy() for name, values in self.parameters.items()}

    def checked(
        self,
        x: Any,
        y: Any,
        mask: Any,
        loss: str,
        truncate: int | None = None,
        answering: Answering | None = None,
    ) -> tuple[Array, Targets, Mask | None]:
        """Return inputs, targets and mask as arrays that fit; `ValueError` says what does not."""
        if not self.architecture.has_readout:
            raise ValueError(
                "there is no readout (output_size is 0), so there are no outputs to compare with "
                "targets: states and gates can be seen, but nothing can be learned"
            )
        self.check_cuts(truncate, answering)
        x = self.checked_inputs(x)
        steps, batch = x.shape[:2]
        fitting(answering, steps)
        mask = validation.mask(mask, (steps, batch))
        return x, validation.targets(y, mask, loss, (steps, batch, self.output_size)), mask

    def check_cuts(self, truncate: Any, answering: Answering | None) -> None:
        """Refuse a truncation length that is none, and in two directions any cut in time."""
        validation.truncation(truncate)
        if not self.architecture.bidirectional:
            return
        if truncate is not None:
            raise ValueError(
                "truncate must be None in a bidirectional network: its two directions meet the "
                f"places of a cut at different steps, got {truncate}"
            )
        if answering is not None:
            raise ValueError(
                "answering must be None in a bidirectional network: its backward direction reads "
                "the answer before it is given"
            )

    def checked_state(self, initial: Any, batch: int) -> dict[str, Array] | None:
        """Return an initial state that fits; `ValueError` says what does not fit."""
        names = self.architecture.cell_type.state_names
        return validation.initial(initial, names, (self.layers, batch, self.hidden_size))

    def unroll(
        self,
        x: Array,
        initial: Mapping[str, Array] | None = None,
        keep: bool = True,
        answering: Answering | None = None,
    ) -> Unrolled:
        """Run forward over checked inputs, and return the buffers themselves.

        Internal to this folder. The caller may run backward on them, and must copy what it needs
        before the network is used again. `keep` tells whether the same shape will be needed again.
        """
        with np.errstate(all="ignore"):
            return self._forward(x, initial, keep, answering)

    def checked_inputs(self, x: Any) -> Array:
        """Return inputs that fit; `ValueError` says what does not fit."""
        if self.architecture.ids:
            return validation.ids(x, self.input_size)
        return validation.inputs(x, self.input_size)

    def _forward(
        self,
        x: Array,
        initial: Mapping[str, Array] | None = None,
        keep: bool = True,
        answering: Answering | None = None,
    ) -> Unrolled:
        self._layout.refresh(self.flat if self._shift is None else self.flat + self._shift)
        unrolled = self._buffers(x.shape[0], x.shape[1], self.zero_before(answering), keep)
        unrolled.forward(x, initial, answering)
        return unrolled

    def zero_before(self, answering: Answering | None) -> int | None:
        """Return the step before which every state is zero; None where there is no state or cut.

        Internal to this folder, as `unroll`.
        """
        if answering is None or not answering.from_zero:
            return None
        return answering.first if self.architecture.cell_type.state_names else None

    def _buffers(self, steps: int, batch: int, first: int | None, keep: bool) -> Unrolled:
        """Return the buffers for a shape; the least recently used ones come first in the store."""
        key = (steps, batch, first)
        kept = self._unrolled.pop(key, None)
        unrolled = kept or self.architecture.unroll(self._layout.weights, steps, batch, first)
        if kept is None:
            unrolled.intervene(self._interventions)
            if not keep:
                return unrolled
        self._unrolled[key] = unrolled
        if len(self._unrolled) > SHAPES_KEPT:
            del self._unrolled[next(iter(self._unrolled))]
        return unrolled

    def _shift_of(self, items: tuple[Intervention, ...]) -> Array | None:
        """Return what is added to the flat vector before it is used."""
        shifts = [item for item in items if isinstance(item, ShiftForgetBias)]
        if not shifts:
            return None
        total: Array = np.zeros_like(self.flat)
        biases = views(total, self._shapes)
        for item in shifts:
            for layer in range(self.layers) if item.layer is None else [item.layer]:
                bias = biases[f"bias_ih{self.architecture.suffix(layer)}"]
                init.add_to_forget_bias(bias, self.architecture, item.amount)
        return total
