"""Views of the Gates page that look at units over many sequences, and at their weights.

Measured while the turn is held, as the others in `gate_scenes`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import pandas as pd

from rnnviz import figures
from rnnviz.analysis.correlations import correlate, features_of
from rnnviz.analysis.gate_weights import gate_weights, weights_sentence, weights_table
from rnnviz.analysis.gates import saturation_by_gate, saturation_sentence, saturation_table
from rnnviz.analysis.observation import observe, sequences_for
from rnnviz.analysis.saturation_history import SaturationHistory
from rnnviz.figures.chart import Chart
from rnnviz.figures.palette import QUANTITIES
from rnnviz.ui.gates.controls import Wanted
from rnnviz.ui.gates.scenes import OF_WINDOW, Seen, Shown, Table
from rnnviz.ui.shell.session import Visit
from rnnviz.ui.shell.turns import TURNS


def saturation(shown: Shown) -> Seen:
    """Show how often each unit's gates are nearly shut or open, and how that came about."""
    if not shown.letters:
        return Seen()
    history = _history(shown.visit, shown.layer)
    now = history.of(shown.trace)
    told = " ".join(now.sentence(letter, shown.label(letter)) for letter in shown.letters)
    says = f"Iteration {now.iteration:,}. {told}"
    counted = now.frame(shown.layer)
    counted = counted[counted["gate"].isin(shown.letters)]
    cloud = figures.saturation_cloud_spec(
        shown.cell, now, shown.letters, shown.unit, history.counted()
    )
    bars = figures.saturation_spec(shown.trace, shown.layer, counted=counted)
    cell, layer, kept = shown.cell, shown.layer, history.counted()
    return Seen(
        (
            Chart(
                cloud,
                says,
                "A point for each unit: share of cases nearly shut, nearly open.",
                of_window=OF_WINDOW,
            ),
            Chart(bars, _of_all(counted, shown), "Shares of all units together."),
        ),
        note="A gate is saturated where it is nearly shut (below 0.1) or nearly open (above 0.9). "
        "A point is a unit. At the lower right its gate is nearly always shut, at the upper left "
        "nearly always open, at the lower left neither; beyond the dashed line no point can be. "
        f"{_says_way(shown)}Measured over {history.sequences.sentence()}.",
        table=Table("Every unit as a table", _readable(counted, cell)),
        file=(
            "saturation over training",
            lambda: _with_labels(saturation_table(kept, layer), cell),
        ),
    )


def count_ahead(visit: Visit, wanted: Wanted) -> None:
    """Count at kept iterations, in slices of a turn: at rest all of them, else some of them.

    While the loop runs only the way of a unit needs them.
    """
    if not wanted.letters or (visit.busy and wanted.unit is None):
        return
    while True:
        with TURNS.turn(visit) as seconds:
            until = time.monotonic() + seconds
            history = _history(visit, wanted.layer)
            missing = history.missing((*visit.trainer.recording.traces, visit.trainer.trace()))
            while missing and time.monotonic() < until:
                history.of(missing.pop())
        if visit.busy or not missing:
            return


def _history(visit: Visit, layer: int) -> SaturationHistory:
    """Return the counts of a layer; only those of the one looked at last are kept."""
    if visit.saturation is None or visit.saturation.layer != layer:
        trainer = visit.trainer
        visit.saturation = SaturationHistory(trainer.network, trainer.task, trainer.probe, layer)
    return visit.saturation


def _says_way(shown: Shown) -> str:
    return "" if shown.unit is None else f"Dotted: the way of unit {shown.unit} over training. "


def weights(shown: Shown) -> Seen:
    """Show the weights of each gate, and the gradient of the probe's loss by them."""
    trainer, network = shown.trainer, shown.network
    task, batch = trainer.task, trainer.probe.batch
    record = network.record(
        batch.x, batch.y, batch.mask, loss=task.loss, truncate=shown.trace.truncate
    )
    held, asked = (
        gate_weights(network, values, shown.layer, task.input_names)
        for values in (network.parameters, record.gradients)
    )
    spec = figures.gate_weights_spec(
        shown.cell, held, asked, shown.letters, shown.unit, shown.order.units
    )
    says = f"{weights_sentence(held, asked, shown.label)} {shown.order.says}"
    label = "Maps of unit against what it weighs: weights, and the gradient with respect to them."
    labels, one_gate = shown.label, len(shown.letters) == 1
    return Seen(
        (
            Chart(
                spec,
                says.strip(),
                f"{label} Iteration {shown.trace.iteration:,}.",
                of_window=OF_WINDOW if one_gate else None,
            ),
        ),
        unit_axis="y",
        note="Left: weights of the inputs (x), of the units one step before (h), and the biases. "
        "Right: the gradient of the probe's loss with respect to each. All weights share one "
        "scale. Each gate's gradient has a scale of its own, which stands above it: compare the "
        "numbers there, not the colours.",
        file=("weights and gradients", lambda: weights_table(held, asked, labels)),
    )


def follows(shown: Shown) -> Seen:
    """Show with what each unit correlates."""
    trainer, network = shown.trainer, shown.network
    task, (letter, *_) = trainer.task, shown.letters
    sequences = sequences_for(network, task, trainer.probe, affordable=_AT_ONCE)
    quantity = observe(network, shown.trace, sequences, shown.layer)[letter]
    features = features_of(sequences, task.input_names, task.output_labels)
    found = correlate(quantity, features)
    spec = figures.correlations_spec(shown.cell, letter, found, shown.unit, shown.order.units)
    says = f"{found.sentence(shown.label(letter), shown.unit)} {shown.order.says}"
    label = f"Map of features against units: correlation. Iteration {shown.trace.iteration:,}."
    table = found.frame()
    return Seen(
        (Chart(spec, says.strip(), label),),
        unit_axis="x",
        note=f"Pearson's r, measured over {sequences.sentence()}; targets at scored steps alone. "
        "Shown are features that are among the best three of a unit, out of "
        f"{len(found.names):,} tried: among many, small values of r come about by chance.",
        table=Table("The best three of every unit", table, {"r": 2}),
        file=("what units follow", lambda: table),
    )


#: Time steps x sequences x (inputs, units) for one look.
_AT_ONCE = 200_000


def _of_all(counted: pd.DataFrame, shown: Shown) -> str:
    return " ".join(
        saturation_sentence(shown.label(row.gate), row.below, row.above)
        for row in saturation_by_gate(counted).itertuples()
    )


def _with_labels(table: pd.DataFrame, cell: str) -> pd.DataFrame:
    return table.assign(gate=_labels(table["gate"], cell))


def _readable(shares: pd.DataFrame, cell: str) -> pd.DataFrame:
    """Name the gates, and write shares as percentages."""
    return pd.DataFrame(
        {
            "gate": _labels(shares["gate"], cell),
            "unit": shares["unit"],
            "nearly shut (below 0.1), %": (100 * shares["below"]).round(1),
            "nearly open (above 0.9), %": (100 * shares["above"]).round(1),
        }
    )


def _labels(letters: Sequence[str], cell: str) -> list[str]:
    return [QUANTITIES[cell][letter].label for letter in letters]
