"""Symbols: what a label may be, how a text is split into symbols, and the integer of each.

Labels are typed by users. They are only ever data: compared, counted and shown, never rendered as
markup or executed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from rnnviz.fields import shown

LONGEST_LABEL = 40

#: Characters of a long text that are read at a time: some milliseconds.
_STRETCH = 10_000
#: A place to cut is searched within this many more; no symbol is as long.
_SEARCHED = 1_000
_BLANK = re.compile(r"\s")

#: How a blank is shown where it is a symbol.
SPACE = "␣"

_ZERO_WIDTH_JOINER = "\u200d"
_ZERO_WIDTH_SPACE = "\u200b"
_SHAPING = {_ZERO_WIDTH_JOINER, "\u200c", *map(chr, range(0xE0020, 0xE0080))}  # shape, not text


def check_label(label: object, what: str = "a label") -> str:
    """Return the label trimmed and in composed form (Unicode NFC).

    Printable is everything but control characters, halves of surrogate pairs and invisible marks;
    the joiners inside an emoji or a Persian word are fine. Characters are counted as code points.

    Raises
    ------
    ValueError
        If it is not a text of 1..40 printable characters, at least one of them visible.
    """
    # The length is checked first: composing a very long run of accents takes very long.
    if isinstance(label, str) and len(trimmed := label.strip()) <= LONGEST_LABEL:
        composed = unicodedata.normalize("NFC", trimmed)
        if len(composed) <= LONGEST_LABEL and _printable(composed):
            return composed
    raise ValueError(f"{what} must be 1..{LONGEST_LABEL} printable characters, got {shown(label)}")


def right_to_left(text: str) -> bool:
    """Tell whether any character is written from right to left."""
    return any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in text)


def split_words(text: str, lower: bool = True, punctuation: bool = False) -> Iterator[list[str]]:
    """Split at blanks; punctuation around a word is dropped (`it's` keeps its apostrophe).

    Parameters
    ----------
    lower
        Whether to convert to lower case.
    punctuation
        Whether punctuation marks around a word are kept, each as a symbol of its own.

    Yields
    ------
    list of str
        The symbols, one stretch of the text after the other: a long text takes long.

    Raises
    ------
    ValueError
        If the text holds a character that cannot be shown, or a word is too long.
    """
    symbols: dict[str, list[str]] = {}
    for start, stretch in _stretches(text):
        pieces = _plain(stretch, lower, start).split()
        for piece in dict.fromkeys(pieces):
            if piece not in symbols:
                before, word, after = _parted(piece)
                parts = [*before, word, *after] if punctuation else [word]
                shown_parts = filter(_visible, parts)
                symbols[piece] = [check_label(part, "each word") for part in shown_parts]
        yield [symbol for piece in pieces for symbol in symbols[piece]]


def split_characters(
    text: str, lower: bool = True, punctuation: bool = True
) -> Iterator[list[str]]:
    """Split into what a reader takes for one character; a run of blanks is one `␣`.

    Parameters
    ----------
    lower
        Whether to convert to lower case.
    punctuation
        Whether punctuation is kept.

    Yields
    ------
    list of str
        The symbols, one stretch of the text after the other.

    Raises
    ------
    ValueError
        If the text holds a character that cannot be shown, or too many marks on one letter.

    Notes
    -----
    With nothing but the standard library, this is the main part of Unicode's rule (UAX 29):
    combining marks, variation selectors, skin tones, Hangul vowels and finals, tags and whatever
    follows a zero-width joiner belong to the character before; two regional indicators are a flag.
    """
    labels: dict[str, str] = {}
    begun, gap, last = False, False, ""
    for start, stretch in _stretches(text):
        plain = _plain(stretch, lower, start)
        line = " ".join(plain.split())
        gap = gap or plain[:1].isspace()
        found = []
        for piece in chain(" " if begun and gap and line else "", _characters(line)):
            if piece not in labels:
                labels[piece] = _label_of(piece, punctuation)
            # If a dash between blanks is dropped, two blanks would be left.
            if labels[piece] and (piece, last) != (" ", " "):
                found.append(labels[piece])
                last = piece
        if line:
            begun, gap = True, plain[-1].isspace()
        yield found


def _label_of(piece: str, punctuation: bool) -> str:
    """Return the label of what a reader takes for one character; "" if it is dropped."""
    if piece == " ":
        return SPACE
    if not _visible(piece) or (not punctuation and _punctuation(piece)):
        return ""
    return check_label(piece, "each character")


@dataclass(frozen=True)
class Vocabulary:
    """Symbols with readable labels; the integer of a symbol is its place in `labels`.

    Parameters
    ----------
    labels : tuple of str
        At least one, all different.

    Raises
    ------
    ValueError
        If a label is not 1..40 printable characters, or occurs twice.
    """

    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        labels = tuple(check_label(label) for label in self.labels)
        if not labels:
            raise ValueError("a vocabulary must have at least 1 label, got 0")
        if len(set(labels)) < len(labels):
            twice = next(label for place, label in enumerate(labels) if label in labels[:place])
            raise ValueError(f"labels must all be different, got {shown(twice)} twice")
        object.__setattr__(self, "labels", labels)

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def of(cls, symbols: Iterable[str]) -> Vocabulary:
        """Give the symbols their integers in the order of first appearance."""
        return cls(tuple(dict.fromkeys(symbols)))

    def encode(self, symbols: Sequence[str]) -> NDArray[np.int64]:
        """Return the integers of the symbols.

        Raises
        ------
        ValueError
            If a symbol is unknown.
        """
        try:
            integers = [self._integers[symbol] for symbol in symbols]
        except (KeyError, TypeError):
            known = self._integers
            strange = next(s for s in symbols if not isinstance(s, str) or s not in known)
            raise ValueError(
                f"a symbol must be one of the {len(self)} known ones, got {shown(strange)}"
            ) from None
        return np.array(integers, dtype=np.int64)

    def decode(self, integers: Iterable[int] | NDArray[np.integer]) -> tuple[str, ...]:
        """Return the labels of the integers.

        Raises
        ------
        ValueError
            If an integer has no symbol.
        """
        places = [int(integer) for integer in integers]
        for place in places:
            if not 0 <= place < len(self):
                raise ValueError(f"a symbol's integer must be 0..{len(self) - 1}, got {place}")
        return tuple(self.labels[place] for place in places)

    def one_hot(self, integers: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return (..., K): 1 at the symbol's integer, else 0."""
        return self._identity.take(integers, axis=0)

    @cached_property
    def _integers(self) -> dict[str, int]:
        return {label: integer for integer, label in enumerate(self.labels)}

    @cached_property
    def _identity(self) -> NDArray[np.float64]:
        return np.eye(len(self))


