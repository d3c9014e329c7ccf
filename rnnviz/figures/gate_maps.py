"""Gates, candidate, cell and hidden state as maps: over units, time steps and training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from rnnviz.analysis.gates import saturation, saturation_by_gate
from rnnviz.engine import spec_of
from rnnviz.figures import maps
from rnnviz.figures.maps import Panel, Side, maps_spec
from rnnviz.figures.palette import QUANTITIES, Quantity
from rnnviz.figures.spec import HUNDREDTHS, NEUTRAL, Spec, axis, layout, note, rgba
from rnnviz.recording.trace import Array, Trace
from rnnviz.training import Mark


def drawn_as_maps(cell: str) -> dict[str, Quantity]:
    """Return the quantities of a cell that have a map, by letter: all but the gradients."""
    return {letter: q for letter, q in QUANTITIES[cell].items() if q.scale != "magnitude"}


def gates_spec(
    trace: Trace,
    layer: int = -1,
    unit: int | None = None,
    step: int | None = None,
    columns: int = 2,
    letters: Sequence[str] | None = None,
    order: ArrayLike | None = None,
) -> Spec:
    """Draw every gate, the candidate, the cell state and the hidden state of one layer.

    Parameters
    ----------
    trace : Trace
    layer
        Index into `trace.layers`; the top layer by default.
    unit, step
        Outlined, if given.
    columns
        Maps side by side.
    letters
        Which quantities; by default all but the gradients.
    order : array of int, (H,), or None
        The units from top to bottom; by their numbers if None.
    """
    values = trace.layers[trace.number_of(layer)].quantities()
    chosen = {letter: values[letter] for letter in letters or drawn_as_maps(trace.cell)}
    across = maps.steps(trace.in_time_of(layer, trace.input_labels), step)
    return _unit_maps(trace.cell, chosen, across, unit, columns, order)


def gates_at_step_spec(
    cell: str,
    iterations: ArrayLike,
    values: Mapping[str, Array],
    unit: int | None = None,
    iteration: int | None = None,
    columns: int = 2,
    order: ArrayLike | None = None,
    marks: Sequence[Mark] = (),
) -> Spec:
    """Draw quantities of every unit at one time step, over training.

    Parameters
    ----------
    cell
        Kind of cell.
    iterations : array of int, (N,)
        Of the kept traces, on the horizontal axis.
    values : mapping of letter to array, (N, H)
    unit, iteration
        Marked, if given.
    columns
        Maps side by side.
    order : array of int, (H,), or None
        The units from top to bottom; by their numbers if None.
    marks
        What was done to the run.
    """
    across = maps.iterations(iterations, iteration, marks)
    return _unit_maps(cell, values, across, unit, columns, order)


def gates_of_unit_spec(
    cell: str,
    iterations: ArrayLike,
    values: Mapping[str, Array],
    input_labels: Sequence[str],
    iteration: int | None = None,
    columns: int = 2,
    marks: Sequence[Mark] = (),
) -> Spec:
    """Draw quantities of one unit, or the mean over units, at every time step over training.

    Parameters
    ----------
    cell
        Kind of cell.
    iterations : array of int, (N,)
        Of the kept traces, on the vertical axis.
    values : mapping of letter to array, (N, T)
    input_labels : sequence of str, length T
    iteration
        Marked, if given.
    columns
        Maps side by side.
    marks
        What was done to the run.
    """
    across = maps.steps(input_labels)
    upwards = maps.iterations(iterations, iteration, marks)
    panels = [
        Panel(quantity, array, across, upwards, _bound(quantity, array, cell))
        for quantity, array in _named(cell, values)
    ]
    return maps_spec(panels, columns)


def saturation_spec(
    trace: Trace,
    layer: int = -1,
    low: float = 0.1,
    high: float = 0.9,
    counted: pd.DataFrame | None = None,
) -> Spec:
    """Draw, for each gate of one layer, the share of values nearly shut, between, and nearly open.

    Shares are over all units and time steps of the trace; or they are `counted` elsewhere, in a
    table as `analysis.gates.saturation` makes it.
    """
    shares = saturation_by_gate(saturation(trace, low, high) if counted is None else counted)
    shares = shares[shares["layer"] == trace.number_of(layer)]
    frame = layout(46 * max(len(shares), 1) + 84, barmode="stack", bargap=0.35, showlegend=True)
    if shares.empty:
        return {"data": [], "layout": frame | {"annotations": [note("This cell has no gates.")]}}
    quantities = [QUANTITIES[trace.cell][letter] for letter in shares["gate"]]
    below, above = shares["below"].to_numpy() * 100, shares["above"].to_numpy() * 100
    parts = [
        (f"nearly shut, below {low:g}", below, 0.25),
        ("between", 100 - below - above, 0.55),
        (f"nearly open, above {high:g}", above, 1.0),
    ]
    frame["margin"] |= {"r": 28}
    frame["legend"] |= {"traceorder": "normal"}
    frame["xaxis"] = axis("share of all cases", range=[0, 100])
    frame["xaxis"] |= {"dtick": 25, "ticksuffix": " %"}
    frame["yaxis"] = {"autorange": "reversed", "automargin": True}
    data = [trace for part in parts for trace in _bars(quantities, *part)]
    return {"data": data, "layout": frame}


def _bars(quantities: Sequence[Quantity], name: str, percent: Array, opacity: float) -> list[Spec]:
    """Describe one part of every bar, and its key: grey, for each bar has its own colour."""
    bars = {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "showlegend": False,
        "x": percent,
        "y": [quantity.label for quantity in quantities],
        "marker": {"color": [quantity.colour for quantity in quantities], "opacity": opacity},
        "hovertemplate": f"%{{y}}, {name}: %{{x{HUNDREDTHS}}} %<extra></extra>",
    }
    key = {"type": "bar", "orientation": "h", "name": name, "x": [None], "y": [None]}
    return [bars, {**key, "marker": {"color": rgba(NEUTRAL, opacity)}}]


def _unit_maps(
    cell: str,
    values: Mapping[str, Array],
    across: Side,
    unit: int | None,
    columns: int,
    order: ArrayLike | None,
) -> Spec:
    """Draw maps of (columns, H) whose rows are the units."""
    count = next(iter(values.values())).shape[1]
    places = np.arange(count) if order is None else np.asarray(order)
    rows = maps.units(places, unit, alone=len(values) == 1)
    panels = [
        Panel(quantity, array.T[places], across, rows, _bound(quantity, array, cell))
        for quantity, array in _named(cell, values)
    ]
    return maps_spec(panels, columns)


def _named(cell: str, values: Mapping[str, Array]) -> list[tuple[Quantity, Array]]:
    return [(QUANTITIES[cell][letter], array) for letter, array in values.items()]


def _bound(quantity: Quantity, values: Array, cell: str) -> float:
    """Return the value drawn in full colour."""
    if quantity.scale == "gate" or spec_of(cell).quantity(quantity.letter).within_one:
        return 1.0
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0.0)) or 1.0
