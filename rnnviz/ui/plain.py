"""What users typed, in places where Streamlit reads Markdown."""

from __future__ import annotations

_MARKUP = frozenset("\\`*_{}[]()<>#+-.!|$~:^&")


def plain(text: str) -> str:
    """Return a text that Markdown shows as it is: no markup, no links, no formulas."""
    return "".join(f"\\{sign}" if sign in _MARKUP else sign for sign in text)
