"""What the views of the Gates page show: charts with sentences, tables, files.

Measured while the turn is held, and drawn afterwards by `gate_views`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz import figures
from rnnviz.analysis import units
from rnnviz.analysis.gates import SHARES, Distribution, distribution_table
from rnnviz.analysis.history import marks_sentence
from rnnviz.engine import Network
from rnnviz.figures.chart import Chart
from rnnviz.figures.palette import QUANTITIES
from rnnviz.figures.spec import Spec
from rnnviz.recording import Trace
from rnnviz.recording.trace import Array
from rnnviz.training import Mark, Trainer
from rnnviz.ui.gates.controls import BY_LIKENESS, BY_NUMBER, Wanted
from rnnviz.ui.shell.session import Visit

#: Of a low window a large map takes half, so that the words on its axes are in sight.
OF_WINDOW = 0.5


@dataclass(frozen=True)
class Order:
    """In which order the units (H,) stand, and what there is to say about it."""

    units: NDArray[np.int64]
    says: str = ""


@dataclass(frozen=True)
class Shown:
    """What every view of the page is about: a layer of the network at one iteration.

    The turn of the run must be held.
    """

    visit: Visit
    trace: Trace
    wanted: Wanted

    @property
    def trainer(self) -> Trainer:
        """Of the run."""
        return self.visit.trainer

    @cached_property
    def network(self) -> Network:
        """One of its own, with the weights of the trace."""
        return self.trainer.network_of(self.trace)

    @property
    def cell(self) -> str:
        """Kind of cell."""
        return self.trace.cell

    @property
    def layer(self) -> int:
        """From the input up."""
        return self.wanted.layer

    @property
    def letters(self) -> tuple[str, ...]:
        """The quantities that are asked for."""
        return self.wanted.letters

    @property
    def unit(self) -> int | None:
        """The unit that is marked."""
        return self.wanted.unit

    @property
    def units(self) -> int:
        """Number of units H."""
        return int(self.trace.layers[self.layer].h.shape[1])

    def label(self, letter: str) -> str:
        """Return what a person reads for a letter."""
        return QUANTITIES[self.cell][letter].label

    def values(self, letter: str) -> Array:
        """Return a quantity (T, H)."""
        return self.trace.layers[self.layer].quantities()[letter]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What was done to the run."""
        return self.trainer.marks

    @property
    def done(self) -> str:
        """The same in words; empty where nothing was done."""
        return marks_sentence(self.marks)

    @cached_property
    def traces(self) -> list[Trace]:
        """The kept traces, and that of the newest iteration, whose interventions may be new."""
        now = self.trainer.trace()
        kept = self.trainer.recording.traces
        return [*(trace for trace in kept if trace.iteration < now.iteration), now]

    @cached_property
    def order(self) -> Order:
        """The order of the units that is asked for, as it is at this iteration."""
        chosen = self.wanted.order
        if chosen == BY_NUMBER:
            return Order(np.arange(self.units))
        if chosen == BY_LIKENESS:
            says = "Units are ordered so that hidden states which run alike are near each other."
            return Order(units.by_likeness(self.values("h")), says)
        values = self.values(chosen)
        gradient = QUANTITIES[self.cell][chosen].scale == "magnitude"
        mean = "mean size of the" if gradient else "mean"
        return Order(
            units.by_size(np.abs(values) if gradient else values),
            f"First: the unit with the largest {mean} {self.label(chosen)}.",
        )


@dataclass(frozen=True)
class Table:
    """A table behind a heading, that is opened by who wants it; numbers with so many places."""

    title: str
    rows: pd.DataFrame
    places: Mapping[str, int] | None = None


@dataclass(frozen=True)
class Seen:
    """What is drawn of a view.

    Parameters
    ----------
    charts
        Below each other; none where there is nothing to see.
    unit_axis
        "x" or "y" if that is where the units are: a click then chooses one.
    note
        How to read it.
    table
        None where there is none.
    file
        What can be saved, and what makes it; that must not touch the trainer.
    """

    charts: tuple[Chart, ...] = ()
    unit_axis: str | None = None
    note: str = ""
    table: Table | None = None
    file: tuple[str, Callable[[], pd.DataFrame]] | None = None


def chart(shown: Shown, spec: Spec, says: str, label: str) -> Chart:
    """Return a picture with its sentence, and with what it is for people who do not see it."""
    large = len(spec["data"]) == 1
    return Chart(
        spec,
        says.strip(),
        f"{label} Iteration {shown.trace.iteration:,}.",
        of_window=OF_WINDOW if large else None,
    )


