"""What a file of weights does not say, guessed from its sizes: the symbols, and an input to try."""

from __future__ import annotations

import math
import string
from dataclasses import dataclass
from pathlib import Path

from rnnviz.tasks.sequence_text import SHOWN_AS

#: The text that the example file was trained on.
EXAMPLE_TEXT = "monday tuesday wednesday thursday friday saturday sunday "
EXAMPLE_FILE = Path(__file__).with_name("example.safetensors")

#: How many time steps of an input are offered to be looked at.
_OFFERED = 12

#: Alphabets that people often use: what it is called, and its characters in their order.
_ALPHABETS: tuple[tuple[str, str], ...] = (
    ("0 and 1", "01"),
    ("a and b", "ab"),
    ("The bases of DNA: A C G T", "ACGT"),
    ("Digits 0 to 9", string.digits),
    ("Letters a to z", string.ascii_lowercase),
    ("Letters A to Z", string.ascii_uppercase),
    ("A blank, then a to z", " " + string.ascii_lowercase),
    ("Letters a to z, then a blank", string.ascii_lowercase + " "),
    ("Digits, then a to z", string.digits + string.ascii_lowercase),
    ("Letters a to z and A to Z", string.ascii_letters),
    ("Digits, then a to z and A to Z", string.digits + string.ascii_letters),
    ("The characters of ASCII that can be printed", "".join(map(chr, range(32, 127)))),
    ("string.printable of Python", string.printable),
)


@dataclass(frozen=True)
class Alphabet:
    """Characters that a network's inputs may stand for.

    Parameters
    ----------
    label
        What it is called.
    characters
        In the order of their integers.
    """

    label: str
    characters: str


def alphabets(size: int) -> tuple[Alphabet, ...]:
    """Return the alphabets of this many characters."""
    return tuple(
        Alphabet(label, characters) for label, characters in _ALPHABETS if len(characters) == size
    )


def characters_of(text: str) -> str:
    """Return the characters of a text as most programs number them: `sorted(set(text))`."""
    return "".join(sorted(set(text.replace("\r\n", "\n"))))


def characters_sentence(text: str, size: int) -> str:
    """Say whether a text has as many different characters as a network has symbols."""
    count = len(characters_of(text))
    if count == size:
        return f"The text has {count:,} different characters, as many as the network has symbols."
    return (
        f"The text has {count:,} different characters, and the network has {size:,} symbols: "
        "it was trained on another text, or with other symbols."
    )


def some_of(vocabulary: str) -> str:
    """Return the first characters of a vocabulary as an input to try, on one line."""
    usual = [each for each in vocabulary if each.isalnum()] or list(vocabulary)
    return "".join(SHOWN_AS.get(each, each) for each in (usual * _OFFERED)[:_OFFERED])


def beginning_of(text: str) -> str:
    """Return the beginning of a text as an input to try, on one line."""
    return "".join(SHOWN_AS.get(each, each) for each in text.strip()[: 2 * _OFFERED])


def after_beginning(text: str) -> str:
    """Return the character that follows `beginning_of` a text; "" where there is none."""
    following = text.strip()[2 * _OFFERED : 2 * _OFFERED + 1]
    return SHOWN_AS.get(following, following)


def some_integers(size: int) -> str:
    """Return integers below a size, counted up, as an input to try."""
    return " ".join(str(step % size) for step in range(_OFFERED))


def some_vectors(size: int) -> str:
    """Return waves as CSV text, one for each input, as an input to try."""
    rows = (
        ",".join(
            f"{math.sin(2 * math.pi * (step / _OFFERED + place / size)):.3f}"
            for place in range(size)
        )
        for step in range(_OFFERED)
    )
    return "\n".join([",".join(f"x{place}" for place in range(1, size + 1)), *rows])
