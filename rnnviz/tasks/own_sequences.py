"""Sequences of the user's own for a network of any size, with or without targets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field, check_settings
from rnnviz.numbers import number
from rnnviz.tasks import memoryless, sequence_text
from rnnviz.tasks.examples import Example
from rnnviz.tasks.generated import length_field
from rnnviz.tasks.sequence_text import lines_of, read_symbols, read_vectors, symbols_of
from rnnviz.tasks.task import Baseline, Batch, Loss, Measure, Probe, check_index, read_only

#: Sample data: strings of a and b, and whether there was an odd number of b so far.
SAMPLE_SEQUENCES = "abbabaab\nbaabbbab\naabaabba\nbbabaaba\nabababbb\nbbbaabaa\naaabbaba\nbabbabba"
SAMPLE_TARGETS = "01001110\n11101001\n00111011\n10011100\n01100101\n10111000\n00010011\n11011011"

MOST_CHARACTERS = 1_000_000
LONGEST = 500
#: Inputs that are numbers, one for each: the matrices of a larger network fit no limit here.
MOST_INPUTS = 2_000
MOST_OUTPUTS = 2_000
_MOST_PROBES = 200
_MOST_EVALUATED = 256
_EVALUATED_NUMBERS = 1_600_000
#: Characters of a sequence in the list of examples.
_NAME_CHARACTERS = 60
_SYMBOLS = ("characters", "words", "integers")
_CLASSES, _NUMBERS = "classes", "numbers"
_NAMED = ("kind", ("characters", "words"))


class _Inputs(NamedTuple):
    """What was read: the names of the inputs, and the sequences, (T,) of integers or (T, D)."""

    names: tuple[str, ...]
    sequences: tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class OwnSequences:
    """Sequences of symbols or of vectors, as the user gives them, and what is asked of them.

    Made for networks that were trained elsewhere: there need not be targets, nor outputs. Without
    targets no step is scored, and the network can be looked into, but not trained. Symbols are
    plain data: they are never executed or rendered as markup.

    Parameters
    ----------
    kind
        How `sequences` is read: a sequence in each line, of `characters`, of `words` or `integers`
        with blanks between; or `vectors`: CSV with a row for each time step and a column for each
        input, where a column called sequence says which sequence a row belongs to.
    sequences
        1..1,000,000 characters, up to 1,000 sequences.
    vocabulary
        The symbols in the order of their integers: characters one after the other, words with
        blanks between. Empty: those of the sequences, in the order of first appearance.
    size
        Of integers only: how many different ones there are, 0..size-1.
    embedding
        Length of the vectors that the network looks up for symbols; 0: one input for each symbol.
    outputs
        Number of outputs; 0: the network has no readout, and only its states are shown.
    gives
        What the outputs are: `classes` or `numbers`.
    answers
        Names of the outputs, with blanks between; empty: the symbols where there are as many, or
        numbers.
    targets
        What is right, a line for each sequence: the answers of its steps. Empty: there are none.
    asked
        Whether there is a target for `every step` or for the `last step` alone.
    length
        Number of time steps, 1..500; if a sequence has fewer, as many as that. Of longer ones, the
        first are used; the last, where only the last step is asked.

    Raises
    ------
    ValueError
        If a setting is not allowed; says in which line or row.
    """

    kind: str = "characters"
    sequences: str = SAMPLE_SEQUENCES
    vocabulary: str = "ab"
    size: int = 2
    embedding: int = 0
    outputs: int = 2
    gives: str = _CLASSES
    answers: str = "0 1"
    targets: str = SAMPLE_TARGETS
    asked: str = "every step"
    length: int = 8

    key: ClassVar[str] = "own-sequences"
    title: ClassVar[str] = "Own sequences"
    teaches: ClassVar[str] = (
        "What a network computes on sequences of your own, step by step; the page Your network "
        "makes this task for a network that was trained elsewhere."
    )
    difficulty: ClassVar[str] = "length"
    signals: ClassVar[tuple[str, ...]] = ()
    suggested: ClassVar[Mapping[str, Any]] = {}
    simplest: ClassVar[Mapping[str, Any]] = {}
    fields: ClassVar[tuple[Field, ...]] = (
        Field("kind", "Sequences of", str, kind,
              "Characters, words or whole numbers, one sequence in each line; or vectors: CSV with "
              "a row for each time step and a column for each input.",
              choices=(*_SYMBOLS, "vectors"), short="sin"),
        Field("sequences", "Sequences", str, sequences,
              "One sequence in each line; of vectors, CSV text. At most 1,000 sequences.",
              low=1, high=MOST_CHARACTERS, short="seq"),
        Field("vocabulary", "Vocabulary", str, vocabulary,
              "The symbols in the order of their integers: characters one after the other, words "
              "with blanks between. Empty: those of the sequences, as they appear.",
              low=0, high=MOST_CHARACTERS, short="voc", applies=(_NAMED,)),
        Field("size", "Different integers", int, size,
              "Of integers only: how many different ones there are. They count from 0.",
              low=1, high=sequence_text.MOST_SYMBOLS, short="size",
              applies=(("kind", ("integers",)),)),
        Field("embedding", "Embedding length", int, embedding,
              "How many numbers the vector has that the network looks up for a symbol; 0: each "
              "symbol has an input of its own.",
              low=0, high=1024, short="emb", applies=(("kind", _SYMBOLS),)),
        Field("outputs", "Outputs", int, outputs,
              "How many outputs the network has; 0: it has no readout, only states.",
              low=0, high=MOST_OUTPUTS, short="out"),
        Field("gives", "Outputs are", str, gives,
              "Classes, of which one is right, or numbers.",
              choices=(_CLASSES, _NUMBERS), short="gives"),
        Field("answers", "Names of the outputs", str, answers,
              "With blanks between. Empty: the symbols where there are as many, else numbers.",
              low=0, high=MOST_CHARACTERS, short="ans"),
        Field("targets", "Targets", str, targets,
              "What is right, a line for each sequence: the answers of its steps, with blanks "
              "between. Empty: none; then there are no loss and no gradients, and nothing can be "
              "trained.",
              low=0, high=MOST_CHARACTERS, short="tar"),
        Field("asked", "Targets at", str, asked,
              "Whether each step of a sequence has a target, or its last step alone.",
              choices=("every step", "last step"), short="asked"),
        length_field(
            length, 1, LONGEST,
            "Time steps of each sequence that are used, at most as many as the shortest has.",
        ),
    )  # fmt: skip

    def __post_init__(self) -> None:
        check_settings(self, self.fields)
        inputs = self._inputs
        wide = self.embedding_size is None and len(inputs.names) > MOST_INPUTS
        if wide:
            raise ValueError(
                f"without an embedding there must be at most {MOST_INPUTS:,} inputs, "
                f"got {len(inputs.names):,}"
            )
        shortest = min(map(len, inputs.sequences))
        object.__setattr__(self, "length", min(self.length, shortest))
        if self.targets.strip() and not self.outputs:
            raise ValueError(
                "outputs must be at least 1 where there are targets, got 0: without a readout "
                "there is nothing to compare them with"
            )
        _ = self._targets  # refuses what can't be read

    # ------------------------------------------------------------------ what is read

    @cached_property
    def _inputs(self) -> _Inputs:
        if self.kind == "vectors":
            return _Inputs(*read_vectors(self.sequences))
        lines = lines_of(self.sequences, "sequences")
        symbols = self._symbols(lines)
        return _Inputs(symbols, read_symbols(lines, self.kind, symbols))

    def _symbols(self, lines: sequence_text.Lines) -> tuple[str, ...]:
        if self.kind == "integers":
            return tuple(map(str, range(self.size)))
        given = self.vocabulary
        if given and (self.kind == "characters" or given.strip()):
            return sequence_text.vocabulary_of(given, self.kind)
        seen = (symbol for _, line in lines for symbol in symbols_of(line, self.kind))
        return tuple(dict.fromkeys(seen))

    @cached_property
    def output_labels(self) -> tuple[str, ...]:
        """Names of the outputs; none without a readout."""
        named = sequence_text.words(self.answers)
        if named and len(named) != self.outputs:
            raise ValueError(
                f"answers must name all {self.outputs:,} outputs, or none, got {len(named):,} names"
            )
        if len(set(named)) < len(named):
            raise ValueError("answers must name each output differently, got one name twice")
        if named:
            return named
        symbols = self._inputs.names
        if self.kind != "vectors" and len(symbols) == self.outputs and self.gives == _CLASSES:
            return symbols
        return tuple(map(str, range(self.outputs)))

    @property
    def has_targets(self) -> bool:
        """Whether any step is scored; without, there are no loss and no gradients."""
        return self.outputs > 0 and bool(self.targets.strip())

    @cached_property
    def _targets(self) -> tuple[NDArray[Any], ...] | None:
        """The targets of each sequence that are scored; None if there are none."""
        labels = self.output_labels
        if not self.has_targets:
            return None
        lines, sequences = lines_of(self.targets, "targets"), self._inputs.sequences
        if len(lines) != len(sequences):
            raise ValueError(
                f"targets must have a line for each of the {len(sequences):,} sequences, "
                f"got {len(lines):,}"
            )
        steps = [1 if self.asked == "last step" else len(one) for one in sequences]
        if self.gives == _CLASSES:
            return sequence_text.read_classes(lines, labels, steps)
        return sequence_text.read_numbers(lines, self.outputs, steps)

    # ------------------------------------------------------------------ what a task says

    @property
    def loss(self) -> Loss:
        """Which loss fits the outputs."""
        return "cross_entropy" if self.gives == _CLASSES else "squared_error"

    @property
    def measure(self) -> Measure:
        """How a score is measured."""
        return "accuracy" if self.gives == _CLASSES else "error"

    @property
    def solved(self) -> float:
        """A third of the way from a model without memory to perfection; half its error."""
        if self.measure == "accuracy":
            return self.memoryless + (1 - self.memoryless) / 3
        return 0.5 * self.memoryless

    @cached_property
    def memoryless(self) -> float:
        """Best score of a function of the current input; NaN without targets."""
        if not self.has_targets:
            return math.nan
        if self.measure == "accuracy":
            return memoryless.best_accuracy(self._evaluation)
        return memoryless.least_error(self._evaluation)

    @property
    def scale(self) -> tuple[float, float]:
        """Nothing is scaled: the network sees the numbers as they are."""
        return 0.0, 1.0

    @property
    def input_size(self) -> int:
        """Number of inputs, or of symbols."""
        return len(self._inputs.names)

    @property
    def embedding_size(self) -> int | None:
        """Length of the vectors that are looked up for symbols; None if there are none."""
        return self.embedding if self.embedding and self.kind in _SYMBOLS else None

    @property
    def input_names(self) -> tuple[str, ...]:
        """The symbols, or the columns."""
        return self._inputs.names

    @property
    def description(self) -> str:
        """The input, the required output, and what was left out."""
        count, size = len(self._inputs.sequences), self.input_size
        what = f"vectors of {size:,}" if self.kind == "vectors" else f"{size:,} different symbols"
        plural = "s" * (count > 1)
        return (
            f"The input is {count:,} sequence{plural} of {what}, {self.length} steps each."
            f"{self._cut} {self._asked_for}"
        )

    @property
    def _cut(self) -> str:
        longest = max(map(len, self._inputs.sequences))
        if longest == self.length:
            return ""
        which = "last" if self.asked == "last step" and self.has_targets else "first"
        return f" Of longer ones, up to {longest:,}, the {which} {self.length} are used."

    @property
    def _asked_for(self) -> str:
        if not self.outputs:
            return "The network has no readout: only its states are shown."
        if not self.has_targets:
            return "There are no targets, so there are no loss and no gradients."
        when = "after the last step" if self.asked == "last step" else "at every step"
        numbers = f"{self.outputs} number{'s' * (self.outputs > 1)}"
        what = f"one of {self.outputs} classes" if self.gives == _CLASSES else numbers
        return f"The network must give {what} {when}."

    # ------------------------------------------------------------------ sequences

    @cached_property
    def _used(self) -> slice:
        """Which steps of each sequence are used."""
        at_end = self.has_targets and self.asked == "last step"
        return slice(-self.length, None) if at_end else slice(self.length)

    def _batch(self, places: NDArray[np.int64]) -> Batch:
        """Return some of the sequences."""
        chosen = [self._inputs.sequences[place][self._used] for place in places.tolist()]
        x = np.stack(chosen, axis=1)
        if self.kind != "vectors" and self.embedding_size is None:
            x = self._one_hot(x)
        return Batch(x, self._asked_of(places), self._mask(len(places)))

    def _one_hot(self, integers: NDArray[np.int64]) -> NDArray[np.float64]:
        x = np.zeros((*integers.shape, self.input_size))
        np.put_along_axis(x, integers[:, :, None], 1.0, axis=2)
        return x

    def _asked_of(self, places: NDArray[np.int64]) -> NDArray[Any]:
        """Return targets of all steps; where there are none, zeros that are never read."""
        shape: tuple[int, ...] = (self.length, len(places))
        classes = self.gives == _CLASSES
        y = np.zeros(shape, np.int64) if classes else np.zeros((*shape, self.outputs))
        if self._targets is not None:
            for column, place in enumerate(places.tolist()):
                targets = self._targets[place]
                if self.asked == "last step":
                    y[-1, column] = targets[0]
                else:
                    y[:, column] = targets[self._used]
        return y

    def _mask(self, count: int) -> NDArray[np.bool_] | None:
        if self.has_targets and self.asked == "every step":
            return None
        mask = np.zeros((self.length, count), dtype=bool)
        if self.has_targets:
            mask[-1] = True
        return mask

    def sample(self, generator: np.random.Generator, batch_size: int) -> Batch:
        """Draw some of the sequences, each as often as it comes."""
        return self._batch(generator.integers(len(self._inputs.sequences), size=batch_size))

    def knowable(self, batch: Batch) -> NDArray[np.bool_] | None:
        """Return all scored steps: data do not tell which of them can be known."""
        return batch.mask

    def evaluation(self) -> Batch:
        """Return all sequences, or some of very many; read-only."""
        return self._evaluation

    @cached_property
    def _evaluation(self) -> Batch:
        wide = 1 if self.embedding_size is not None else self.input_size
        affordable = max(8, _EVALUATED_NUMBERS // (self.length * wide))
        count = len(self._inputs.sequences)
        most = min(_MOST_EVALUATED, affordable, count)
        return read_only(self._batch(np.arange(most) * count // most))

    def held_out(self) -> Batch | None:
        """Nothing is held out."""
        return None

    def baseline(self) -> Baseline:
        """Return the score of the best constant prediction; NaN without targets."""
        if not self.has_targets:
            return Baseline("", math.nan, self.measure)
        if self.measure == "accuracy":
            return Baseline.commonest(self._evaluation, self.output_labels)
        return Baseline.mean(self._evaluation)

    def symbols(self) -> pd.DataFrame:
        """Return `symbol`, `integer`, and `count` in the sequences; empty for vectors."""
        if self.kind == "vectors":
            return pd.DataFrame({"symbol": [], "integer": [], "count": []})
        size = self.input_size
        counts = np.bincount(np.concatenate(self._inputs.sequences), minlength=size)
        return pd.DataFrame(
            {"symbol": self._inputs.names, "integer": np.arange(size), "count": counts}
        )

    # ------------------------------------------------------------------ for a reader

    @cached_property
    def probe_names(self) -> tuple[str, ...]:
        """The sequences, up to 200 of them."""
        count = min(_MOST_PROBES, len(self._inputs.sequences))
        return tuple(f"{place + 1}: {self._begins(place)}" for place in range(count))

    def _begins(self, place: int) -> str:
        between = "" if self.kind == "characters" else ", " if self.kind == "vectors" else " "
        text = between.join(self._seen(place))
        return text if len(text) <= _NAME_CHARACTERS else text[: _NAME_CHARACTERS - 1] + "…"

    def probe(self, index: int) -> Probe:
        """Return one of the probes named in `probe_names`."""
        check_index("probe", index, len(self.probe_names))
        batch = self._batch(np.array([index]))
        return Probe(self.probe_names[index], batch, self._seen(index), self._wanted(index))

    def examples(self, generator: np.random.Generator, count: int) -> list[Example]:
        """Return sequences to read; all, from the first on, where there are no more than that."""
        there = len(self._inputs.sequences)
        places = range(there) if there <= count else generator.permutation(there)[:count].tolist()
        return [Example(self._seen(place), self._wanted(place)) for place in places]

    def _seen(self, place: int) -> tuple[str, ...]:
        sequence = self._inputs.sequences[place][self._used]
        if self.kind == "vectors":
            return tuple(", ".join(number(value) for value in row) for row in sequence.tolist())
        return tuple(self._inputs.names[integer] for integer in sequence.tolist())

    def _wanted(self, place: int) -> tuple[str, ...]:
        if self._targets is None:
            return ("",) * self.length
        targets = self._targets[place]
        if self.gives == _CLASSES:
            named = tuple(self.output_labels[integer] for integer in targets.tolist())
        else:
            named = tuple(", ".join(map(number, row)) for row in targets.tolist())
        if self.asked == "last step":
            return (*[""] * (self.length - 1), *named)
        return named[self._used]
