"""Views of gates, states and their gradients on the probe: over time steps and over training."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from rnnviz import figures
from rnnviz.analysis import units
from rnnviz.analysis.gates import SHARES, Distribution, distribution_table
from rnnviz.figures.chart import Chart
from rnnviz.figures.spec import Spec
from rnnviz.recording.trace import Array
from rnnviz.views.gates.scene import GateScene
from rnnviz.views.panel import Panel

#: Of a low window a large map takes half, so that the words on its axes are in sight.
OF_WINDOW = 0.5


def chart(scene: GateScene, spec: Spec, caption: str, label: str) -> Chart:
    """Return a chart with its caption, and a label for screen readers."""
    large = len(spec["data"]) == 1
    return Chart(
        spec,
        caption.strip(),
        f"{label} Iteration {scene.trace.iteration:,}.",
        of_window=OF_WINDOW if large else None,
    )


def time_steps(scene: GateScene) -> Panel:
    """Show quantities by unit and time step."""
    spec = figures.gates_spec(
        scene.trace, scene.layer, scene.unit, letters=scene.letters, order=scene.ordered.units
    )
    values = {letter: scene.values(letter) for letter in scene.letters}
    first = scene.letters[0]
    caption = units.range_sentence(scene.label(first), values[first])
    caption = f"{caption} {scene.ordered.sentence}"
    return Panel(
        (chart(scene, spec, caption, "Maps of units over time steps."),),
        unit_axis="y",
        file=_table_of(
            scene, "values at every time step", ("time_step", range(scene.trace.steps)), values
        ),
    )


def training_of_one_step(scene: GateScene) -> Panel:
    """Show quantities by unit over training, at one time step."""
    traces, step = scene.traces, min(scene.step, scene.trace.steps - 1)
    iterations = units.iterations_of(traces)
    values = {letter: units.at_step(traces, scene.layer, letter, step) for letter in scene.letters}
    spec = figures.gates_at_step_spec(
        scene.cell,
        iterations,
        values,
        scene.unit,
        scene.trace.iteration,
        order=scene.ordered.units,
        marks=scene.marks,
    )
    names = [f"unit {unit}" for unit in range(scene.units)]
    where, first = f"at time step {step}", scene.letters[0]
    caption = units.change_sentence(scene.label(first), iterations, values[first], names, where)
    caption = f"{caption} {scene.ordered.sentence} {scene.done}"
    return Panel(
        (chart(scene, spec, caption, f"Maps of units over training, {where}."),),
        unit_axis="y",
        file=_table_of(
            scene, "values over training at one time step", ("iteration", iterations), values
        ),
    )


def training_of_one_unit(scene: GateScene) -> Panel:
    """Show quantities by time step over training, for one unit or on average."""
    traces = scene.traces
    iterations = units.iterations_of(traces)
    values = {
        letter: units.of_unit(traces, scene.layer, letter, scene.unit) for letter in scene.letters
    }
    labels = scene.trace.in_time_of(scene.layer, scene.trace.input_labels)
    spec = figures.gates_of_unit_spec(
        scene.cell, iterations, values, labels, scene.trace.iteration, marks=scene.marks
    )
    whose = "of all units, on average" if scene.unit is None else f"of unit {scene.unit}"
    names = [f"time step {step}" for step in range(scene.trace.steps)]
    first, labelled = scene.letters[0], _labelled(scene, values)
    caption = units.change_sentence(scene.label(first), iterations, values[first], names, whose)
    label = f"Maps of time steps over training, {whose}."
    return Panel(
        (chart(scene, spec, f"{caption} {scene.done}", label),),
        file=(
            "values over training of one unit",
            lambda: units.table(
                ("iteration", iterations), ("time_step", range(len(labels))), labelled
            ),
        ),
    )


def distribution(scene: GateScene) -> Panel:
    """Show the distribution of the values over training."""
    iterations = units.iterations_of(scene.traces)
    found = {
        letter: Distribution.of(
            letter, [trace.layers[scene.layer].quantities()[letter] for trace in scene.traces]
        )
        for letter in scene.letters
    }
    spec = figures.distributions_spec(
        scene.cell, iterations, found, scene.trace.iteration, marks=scene.marks
    )
    described = [letter for letter in scene.letters if letter in SHARES] or scene.letters
    caption = " ".join(
        found[letter].sentence(scene.label(letter), iterations.tolist()) for letter in described
    )
    labelled = {scene.label(letter): each for letter, each in found.items()}
    return Panel(
        (
            chart(
                scene,
                spec,
                f"{caption} {scene.done}",
                "Maps of how values are distributed over training.",
            ),
        ),
        note=f"Colour: share of the probe's {scene.trace.steps} time steps × {scene.units} units. "
        "White line: the median; between the dotted lines: at least 80 %.",
        file=(
            "distributions over training",
            lambda: distribution_table(iterations.tolist(), labelled),
        ),
    )


def _table_of(
    scene: GateScene, what: str, rows: tuple[str, units.Names], values: Mapping[str, Array]
) -> tuple[str, Callable[[], pd.DataFrame]]:
    """Return the name of a table of maps (rows, units), and a function that makes it."""
    names, labelled = range(scene.units), _labelled(scene, values)
    return what, lambda: units.table(rows, ("unit", names), labelled)


def _labelled(scene: GateScene, values: Mapping[str, Array]) -> dict[str, Array]:
    return {scene.label(letter): array for letter, array in values.items()}
