"""CSV that we write: what a spreadsheet would run as a formula stays a text."""

from __future__ import annotations

import pandas as pd

#: How a formula begins, for one spreadsheet or another.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def escape(cell: object) -> object:
    """Return a cell as it may stand in a CSV file that a spreadsheet opens.

    A text that a spreadsheet would run as a formula gets an apostrophe in front; numbers and all
    other texts stay as they are.
    """
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA):
        return "'" + cell
    return cell


def to_csv(table: pd.DataFrame) -> str:
    """Write a table, names of columns included, as CSV text without formulas."""
    harmless = table.map(escape)
    harmless.columns = [escape(name) for name in table.columns]
    return str(harmless.to_csv(index=False, lineterminator="\n"))
