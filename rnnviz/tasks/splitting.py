"""From a text to its symbols and their integers, in small steps."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rnnviz.tasks.followers import counting
from rnnviz.tasks.in_steps import Reader
from rnnviz.tasks.vocabulary import split_characters, split_words

MOST_SYMBOLS = 500


@dataclass(frozen=True)
class SplitText:
    """A text as symbols.

    Parameters
    ----------
    labels
        The distinct symbols.
    codes
        The index of each symbol of the text in `labels`.
    followers
        Cached counts, by the number of windows and their length: two numbers each.
    """

    labels: tuple[str, ...]
    codes: NDArray[np.unsignedinteger]
    followers: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict, compare=False)

    def count_followers(self, windows: int, length: int) -> Iterator[None]:
        """Count in small steps what follows the first windows, unless it is cached."""
        if (windows, length) not in self.followers:
            counted = yield from counting(self.codes[: windows + length], length)
            self.followers[windows, length] = counted


@dataclass(frozen=True)
class Unsplit:
    """A text, and how it is to be split."""

    text: str
    unit: str
    case: str
    punctuation: str


def stretches(asked: Unsplit) -> Iterator[list[str]]:
    """Split a text as asked, one stretch after the other."""
    text, lower = asked.text, asked.case == "lowered"
    if asked.unit == "word":
        return split_words(text, lower, asked.punctuation == "kept")
    return split_characters(text, lower, asked.punctuation != "dropped")


def _read(asked: Unsplit) -> Generator[None, None, SplitText]:
    """Split a text, with integers in the order of first appearance; stop at too many symbols."""
    integers: dict[str, int] = {}
    codes: list[NDArray[np.unsignedinteger]] = [np.zeros(0, np.uint16)]
    for symbols in stretches(asked):
        for symbol in dict.fromkeys(symbols):
            integers.setdefault(symbol, len(integers))
        if len(integers) > MOST_SYMBOLS:
            raise ValueError(
                f"text must have 2..{MOST_SYMBOLS} different {asked.unit}s, "
                f"got more than {MOST_SYMBOLS}"
            )
        codes.append(np.array([integers[symbol] for symbol in symbols], np.uint16))
        yield
    joined = np.concatenate(codes).astype(np.min_scalar_type(len(integers)))
    joined.flags.writeable = False
    return SplitText(tuple(integers), joined)


#: A text of 5 MB, as characters, takes 10 MB, and itself.
READER = Reader(_read, most=4)
