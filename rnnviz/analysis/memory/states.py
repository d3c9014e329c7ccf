"""The states of a layer on the evaluation sequences, with what is known about each step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.analysis.observation import scored_steps
from rnnviz.engine import Network
from rnnviz.engine.cost import buffer_bytes
from rnnviz.numbers import number
from rnnviz.recording.trace import Array
from rnnviz.tasks.task import Batch, Task
from rnnviz.training.threads import one_thread

Numbers = NDArray[np.float64]
Integers = NDArray[np.intp]
Flags = NDArray[np.bool_]

#: At most so many evaluation sequences are run through a network,
SEQUENCES = 200
#: and fewer if the buffers for them would be larger than this.
BUFFER_BYTES = 32_000_000
#: More different inputs, or targets, than this are numbers and not symbols.
MOST_SYMBOLS = 128
_SIGNS = {-1: "−", 0: "0", 1: "+"}


@dataclass(frozen=True)
class Alphabet:
    """The different vectors that an input or a target can be, where they are few.

    Parameters
    ----------
    names : tuple of str, length R
        What a person reads for each.
    rows : array, (R, D)
    """

    names: tuple[str, ...]
    rows: Numbers

    def of(self, vectors: NDArray[Any]) -> Integers:
        """Return which row each vector (..., D) is; −1 where it is none of them."""
        if len(self.rows) == len(self.rows[0]) and (self.rows == np.eye(len(self.rows))).all():
            nearest = vectors.argmax(axis=-1)  # one-hot: there may be many
            same = (vectors.sum(axis=-1) == 1) & (np.abs(vectors).sum(axis=-1) == 1)
        else:
            nearest = self.nearest(vectors)
            same = (self.rows[nearest] == vectors).all(axis=-1)
        return np.where(same, nearest, -1)

    def nearest(self, vectors: NDArray[Any]) -> Integers:
        """Return which row each vector (..., D) is closest to; −1 where it is not finite."""
        with np.errstate(all="ignore"):
            # The square of the vector itself is the same for all rows.
            far = (self.rows**2).sum(axis=1) - 2 * vectors @ self.rows.T
        known = np.isfinite(far).all(axis=-1)
        return np.where(known, np.where(known[..., None], far, 0).argmin(axis=-1), -1)


@dataclass(frozen=True)
class Labels:
    """Which of a few names each step of each sequence has.

    Parameters
    ----------
    names : tuple of str
    of : array of int, (B, T)
        −1 where a step has none of them.
    """

    names: tuple[str, ...]
    of: Integers

    def at(self, sequence: int, step: int) -> str:
        """Return the name of a step; "" where it has none."""
        which = int(self.of[sequence, step])
        return self.names[which] if which >= 0 else ""


@dataclass(frozen=True)
class States:
    """One quantity of one layer on many sequences; B of them, each of at most T steps.

    Parameters
    ----------
    layer
        From the input up, 0 first.
    letter
        `"h"` or `"c"`.
    values : array of float64, (B, T, U)
        After each step, in the order of the inputs, also of a layer that reads them backward.
    there : array of bool, (B, T)
        Which steps exist: a short sequence is over before T.
    scored : array of bool, (B, T)
        Which steps have a target that counts.
    sequences : array of int, (B,)
        Which of the task's evaluation sequences these are.
    inputs, targets, answers : Labels or None
        Symbol that comes in, target of the scored steps, and what the network says: the likeliest
        output, or of few possible targets the closest. None where they are numbers, or nothing.
    input_numbers, target_numbers, answer_numbers : array, (B, T, D or K), or None
        The numbers, in the units of the data, where there are no symbols.
    asked : Alphabet or None
        The different targets, where these are few vectors.
    """

    layer: int
    letter: str
    values: Numbers
    there: Flags
    scored: Flags
    sequences: Integers
    inputs: Labels | None = None
    targets: Labels | None = None
    answers: Labels | None = None
    input_numbers: Numbers | None = None
    target_numbers: Numbers | None = None
    answer_numbers: Numbers | None = None
    asked: Alphabet | None = None

    @property
    def size(self) -> int:
        """Number of units U."""
        return int(self.values.shape[2])

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        labels = (self.inputs, self.targets, self.answers)
        numbers = (self.input_numbers, self.target_numbers, self.answer_numbers)
        told = [each.of for each in labels if each is not None]
        arrays = [self.values, self.there, self.scored, *told, *numbers]
        return sum(array.nbytes for array in arrays if array is not None)

    @property
    def positions(self) -> Integers:
        """The time step of each step of each sequence, (B, T), 0 first."""
        return np.broadcast_to(np.arange(self.there.shape[1]), self.there.shape)

    @property
    def flat(self) -> Numbers:
        """The states of all steps that exist, (N, U), sequence by sequence."""
        flat: Numbers = self.values[self.there]
        return flat

    def drawn(self, most: int) -> tuple[Integers, Integers]:
        """Return sequence and step of at most so many states: whole sequences, evenly chosen."""
        lengths = self.there.sum(axis=1)
        count = int(np.clip(most // max(1, lengths.max()), 1, len(lengths)))
        some = np.linspace(0, len(lengths) - 1, count).round().astype(np.intp)
        chosen, steps = np.nonzero(self.there[some])
        return some[chosen][:most], steps[:most]


def states_of(
    network: Network,
    task: Task,
    batch: Batch | None = None,
    layer: int = -1,
    letter: str = "h",
    like: States | None = None,
) -> States:
    """Run a network over sequences, and return what one layer remembers after each step.

    Parameters
    ----------
    network
        With weights and interventions as wanted, such as `Trainer.network_of(trace)`.
    task
    batch
        Sequences of the task; None means `sequences_of` the task's evaluation.
    layer
        From the input up; −1 means the top one.
    letter
        `"h"`, or `"c"` where there is a cell state.
    like
        States of the same sequences at another iteration: what does not depend on the network is
        taken from them.

    Raises
    ------
    ValueError
        If the network has no such state.
    """
    number_of = _state(network, layer, letter)
    if batch is None:
        batch, sequences = sequences_of(network, task)
    else:
        sequences = np.arange(batch.x.shape[1])
    architecture = network.architecture
    with one_thread(), np.errstate(all="ignore"):
        record = network.observe(batch.x, batch.answering)[number_of]
        outputs = network.outputs if architecture.has_readout else None
    values = np.asarray(getattr(record, letter), np.float64)
    if architecture.reads_backward(number_of):
        values = values[::-1]
    values = np.ascontiguousarray(values.transpose(1, 0, 2))
    if like is None:
        like = _known(States(number_of, letter, values, there(batch), scored_steps(batch).T,
                             sequences), task, batch)  # fmt: skip
    return _answered(replace(like, layer=number_of, letter=letter, values=values), task, outputs)


def _known(states: States, task: Task, batch: Batch) -> States:
    """Return states with inputs and targets."""
    x, y = batch.x.swapaxes(0, 1), np.asarray(batch.y).swapaxes(0, 1)
    seen, asked = input_alphabet(task), target_alphabet(task)
    mean, deviation = task.scale
    if x.ndim == 2:
        states = replace(states, inputs=Labels(tuple(task.input_names), x.astype(np.intp)))
    elif seen is not None:
        states = replace(states, inputs=Labels(seen.names, seen.of(x)))
    else:
        states = replace(states, input_numbers=x * deviation + mean)
    if task.loss == "cross_entropy":
        targets = np.where(states.scored, y, -1).astype(np.intp)
        return replace(states, targets=Labels(tuple(task.output_labels), targets))
    if asked is not None:
        targets = np.where(states.scored, asked.of(y), -1)
        return replace(states, targets=Labels(asked.names, targets), asked=asked)
    in_units = np.where(states.scored[..., None], y, np.nan) * deviation + mean
    return replace(states, target_numbers=in_units)


def _answered(states: States, task: Task, outputs: Array | None) -> States:
    """Return states with what the network says at each step, (T, B, K)."""
    if outputs is None:
        return replace(states, answers=None, answer_numbers=None)
    said = np.asarray(outputs, np.float64).swapaxes(0, 1)
    if task.loss == "cross_entropy":
        return replace(states, answers=Labels(tuple(task.output_labels), _likeliest(said)))
    if states.asked is not None:
        return replace(states, answers=Labels(states.asked.names, states.asked.nearest(said)))
    mean, deviation = task.scale
    return replace(states, answer_numbers=said * deviation + mean)


def sequences_of(network: Network, task: Task, most: int = SEQUENCES) -> tuple[Batch, Integers]:
    """Return evaluation sequences that a network can be run on at once, evenly spread.

    Returns
    -------
    batch : Batch
    sequences : array of int, (B,)
        Which of the evaluation sequences they are.
    """
    evaluation = task.evaluation()
    steps, held = evaluation.x.shape[:2]
    each = buffer_bytes(network.architecture, steps, 1)
    count = max(1, min(most, held, BUFFER_BYTES // each))
    some = np.linspace(0, held - 1, count).round().astype(np.intp)
    mask = None if evaluation.mask is None else evaluation.mask[:, some]
    return replace(evaluation, x=evaluation.x[:, some], y=evaluation.y[:, some], mask=mask), some


def there(batch: Batch) -> Flags:
    """Return which steps exist, (B, T): those up to the last input that is not 0, or target."""
    inputs = batch.x.any(axis=2) if batch.x.ndim == 3 else np.ones(batch.x.shape, dtype=bool)
    occupied: Any = scored_steps(batch) | inputs
    still = np.logical_or.accumulate(occupied[::-1], axis=0)
    return np.asarray(still[::-1].T, bool)


def input_alphabet(task: Task) -> Alphabet | None:
    """Return the symbols that come in, for inputs that are vectors; None where they are numbers."""
    x = task.evaluation().x
    return None if x.ndim == 2 else _alphabet(x, tuple(task.input_names))


def target_alphabet(task: Task) -> Alphabet | None:
    """Return the different targets where these are few vectors; None where they are numbers."""
    if task.loss == "cross_entropy":
        return None
    return _alphabet(np.asarray(task.evaluation().y, np.float64), tuple(task.output_labels))


def _alphabet(vectors: NDArray[Any], names: tuple[str, ...]) -> Alphabet | None:
    """Return the different vectors among those of shape (T, B, D), if they are few signs."""
    if not np.isin(vectors, (-1, 0, 1)).all():
        return None
    is_one_hot = (vectors >= 0).all() and (vectors.sum(axis=2) <= 1).all()
    if is_one_hot and len(names) <= 10 * MOST_SYMBOLS:
        return Alphabet(names, np.eye(len(names)))
    rows = _different(vectors.reshape(-1, vectors.shape[-1]))
    if len(rows) > MOST_SYMBOLS:
        return None
    words = tuple("".join(_SIGNS[int(each)] for each in row) for row in rows)
    return Alphabet(words, rows.astype(np.float64))


def _different(signs: NDArray[Any]) -> NDArray[Any]:
    """Return the different rows among those of −1, 0 and 1, sorted."""
    D = signs.shape[1]
    if D > 32:  # their numbers would not fit into 64 bits
        return np.unique(signs, axis=0)
    # Sorting whole numbers is fast, and sorting rows is not: 0.3 against 20 ms for 6,400 of them.
    codes = (signs + 1).astype(np.int64) @ 3 ** np.arange(D - 1, -1, -1)
    _, first = np.unique(codes, return_index=True)
    return np.asarray(signs[first])


def _likeliest(outputs: Numbers) -> Integers:
    """Return the largest output of each step, (B, T); −1 where one is not finite."""
    known: Any = np.isfinite(outputs).all(axis=2)
    return np.where(known, np.where(known[..., None], outputs, 0).argmax(axis=2), -1)


def _state(network: Network, layer: int, letter: str) -> int:
    """Return the number of a layer that has this state."""
    architecture = network.architecture
    names = architecture.cell_type.state_names
    if not names:
        raise ValueError(
            f"a network of the cell {network.cell} has no state: nothing goes from step to step"
        )
    if letter not in names:
        raise ValueError(f"letter must be one of {', '.join(names)}, got {letter!r}")
    if not -1 <= layer < network.layers:
        raise ValueError(f"layer must be −1..{number(network.layers - 1)}, got {layer!r}")
    return architecture.number_of(layer)
