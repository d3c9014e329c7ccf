"""From what came, a query string, a mapping or a file, to pairs of key and text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from rnnviz.fields import shown
from rnnviz.link import words

#: Most characters of a link that are read. A browser's address is shorter, and Streamlit empties
#: one of more than 512 Ki characters.
MOST_CHARACTERS = 600_000
#: Most pairs of a link that are read: there are fewer than 60 keys.
MOST_PAIRS = 1_000


def of_query(query: str) -> Iterator[tuple[str, str | ValueError]]:
    """Yield the pairs of a query string, or of an address with one; bad UTF-8 as an error."""
    address, mark, rest = query[:MOST_CHARACTERS].partition("?")
    rest = (rest if mark else address).partition("#")[0]
    for part in rest.split("&", MOST_PAIRS)[:MOST_PAIRS]:
        key, _, value = part.partition("=")
        if not part.strip():
            continue
        try:
            yield _decoded(key), _decoded(value)
        except ValueError as refusal:
            yield key, refusal


def _decoded(text: str) -> str:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeError:
        raise ValueError(f"it is not text in UTF-8, got {shown(text)}") from None


def of_mapping(query: Mapping[Any, Any]) -> Iterator[tuple[str, str | ValueError]]:
    """Yield the pairs of a mapping; a value may be a list of several."""
    left = MOST_CHARACTERS
    for count, (key, value) in enumerate(query.items()):
        if count == MOST_PAIRS:
            return
        for each in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(each, str) and isinstance(key, str):
                left -= len(each) + len(key)
                if left < 0:
                    return
                yield key, each
            else:
                yield str(key)[:20], ValueError(f"it is not a text, got {shown(each)}")


def once(
    pairs: Iterable[tuple[str, str | ValueError]], problems: list[str], what: str = "link"
) -> dict[str, str]:
    """Return each key with its first value; note what is there twice or can't be read."""
    found: dict[str, str] = {}
    twice: set[str] = set()
    for key, value in pairs:
        if isinstance(value, ValueError):
            problems.append(f"{shown(key)} was left out: {value}.")
        elif key not in found:
            found[key] = value
        elif key not in twice and key not in words.FOREIGN:
            twice.add(key)
            problems.append(f"{shown(key)} is in the {what} more than once; the first one counts.")
    return found
