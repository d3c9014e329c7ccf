"""What a view gives: charts with their sentences, a table, a file, and how to read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from rnnviz.figures.chart import Chart


@dataclass(frozen=True)
class Table:
    """Rows to read.

    Parameters
    ----------
    rows
    title
        Of a heading that it stands behind, and is opened by who wants it; "" where it is open.
    places
        Decimal places by column.
    """

    rows: pd.DataFrame
    title: str = ""
    places: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Panel:
    """What a view gives; each part may be missing.

    Parameters
    ----------
    charts
        Below each other.
    beside
        Below each other, in a narrower column on the right.
    sentence
        A sentence above all charts; each chart has its own as well.
    unit_axis
        "x" or "y" if that is where the charts have the units: a click then chooses one.
    table : Table, optional
    note
        How to read it.
    file
        What can be saved, and what makes it; that does not touch the trainer.
    progress
        Share that is done of what is shown, 0..1; None is all.
    done
        What is added to it in words.
    """

    charts: tuple[Chart, ...] = ()
    beside: tuple[Chart, ...] = ()
    sentence: str = ""
    unit_axis: str | None = None
    table: Table | None = None
    note: str = ""
    file: tuple[str, Callable[[], pd.DataFrame]] | None = None
    progress: float | None = None
    done: str = ""
