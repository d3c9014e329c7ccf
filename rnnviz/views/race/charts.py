"""Charts of a race: loss, score, reach and gradient of all lanes, each on one scale."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rnnviz.analysis.gradients import REACHED
from rnnviz.figures.chart import Chart
from rnnviz.figures.race_charts import (
    SECONDS,
    LaneCurve,
    Level,
    Numbers,
    level_of,
    medians,
    race_course_spec,
    race_gradient_spec,
)
from rnnviz.numbers import number, percent
from rnnviz.tasks import GymSchedule
from rnnviz.tasks.task import Task
from rnnviz.training.race import Lane, Quantity, Race
from rnnviz.training.solved import can_be_solved


def charts(race: Race) -> tuple[Chart, Chart, Chart, Chart]:
    """Show loss, score, reach and gradient of a race as far as it got.

    A line is the median over the seeds, the area around it their range, and the dots are single
    runs. Runs that have diverged are missing from then on.
    """
    return _loss(race), _score(race), _reach(race), _gradient(race)


def best_possible(task: Task) -> float | None:
    """Return the best score that any model can reach; None where nobody knows it."""
    if isinstance(task, GymSchedule):
        return task.best_with_memory
    if not can_be_solved(task):
        return None
    return 1.0 if task.measure == "accuracy" else 0.0


def _loss(race: Race) -> Chart:
    unit = "nats" if race.task.loss == "cross_entropy" else "squared error"
    curves = _curves(race, "loss")
    spec = race_course_spec(curves, f"batch loss, {unit}", _along(race), scale="log", named=True)
    return Chart(spec, _ends(curves, number), "Loss of the lanes over training.")


def _score(race: Race) -> Chart:
    task = race.task
    held_out, share = task.held_out() is not None, task.measure == "accuracy"
    curves = _curves(race, "held_out" if held_out else "score")
    levels: list[Level] = [level_of(task.memoryless, "best without memory", "dash", share)]
    best = best_possible(task)
    if best:
        levels.append(level_of(best, "best possible", "dot", share))
    elif not share:
        levels.append(level_of(task.solved, "solved", "dot", share))
    what = "accuracy" if share else "squared error"
    spec = race_course_spec(
        curves,
        f"{what}, {'held out' if held_out else 'evaluation'}",
        _along(race),
        levels,
        "share" if share else "log",
    )
    on = "held-out sequences" if held_out else "the evaluation sequences"
    ends = _ends(curves, percent if share else number)
    said = f"{what.capitalize()} on {on}. {ends}" if ends else ""
    return Chart(spec, said, "Score of the lanes over training.")


def _reach(race: Race) -> Chart:
    curves = _curves(race, "reach")
    spec = race_course_spec(curves, "reach, steps", _along(race), named=True)
    ends = _ends(curves, number)
    said = (
        "Steps back to which the gradient with respect to the state that carries the memory "
        f"stays above {REACHED} of its largest. {ends}"
    )
    return Chart(spec, said if ends else "", "Reach of the gradient over training.")


def _gradient(race: Race) -> Chart:
    curves = []
    for place, lane in enumerate(race.lanes):
        norms = [of_run for of_run in race.gradients(lane) if of_run.size]
        if norms:
            curves.append(
                LaneCurve(lane.name, place, np.arange(norms[0].size, dtype=float), np.array(norms))
            )
    said = (
        "Gradient of the last answer on the example, at each step back from it, with respect to "
        "the state that carries the memory."
    )
    return Chart(race_gradient_spec(curves), said if curves else "", "Gradient by steps back.")


def _curves(race: Race, quantity: Quantity) -> list[LaneCurve]:
    """Return what was measured of the lanes that can run, over iterations or over seconds."""
    return [
        LaneCurve(lane.name, place, *_course(race, lane, quantity))
        for place, lane in enumerate(race.lanes)
        if lane in race.groups
    ]


def _course(race: Race, lane: Lane, quantity: Quantity) -> tuple[Numbers, Numbers]:
    iterations, values = race.curves(lane, quantity)
    return (race.spent(lane) if race.by == "seconds" else iterations.astype(float)), values


def _along(race: Race) -> str:
    return SECONDS if race.by == "seconds" else "iteration"


def _ends(curves: Sequence[LaneCurve], written: Callable[[float], str]) -> str:
    """Say where each lane is now: the median, and in parentheses the range over the seeds."""
    said = []
    for curve in curves:
        there = np.flatnonzero(np.isfinite(curve.values).any(axis=0))
        if not there.size:
            continue
        last = curve.values[:, there[-1]]
        middle = written(float(medians(last[:, None])[0]))
        low, high = written(float(np.nanmin(last))), written(float(np.nanmax(last)))
        spread = f" ({low} to {high})" if low != high else ""
        said.append(f"{curve.name} {middle}{spread}")
    return f"Now: {'; '.join(said)}." if said else ""
