"""CSV files that we write: what a spreadsheet would run as a formula stays text."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import pandas as pd

#: How a formula can begin, in one spreadsheet or another; full-width characters count too.
_FORMULA = ("=", "+", "-", "@")
#: Where some spreadsheets split a line into cells, whatever the file's own separator is.
_CUT = re.compile(r"([;\t\r\n])")


def escape(cell: object) -> object:
    """Return a cell as it may stand in a CSV file that a spreadsheet opens.

    A text that a spreadsheet would run as a formula gets an apostrophe in front; so does a part
    that it would make a cell of its own, after a semicolon, a tab or a new line. Numbers and all
    other texts stay as they are.
    """
    return _harmless(cell) if isinstance(cell, str) else cell


def to_csv(table: pd.DataFrame) -> str:
    """Write a table, names of columns included, as CSV text without formulas."""
    harmless = table.map(escape)
    harmless.columns = [escape(name) for name in table.columns]
    return str(harmless.to_csv(index=False, lineterminator="\n"))


# Cached: a table has few distinct texts, each many times.
@lru_cache(maxsize=4096)
def _harmless(text: str) -> str:
    safe = "".join(f"'{part}" if _is_formula(part) else part for part in _CUT.split(text))
    cut_at_once = text.lstrip(" ").startswith(("\t", "\r", "\n"))
    return f"'{safe}" if cut_at_once else safe


def _is_formula(text: str) -> bool:
    """Tell whether the first character that counts begins a formula.

    Some spreadsheets skip blanks, control characters and invisible marks, and also quotes, once a
    line has been split.
    """
    for character in text:
        if character != '"' and unicodedata.category(character)[0] not in "ZC":
            return unicodedata.normalize("NFKC", character).startswith(_FORMULA)
    return False
