"""Views of units over many sequences: their saturation, their weights and what they track."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from rnnviz import figures
from rnnviz.analysis.correlations import correlate, features_of
from rnnviz.analysis.gate_weights import NO_NUMBER, gate_weights, weights_sentence, weights_table
from rnnviz.analysis.gates import saturation_by_gate, saturation_sentence, saturation_table
from rnnviz.analysis.observation import observe, sequences_for
from rnnviz.analysis.saturation_history import SaturationHistory
from rnnviz.figures.chart import Chart
from rnnviz.figures.palette import QUANTITIES
from rnnviz.training.trainer import nothing_to_measure
from rnnviz.views.gates.on_probe import OF_WINDOW
from rnnviz.views.gates.scene import GateScene
from rnnviz.views.panel import Panel, Table

#: Time steps x sequences x (inputs, units) for one look.
_AT_ONCE = 200_000


def saturation(scene: GateScene) -> Panel:
    """Show how often each unit's gates are nearly shut or open, and how this developed."""
    if not scene.letters:
        return Panel()
    history = scene.counted or _count_all(scene)
    now = history.of(scene.trace)
    sentences = " ".join(now.sentence(letter, scene.label(letter)) for letter in scene.letters)
    caption = f"Iteration {now.iteration:,}. {sentences}"
    counted = now.frame(scene.layer)
    counted = counted[counted["gate"].isin(scene.letters)]
    cloud = figures.saturation_cloud_spec(
        scene.cell, now, scene.letters, scene.unit, history.counted()
    )
    bars = figures.saturation_spec(scene.trace, scene.layer, counted=counted)
    cell, layer, kept = scene.cell, scene.layer, history.counted()
    return Panel(
        (
            Chart(
                cloud,
                caption,
                "A point for each unit: share of cases nearly shut, nearly open.",
                of_window=OF_WINDOW,
            ),
            Chart(bars, _of_all(counted, scene), "Shares of all units together."),
        ),
        note="A gate is saturated where it is nearly shut (below 0.1) or nearly open (above 0.9). "
        "A point is a unit. At the lower right its gate is nearly always shut, at the upper left "
        "nearly always open, at the lower left neither; beyond the dashed line no point can be. "
        f"{_path_sentence(scene)}Measured over {history.sequences.sentence()}.",
        table=Table(_readable(counted, cell), "Every unit as a table"),
        file=(
            "saturation over training",
            lambda: _with_labels(saturation_table(kept, layer), cell),
        ),
    )


def _count_all(scene: GateScene) -> SaturationHistory:
    trainer = scene.trainer
    history = SaturationHistory(trainer.network, trainer.task, trainer.probe, scene.layer)
    for trace in history.missing(scene.traces):
        history.of(trace)
    return history


def _path_sentence(scene: GateScene) -> str:
    return "" if scene.unit is None else f"Dotted: the path of unit {scene.unit} over training. "


def weights(scene: GateScene) -> Panel:
    """Show the weights of each gate, and the gradient of the probe's loss w.r.t. them."""
    trainer, network = scene.trainer, scene.network
    task, batch = trainer.task, trainer.probe.batch
    if trainer.can_learn:
        gradients = network.record(
            batch.x,
            batch.y,
            batch.mask,
            loss=task.loss,
            truncate=scene.trace.truncate,
            answering=batch.answering,
        ).gradients
    else:  # blank
        gradients = {name: np.full_like(each, np.nan) for name, each in network.parameters.items()}
    held, asked = (
        gate_weights(network, values, scene.layer, task.input_names)
        for values in (network.parameters, gradients)
    )
    spec = figures.gate_weights_spec(
        scene.cell, held, asked, scene.letters, scene.unit, scene.ordered.units
    )
    said = weights_sentence(held, asked, scene.label)
    if not trainer.can_learn:
        said = said.replace(NO_NUMBER, f"{nothing_to_measure(task)} So the right half is blank.")
    caption = f"{said} {scene.ordered.sentence}"
    label = "Maps of unit against what it weighs: weights, and the gradient with respect to them."
    labels, one_gate = scene.label, len(scene.letters) == 1
    return Panel(
        (
            Chart(
                spec,
                caption.strip(),
                f"{label} Iteration {scene.trace.iteration:,}.",
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


_BACKWARD = " This layer reads from the end: position and steps since are in its own time."


def follows(scene: GateScene) -> Panel:
    """Show which features each unit correlates with."""
    trainer, network = scene.trainer, scene.network
    task, (letter, *_) = trainer.task, scene.letters
    sequences = sequences_for(network, task, trainer.probe, affordable=_AT_ONCE)
    quantity = observe(network, scene.trace, sequences, scene.layer)[letter]
    read = sequences.in_time_of(scene.trace, scene.layer)
    features = features_of(read, task.input_names, task.output_labels)
    found = correlate(quantity, features)
    spec = figures.correlations_spec(scene.cell, letter, found, scene.unit, scene.ordered.units)
    caption = f"{found.sentence(scene.label(letter), scene.unit)} {scene.ordered.sentence}"
    label = f"Map of features against units: correlation. Iteration {scene.trace.iteration:,}."
    table = found.frame()
    return Panel(
        (Chart(spec, caption.strip(), label),),
        unit_axis="x",
        note=f"Pearson's r, measured over {sequences.sentence()}; targets at scored steps alone. "
        "Shown are features that are among the best three of a unit, out of "
        f"{len(found.names):,} tried: among many, small values of r come about by chance."
        f"{_BACKWARD if scene.trace.is_backward(scene.layer) else ''}",
        table=Table(table, "The best three of every unit", {"r": 2}),
        file=("what units follow", lambda: table),
    )


def _of_all(counted: pd.DataFrame, scene: GateScene) -> str:
    return " ".join(
        saturation_sentence(scene.label(row.gate), row.below, row.above)
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
