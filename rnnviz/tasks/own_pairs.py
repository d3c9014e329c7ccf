"""Pairs of source and answer from the user's own CSV file."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from rnnviz.fields import Field, shown
from rnnviz.tasks.answered import END, LAST, SIGN, Pair, start_field
from rnnviz.tasks.column import holdout_field
from rnnviz.tasks.csv_text import read_table, reading
from rnnviz.tasks.generated import length_field
from rnnviz.tasks.in_steps import Reader
from rnnviz.tasks.text_file import MOST_BYTES
from rnnviz.tasks.translation import Translation
from rnnviz.tasks.vocabulary import SPACE, split_characters

#: Sample data: times of day as they are said, and as a clock shows them.
SAMPLE_PAIRS = Path(__file__).with_name("sample_pairs.csv").read_text(encoding="utf-8")

MOST_PAIRS = 10_000
LONGEST_SOURCE, LONGEST_ANSWER = 60, 40
MOST_SYMBOLS = 200
_ROWS_AT_ONCE = 200


@dataclass(frozen=True)
class OwnPairs(Translation):
    """Given a source of the user's own, symbol by symbol, answer what stands beside it.

    Symbols are characters as a reader counts them; a run of blanks is one `␣`. Pairs are plain
    data: they are never executed or rendered as markup. Equal rows count once.

    Parameters
    ----------
    csv
        CSV text with two columns, names in the first row, then 2..10,000 different pairs: sources
        of 1..60 symbols, each with one answer of 1..40, and at most 200 different symbols.
    holdout
        Share of the pairs, at the end, that is never trained, 0..0.5.
    start
        State with which the answering part starts: `last state` or `zero state`.
    length
        Number of time steps, 3..101, at least as many as the longest source and answer take; more
        have no input in front of the source.

    Raises
    ------
    ValueError
        If the text or a setting is not allowed; says in which row.
    """

    csv: str = SAMPLE_PAIRS
    holdout: float = 0.2
    start: str = LAST
    length: int = 29

    key: ClassVar[str] = "pairs"
    title: ClassVar[str] = "Own pairs"
    teaches: ClassVar[str] = (
        "Whether a rule was found, and not a list learned by heart, shows in the pairs held out."
    )
    difficulty: ClassVar[str] = "start"
    fields: ClassVar[tuple[Field, ...]] = (
        Field("csv", "CSV", str, csv,
              "Two columns, source and answer, with their names in the first row. At most 10,000 "
              "pairs, 60 symbols in a source and 40 in an answer.",
              low=1, high=MOST_BYTES, short="csv"),
        holdout_field(holdout),
        start_field(start),
        length_field(
            length, 3, LONGEST_SOURCE + LONGEST_ANSWER + 1,
            "Time steps in total, at least as many as the longest source and the longest answer "
            "take; more are steps without an input in front.",
        ),
    )  # fmt: skip

    @classmethod
    def preparing(cls, settings: Mapping[str, Any]) -> Iterator[None]:
        """Read the pairs that the settings name in small steps; making the task is then quick."""
        text = settings.get("csv")
        if isinstance(text, str):
            yield from reading(text)
            yield from _READER.prepare(text)

    @property
    def longest_source(self) -> int:
        """Most symbols of a source in the file."""
        return self._read.longest_source

    @property
    def longest_answer(self) -> int:
        """Most symbols of an answer in the file."""
        return self._read.longest_answer

    @property
    def ends(self) -> bool:
        """Answers may differ in length."""
        return True

    @property
    def source_symbols(self) -> tuple[str, ...]:
        """The symbols of all sources, in the order of their code."""
        return self._read.source_symbols

    @property
    def answer_symbols(self) -> tuple[str, ...]:
        """The symbols of all answers, in the order of their code."""
        return self._read.answer_symbols

    @property
    def trained(self) -> int:
        """Number of pairs, from the start, that are not held out: at least 1."""
        count = len(self._read.pairs)
        return max(1, count - round(self.holdout * count))

    @property
    def description(self) -> str:
        """The input, the required output, and what was done to the data."""
        count = len(self._read.pairs)
        held_out = count - self.trained
        split = f" The last {held_out:,} are held out and never trained." if held_out else ""
        return (
            f"The input is a source of up to {self.longest_source} symbols, then a sign ({SIGN}). "
            f"The network must give the answer that stands beside it in the CSV, up to "
            f"{self.longest_answer} symbols, then end it ({END}). There are {count:,} different "
            f"pairs.{split} {self._how}"
        )

    def pairs(self, generator: np.random.Generator, count: int) -> list[Pair]:
        """Draw pairs that are trained."""
        chosen = generator.integers(self.trained, size=count).tolist()
        return [self._read.pairs[place] for place in chosen]

    def held_out_pairs(self, generator: np.random.Generator, count: int) -> list[Pair]:
        """Draw pairs that are held out, each once; all, if there are no more."""
        held_out = self._read.pairs[self.trained :]
        return [held_out[place] for place in generator.permutation(len(held_out))[:count]]

    @cached_property
    def _read(self) -> _Pairs:
        return _READER.get(self.csv)

    def _split(self, text: str) -> tuple[str, ...]:
        return _symbols(text)


@dataclass(frozen=True)
class _Pairs:
    """The pairs of a file, the first of equal ones, and what they are made of."""

    pairs: tuple[Pair, ...]
    source_symbols: tuple[str, ...]
    answer_symbols: tuple[str, ...]
    longest_source: int
    longest_answer: int


def _read(text: str) -> Generator[None, None, _Pairs]:
    """Read the pairs of a CSV text, or say what is wrong, and in which row."""
    table = read_table(text)
    if len(table.names) != 2:
        named = ", ".join(map(shown, table.names[:5])) + ", ..." * (len(table.names) > 5)
        raise ValueError(
            f"csv must have two columns, source and answer, got {len(table.names)}: {named}"
        )
    answers: dict[tuple[str, ...], tuple[tuple[str, ...], int]] = {}
    for place, (source, answer, row) in enumerate(zip(*table.columns, table.rows, strict=True)):
        if not place % _ROWS_AT_ONCE:
            yield
        read = _cell(source, "source", LONGEST_SOURCE, row)
        said = _cell(answer, "answer", LONGEST_ANSWER, row)
        known, earlier = answers.setdefault(read, (said, row))
        if known != said:
            raise ValueError(
                f"each source must have one answer, got two for {shown(source)}, in row {earlier} "
                f"and in row {row}"
            )
        if len(answers) > MOST_PAIRS:
            raise ValueError(f"csv must have at most {MOST_PAIRS:,} different pairs, got more")
    if len(answers) < 2:
        raise ValueError("csv must have at least 2 different pairs, got 1")
    pairs = tuple((read, said) for read, (said, _) in answers.items())
    of_sources = {symbol for read, _ in pairs for symbol in read}
    of_answers = {symbol for _, said in pairs for symbol in said}
    if len(of_sources | of_answers) > MOST_SYMBOLS:
        raise ValueError(
            f"csv must have at most {MOST_SYMBOLS} different symbols, "
            f"got {len(of_sources | of_answers)}"
        )
    return _Pairs(
        pairs,
        tuple(sorted(of_sources)),
        tuple(sorted(of_answers)),
        max(len(read) for read, _ in pairs),
        max(len(said) for _, said in pairs),
    )


def _cell(text: str, what: str, most: int, row: int) -> tuple[str, ...]:
    """Split a cell into symbols."""
    try:
        symbols = _symbols(text)
    except ValueError as refused:
        raise ValueError(f"{refused} in row {row}") from None
    if not 1 <= len(symbols) <= most:
        raise ValueError(
            f"each {what} must have 1..{most} symbols, got {len(symbols):,} in row {row}"
        )
    if {SIGN, END} & set(symbols):
        raise ValueError(
            f"each {what} must be without {SIGN} and {END}, which mark where an answer begins and "
            f"ends, got {shown(text)} in row {row}"
        )
    return symbols


def _symbols(text: str) -> tuple[str, ...]:
    """Split a text into characters as a reader counts them; blanks at the ends are dropped."""
    if text.isascii() and text.isprintable():  # the same, and far quicker
        return tuple(SPACE.join(text.split()))
    found = [symbol for part in split_characters(text, lower=False) for symbol in part]
    while found and found[-1] == SPACE:
        found.pop()
    return tuple(found)


_READER = Reader(_read, most=2)
