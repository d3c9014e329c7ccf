"""Sequences as an automaton reads them: symbols that come in, and answers of the network."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine import Network
from rnnviz.numbers import number
from rnnviz.tasks import Counting, Reber
from rnnviz.tasks.task import Batch, Task, has_targets

Codes = NDArray[np.int64]

#: More different inputs than this are no alphabet that a person can read on arrows.
MOST_SYMBOLS = 100
#: Where several symbols can follow, those are the answer to which the network gives at least this
#: probability: below the 1/2 and 1/3 of two or three that are equally likely, above the rest.
POSSIBLE = 0.2
#: Targets that are numbers count as answers if there are at most so many different ones.
_MOST_LEVELS = 5
#: The tasks whose answer is a set: any of several symbols can come next, and all are right.
_SEVERAL_FOLLOW = (Reber, Counting)
_NONE = -1
#: Numbers of states that are read before others may go on: some milliseconds.
_AT_ONCE = 64_000


class Alphabet:
    """The different inputs of a task, numbered in the order in which a person expects them.

    Parameters
    ----------
    task
    x : array, (T, B, D), or (T, B) of int
        Inputs among which all symbols occur.

    Raises
    ------
    ValueError
        If there are too many different inputs for an alphabet; the sentence says how many.
    """

    def __init__(self, task: Task, x: NDArray[Any]) -> None:
        rows = x.reshape(-1, x.shape[-1]) if x.ndim == 3 else x.reshape(-1, 1)
        self._rows = np.unique(rows, axis=0)[::-1]  # one-hot vectors in the order of their units
        if len(self._rows) > MOST_SYMBOLS:
            raise ValueError(
                f"An automaton reads symbols. The inputs of this task are numbers or have too many "
                f"combinations: there are {len(self._rows):,} different ones in "
                f"{len(rows):,} time steps, and {MOST_SYMBOLS} is the most that can be told apart "
                "on arrows."
            )
        if x.ndim == 2:
            self._rows = self._rows[::-1]
        self.words = _words(task, self._rows, x.ndim == 2)

    def read(self, x: NDArray[Any]) -> Codes:
        """Return the number of the symbol at each step (T, B); -1 for one that is not known."""
        rows = x.reshape(-1, x.shape[-1]) if x.ndim == 3 else x.reshape(-1, 1)
        found = np.full(len(rows), _NONE, dtype=np.int64)
        for place, row in enumerate(self._rows):
            found[(rows == row).all(axis=1)] = place
        return found.reshape(x.shape[:2])


class Answers(Protocol):
    """What counts as an answer of the network."""

    @property
    def meaning(self) -> str:
        """What an answer is, for a sentence."""

    def of(self, outputs: NDArray[Any]) -> Codes:
        """Return the answer to each of the outputs (..., K) as a number."""

    def right(self, targets: NDArray[Any]) -> Codes:
        """Return the numbers of the right answers (...); -1 where several are right."""

    def word(self, code: int) -> str:
        """Return an answer as a person reads it."""


@dataclass(frozen=True)
class Likeliest:
    """The answer is the output with the largest value."""

    labels: tuple[str, ...]
    meaning: str = "the most likely output"

    def of(self, outputs: NDArray[Any]) -> Codes:
        """Return the index of the largest output."""
        return np.asarray(outputs.argmax(axis=-1), dtype=np.int64)

    def right(self, targets: NDArray[Any]) -> Codes:
        """Return the classes."""
        return np.asarray(targets, dtype=np.int64)

    def word(self, code: int) -> str:
        """Return the name of the output."""
        return self.labels[code]


@dataclass(frozen=True)
class Possible:
    """The answer is the set of all outputs with a probability of at least `POSSIBLE`."""

    labels: tuple[str, ...]
    meaning: str = f"the set of symbols with a probability of at least {number(POSSIBLE)}"

    def of(self, outputs: NDArray[Any]) -> Codes:
        """Return the set as a sum of powers of two."""
        weights = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        likely = weights >= POSSIBLE * weights.sum(axis=-1, keepdims=True)
        return np.asarray(likely @ (1 << np.arange(len(self.labels))), dtype=np.int64)

    def right(self, targets: NDArray[Any]) -> Codes:
        """Return -1: a target is one of the set."""
        return np.full(targets.shape, _NONE)

    def word(self, code: int) -> str:
        """Return the names of the set."""
        return " or ".join(self.members(code)) or "none"

    def members(self, code: int) -> tuple[str, ...]:
        """Return the symbols of the set."""
        return tuple(label for place, label in enumerate(self.labels) if code >> place & 1)


class Nearest:
    """The answer is, for each output, the nearest of a few numbers that occur as targets."""

    meaning = "for each output, the nearest number that occurs as a target"

    def __init__(self, levels: NDArray[np.float64], outputs: int) -> None:
        self._levels = levels
        self._place = len(levels) ** np.arange(outputs)

    def of(self, outputs: NDArray[Any]) -> Codes:
        """Return the levels as the digits of one number."""
        digits = np.abs(outputs[..., None] - self._levels).argmin(axis=-1)
        return np.asarray(digits @ self._place, dtype=np.int64)

    def right(self, targets: NDArray[Any]) -> Codes:
        """Return the numbers of the targets, each of which is a level."""
        return self.of(targets)

    def word(self, code: int) -> str:
        """Return the numbers of all outputs."""
        digits = code // self._place % len(self._levels)
        return " ".join(_signed(self._levels[digit]) for digit in digits)


def answers_of(task: Task) -> Answers:
    """Return what counts as an answer in a task.

    Raises
    ------
    ValueError
        If the outputs are numbers: they are not one of a few answers.
    """
    labels = task.output_labels
    if task.loss == "cross_entropy":
        if isinstance(task, _SEVERAL_FOLLOW):
            return Possible(labels)
        return Likeliest(labels)
    targets = np.asarray(task.evaluation().y, dtype=np.float64)
    levels = np.unique(targets)
    if len(levels) > _MOST_LEVELS:
        raise ValueError(
            "An automaton gives one of a few answers. The outputs of this task are numbers: there "
            f"are {len(levels):,} different targets."
        )
    return Nearest(levels, targets.shape[-1])


@dataclass(frozen=True)
class Reading:
    """What a network did on some sequences, as an automaton sees it.

    Parameters
    ----------
    symbols : array of int, (T, B)
        What came in; -1 after the end of a sequence.
    answers : array of int, (T, B)
        What the network answered; -1 where nobody asks.
    states : array, (T, B, S)
        The state of all layers after each step, [h1; c1; h2; c2; ...], squashed into -1..1.
    targets : array of int, (T, B)
        The right answers; -1 where nobody asks, and everywhere where several can be right.
    """

    symbols: Codes
    answers: Codes
    states: NDArray[np.floating]
    targets: Codes

    @property
    def there(self) -> NDArray[np.bool_]:
        """Which steps belong to a sequence, (T, B)."""
        there: NDArray[np.bool_] = self.symbols != _NONE
        return there

    def only(self, columns: NDArray[np.bool_]) -> Reading:
        """Return some of the sequences."""
        return Reading(
            symbols=self.symbols[:, columns],
            answers=self.answers[:, columns],
            states=self.states[:, columns],
            targets=self.targets[:, columns],
        )


def read(
    network: Network, task: Task, alphabet: Alphabet, answers: Answers, batch: Batch
) -> Generator[None, None, Reading]:
    """Run a network over a batch; yields every few sequences.

    A sequence ends at the last step that has a target: what comes after it is padding.
    """
    asked = _asked(task, answers, batch)
    symbols = yield from symbols_of(alphabet, batch)
    asked &= symbols != _NONE
    given = np.full(symbols.shape, _NONE)
    states = np.empty((*symbols.shape, _numbers(network)), dtype=network.flat.dtype)
    for columns, part in parts(batch, states.shape[2]):
        states[:, columns] = squashed(all_states(network, part))
        given[:, columns] = answers.of(network.outputs)
        yield
    targets = answers.right(batch.y) if has_targets(task) else np.full(symbols.shape, _NONE)
    return Reading(symbols, np.where(asked, given, _NONE), states, np.where(asked, targets, _NONE))


def symbols_of(alphabet: Alphabet, batch: Batch) -> Generator[None, None, Codes]:
    """Return the symbols of a batch, (T, B), -1 after the end of a sequence; yields often."""
    symbols = np.full(batch.x.shape[:2], _NONE)
    for columns, part in parts(batch, len(alphabet.words)):
        symbols[:, columns] = alphabet.read(part.x)
        yield
    return np.where(_within(batch), symbols, _NONE)


def parts(batch: Batch, size: int) -> Iterator[tuple[slice, Batch]]:
    """Return a few sequences of a batch after the other, for so many numbers at each step."""
    steps, count = batch.x.shape[:2]
    many = max(1, _AT_ONCE // max(1, steps * size))
    for begin in range(0, count, many):
        columns = slice(begin, begin + many)
        mask = None if batch.mask is None else batch.mask[:, columns]
        yield columns, replace(batch, x=batch.x[:, columns], y=batch.y[:, columns], mask=mask)


def _numbers(network: Network) -> int:
    """Return how many numbers the states of all layers are."""
    architecture = network.architecture
    letters = len(architecture.cell_type.state_names)
    return architecture.layers * architecture.hidden_size * letters


def all_states(network: Network, batch: Batch) -> NDArray[np.floating]:
    """Return the states of all layers side by side, (T, B, S): [h1; c1; h2; c2; ...]."""
    parts: list[NDArray[np.floating]] = []
    for layer in network.observe(batch.x, batch.answering):
        parts.append(layer.h)
        if layer.c is not None:
            parts.append(layer.c)
    return np.concatenate(parts, axis=2)


def squashed(states: NDArray[np.floating]) -> NDArray[np.floating]:
    """Squash states into -1..1, as an LSTM does when it reads its cell state."""
    return np.asarray(np.tanh(states))


def _asked(task: Task, answers: Answers, batch: Batch) -> NDArray[np.bool_]:
    """Return at which steps an answer counts: where it can be known, or all of a set."""
    shape = batch.x.shape[:2]
    if not has_targets(task):
        return np.ones(shape, dtype=bool)
    mask = batch.mask if isinstance(answers, Possible) else task.knowable(batch)
    return np.ones(shape, dtype=bool) if mask is None else np.asarray(mask, dtype=bool)


def _within(batch: Batch) -> NDArray[np.bool_]:
    if batch.mask is None or not batch.mask.any():
        return np.ones(batch.x.shape[:2], dtype=bool)
    return np.asarray(batch.mask[::-1].cumsum(axis=0)[::-1] > 0, dtype=bool)


def _words(task: Task, rows: NDArray[Any], are_integers: bool) -> tuple[str, ...]:
    """Return what a person calls the inputs."""
    if are_integers:
        symbols = task.symbols()["symbol"]
        return tuple(str(symbols.iloc[int(row[0])]) for row in rows)
    names = task.input_names
    set_units = np.abs(rows).sum(axis=1)
    if len(names) == rows.shape[1] and ((rows == 0) | (rows == 1)).all() and set_units.max() == 1:
        return tuple(names[int(row.argmax())] if row.any() else "nothing" for row in rows)
    return tuple(" ".join(_signed(value) for value in row) for row in rows)


def _signed(value: float) -> str:
    return f"+{number(value)}" if value > 0 else number(value)


def listed(words: Sequence[str], most: int = 4) -> str:
    """Write several words in a row; of many the first ones, and how many more there are."""
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[: most - 1])} and {len(words) - most + 1} more"
