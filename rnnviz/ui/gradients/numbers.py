"""The large numbers beside the heading, as HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rnnviz.views.gradients import Reading

_BARS = "▁▂▃▄▅▆▇█"


def as_html(numbers: Sequence[Reading]) -> str:
    """Write large numbers, each with its course over training as a small line."""
    rows = "".join(
        f'<div title="{html.escape(number.means)}"><dt>{html.escape(number.label)}</dt>'
        f"<dd>{html.escape(number.text)}{_spark(number.course)}</dd></div>"
        for number in numbers
    )
    return f'<dl class="readings large">{rows}</dl>'


def _spark(values: NDArray[np.float64], most: int = 12) -> str:
    """Write the course of a number as a row of small bars, which show only its direction."""
    shown = values[np.isfinite(values)]
    if shown.size < 2:
        return ""
    shown = shown[np.linspace(0, shown.size - 1, min(most, shown.size)).astype(int)]
    span = float(np.ptp(shown)) or 1.0
    heights = np.round((shown - shown.min()) / span * (len(_BARS) - 1)).astype(int)
    return f'<span class="spark" aria-hidden="true">{"".join(_BARS[at] for at in heights)}</span>'
