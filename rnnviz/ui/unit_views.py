"""Views of the Gates page that look at units over many sequences, and at their weights."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from rnnviz import figures
from rnnviz.analysis.correlations import correlate, features_of
from rnnviz.analysis.gate_weights import gate_weights, weights_sentence, weights_table
from rnnviz.analysis.gates import (
    Saturation,
    saturation_by_gate,
    saturation_sentence,
    saturation_table,
)
from rnnviz.analysis.observation import Sequences, observe, sequences_for
from rnnviz.figures.gate_maps import drawn_as_maps
from rnnviz.figures.palette import QUANTITIES
from rnnviz.recording import Trace
from rnnviz.ui import session
from rnnviz.ui.components.plot import Chart
from rnnviz.ui.downloads import csv_button
from rnnviz.ui.gate import GATE
from rnnviz.ui.gate_controls import (
    Shown,
    choose,
    choose_order,
    choose_quantities,
    choose_unit,
    draw,
    draw_all,
    in_a_row,
)


def saturation(shown: Shown) -> None:
    """Show how often each unit's gates are nearly shut or open, and how that came about."""
    gates = [letter for letter, q in QUANTITIES[shown.cell].items() if q.scale == "gate"]
    if not gates:
        return
    with in_a_row():
        letters = choose_quantities(shown, gates, session.SATURATED_GATE)
        choose_unit(shown)
    history, sequences = _saturation_over_training(shown)
    now = next(each for each in history if each.iteration == shown.trace.iteration)
    told = " ".join(now.sentence(letter, shown.label(letter)) for letter in letters)
    says = f"Iteration {now.iteration:,}. {told}"
    counted = now.frame(shown.layer)
    counted = counted[counted["gate"].isin(letters)]
    cloud = figures.saturation_over_training_spec(
        shown.cell, history, letters, now.iteration, shown.unit
    )
    bars = figures.saturation_spec(shown.trace, shown.layer, counted=counted)
    draw_all(
        shown,
        "saturation",
        [
            Chart(cloud, says, "A point for each unit: share of cases nearly shut, nearly open."),
            Chart(bars, _of_all(counted, shown), "Shares of all units together."),
        ],
    )
    st.caption(
        "A point is a unit. At the lower right its gate is nearly always shut, at the upper left "
        "nearly always open, at the lower left neither; beyond the dashed line no point can be. "
        f"{_says_when(len(history))} over {sequences.sentence()}."
    )
    with st.expander("Every unit as a table"):
        st.dataframe(_readable(counted, shown.cell), hide_index=True)
    csv_button(
        "saturation over training",
        lambda: _with_labels(saturation_table(history, shown.layer), shown.cell),
    )


def weights(shown: Shown) -> None:
    """Show the weights of each gate, and the gradient of the probe's loss by them."""
    names = drawn_as_maps(shown.cell)
    gates = [letter for letter in names if letter in shown.trace.layers[shown.layer].gates]
    with in_a_row():
        letters = choose_quantities(shown, gates or ["h"], session.WEIGHED_GATE)
        order = choose_order(shown)
        choose_unit(shown)
    run = shown.run
    with GATE.turn(run):
        trainer = run.trainer
        network, task, batch = trainer.network_of(shown.trace), trainer.task, trainer.probe.batch
        record = network.record(
            batch.x, batch.y, batch.mask, loss=task.loss, truncate=shown.trace.truncate
        )
    held, asked = (
        gate_weights(network, values, shown.layer, task.input_names)
        for values in (network.parameters, record.gradients)
    )
    spec = figures.gate_weights_spec(shown.cell, held, asked, letters, shown.unit, order.units)
    says = weights_sentence(held, asked, shown.label)
    label = "Maps of unit against what it weighs: weights, and the gradient by them."
    draw(shown, "weights", spec, f"{says} {order.says}", label, "y")
    st.caption(
        "Left: weights of the inputs (x), of the units one step before (h), and the biases. Right: "
        "gradient of the probe's loss by each. One scale for all weights, one for all gradients."
    )
    csv_button("weights and gradients", lambda: weights_table(held, asked, shown.label))


def follows(shown: Shown) -> None:
    """Show with what each unit correlates."""
    with in_a_row():
        letters = list(drawn_as_maps(shown.cell))[::-1]
        letter = choose("Quantity", letters, session.FOLLOWING_QUANTITY, shown.label)
        order = choose_order(shown)
        choose_unit(shown)
    run = shown.run
    with GATE.turn(run):
        trainer = run.trainer
        network, task = trainer.network_of(shown.trace), trainer.task
        sequences = sequences_for(network, task, trainer.probe, affordable=_AT_ONCE)
        quantity = observe(network, shown.trace, sequences, shown.layer)[letter]
        features = features_of(sequences, task.input_names, task.output_labels)
        found = correlate(quantity, features)
    spec = figures.correlations_spec(shown.cell, letter, found, shown.unit, order.units)
    says = found.sentence(shown.label(letter), shown.unit)
    label = "Map of features against units: correlation."
    draw(shown, "follows", spec, f"{says} {order.says}", label, "x")
    st.caption(
        f"Pearson's r, measured over {sequences.sentence()}; targets at scored steps alone. Shown "
        f"are features that are among the best three of a unit, out of {len(found.names):,} tried: "
        "among many, small values of r come about by chance."
    )
    table = found.frame()
    with st.expander("The best three of every unit"):
        st.dataframe(table, hide_index=True, column_config={"r": _TWO_PLACES})
    csv_button("what units follow", lambda: table)


#: Time steps x sequences x (inputs, units) for one look.
_AT_ONCE = 500_000
_TWO_PLACES = st.column_config.NumberColumn(format="%.2f")


def _saturation_over_training(shown: Shown) -> tuple[list[Saturation], Sequences]:
    """Count at every kept iteration; other visitors have their turns in between."""
    run, traces = shown.run, shown.over_training()
    with GATE.turn(run):
        trainer = run.trainer
        network = trainer.network_of(shown.trace)
        sequences = sequences_for(network, trainer.task, trainer.probe, passes=len(traces))

    def counted(trace: Trace) -> Saturation:
        with GATE.turn(run):
            seen = observe(network, trace, sequences, shown.layer)
            return Saturation.of(trace.iteration, seen)

    return [counted(trace) for trace in traces], sequences


def _says_when(iterations: int) -> str:
    if iterations == 1:
        return "Train, and the points move. Measured at the one iteration that is kept so far"
    return (
        "The slider of iterations at the top of the page moves the points, too. "
        f"Measured at each of {iterations} iterations"
    )


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