def time_steps(shown: Shown) -> Seen:
    """Show quantities by unit and time step."""
    spec = figures.gates_spec(
        shown.trace, shown.layer, shown.unit, letters=shown.letters, order=shown.order.units
    )
    values = {letter: shown.values(letter) for letter in shown.letters}
    first = shown.letters[0]
    says = units.range_sentence(shown.label(first), values[first])
    says = f"{says} {shown.order.says}"
    return Seen(
        (chart(shown, spec, says, "Maps of units over time steps."),),
        unit_axis="y",
        file=_table_of(
            shown, "values at every time step", ("time_step", range(shown.trace.steps)), values
        ),
    )


def training_of_one_step(shown: Shown) -> Seen:
    """Show quantities by unit over training, at one time step."""
    traces, step = shown.traces, min(shown.wanted.step, shown.trace.steps - 1)
    iterations = units.iterations_of(traces)
    values = {letter: units.at_step(traces, shown.layer, letter, step) for letter in shown.letters}
    spec = figures.gates_at_step_spec(
        shown.cell,
        iterations,
        values,
        shown.unit,
        shown.trace.iteration,
        order=shown.order.units,
        marks=shown.marks,
    )
    names = [f"unit {unit}" for unit in range(shown.units)]
    where, first = f"at time step {step}", shown.letters[0]
    says = units.change_sentence(shown.label(first), iterations, values[first], names, where)
    says = f"{says} {shown.order.says} {shown.done}"
    return Seen(
        (chart(shown, spec, says, f"Maps of units over training, {where}."),),
        unit_axis="y",
        file=_table_of(
            shown, "values over training at one time step", ("iteration", iterations), values
        ),
    )


def training_of_one_unit(shown: Shown) -> Seen:
    """Show quantities by time step over training, of one unit or on average."""
    traces = shown.traces
    iterations = units.iterations_of(traces)
    values = {
        letter: units.of_unit(traces, shown.layer, letter, shown.unit) for letter in shown.letters
    }
    labels = shown.trace.input_labels
    spec = figures.gates_of_unit_spec(
        shown.cell, iterations, values, labels, shown.trace.iteration, marks=shown.marks
    )
    whose = "of all units, on average" if shown.unit is None else f"of unit {shown.unit}"
    names = [f"time step {step}" for step in range(shown.trace.steps)]
    first, labelled = shown.letters[0], _labelled(shown, values)
    says = units.change_sentence(shown.label(first), iterations, values[first], names, whose)
    label = f"Maps of time steps over training, {whose}."
    return Seen(
        (chart(shown, spec, f"{says} {shown.done}", label),),
        file=(
            "values over training of one unit",
            lambda: units.table(
                ("iteration", iterations), ("time_step", range(len(labels))), labelled
            ),
        ),
    )


def distribution(shown: Shown) -> Seen:
    """Show how the values are spread, over training."""
    iterations = units.iterations_of(shown.traces)
    found = {
        letter: Distribution.of(
            letter, [trace.layers[shown.layer].quantities()[letter] for trace in shown.traces]
        )
        for letter in shown.letters
    }
    spec = figures.distributions_spec(
        shown.cell, iterations, found, shown.trace.iteration, marks=shown.marks
    )
    told = [letter for letter in shown.letters if letter in SHARES] or shown.letters
    says = " ".join(
        found[letter].sentence(shown.label(letter), iterations.tolist()) for letter in told
    )
    labelled = {shown.label(letter): each for letter, each in found.items()}
    return Seen(
        (
            chart(
                shown,
                spec,
                f"{says} {shown.done}",
                "Maps of how values are distributed over training.",
            ),
        ),
        note=f"Colour: share of the probe's {shown.trace.steps} time steps × {shown.units} units. "
        "White line: the median; between the dotted lines: at least 80 %.",
        file=(
            "distributions over training",
            lambda: distribution_table(iterations.tolist(), labelled),
        ),
    )


def _table_of(
    shown: Shown, what: str, rows: tuple[str, units.Names], values: Mapping[str, Array]
) -> tuple[str, Callable[[], pd.DataFrame]]:
    """Return what makes a table of maps of (rows, units), and its name."""
    names, labelled = range(shown.units), _labelled(shown, values)
    return what, lambda: units.table(rows, ("unit", names), labelled)


def _labelled(shown: Shown, values: Mapping[str, Array]) -> dict[str, Array]:
    return {shown.label(letter): array for letter, array in values.items()}
