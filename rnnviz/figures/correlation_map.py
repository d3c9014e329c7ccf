"""What units follow, as a map of features against units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from rnnviz.analysis.correlations import Correlations
from rnnviz.figures import maps
from rnnviz.figures.maps import Panel, Side, maps_spec
from rnnviz.figures.palette import QUANTITIES, signed
from rnnviz.figures.spec import NUMBER, Spec, layout, note, short_label

#: Maximum number of features drawn, so that the map can be read.
MOST_FEATURES = 24
#: Pixels.
_ROW_HEIGHT, _LEAST_HEIGHT = 22, 120
#: Number of unit labels that fit side by side on a phone.
_MOST_TICKS = 10


def correlations_spec(
    cell: str,
    letter: str,
    found: Correlations,
    unit: int | None = None,
    order: ArrayLike | None = None,
) -> Spec:
    """Draw the correlation of every unit with the features that some unit follows best.

    Parameters
    ----------
    cell
        Kind of cell.
    letter
        The letter of the correlated quantity.
    found : Correlations
    unit
        Outlined, if given.
    order : array of int, (H,), or None
        The units from left to right; by their numbers if None.
    """
    features = found.leading(MOST_FEATURES)
    if not features:
        nothing = note("No unit correlates with anything: all are constant, or not numbers.")
        hidden = {"visible": False}
        frame = layout(_LEAST_HEIGHT, annotations=[nothing], xaxis=hidden, yaxis=hidden)
        return {"data": [], "layout": frame}
    places = np.arange(found.r.shape[1]) if order is None else np.asarray(order)
    across = maps.units(places, unit, alone=True)
    look = {name: part for name, part in across.axis.items() if name != "autorange"}
    look |= {
        "dtick": max(1, -(-len(places) // _MOST_TICKS)),
        "automargin": True,
        "tickangle": 0,
    }
    panel = Panel(
        signed(f"correlation with the {QUANTITIES[cell][letter].label}"),
        found.r[features][:, places],
        replace(across, axis=look),
        _features([found.names[feature] for feature in features]),
        shows=f"r = %{{z{NUMBER}}}",
        title="correlation",
    )
    height = max(_LEAST_HEIGHT, _ROW_HEIGHT * len(features))
    return maps_spec([panel], height=height)


def _features(names: list[str]) -> Side:
    # Names that look equal after shortening need rows of their own: invisible spaces make them
    # differ.
    shown = [short_label(name, 34) for name in names]
    distinct = [name + " " * shown[:place].count(name) for place, name in enumerate(shown)]
    look = {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": distinct,
        "autorange": "reversed",
        "automargin": True,
        "showgrid": False,
        "dtick": 1,
    }
    return Side("", distinct, look)
