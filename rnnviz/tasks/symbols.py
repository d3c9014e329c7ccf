"""Predict the next symbol of a text from a window of the symbols before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz.fields import Field, shown
from rnnviz.tasks import memoryless
from rnnviz.tasks.splitting import MOST_SYMBOLS, READER, SplitText, Unsplit, stretches
from rnnviz.tasks.task import Baseline, Batch, Measure, only_last
from rnnviz.tasks.vocabulary import SPACE, Vocabulary, right_to_left
from rnnviz.tasks.windows import Windows

#: A short sample text, so that there is something to learn at the first click.
SHIPPED_TEXT = Path(__file__).with_name("training_week.txt").read_text(encoding="utf-8").strip()

MOST_CHARACTERS = 5_000_000
#: Most characters of a prompt that the network continues.
MOST_TYPED = 2_500

_NAME_CHARACTERS = 60


@dataclass(frozen=True)
class NextSymbol(Windows):
    """Given a few consecutive symbols of a text, predict the next one.

    Words are split at blanks. Characters are what a reader takes for one (an emoji with its skin
    tone, a letter with its accents); a run of blanks or line ends is one `␣`. Symbols are numbered
    in the order of first appearance. Only the last step of a window is scored; the targets of the
    steps before, which are the next symbols of the window, are true as well.

    Parameters
    ----------
    text
        1..5,000,000 characters, with 2..500 different symbols, and more symbols than `length`.
    unit
        `word` or `character`.
    length
        Number of symbols T in a window, 1..50.
    encoding
        `one-hot`: one input for each symbol. `embedding`: the symbol's integer, for which the
        network learns a vector of `embedding_length` numbers; batches then hold integers (T, B).
        `integer`: one input, the symbol's integer scaled to 0..1.
    embedding_length
        1..64; no effect with another encoding.
    case
        `lowered` or `kept`.
    punctuation
        `usual`: kept among characters, dropped around words. `kept`: also a symbol of its own among
        words. `dropped`.
    holdout
        Share of the windows, at the end of the text, that is never trained, 0..0.5.

    Raises
    ------
    ValueError
        If a setting is not allowed; the sentence says what is, and what came.
    """

    text: str = SHIPPED_TEXT
    unit: str = "word"
    length: int = 3
    encoding: str = "one-hot"
    embedding_length: int = 8
    case: str = "lowered"
    punctuation: str = "usual"
    holdout: float = 0.0

    key: ClassVar[str] = "symbols"
    title: ClassVar[str] = "Next symbol"
    teaches: ClassVar[str] = (
        "The next symbol may depend on several symbols before it, not on the last one alone, and "
        "need not be fully predictable."
    )
    difficulty: ClassVar[str] = "length"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "text",
            "Text",
            str,
            text,
            "The text that the network learns to continue. At most 500 different symbols.",
            low=1,
            high=MOST_CHARACTERS,
            short="text",
        ),
        Field(
            "unit",
            "Symbols are",
            str,
            unit,
            "Words are split at blanks. Among characters, a blank is a symbol too.",
            choices=("word", "character"),
            short="unit",
        ),
        Field(
            "length",
            "Window",
            int,
            length,
            "How many consecutive symbols the network sees before it predicts the next one.",
            low=1,
            high=50,
            short="len",
        ),
        Field(
            "encoding",
            "Encoding",
            str,
            encoding,
            "One-hot gives each symbol its own input. Embedding learns a short vector for each. "
            "Integer gives a single input, the symbol's number scaled to 0..1: far harder, "
            "because neighbours in the table look alike.",
            choices=("one-hot", "embedding", "integer"),
            short="enc",
        ),
        Field(
            "embedding_length",
            "Embedding length",
            int,
            embedding_length,
            "How many numbers the learned vector of a symbol has. Only with the encoding "
            "“embedding”.",
            low=1,
            high=64,
            short="emb",
            applies=(("encoding", ("embedding",)),),
        ),
        Field(
            "case",
            "Capitals",
            str,
            case,
            "Lowered: “The” and “the” are one symbol. Kept: they are two.",
            choices=("lowered", "kept"),
            short="case",
        ),
        Field(
            "punctuation",
            "Punctuation",
            str,
            punctuation,
            "Usual: kept among characters, dropped around words. Kept: each punctuation mark "
            "around a word is a symbol of its own.",
            choices=("usual", "kept", "dropped"),
            short="punct",
        ),
        Field(
            "holdout",
            "Held out",
            float,
            holdout,
            "Share of the text, at its end, that is never used for training. The score on it shows "
            "how well what was learned generalises.",
            low=0.0,
            high=0.5,
            short="held",
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        plural = f"{self.unit}s"
        count, different = len(self._codes), len(self._split.labels)
        if count <= self.length:
            raise ValueError(
                f"text must have at least {self.length + 1} {plural}, one more than the window of "
                f"{self.length}, got {count}"
            )
        if different < 2:
            raise ValueError(
                f"text must have 2..{MOST_SYMBOLS} different {plural}, got {different}"
            )

    @classmethod
    def preparing(cls, settings: Mapping[str, Any]) -> Iterator[None]:
        """Read the text that the settings name in small steps; making the task is then quick."""
        values = {field.name: settings.get(field.name, field.default) for field in cls.fields}
        try:
            for field in cls.fields:
                field.check(values[field.name])
            asked = Unsplit(*(values[name] for name in ("text", "unit", "case", "punctuation")))
            yield from READER.prepare(asked)
            split = READER.get(asked)
        except ValueError:
            return  # `make_task` will say what is wrong.
        length = values["length"]
        if len(split.codes) > length:
            yield from split.count_followers(_trained(split, length, values["holdout"]), length)

    @property
    def loss(self) -> Literal["cross_entropy"]:
        """The targets are classes."""
        return "cross_entropy"

    @property
    def measure(self) -> Measure:
        """How a score is measured."""
        return "accuracy"

    @property
    def solved(self) -> float:
        """Nearly all that the ambiguous windows allow."""
        return 0.98 * self.best_accuracy

    @cached_property
    def memoryless(self) -> float:
        """Best score on the evaluation batch of any model that sees the current input alone."""
        return memoryless.best_accuracy(self._evaluation)

    @property
    def input_size(self) -> int:
        """One input for each symbol, or a single one."""
        return 1 if self.encoding == "integer" else len(self.vocabulary)

    @property
    def embedding_size(self) -> int | None:
        """Length of the learned vectors; None if the inputs are not integers to look up."""
        return self.embedding_length if self.encoding == "embedding" else None

    @property
    def input_names(self) -> tuple[str, ...]:
        """The symbols, or the one number."""
        return ("integer",) if self.encoding == "integer" else self.output_labels

    @property
    def output_labels(self) -> tuple[str, ...]:
        """The symbols."""
        return self.vocabulary.labels

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The symbols in the order of first appearance."""
        return Vocabulary(self._split.labels)

    @property
    def windows(self) -> int:
        """Number of windows used for training; the held-out ones come after them."""
        return _trained(self._split, self.length, self.holdout)

    @property
    def ambiguous_share(self) -> float:
        """Share of the training windows that occur more than once, with different next symbols."""
        return self._followers[0] / self.windows

    @property
    def best_accuracy(self) -> float:
        """Best accuracy over the trained windows of a model that sees the window alone."""
        return self._followers[1] / self.windows

    @property
    def description(self) -> str:
        """The input and the required output."""
        seen = f"{self.length} {self.unit}s in a row" if self.length > 1 else f"one {self.unit}"
        how = {
            "one-hot": "each with an input of its own",
            "embedding": f"each with a learned vector of {self.embedding_length} numbers",
            "integer": "each given as its integer, scaled to 0..1",
        }[self.encoding]
        held_out = self._all_windows - self.windows
        last = f"last {held_out:,} windows are" if held_out > 1 else "last window is"
        split = f" The {last} held out." if held_out else ""
        return (
            f"The network sees {seen} and predicts the {self.unit} that follows. The text has "
            f"{len(self._codes):,} {self.unit}s, {len(self.vocabulary)} distinct, {how}."
            f"{split}"
        )

    def encode(self, symbols: Sequence[str]) -> NDArray[Any]:
        """Return the inputs for symbols that a user picked: (T, 1, D), or integers (T, 1).

        Raises
        ------
        ValueError
            If there are none, or one is not in the text.
        """
        if not len(symbols):
            raise ValueError("at least 1 symbol is needed to continue from, got 0")
        return self._look_up(self.vocabulary.encode(symbols)[:, None])

    def read(self, text: str) -> tuple[str, ...]:
        """Return the symbols of what a user typed, split in the same way as the text of the task.

        Raises
        ------
        ValueError
            If it is too long, holds no symbol, or one that is not in the text of the task.
        """
        if len(text) > MOST_TYPED:
            raise ValueError(
                f"a start must have at most {MOST_TYPED:,} characters, got {len(text):,}"
            )
        typed = stretches(Unsplit(text, self.unit, self.case, self.punctuation))
        symbols = tuple(symbol for stretch in typed for symbol in stretch)
        if self.unit == "character" and text.strip():
            # A blank at either end is a symbol as well: it separates words.
            before = (SPACE,) if text[:1].isspace() else ()
            symbols = (*before, *symbols, *((SPACE,) if text[-1:].isspace() else ()))
        if not symbols:
            raise ValueError(f"a start must have at least 1 {self.unit}, got {shown(text)}")
        known = set(self.vocabulary.labels)
        strange = next((symbol for symbol in symbols if symbol not in known), None)
        if strange is not None:
            raise ValueError(
                f"a start must be made of the {len(known)} {self.unit}s in the text that the "
                f"network learns, got {shown(strange)}"
            )
        return symbols

    def join(self, symbols: Sequence[str]) -> str:
        """Return the symbols as running text."""
        if self.unit == "word":
            return " ".join(symbols)
        return "".join(symbols).replace(SPACE, " ")

    def baseline(self) -> Baseline:
        """Return the score of always predicting the most frequent next symbol."""
        return Baseline.commonest(self._evaluation, self.output_labels)

    def symbols(self) -> pd.DataFrame:
        """Return `symbol`, `integer`, and `count` in the text."""
        size = len(self.vocabulary)
        return pd.DataFrame(
            {
                "symbol": self.vocabulary.labels,
                "integer": np.arange(size),
                "count": np.bincount(self._codes, minlength=size),
            }
        )

    @cached_property
    def _split(self) -> SplitText:
        return READER.get(Unsplit(self.text, self.unit, self.case, self.punctuation))

    @property
    def _size(self) -> int:
        return len(self._codes)

    @property
    def _codes(self) -> NDArray[np.unsignedinteger]:
        return self._split.codes

    def _window(self, place: int) -> tuple[str, ...]:
        """Return the symbols of a window, and the one that follows it."""
        return self.vocabulary.decode(self._codes[place : place + self.length + 1])

    @cached_property
    def _inputs(self) -> NDArray[np.float64]:
        """(symbols, D): what the network sees of each symbol, unless it uses an embedding."""
        size = len(self.vocabulary)
        return np.eye(size) if self.encoding == "one-hot" else np.arange(size)[:, None] / (size - 1)

    def _batch(self, places: NDArray[np.int64]) -> Batch:
        seen = self._steps + places
        x, y = (self._codes.take(at).astype(np.int64) for at in (seen, seen + 1))
        return Batch(self._look_up(x), y, only_last(*seen.shape))

    def _look_up(self, codes: NDArray[np.int64]) -> NDArray[Any]:
        return codes if self.encoding == "embedding" else self._inputs.take(codes, axis=0)

    @cached_property
    def _followers(self) -> tuple[int, int]:
        """How many training windows are ambiguous, and how many can be known at best."""
        for _ in self._split.count_followers(self.windows, self.length):
            pass
        return self._split.followers[self.windows, self.length]

    def _texts(self, place: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        *seen, following = self._window(place)
        return tuple(seen), (*[""] * (self.length - 1), following)

    def _name(self, place: int) -> str:
        *seen, following = self._window(place)
        text = (" " if self.unit == "word" else "").join(seen)
        if len(text) > _NAME_CHARACTERS:
            text = "…" + text[-_NAME_CHARACTERS:]
        if right_to_left(text + following):
            # Isolated, or right-to-left letters beside it would turn the arrow round.
            text, following = f"\u2068{text}\u2069", f"\u2068{following}\u2069"
        return f"{place + 1}: {text} → {following}"


def _trained(split: SplitText, length: int, holdout: float) -> int:
    """Return how many windows of a text are used for training."""
    windows = len(split.codes) - length
    return windows - int(holdout * windows)