def _stretches(text: str) -> Iterator[tuple[int, str]]:
    """Yield the parts of a long text, and where each begins; no part ends within a symbol."""
    start = 0
    while start < len(text):
        end = _cut(text, start + _STRETCH)
        yield start, text[start:end]
        start = end


def _cut(text: str, near: int) -> int:
    """Return a place to cut, not far after `near`, at which no symbol is cut in two.

    If there is none, something is so long that it is refused in any case.
    """
    end = min(near + _SEARCHED, len(text))
    if blank := _BLANK.search(text, near, end):
        return blank.start()
    for place in range(near, end):
        here, before = text[place], text[place - 1]
        if not (_joins(here) or _regional(here) or before == _ZERO_WIDTH_JOINER):
            return place
    return end


def _plain(text: str, lower: bool, start: int) -> str:
    """Lower the case if wanted, drop invisible marks (direction, ...), refuse control codes.

    A refused character is named with its position, counted from `start`.
    """
    text = text.lower() if lower else text
    change: dict[int, str | None] = {ord(_ZERO_WIDTH_SPACE): " "}
    for character in dict.fromkeys(text):  # in order, so that the first bad one is named
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and not character.isspace()):
            raise ValueError(
                f"text must hold printable characters only, got {shown(character)} "
                f"at character {start + text.index(character) + 1}"
            )
        if category == "Cf" and character not in _SHAPING:
            change.setdefault(ord(character), None)
    return text.translate(change)


def _printable(text: str) -> bool:
    banned = ("Cc", "Cs", "Cf", "Zl", "Zp")
    return _visible(text) and all(
        character in _SHAPING or unicodedata.category(character) not in banned for character in text
    )


def _visible(text: str) -> bool:
    return any(
        not character.isspace()
        and unicodedata.category(character) != "Cf"
        and not unicodedata.name(character, "").startswith("VARIATION SELECTOR")
        for character in text
    )


def _parted(word: str) -> tuple[list[str], str, list[str]]:
    """Separate a word from the punctuation before and after it.

    A punctuation mark with a combining mark (an emoji keycap) belongs to the word.
    """
    if word.isalnum():
        return [], word, []
    pieces = list(_characters(word))
    kept = [place for place, piece in enumerate(pieces) if not _punctuation(piece)]
    if not kept:
        return pieces, "", []
    first, last = kept[0], kept[-1] + 1
    return pieces[:first], "".join(pieces[first:last]), pieces[last:]


def _punctuation(piece: str) -> bool:
    return len(piece) == 1 and unicodedata.category(piece).startswith("P")


def _characters(text: str) -> Iterable[str]:
    joining = {character for character in set(text) if _joins(character)}
    if not joining and not any(map(_regional, set(text))):
        return text  # each stands alone, which is fast
    return _joined(text, joining)


def _joined(text: str, joining: set[str]) -> Iterator[str]:
    start = 0
    for place in range(1, len(text)):
        before, here = text[place - 1], text[place]
        flag = _regional(here) and _regional(before) and place - start == 1
        joined = here in joining or (before == _ZERO_WIDTH_JOINER and here != " ") or flag
        if not joined or before == " ":
            yield text[start:place]
            start = place
    if text:
        yield text[start:]


def _joins(character: str) -> bool:
    return (
        unicodedata.category(character).startswith("M")
        or character in _SHAPING
        or "\U0001f3fb" <= character <= "\U0001f3ff"  # skin tones
        or "\u1160" <= character <= "\u11ff"  # Hangul vowels and finals
    )


def _regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
