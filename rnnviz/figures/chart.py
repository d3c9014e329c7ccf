"""A chart and the sentence about it."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from rnnviz.figures.spec import Spec


@dataclass(frozen=True)
class Chart:
    """One chart to draw.

    Parameters
    ----------
    figure : Spec or plotly Figure
        A spec is faster by 10 ms.
    caption
        The sentence under the chart, as plain text; markup in it is shown as text.
    label
        What screen readers read out before the sentence.
    of_window
        Maximum share (0..1) of the window's height, if the chart's own height is larger, so that
        the axis labels are in sight. None: always its own height.
    """

    figure: Spec | go.Figure
    caption: str = ""
    label: str = ""
    of_window: float | None = None
