"""The view of runs side by side: the same run with other cells, or the runs of a preset."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rnnviz import figures
from rnnviz.analysis.side_by_side import (
    contenders,
    peaks_sentence,
    side_by_side_sentence,
    table,
)
from rnnviz.figures.chart import Chart
from rnnviz.training import Mark
from rnnviz.training.side_by_side import SideBySide
from rnnviz.views.gradients.scene import GradientScene
from rnnviz.views.panel import Panel, Table


def side_by_side(scene: GradientScene) -> Panel:
    """Show the runs of the comparison, on one scale."""
    runs = scene.runs
    if runs is None:
        return Panel(
            sentence="One click trains the same run, from the same seed, with each recurrent cell, "
            "and draws what is left of their gradients on one scale."
        )
    found = contenders(runs.trainers, looked_at(runs, scene.runs_at))
    marks = [
        Mark(mark.iteration, f"{name}: {mark.text}")
        for name, trainer in runs.trainers.items()
        for mark in trainer.marks
    ]
    measure = next(iter(runs.trainers.values())).task.measure
    return Panel(
        charts=(
            Chart(
                figures.contenders_spec(found),
                side_by_side_sentence(found),
                "Share of the gradient that is left over lag, of each run.",
            ),
        ),
        beside=(
            Chart(
                figures.runs_spec(_courses(runs, "loss"), "batch loss", marks, scene.runs_at),
                label="Loss of each run over iterations.",
            ),
            Chart(
                figures.runs_spec(
                    _courses(runs, "gradient_norm"), "gradient norm", marks, scene.runs_at
                ),
                peaks_sentence(runs.trainers),
                "Gradient norm of each run over iterations, before clipping.",
            ),
        ),
        table=Table(table(found, measure)),
        progress=None if runs.done else runs.progress,
        done=f": iteration {runs.slowest:,} of {runs.iterations:,}",
        note="Measured on the same example, in the top layer: w.r.t. the cell state where "
        f"there is one, else w.r.t. the hidden state.{_both_ways(runs)}",
    )


def _both_ways(runs: SideBySide) -> str:
    """Say which ways are measured together, where a run has two."""
    attends = any(each.trace().attending is not None for each in runs.trainers.values())
    return " With attention: both ways back together." if attends else ""


def looked_at(runs: SideBySide, at: int | None) -> int | None:
    """Return the iteration at which runs are shown; None is their present state.

    While they train, were stopped, or one went on by itself, they are not all equally far: it is
    one of all, even so.
    """
    if at is not None or (runs.done and runs.are_level):
        return at
    common = runs.common_iterations()
    return common[-1] if common else None


def _courses(
    runs: SideBySide, name: str
) -> list[tuple[str, NDArray[np.float64], NDArray[np.float64]]]:
    """Return the name of each run, its iterations, and a column of its history.

    It ends for all of them where it ends for the slowest.
    """
    histories = {run: trainer.history for run, trainer in runs.trainers.items()}
    upto = {run: history.column("iteration") <= runs.slowest for run, history in histories.items()}
    return [
        (run, history.column("iteration")[upto[run]], history.column(name)[upto[run]])
        for run, history in histories.items()
    ]
