"""What a view returns: charts with captions, a table, a file, and a note on reading them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from rnnviz.figures.chart import Chart


@dataclass(frozen=True)
class Table:
    """A table to read.

    Parameters
    ----------
    rows
    title
        Title of the section that the reader opens to see it; "" if it is always visible.
    places
        Decimal places by column.
    """

    rows: pd.DataFrame
    title: str = ""
    places: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Panel:
    """What a view returns; each part may be missing.

    Parameters
    ----------
    charts
        Below each other.
    beside
        Below each other, in a narrower column on the right.
    sentence
        A sentence above all charts; each chart also has a caption of its own.
    unit_axis
        "x" or "y", the axis of the charts that has the units: a click then chooses one.
    table : Table, optional
    note
        How to read it.
    file
        Name of a file to save, and a function that makes it without using the trainer.
    progress
        Share of the work that is done, 0..1; None is all.
    done
        Text added to the progress.
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
