"""Texts typed by users, in places where Streamlit renders Markdown."""

from __future__ import annotations

import re

_MARKUP = frozenset("\\`*_{}[]()<>#+-.!|$~:^&")

# What Streamlit replaces after Markdown was parsed and backslashes are gone: icons, emoji and logo
# (`:material/home:`), addresses (`https://`, `www.`, `name@host`), arrows and signs (`->`, `>=`).
_REPLACED_LATER = re.compile(r"(?<=:)(?=\S)|(?<=www)(?=\.)|(?<=@)|(?<=[<>~-])(?=[>=-])", re.I)
_WORD_JOINER = "\u2060"  # has no width, and separates what would be replaced together


def escaped(text: str) -> str:
    """Escape a text: Markdown then shows it without markup, links, icons or formulas."""
    apart = _REPLACED_LATER.sub(_WORD_JOINER, text)
    return "".join(f"\\{sign}" if sign in _MARKUP else sign for sign in apart)
