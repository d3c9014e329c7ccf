"""The weights of each gate, and the gradient w.r.t. them, as maps: units against their inputs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from rnnviz.analysis.gate_weights import GateWeights
from rnnviz.figures import maps
from rnnviz.figures.maps import LARGE_HEIGHT, Panel, Side, maps_spec
from rnnviz.figures.palette import QUANTITIES, signed
from rnnviz.figures.spec import Spec, short_label


def gate_weights_spec(
    cell: str,
    weights: GateWeights,
    gradients: GateWeights,
    letters: Sequence[str] | None = None,
    unit: int | None = None,
    order: ArrayLike | None = None,
) -> Spec:
    """Draw, for each gate, the weights on the left and the gradient w.r.t. them on the right.

    All weights share one scale. The gradient of each gate has its own, written above it: on a
    common scale the gradient of a gate that learns little would be invisible.

    Parameters
    ----------
    cell
        Kind of cell.
    weights, gradients : GateWeights
    letters
        Which gates; all by default. One alone is drawn large.
    unit
        Outlined, if given.
    order : array of int, (H,), or None
        The units from top to bottom; by their numbers if None.
    """
    count = len(next(iter(weights.gates.values())))
    places = np.arange(count) if order is None else np.asarray(order)
    rows, across = maps.units(places, unit), _sources(weights.sources)
    shown = letters or [letter for letter in QUANTITIES[cell] if letter in weights.gates]
    panels = [
        Panel(signed(name), cut.gates[letter][places], across, rows, bound, title=title)
        for letter in shown
        for label in (QUANTITIES[cell][letter].label,)
        for name, cut, bound, title in (
            (label, weights, weights.bound, label),
            (f"gradient, {label}", gradients, gradients.bound_of(letter), "gradient"),
        )
    ]
    return maps_spec(panels, height=LARGE_HEIGHT if len(shown) == 1 else None)


def _sources(sources: tuple[str, ...]) -> Side:
    names = [short_label(source) for source in sources]
    look = {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": names,
        "showgrid": False,
        "autotickangles": [0, -45, -90],
        "automargin": True,
    }
    return Side("from", names, look)
