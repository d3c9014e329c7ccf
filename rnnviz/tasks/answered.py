"""What the tasks share whose sequences are read symbol by symbol, and then answered."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rnnviz.engine.answering import Answering
from rnnviz.fields import Field, shown
from rnnviz.tasks import memoryless
from rnnviz.tasks.generated import Generated
from rnnviz.tasks.task import Batch, scored_targets

#: The input that asks for the first answer, and the last answer where answers differ in length.
SIGN, END = "→", "■"
LAST, ZERO = "last state", "zero state"

#: What is read, and what is to be answered: symbols.
Pair = tuple[Sequence[str], Sequence[str]]


class Answered(Generated):
    """Base of tasks in two parts: a source is read, then a sign asks for the answer.

    From the sign on, each input is the answer before: the true one in a batch (teacher forcing;
    Williams and Zipser 1989), the network's own where it runs freely. Sources end at the sign,
    whatever their length: in front of a short one, and after the end of an answer, inputs are 0.

    Parameters
    ----------
    start
        State with which the answering part starts: `last state`, or `zero state`.
    length
        Number of time steps T: the places for a source, and those for an answer.
    """

    start: str
    signals: ClassVar[tuple[str, ...]] = (SIGN, END)

    @property
    @abstractmethod
    def source_symbols(self) -> tuple[str, ...]:
        """The symbols of which sources are made."""

    @property
    @abstractmethod
    def answer_symbols(self) -> tuple[str, ...]:
        """The symbols of which answers are made, without the one that ends them."""

    @property
    @abstractmethod
    def ends(self) -> bool:
        """Whether answers differ in length, so that each is closed by a symbol of its own."""

    @property
    @abstractmethod
    def longest_source(self) -> int:
        """Most symbols of a source."""

    @property
    @abstractmethod
    def longest_answer(self) -> int:
        """Most symbols of an answer, without the one that ends it."""

    @abstractmethod
    def pairs(self, generator: np.random.Generator, count: int) -> list[Pair]:
        """Draw sources with their answers."""

    @property
    def answers(self) -> int:
        """Number of time steps of the answering part."""
        return self.longest_answer + self.ends

    @property
    def answering(self) -> Answering:
        """From which step on is answered."""
        return Answering(self.length - self.answers, self.start == ZERO)

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """The symbols of sources, those of answers that are not among them, and the sign."""
        return tuple(dict.fromkeys((*self.source_symbols, *self.answer_symbols, SIGN)))

    @cached_property
    def output_labels(self) -> tuple[str, ...]:
        """The symbols of answers, and the one that ends them."""
        return (*self.answer_symbols, *([END] if self.ends else []))

    @cached_property
    def fed_back(self) -> NDArray[np.float64]:
        """(K, D): the input that follows each answer."""
        integers = [self._integers.get(name, self.input_size) for name in self.output_labels]
        return self._one_hot(np.array(integers))

    @cached_property
    def memoryless(self) -> float:
        """At least the best score of a model without memory, with true inputs or running freely.

        With true inputs it is the best function of the current one. Running freely, such a model
        says the same after every sign, so at best the commonest symbol of each place.
        """
        batch = self._evaluation
        said, scored = batch.y[self.answering.first :], batch.mask
        assert scored is not None
        rows = zip(said, scored[self.answering.first :], strict=True)
        right = sum(np.bincount(row[asked], minlength=1).max() for row, asked in rows)
        same = float(right / len(scored_targets(batch)))
        return max(same, memoryless.best_accuracy(batch))

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw sources with their answers."""
        return self.batch(self.pairs(generator, batch_size))

    def batch(self, pairs: Sequence[Pair]) -> Batch:
        """Return sources with their answers as a batch, the true answers as inputs."""
        first, T = self.answering.first, self.length
        seen = np.full((T, len(pairs)), self.input_size)
        y, mask = np.zeros_like(seen), np.zeros(seen.shape, dtype=bool)
        integers, classes = self._integers, self._classes
        for place, (source, answer) in enumerate(pairs):
            seen[first - len(source) : first, place] = [integers[symbol] for symbol in source]
            said = [classes[symbol] for symbol in answer]
            if self.ends:
                said.append(classes[END])
            y[first : first + len(said), place] = said
            mask[first : first + len(said), place] = True
        x = self._one_hot(seen)
        x[first, :, integers[SIGN]] = 1
        x[first + 1 :] = self.fed_back[y[first:-1]] * mask[first + 1 :, :, None]
        return Batch(x, y, mask, self.answering)

    def read(self, text: str) -> tuple[str, ...]:
        """Return the symbols of a source that a user typed.

        Raises
        ------
        ValueError
            If it has no symbol, too many, or one that no source of the task has.
        """
        if len(text) > 100 * self.longest_source:  # before it is split
            raise ValueError(self._too_long(len(text)))
        symbols = self._split(text)
        if not symbols:
            raise ValueError(f"a source must have at least 1 symbol, got {shown(text)}")
        known = set(self.source_symbols)
        strange = next((symbol for symbol in symbols if symbol not in known), None)
        if strange is not None:
            raise ValueError(
                f"a source must be made of the {len(known)} symbols "
                f"{''.join(self.source_symbols[:60])}, got {shown(strange)}"
            )
        if len(symbols) > self.longest_source:
            raise ValueError(self._too_long(len(symbols)))
        return symbols

    def source(self, symbols: Sequence[str]) -> Batch:
        """Return a source without an answer, as a batch of one; targets are 0."""
        batch = self.batch([(symbols, ())])
        mask = np.zeros_like(batch.y, dtype=bool)
        mask[self.answering.first :] = True
        return Batch(batch.x, np.zeros_like(batch.y), mask, batch.answering)

    def _too_long(self, count: int) -> str:
        return f"a source must have at most {self.longest_source} symbols, got {count:,}"

    def _split(self, text: str) -> tuple[str, ...]:
        """Split what a user typed into symbols; blanks at the ends are dropped."""
        return tuple(text.strip())

    @property
    def _how(self) -> str:
        """How it is answered: the end of a description."""
        carried = (
            "It answers from zero state, so only attention can bring it what it read."
            if self.start == ZERO
            else "It answers from the last state, which must hold what it read where there is no "
            "attention."
        )
        return (
            f"After the sign ({SIGN}) each input is the answer before: the true one in training "
            f"(teacher forcing), its own when it is scored. {carried}"
        )

    @cached_property
    def _integers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.input_names)}

    @cached_property
    def _classes(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.output_labels)}

    @cached_property
    def _identity(self) -> NDArray[np.float64]:
        """One-hot rows, and a row of zeros for steps without an input."""
        return np.eye(self.input_size + 1, self.input_size)

    def _name(self, batch: Batch) -> str:
        inputs, targets = self._read_inputs(batch)[0], self._read_targets(batch)[0]
        source = "".join(inputs[: self.answering.first])
        answer = "".join(target for target in targets if target != END)
        return f"{_short(source)} {SIGN} {_short(answer)}"


def _short(text: str) -> str:
    return text if len(text) <= 22 else f"{text[:22]}…"


def start_field(start: str) -> Field:
    """Return the setting of the state from which is answered, with its default."""
    return Field(
        "start", "Answers start from", str, start,
        "The state with which the answering part starts: the last one of the part that is read, or "
        "zero. From zero, only attention can bring what was read to the answers.",
        choices=(LAST, ZERO), short="from",
    )  # fmt: skip
