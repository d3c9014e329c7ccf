"""A chart and what is said of it."""

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
        A spec is quicker by 10 ms.
    says
        The sentence under the chart, as plain text; markup in it is shown as text.
    label
        What is read out to people who do not see the chart, before the sentence.
    of_window
        Share (0..1) of the window's height that it takes at most, where its own is larger: so
        that the words on its axes are in sight. None if it is always as high as it says.
    """

    figure: Spec | go.Figure
    says: str = ""
    label: str = ""
    of_window: float | None = None
