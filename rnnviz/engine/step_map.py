"""One time step as a map: from the state before it to the state after it, with its exact Jacobian.

The state is everything that a step hands to the next one. Of a single layer that is h, and c where
the cell has one; of all layers together these vectors are placed one after the other, from the
input up: `[h1; c1; h2; c2; ...]`. Fixed points are states that the map leaves as they are.

The Jacobian is that of the cell's own backward pass: one column for each entry of the new state,
side by side for many states at once. Where all units of a cell meet only in products with weights,
there is a shorter way to the same numbers: one column for each letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnviz.engine import validation
from rnnviz.engine.cells import Cell, Span
from rnnviz.engine.interventions import of_layer
from rnnviz.engine.products import Array

if TYPE_CHECKING:
    from rnnviz.engine.network import Network

Numbers = NDArray[np.float64]
#: A layer, the letter of one of its states, and where that is in the whole state.
Part = tuple[int, str, slice]

# Columns that go back through a cell at once: so many that few calls are needed, so few that
# everything is still in the cache.
COLUMNS = 2048
# Buffers of this many shapes are kept for each layer.
SHAPES_KEPT = 4


class Recorded(Protocol):
    """What a trace tells about its sequence."""

    @property
    def layers(self) -> Sequence[Any]:
        """What each layer computed; its states by their letters, (T, H)."""

    @property
    def inputs(self) -> NDArray[Any]:
        """What the network was given, (T, D)."""

    def is_backward(self, layer: int) -> bool:
        """Tell whether a layer reads the sequence from its end."""


class StepMap:
    """The map of one time step, of one layer or of all of them together.

    It is made from a copy of the network in float64, with the interventions that it has: training
    may go on.

    Parameters
    ----------
    network : Network
    layer
        None for all layers together; a number for that layer alone, -1 for the top one. Its inputs
        are then what it receives: the hidden states of the layer below.

    Attributes
    ----------
    size : int
        Number of entries of the state, S.
    parts : tuple of (layer, letter, slice)
        What the entries are, in their order.
    input_size : int
        Number of entries of an input vector, D; with an embedding, of what is looked up.

    Raises
    ------
    ValueError
        If there is no such layer, or no state; for all layers of a bidirectional network, whose
        steps do not follow one another, or one above its first.
    """

    def __init__(self, network: Network, layer: int | None = None) -> None:
        numbers = _layers(network, layer)
        self._twin = network.copy("float64")
        x: Any = np.zeros((1, 1) if network.architecture.ids else (1, 1, network.input_size))
        unrolled = self._twin.unroll(x.astype(np.intp) if network.architecture.ids else x)
        self._layers = [_Layer(self._twin, unrolled.parts(n)[0], n) for n in numbers]
        parts, start = [], 0
        for each in self._layers:
            for letter in each.letters:
                parts.append((each.number, letter, slice(start, start + each.hidden_size)))
                start += each.hidden_size
        self.parts: tuple[Part, ...] = tuple(parts)
        self.size = start
        self.input_size = self._layers[0].input_size

    def inputs(self, inputs: ArrayLike) -> Numbers:
        """Return what enters the first layer: numbers as they are, integers looked up.

        Parameters
        ----------
        inputs : array, (N, D) or (D,)
            With an embedding also integers, (N,) or a single one.

        Raises
        ------
        ValueError
            If they do not fit, or are not finite.
        """
        given = np.asarray(inputs)
        if self._by_ids and given.ndim < 2 and np.issubdtype(given.dtype, np.integer):
            last = self._twin.input_size - 1
            if given.size and not 0 <= given.min() <= given.max() <= last:
                raise ValueError(f"inputs must be 0..{last}, got {given.min()}..{given.max()}")
            given = self._twin.parameters["embedding.weight"][given]
        if given.ndim not in (1, 2) or given.shape[-1] != self.input_size:
            raise ValueError(
                f"inputs must have the shape (N, {self.input_size}) or ({self.input_size},), "
                f"got {given.shape}"
            )
        given = given.astype(np.float64)
        if not np.isfinite(given).all():
            raise ValueError("inputs must be finite")
        return given

    def step(self, states: ArrayLike, inputs: ArrayLike) -> Numbers:
        """Return the states one step later.

        Parameters
        ----------
        states : array, (N, S)
        inputs : array, (N, D) or (D,)
            See `inputs`; a single one is that of all states.

        Returns
        -------
        array of float64, (N, S)
        """
        before, below = self._checked(states, inputs)
        return np.concatenate([after for _, after in self._upward(before, below)], axis=1)

    def jacobians(self, states: ArrayLike, inputs: ArrayLike) -> Numbers:
        """Return the derivative of the new state w.r.t. the old one.

        Parameters
        ----------
        states, inputs
            As in `step`.

        Returns
        -------
        array of float64, (N, S, S)
            Entry `[n, i, j]`: derivative of entry i after the step w.r.t. entry j before it.
        """
        before, below = self._checked(states, inputs)
        found: Numbers = np.zeros((len(before), self.size, self.size))
        lower: Numbers | None = None  # rows of the hidden state below, (N, H, S)
        start = 0
        for each, (received, _) in zip(self._layers, self._upward(before, below), strict=True):
            rows = slice(start, start + each.size)
            own, by_input = each.jacobians(before[:, rows], received, lower is not None)
            found[:, rows, rows] = own
            if lower is not None:
                found[:, rows, :start] = (by_input @ lower)[:, :, :start]
            lower = found[:, start : start + each.hidden_size]
            start += each.size
        return found

    def outputs(self, states: ArrayLike) -> Numbers:
        """Return what the readout makes of states: logits or values, (N, K).

        Parameters
        ----------
        states : array, (N, S)

        Raises
        ------
        ValueError
            If the readout sees more than these states, or there is none.
        """
        architecture = self._twin.architecture
        if not architecture.has_readout:
            raise ValueError("there is no readout (output_size is 0), so there are no outputs")
        if architecture.attends:
            raise ValueError(
                "with attention an output needs the hidden states of the steps before, "
                "so a state alone has none"
            )
        if architecture.bidirectional:
            raise ValueError("the readout sees both directions, so a state of one has no output")
        top = self._layers[-1]
        if top.number != architecture.number_of(-1):
            raise ValueError(f"the readout sees the top layer only, this is layer {top.number + 1}")
        h = self._states(states)[:, self.size - top.size :][:, : top.hidden_size]
        weights = self._twin.parameters
        with np.errstate(all="ignore"):
            outputs: Numbers = h @ weights["readout.weight"].T + weights["readout.bias"]
        return outputs

    def of_trace(self, trace: Recorded) -> Numbers:
        """Return the states of a trace after each of its steps, (T, S), in the layer's own time."""
        columns = [getattr(trace.layers[layer], letter) for layer, letter, _ in self.parts]
        return np.asarray(np.concatenate(columns, axis=1), np.float64)

    def inputs_of(self, trace: Recorded) -> Numbers:
        """Return what the map received at each step of a trace, (T, D), in the layer's own time."""
        number = self._layers[0].number
        if number >= self._twin.architecture.directions:
            return np.asarray(trace.layers[number - 1].h, np.float64)
        seen = trace.inputs[::-1] if trace.is_backward(number) else trace.inputs
        if self._by_ids:
            return self.inputs(seen.reshape(len(seen)).astype(np.intp))
        return self.inputs(seen)

    @property
    def _by_ids(self) -> bool:
        """Whether inputs may be integers that are looked up."""
        architecture = self._twin.architecture
        return architecture.ids and self._layers[0].number < architecture.directions

    def _states(self, states: ArrayLike) -> Numbers:
        given = np.asarray(states, np.float64)
        if given.ndim != 2 or given.shape[1] != self.size:
            raise ValueError(f"states must have the shape (N, {self.size}), got {given.shape}")
        return given

    def _checked(self, states: ArrayLike, inputs: ArrayLike) -> tuple[Numbers, Numbers]:
        before, below = self._states(states), self.inputs(inputs)
        if below.ndim == 2 and len(below) != len(before):
            raise ValueError(
                f"there must be as many inputs as states ({len(before)}), got {len(below)}"
            )
        return before, np.broadcast_to(below, (len(before), self.input_size))

    def _upward(self, before: Numbers, below: Numbers) -> list[tuple[Numbers, Numbers]]:
        """Return of each layer what it receives, and its state after the step."""
        found, start = [], 0
        for each in self._layers:
            after = each.step(before[:, start : start + each.size], below)
            found.append((below, after))
            below = after[:, : each.hidden_size]
            start += each.size
        return found


