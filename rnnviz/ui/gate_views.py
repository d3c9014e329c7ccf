"""The views of the Gates page: a choice of view, its controls, its picture, its table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from rnnviz import figures
from rnnviz.analysis import units
from rnnviz.figures.gate_maps import drawn_as_maps
from rnnviz.figures.marks import Spec
from rnnviz.figures.palette import QUANTITIES
from rnnviz.recording import Trace
from rnnviz.recording.trace import Array
from rnnviz.ui import session
from rnnviz.ui.components.plot import Chart, clicked, plots
from rnnviz.ui.downloads import csv_button
from rnnviz.ui.gate import GATE
from rnnviz.ui.session import Run

_ALL = "all"
#: The choice of no unit: None would be an empty list to choose from.
_NO_UNIT = -1
_BY_NUMBER, _BY_LIKENESS = "number", "likeness"


@dataclass(frozen=True)
class _Shown:
    """What every view of the page is about."""

    run: Run
    trace: Trace
    layer: int

    @property
    def cell(self) -> str:
        return self.trace.cell

    @property
    def unit(self) -> int | None:
        """The unit that is marked, if it is one of this layer."""
        chosen = self.run.selected_unit
        of_layer = chosen is not None and self.run.selected_layer == self.layer
        return chosen if of_layer and chosen < self.units else None

    @property
    def units(self) -> int:
        return int(self.trace.layers[self.layer].h.shape[1])

    def values(self, letter: str) -> Array:
        """Return a quantity (T, H) at the chosen iteration."""
        return self.trace.layers[self.layer].quantities()[letter]

    def label(self, letter: str) -> str:
        return QUANTITIES[self.cell][letter].label

    def over_training(self) -> list[Trace]:
        """Return the kept traces and that of now."""
        with GATE.turn(self.run):
            kept, now = self.run.trainer.recording.traces, self.run.trainer.trace()
        return [*(trace for trace in kept if trace.iteration < now.iteration), now]


def show(run: Run, trace: Trace, layer: int) -> None:
    """Draw the choice of view, and the view that is chosen."""
    view = _segments("View", list(_VIEWS), session.GATE_VIEW)
    if not trace.layers[layer].gates:
        st.caption("This cell has no gates: there is only the hidden state. Try the GRU or LSTM.")
    _VIEWS[view](_Shown(run, trace, layer))


def _time_steps(shown: _Shown) -> None:
    with _controls():
        letters, order = _letters(shown), _order(shown)
        _choose_unit(shown)
    spec = figures.gates_spec(
        shown.trace, shown.layer, shown.unit, letters=letters, order=order.units
    )
    says = units.range_sentence(shown.label(letters[0]), shown.values(letters[0]))
    _draw(
        shown, "steps", spec, f"{says} {order.says}", "Maps of units over time steps.", clicks=True
    )
    csv_button("values at every time step", lambda: _long(shown, letters))


def _one_time_step(shown: _Shown) -> None:
    with _controls():
        letters, order = _letters(shown), _order(shown)
        _choose_unit(shown)
        step = _choose_step(shown.trace)
    traces = shown.over_training()
    iterations = units.iterations_of(traces)
    values = {letter: units.at_step(traces, shown.layer, letter, step) for letter in letters}
    spec = figures.gates_at_step_spec(
        shown.cell, iterations, values, shown.unit, shown.trace.iteration, order=order.units
    )
    names = [f"unit {unit}" for unit in range(shown.units)]
    says = units.change_sentence(
        shown.label(letters[0]), iterations, values[letters[0]], names, f"at time step {step}"
    )
    _draw(
        shown,
        "one step",
        spec,
        f"{says} {order.says}",
        "Maps of units over training, at one time step.",
    )
    csv_button(
        "values over training at one time step",
        lambda: units.table(
            ("iteration", iterations), ("unit", range(shown.units)), _labelled(shown, values)
        ),
    )


def _one_unit(shown: _Shown) -> None:
    with _controls():
        letters = _letters(shown)
        _choose_unit(shown, none="mean of all")
    traces = shown.over_training()
    iterations = units.iterations_of(traces)
    values = {letter: units.of_unit(traces, shown.layer, letter, shown.unit) for letter in letters}
    labels = shown.trace.input_labels
    spec = figures.gates_of_unit_spec(shown.cell, iterations, values, labels, shown.trace.iteration)
    of = "of all units, on average" if shown.unit is None else f"of unit {shown.unit}"
    names = [f"time step {step}" for step in range(shown.trace.steps)]
    says = units.change_sentence(shown.label(letters[0]), iterations, values[letters[0]], names, of)
    _draw(shown, "one unit", spec, says, f"Maps of time steps over training, {of}.")
    csv_button(
        "values over training of one unit",
        lambda: units.table(
            ("iteration", iterations),
            ("time_step", range(shown.trace.steps)),
            _labelled(shown, values),
        ),
    )


_VIEWS: dict[str, Callable[[_Shown], None]] = {
    "Time steps": _time_steps,
    "Training, one step": _one_time_step,
    "Training, one unit": _one_unit,
}


@dataclass(frozen=True)
class _Order:
    """In which order the units stand, and what there is to say about it."""

    units: np.ndarray
    says: str


def _controls() -> Any:
    return st.container(horizontal=True, vertical_alignment="bottom")


def _letters(shown: _Shown) -> list[str]:
    """Draw the choice of quantity; return its letter, or those of all."""
    letters = list(drawn_as_maps(shown.cell))
    if len(letters) == 1:
        return letters
    chosen = _select(
        "Quantity",
        [_ALL, *letters],
        session.GATE_QUANTITY,
        format_func=lambda letter: "all" if letter == _ALL else shown.label(letter),
    )
    return letters if chosen == _ALL else [chosen]


def _order(shown: _Shown) -> _Order:
    """Draw the choice of order, and return it for the chosen iteration."""
    labels = {q.letter: q.label for q in QUANTITIES[shown.cell].values()}
    names = {_BY_NUMBER: "by number", _BY_LIKENESS: "like units side by side"}
    names |= {letter: f"largest {label} first" for letter, label in labels.items()}
    chosen = _select(
        "Order of units",
        list(names),
        session.UNIT_ORDER,
        format_func=lambda name: names[name],
        help="Like units: clustered by how alike their hidden states run over the time steps. "
        "Largest first: by the mean over the time steps, of a gradient by its mean size.",
    )
    if chosen == _BY_NUMBER:
        return _Order(np.arange(shown.units), "")
    if chosen == _BY_LIKENESS:
        order = units.by_likeness(shown.values("h"))
        return _Order(order, "Units whose hidden states run alike stand side by side.")
    values = shown.values(chosen)
    sizes = np.abs(values) if QUANTITIES[shown.cell][chosen].scale == "magnitude" else values
    return _Order(units.by_size(sizes), f"Top: the unit with the largest {labels[chosen]}.")


def _choose_unit(shown: _Shown, none: str = "none") -> None:
    """Draw the choice of the unit that is marked on every page."""
    session.show(session.UNIT, _NO_UNIT if shown.unit is None else shown.unit)
    st.selectbox(
        "Unit",
        options=[_NO_UNIT, *range(shown.units)],
        format_func=lambda unit: none if unit == _NO_UNIT else f"unit {unit}",
        key=session.UNIT,
        help="Outlined in every picture, here and in the Studio.",
        on_change=_select_unit,
        args=(shown.layer,),
        width=150,
    )


def _select_unit(layer: int) -> None:
    run, chosen = session.current(), session.value(session.UNIT)
    run.selected_unit, run.selected_layer = (None if chosen == _NO_UNIT else chosen), layer


def _choose_step(trace: Trace) -> int:
    """Draw the choice of time step, where there are several."""
    if trace.steps == 1:
        return 0
    if session.value(session.TIME_STEP, -1) not in range(trace.steps):
        session.show(session.TIME_STEP, trace.steps - 1)
    return int(
        st.select_slider(
            "Time step",
            options=range(trace.steps),
            format_func=lambda step: f"{step} {trace.input_labels[step][:20]}",
            key=session.TIME_STEP,
            persist_state="session",
            width=320,
        )
    )


def _segments(label: str, options: Sequence[str], key: str) -> str:
    if session.value(key) not in options:
        session.show(key, options[0])
    return str(
        st.segmented_control(label, options, key=key, persist_state="session", required=True)
    )


def _select(label: str, options: Sequence[str], key: str, **more: Any) -> str:
    """Draw a list to choose from, whose choice may have been for another cell."""
    if session.value(key) not in options:
        session.show(key, options[0])
    return str(st.selectbox(label, options, key=key, persist_state="session", width=230, **more))


def _draw(
    shown: _Shown, view: str, spec: Spec, says: str, label: str, clicks: bool = False
) -> None:
    """Draw a picture in place, with the sentence under it; a zoom lasts while the sides do.

    Parameters
    ----------
    clicks
        Whether a click chooses the unit, which is what the rows then are.
    """
    key = f"gates:{view}:{len(spec['data'])}"
    sides = f"{shown.run.name}:{shown.cell}:{shown.layer}:{shown.units}:{shown.trace.steps}"
    plots(
        [Chart(spec, says.strip(), f"{label} Iteration {shown.trace.iteration:,}.")],
        key=key,
        revision=sides,
        on_click=partial(_click, key, shown.layer) if clicks else None,
        live=False,
    )


def _click(key: str, layer: int) -> None:
    """Choose the unit that was clicked, or none if it was the one."""
    run, chosen = session.current(), clicked(key)
    if chosen is None:
        return
    unit, before = int(chosen["y"]), (run.selected_unit, run.selected_layer)
    run.selected_unit = None if before == (unit, layer) else unit
    run.selected_layer = layer


def _labelled(shown: _Shown, values: dict[str, Array]) -> dict[str, Array]:
    return {shown.label(letter): array for letter, array in values.items()}


def _long(shown: _Shown, letters: list[str]) -> pd.DataFrame:
    values = {shown.label(letter): shown.values(letter) for letter in letters}
    return units.table(
        ("time_step", range(shown.trace.steps)), ("unit", range(shown.units)), values
    )
