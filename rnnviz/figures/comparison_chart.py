"""Three ways to predict a schedule: the best accuracy of each, and what was reached."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rnnviz.analysis.comparison import WAYS, Comparison
from rnnviz.figures.palette import ACCURACY_COLOUR
from rnnviz.figures.spec import FAINT, NEUTRAL, Spec, axis, layout
from rnnviz.numbers import percent

_HEIGHT = 172
#: Opacity of the bar of a run that is training, and of an earlier one.
_NOW, _EARLIER = 1.0, 0.45


def comparison_spec(ways: Sequence[Comparison]) -> Spec:
    """Draw a bar for each way: wide and pale its best accuracy, narrow and blue what was reached.

    The bar of an earlier run is paler than that of the current run.
    """
    names = [WAYS[way.way] for way in ways]
    common = {"type": "bar", "orientation": "h", "y": names}
    at_best = common | {
        "x": [way.ceiling for way in ways],
        "width": 0.8,
        "marker": {"color": FAINT, "line": {"color": NEUTRAL, "width": 1}},
        "customdata": [percent(way.ceiling) for way in ways],
        "hovertemplate": "at best %{customdata}<extra></extra>",
    }
    reached = common | {
        "x": [_accuracy(way) for way in ways],
        "width": 0.42,
        "marker": {
            "color": ACCURACY_COLOUR,
            "opacity": [_NOW if way.trains_now else _EARLIER for way in ways],
        },
        "hovertemplate": "%{customdata}<extra></extra>",
        "customdata": [_who(way) for way in ways],
    }
    frame = layout(_HEIGHT, barmode="overlay", annotations=[_words(way) for way in ways])
    frame["margin"] |= {"r": 104, "b": 28}
    ticks = {"tickvals": [0, 0.5, 1], "ticktext": ["0 %", "50 %", "100 %"], "tickangle": 0}
    frame["xaxis"] = axis("", range=[0, 1], fixedrange=True, **ticks)
    frame["yaxis"] = axis("", autorange="reversed", fixedrange=True, ticksuffix="  ")
    return {"data": [at_best, reached], "layout": frame}


def _accuracy(way: Comparison) -> float | None:
    """Return what was reached; None if nothing was measured."""
    result = way.result
    return None if result is None or math.isnan(result.accuracy) else result.accuracy


def _who(way: Comparison) -> str:
    if way.result is None:
        return ""
    when = "now" if way.trains_now else "earlier"
    run = way.result
    return (
        f"{run.name} from {run.sees}, iteration {run.iteration:,}, {when}: {percent(run.accuracy)}"
    )


def _words(way: Comparison) -> Spec:
    """Write the numbers beside the bars, where there is room on a phone too."""
    reached = _accuracy(way)
    second = "not trained"
    if way.result is not None and reached is not None:
        second = f"{way.result.name}: {percent(reached)}"
    return {
        "xref": "paper",
        "x": 1,
        "xanchor": "left",
        "xshift": 8,
        "y": WAYS[way.way],
        "align": "left",
        "showarrow": False,
        "text": f"at best {percent(way.ceiling)}<br><b>{second}</b>",
        "font": {"size": 12},
    }