class _Layer:
    """One layer of a network as a map, with cells of one time step for as many columns as asked.

    Parameters
    ----------
    network : Network
    like : Cell
        The layer as the network unrolled it: its weights are used.
    number
        As it is recorded.
    """

    def __init__(self, network: Network, like: Cell, number: int) -> None:
        self.number, self.hidden_size = number, like.hidden_size
        self.letters = like.state_names
        self.size = len(self.letters) * self.hidden_size
        self.input_size = like.x.shape[1]
        self._like = like
        self._interventions = of_layer(network.interventions, number)
        self._cells: dict[int, Cell] = {}

    def step(self, before: Numbers, received: Numbers) -> Numbers:
        """Return the state after the step, (N, size)."""
        cell = self._forward(before.T, received.T)
        return np.concatenate([state[1] for state in cell.states.values()]).T.copy()

    def jacobians(
        self, before: Numbers, received: Numbers, by_input: bool
    ) -> tuple[Numbers, Numbers]:
        """Return the derivatives w.r.t. the own state, (N, size, size), and the input, or nothing.

        Returns
        -------
        own : array, (N, size, size)
        by_input : array, (N, size, D)
            Without entries unless they are asked for.
        """
        if self._like.mixing() is not None:
            return self._by_unit(before, received, by_input)
        own = np.empty((len(before), self.size, self.size))
        of_input = np.empty((len(before), self.size, self.input_size if by_input else 0))
        at_once = max(1, COLUMNS // self.size)
        for start in range(0, len(before), at_once):
            some = slice(start, start + at_once)
            own[some], of_input[some] = self._back(before[some], received[some], by_input)
        return own, of_input

    def _back(self, before: Numbers, received: Numbers, by_input: bool) -> tuple[Numbers, Numbers]:
        """Return the same for so few states that all columns fit side by side."""
        N, size, H = len(before), self.size, self.hidden_size
        cell = self._forward(np.repeat(before, size, axis=0).T, np.repeat(received, size, axis=0).T)
        seeds = np.tile(np.eye(size), N)
        of_letter = {x: seeds[k * H : (k + 1) * H] for k, x in enumerate(self.letters)}
        cell.d_last = {letter: seed for letter, seed in of_letter.items() if letter != "h"}
        cell.d_h[0] = of_letter["h"]
        with np.errstate(all="ignore"):
            cell.backward([True])
            d_before = np.concatenate([state[0] for state in cell.d_states.values()])
            own = d_before.reshape(size, N, size).transpose(1, 2, 0)
            if not by_input:
                return own, np.empty((N, size, 0))
            d_x = np.empty((1, self.input_size, N * size))
            cell.input_gradient(d_x)
        return own, d_x.reshape(self.input_size, N, size).transpose(1, 2, 0)

    def _by_unit(
        self, before: Numbers, received: Numbers, by_input: bool
    ) -> tuple[Numbers, Numbers]:
        """Return the same for a cell whose units meet in known products alone.

        All units of one letter go back at once: what comes to the arguments of unit i is then its
        own, and its way to another unit is a weight.
        """
        N, H, L = len(before), self.hidden_size, len(self.letters)
        cell = self._forward(np.tile(before.T, L), np.tile(received.T, L))
        seeds = {letter: np.zeros((H, L, N)) for letter in self.letters}
        for k, seed in enumerate(seeds.values()):
            seed[:, k] = 1
        seeds_flat = {letter: seed.reshape(H, L * N) for letter, seed in seeds.items()}
        cell.d_h[0] = seeds_flat.pop("h")
        cell.d_last = seeds_flat
        with np.errstate(all="ignore"):
            cell.backward([True])
            mixing = cell.mixing()
            assert mixing is not None
            own = np.zeros((N, self.size, self.size))
            h = slice(self.letters.index("h") * H, (self.letters.index("h") + 1) * H)
            own[:, :, h] = _ways(mixing.W_hh_T, mixing.d_by_h[0].reshape(-1, H, L, N))
            diagonal = np.arange(H)
            for column, (letter, d_state) in enumerate(cell.d_states.items()):
                direct = d_state[0]
                if letter == "h":
                    direct = direct - mixing.W_hh_T @ mixing.d_by_h[0]
                for row, of_row in enumerate(direct.reshape(H, L, N).transpose(1, 2, 0)):
                    own[:, row * H + diagonal, column * H + diagonal] += of_row
            if not by_input:
                return own, np.empty((N, self.size, 0))
            return own, _ways(mixing.W_ih_T, mixing.d_by_x[0].reshape(-1, H, L, N))

    def _forward(self, before: Numbers, received: Numbers) -> Cell:
        """Return a cell that has done the step from these columns, (size, B) and (D, B)."""
        cell = self._cell(before.shape[1])
        cell.x[0] = received
        for k, state in enumerate(cell.states.values()):
            state[0] = before[k * self.hidden_size : (k + 1) * self.hidden_size]
        with np.errstate(all="ignore"):
            cell.forward()
        return cell

    def _cell(self, columns: int) -> Cell:
        """Return the buffers for a number of columns; the one not used for longest goes first."""
        cell = self._cells.pop(columns, None)
        if cell is None:
            like, sizes = self._like, (self.input_size, self.hidden_size)
            scratch = np.empty(type(like).scratch_size(*sizes, 1, columns))
            cell = type(like)(like.weights, sizes, Span(1, columns, like.dtype, scratch))
            cell.intervene(self._interventions)
        self._cells[columns] = cell
        if len(self._cells) > SHAPES_KEPT:
            del self._cells[next(iter(self._cells))]
        return cell


def _ways(W_T: Array, factors: Array) -> Numbers:
    """Return the derivatives over the arguments of each unit and their weights, (N, L H, J).

    Parameters
    ----------
    W_T : array, (J, n H)
    factors : array, (n, H, L, N)
        Derivative of unit i of a letter w.r.t. each of its n arguments.
    """
    n, H, L, N = factors.shape
    weights = W_T.reshape(-1, n, H).transpose(2, 1, 0)  # (H, n, J)
    by_unit = factors.transpose(2, 1, 3, 0) @ weights  # (L, H, N, J)
    return np.asarray(by_unit.transpose(2, 0, 1, 3).reshape(N, L * H, -1), np.float64)


def _layers(network: Network, layer: int | None) -> list[int]:
    """Return the numbers of the layers that the map consists of."""
    architecture = network.architecture
    if not architecture.cell_type.state_names:
        raise ValueError(
            f"a network of the cell {network.cell} has no state that goes from step to step"
        )
    if layer is None:
        if architecture.bidirectional:
            raise ValueError(
                "the two directions of a bidirectional network go through time in opposite ways, "
                "so there is no map of all layers: choose a direction of the first layer"
            )
        return list(range(network.layers))
    number = architecture.number_of(validation.integer("layer", layer, -1, network.layers - 1))
    if architecture.bidirectional and number > 1:
        raise ValueError(
            "what a layer above the first receives in a bidirectional network comes from both "
            "directions below it: choose a direction of the first layer"
        )
    return [number]
