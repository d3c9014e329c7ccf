"""The controls that the views of the Gates page share, and how they draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from rnnviz.analysis import units
from rnnviz.analysis.history import marks_sentence
from rnnviz.figures.marks import Spec
from rnnviz.figures.palette import QUANTITIES
from rnnviz.recording import Trace
from rnnviz.recording.trace import Array
from rnnviz.training import Mark
from rnnviz.ui import session
from rnnviz.ui.components.plot import Chart, clicked, plots
from rnnviz.ui.gate import GATE
from rnnviz.ui.plain import plain
from rnnviz.ui.session import Run

_ALL = "all"
#: The choice of no unit: None would be a list in which nothing is chosen.
_NO_UNIT = -1
_BY_NUMBER, _BY_LIKENESS = "number", "likeness"


@dataclass(frozen=True)
class Shown:
    """What every view of the page is about: a layer of the network at one iteration."""

    run: Run
    trace: Trace
    layer: int

    @property
    def cell(self) -> str:
        """Kind of cell."""
        return self.trace.cell

    @property
    def units(self) -> int:
        """Number of units H."""
        return int(self.trace.layers[self.layer].h.shape[1])

    @property
    def unit(self) -> int | None:
        """The unit that is marked, if it is one of this layer."""
        chosen, of_layer = self.run.selected_unit, self.run.selected_layer == self.layer
        return chosen if chosen in range(self.units) and of_layer else None

    def label(self, letter: str) -> str:
        """Return what a person reads for a letter."""
        return QUANTITIES[self.cell][letter].label

    def values(self, letter: str) -> Array:
        """Return a quantity (T, H)."""
        return self.trace.layers[self.layer].quantities()[letter]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What was done to the run."""
        return self.run.trainer.marks

    @property
    def done(self) -> str:
        """The same in words; empty where nothing was done."""
        return marks_sentence(self.marks)

    def over_training(self) -> list[Trace]:
        """Return the kept traces, and that of now."""
        with GATE.turn(self.run):
            kept, now = self.run.trainer.recording.traces, self.run.trainer.trace()
        return [*(trace for trace in kept if trace.iteration < now.iteration), now]


@dataclass(frozen=True)
class Order:
    """In which order the units (H,) stand, and what there is to say about it."""

    units: NDArray[np.int64]
    says: str = ""


def in_a_row() -> Any:
    """Return a place for controls side by side."""
    return st.container(horizontal=True, vertical_alignment="bottom")


def choose_quantities(shown: Shown, letters: Iterable[str], key: str) -> list[str]:
    """Draw the choice of one quantity or all; return the letters of what is chosen."""
    every = list(letters)
    if len(every) == 1:
        return every
    chosen = choose(
        "Quantity",
        [_ALL, *every],
        key,
        lambda letter: "all" if letter == _ALL else shown.label(letter),
    )
    return every if chosen == _ALL else [chosen]


def choose_order(shown: Shown) -> Order:
    """Draw the choice of order, and return it as it is at the chosen iteration."""
    names = {_BY_NUMBER: "by number", _BY_LIKENESS: "like units side by side"}
    names |= {letter: f"largest {shown.label(letter)} first" for letter in QUANTITIES[shown.cell]}
    chosen = choose(
        "Order of units",
        list(names),
        session.UNIT_ORDER,
        names.__getitem__,
        "Like units: clustered by how alike their hidden states run over the probe's time steps. "
        "Largest first: by the mean over the time steps; of a gradient, by its mean size.",
    )
    if chosen == _BY_NUMBER:
        return Order(np.arange(shown.units))
    if chosen == _BY_LIKENESS:
        says = "Units whose hidden states run alike stand side by side."
        return Order(units.by_likeness(shown.values("h")), says)
    values = shown.values(chosen)
    sizes = np.abs(values) if QUANTITIES[shown.cell][chosen].scale == "magnitude" else values
    return Order(units.by_size(sizes), f"First: the unit with the largest {shown.label(chosen)}.")


def choose_unit(shown: Shown, none: str = "none") -> None:
    """Draw the choice of the unit that is outlined on every page."""
    session.show(session.UNIT, _NO_UNIT if shown.unit is None else shown.unit)
    st.selectbox(
        "Unit",
        options=[_NO_UNIT, *range(shown.units)],
        format_func=lambda unit: none if unit == _NO_UNIT else f"unit {unit}",
        key=session.UNIT,
        help="Outlined in every picture, here and in the Studio. A click on a map chooses it too.",
        on_change=_select_unit,
        args=(shown.layer,),
        width=150,
    )


def choose_step(trace: Trace) -> int:
    """Draw the choice of time step, where there are several."""
    if trace.steps == 1:
        return 0
    if session.value(session.TIME_STEP) not in range(trace.steps):
        session.show(session.TIME_STEP, trace.steps - 1)
    return int(
        st.select_slider(
            "Time step",
            options=range(trace.steps),
            format_func=lambda step: f"{step} {plain(trace.input_labels[step][:20])}",
            key=session.TIME_STEP,
            persist_state="session",
            width=320,
        )
    )


def choose(
    label: str, options: Sequence[str], key: str, name: Any = str, help: str | None = None
) -> str:
    """Draw a list to choose from; what was chosen may have been for another cell."""
    if session.value(key) not in options:
        session.show(key, options[0])
    chosen = st.selectbox(
        label, options, format_func=name, key=key, help=help, persist_state="session", width=230
    )
    return str(chosen)


def draw(
    shown: Shown, view: str, spec: Spec, says: str, label: str, unit_axis: str | None = None
) -> None:
    """Draw a picture in place, with the sentence under it; a zoom lasts while the sides do.

    Parameters
    ----------
    view
        Names the picture: unique in the page.
    says
        The sentence.
    label
        What the picture is, for people who do not see it.
    unit_axis
        "x" or "y" if that is where the units are: a click then chooses one.
    """
    chart = Chart(spec, says.strip(), f"{label} Iteration {shown.trace.iteration:,}.")
    draw_all(shown, f"{view}:{len(spec['data'])}", [chart], unit_axis)


def draw_all(
    shown: Shown, view: str, charts: Sequence[Chart], unit_axis: str | None = None
) -> None:
    """Draw charts below each other, in place; the arguments are those of `draw`."""
    key = f"gates:{view}"
    sides = (shown.run.name, shown.cell, shown.layer, shown.units, shown.trace.steps)
    plots(
        charts,
        key=key,
        revision=":".join(map(str, sides)),
        on_click=partial(_click, key, unit_axis, shown.layer) if unit_axis else None,
        live=False,
    )


def _select_unit(layer: int) -> None:
    run, chosen = session.current(), session.value(session.UNIT)
    run.selected_unit, run.selected_layer = (None if chosen == _NO_UNIT else chosen), layer


def _click(key: str, unit_axis: str, layer: int) -> None:
    """Choose the unit that was clicked, or none if it was the one."""
    run, place = session.current(), clicked(key)
    if place is None:
        return
    unit, before = int(place["x" if unit_axis == "x" else "y"]), run.selected_unit
    same = unit == before and run.selected_layer == layer
    run.selected_unit, run.selected_layer = (None if same else unit), layer
