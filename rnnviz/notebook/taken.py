"""What was kept of a watched model, to take away: named arrays, and the picture as one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rnnviz.engine import spec_of
from rnnviz.engine.layout import Shapes, views
from rnnviz.figures import standalone
from rnnviz.figures.picture import pack
from rnnviz.notebook.modules import Array
from rnnviz.numbers import number
from rnnviz.recording import Trace
from rnnviz.ui.components.bundle import script


def arrays_of(traces: Sequence[Trace], shapes: Shapes) -> Mapping[str, Array]:
    """Return everything in traces as arrays with the kept iterations N in front.

    Parameters
    ----------
    traces
        Of one network, oldest first.
    shapes
        Of its parameters, by name, in the order of `Trace.weights`.

    Returns
    -------
    dict of array
        As the app's export names them: `iteration`, `loss` (N,), `inputs`, `targets`, `outputs`
        (N, T, ...), `scored` (N, T), `layer0.f` (N, T, H), `weights.weight_ih_l0` (N, ...).
    """
    named: dict[str, Array] = {
        name: np.stack([np.asarray(getattr(trace, name)) for trace in traces])
        for name in ("iteration", "loss", "scored", "inputs", "targets", "outputs", "d_x")
        if getattr(traces[0], name) is not None
    }
    for place, layer in enumerate(traces[0].layers):
        for letter in layer.quantities():
            of_traces = [trace.layers[place].quantities()[letter] for trace in traces]
            named[f"layer{place}.{letter}"] = np.stack(of_traces)
    weights = [views(trace.weights, shapes) for trace in traces]
    named |= {f"weights.{name}": np.stack([each[name] for each in weights]) for name in shapes}
    return named


def page_of(traces: Sequence[Trace]) -> str:
    """Return the moving picture of traces as one HTML file, which plays without a server."""
    first, last = traces[0].iteration, traces[-1].iteration
    when = f"iteration {first}" if first == last else f"iterations {first} to {last}"
    return standalone.page_of(
        pack(traces),
        script(),
        standalone.Heading(f"Your own training, {spec_of(traces[-1].cell).label}"),
        about=f"{number(len(traces))} kept of {when}, measured on one sequence.",
        rounded=len(traces) > 1,
    )
