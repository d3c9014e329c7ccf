"""The script of the moving network as text, for pages that know nothing of Streamlit."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_BUNDLE = Path(__file__).parent / "unrolled" / "unrolled.min.js"


@cache
def script() -> str:
    """Return the whole picture as one script with its style sheet, for a page without Streamlit.

    In the text of a `<script type="module">`, which needs no other file, all that it offers is then
    in scope as `rnnviz`: `rnnviz.mount(element, { bytes })`, and `makeScene`, `look`, `paint`; see
    `unrolled.js`.
    """
    return _BUNDLE.read_text(encoding="utf-8")
