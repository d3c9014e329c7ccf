"""The views of the Gates page: a choice of view, its controls, its picture, its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from rnnviz import figures
from rnnviz.analysis import units
from rnnviz.analysis.gates import SHARES, Distribution, distribution_table
from rnnviz.figures.gate_maps import drawn_as_maps
from rnnviz.recording import Trace
from rnnviz.recording.trace import Array
from rnnviz.ui import session, unit_views
from rnnviz.ui.downloads import csv_button
from rnnviz.ui.gate_controls import (
    Shown,
    choose_order,
    choose_quantities,
    choose_step,
    choose_unit,
    draw,
    in_a_row,
)
from rnnviz.ui.session import Run


def show(run: Run, trace: Trace, layer: int) -> None:
    """Draw the choice of view, and the view that is chosen."""
    session.seed(session.GATE_VIEW, next(iter(VIEWS)))
    view = st.segmented_control(
        "View",
        list(VIEWS),
        key=session.GATE_VIEW,
        persist_state="session",
        required=True,
        label_visibility="collapsed",
    )
    if not trace.layers[layer].gates:
        st.info("This cell has no gates: there is only the hidden state. Try the GRU or the LSTM.")
    VIEWS[view](Shown(run, trace, layer))


def _time_steps(shown: Shown) -> None:
    with in_a_row():
        letters = choose_quantities(shown, drawn_as_maps(shown.cell), session.GATE_QUANTITY)
        order = choose_order(shown)
        choose_unit(shown)
    spec = figures.gates_spec(
        shown.trace, shown.layer, shown.unit, letters=letters, order=order.units
    )
    values = {letter: shown.values(letter) for letter in letters}
    says = units.range_sentence(shown.label(letters[0]), values[letters[0]])
    draw(shown, "steps", spec, f"{says} {order.says}", "Maps of units over time steps.", "y")
    _offer(shown, "values at every time step", ("time_step", range(shown.trace.steps)), values)


def _training_of_one_step(shown: Shown) -> None:
    with in_a_row():
        letters = choose_quantities(shown, drawn_as_maps(shown.cell), session.GATE_QUANTITY)
        order = choose_order(shown)
        choose_unit(shown)
        step = choose_step(shown.trace)
    traces = shown.over_training()
    iterations = units.iterations_of(traces)
    values = {letter: units.at_step(traces, shown.layer, letter, step) for letter in letters}
    spec = figures.gates_at_step_spec(
        shown.cell,
        iterations,
        values,
        shown.unit,
        shown.trace.iteration,
        order=order.units,
        marks=shown.marks,
    )
    names = [f"unit {unit}" for unit in range(shown.units)]
    where = f"at time step {step}"
    first = letters[0]
    says = units.change_sentence(shown.label(first), iterations, values[first], names, where)
    label = f"Maps of units over training, {where}."
    draw(shown, "one step", spec, f"{says} {order.says} {shown.done}", label, "y")
    _offer(shown, "values over training at one time step", ("iteration", iterations), values)


def _training_of_one_unit(shown: Shown) -> None:
    with in_a_row():
        letters = choose_quantities(shown, drawn_as_maps(shown.cell), session.GATE_QUANTITY)
        choose_unit(shown, none="mean of all")
    traces = shown.over_training()
    iterations = units.iterations_of(traces)
    values = {letter: units.of_unit(traces, shown.layer, letter, shown.unit) for letter in letters}
    spec = figures.gates_of_unit_spec(
        shown.cell,
        iterations,
        values,
        shown.trace.input_labels,
        shown.trace.iteration,
        marks=shown.marks,
    )
    whose = "of all units, on average" if shown.unit is None else f"of unit {shown.unit}"
    names = [f"time step {step}" for step in range(shown.trace.steps)]
    first = letters[0]
    says = units.change_sentence(shown.label(first), iterations, values[first], names, whose)
    draw(
        shown,
        "one unit",
        spec,
        f"{says} {shown.done}",
        f"Maps of time steps over training, {whose}.",
    )
    csv_button(
        "values over training of one unit",
        lambda: units.table(
            ("iteration", iterations),
            ("time_step", range(shown.trace.steps)),
            _labelled(shown, values),
        ),
    )


def _distribution(shown: Shown) -> None:
    with in_a_row():
        letters = choose_quantities(shown, drawn_as_maps(shown.cell), session.GATE_QUANTITY)
    traces = shown.over_training()
    iterations = units.iterations_of(traces)
    found = {
        letter: Distribution.of(
            letter, [trace.layers[shown.layer].quantities()[letter] for trace in traces]
        )
        for letter in letters
    }
    spec = figures.distributions_spec(
        shown.cell, iterations, found, shown.trace.iteration, marks=shown.marks
    )
    told = [letter for letter in letters if letter in SHARES] or letters
    says = " ".join(
        found[letter].sentence(shown.label(letter), iterations.tolist()) for letter in told
    )
    draw(
        shown,
        "distribution",
        spec,
        f"{says} {shown.done}",
        "Maps of how values are distributed over training.",
    )
    st.caption(
        f"Colour: share of the probe's {shown.trace.steps} time steps × {shown.units} units. "
        "White line: the median; dotted: 10 % and 90 % lie below."
    )
    csv_button(
        "distributions over training",
        lambda: distribution_table(
            iterations.tolist(), {shown.label(letter): each for letter, each in found.items()}
        ),
    )


#: Name in the choice of views -> what draws it.
VIEWS: dict[str, Callable[[Shown], None]] = {
    "Time steps": _time_steps,
    "Training, one step": _training_of_one_step,
    "Training, one unit": _training_of_one_unit,
    "Saturation": unit_views.saturation,
    "Distribution": _distribution,
    "Weights": unit_views.weights,
    "What units follow": unit_views.follows,
}


def _offer(
    shown: Shown, what: str, rows: tuple[str, units.Names], values: Mapping[str, Array]
) -> None:
    """Offer maps of (rows, units) as a table."""
    csv_button(
        what,
        lambda: units.table(rows, ("unit", range(shown.units)), _labelled(shown, values)),
    )


def _labelled(shown: Shown, values: Mapping[str, Array]) -> dict[str, Array]:
    return {shown.label(letter): array for letter, array in values.items()}
