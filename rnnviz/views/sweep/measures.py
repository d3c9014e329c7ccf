"""What a cell of a sweep can show: share solved, iterations, reach, score; each with its range."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rnnviz.analysis import sweep_cells
from rnnviz.analysis.gradients import REACHED
from rnnviz.analysis.history import score_text
from rnnviz.analysis.sweep_cells import Estimate, Row
from rnnviz.figures.sweep_charts import Shades
from rnnviz.numbers import number, percent
from rnnviz.views.sweep.scene import SweepScene


@dataclass(frozen=True)
class Measure:
    """Something that is shown of each combination.

    Parameters
    ----------
    estimate
        Works it out from the runs of a combination.
    cell, words
        Write it in a cell, in two lines, and in a hover.
    shades
        What the colours say.
    note
        What the numbers in a cell are.
    """

    estimate: Callable[[Sequence[Row]], Estimate]
    cell: Callable[[Estimate, SweepScene], str]
    words: Callable[[Estimate, SweepScene], str]
    shades: Callable[[Sequence[Estimate], SweepScene], Shades]
    note: str


def percents(low: float, high: float) -> str:
    """Write an interval of shares: `23–88 %`."""
    return f"{percent(low).removesuffix(' %')}–{percent(high)}"


def iteration_text(iterations: float, scene: SweepScene) -> str:
    """Write an iteration; an infinite one was not reached: `> 300`."""
    return f"> {scene.iterations:,}" if math.isinf(iterations) else number(iterations)


def span(low: str, high: str) -> str:
    """Write a range, or the one value that it has."""
    return low if low == high else f"{low}–{high}"


def _solved_cell(found: Estimate, scene: SweepScene) -> str:  # noqa: ARG001
    return f"{found.count} of {found.runs}<br>{percents(found.low, found.high)}"


def _solved_words(found: Estimate, scene: SweepScene) -> str:
    return (
        f"{found.count} of {found.runs} runs solved the task by iteration {scene.iterations:,}"
        f"<br>95 % interval of the share (Wilson): {percents(found.low, found.high)}"
    )


def _solved_shades(found: Sequence[Estimate], scene: SweepScene) -> Shades:  # noqa: ARG001
    return Shades("solved", 0.0, 1.0, percent(0), percent(1))


def iteration_span(found: Estimate, scene: SweepScene) -> str:
    """Write the first and the last iteration at which a run solved the task."""
    return span(iteration_text(found.low, scene), iteration_text(found.high, scene))


def _iterations_cell(found: Estimate, scene: SweepScene) -> str:
    return f"{iteration_text(found.value, scene)}<br>{iteration_span(found, scene)}"


def _iterations_words(found: Estimate, scene: SweepScene) -> str:
    return (
        f"median of {found.runs} runs: solved at iteration {iteration_text(found.value, scene)}"
        f"<br>first to last: {iteration_span(found, scene)}"
    )


def _iterations_shades(found: Sequence[Estimate], scene: SweepScene) -> Shades:  # noqa: ARG001
    most = float(scene.iterations)
    return Shades("median iteration at which it is solved", 0.0, most, "0", f"{number(most)}")


def reach_span(found: Estimate) -> str:
    """Write the lowest and the highest reach."""
    return span(number(found.low), number(found.high))


def _reach_cell(found: Estimate, scene: SweepScene) -> str:  # noqa: ARG001
    return f"{number(found.value)}<br>{reach_span(found)}"


def _reach_words(found: Estimate, scene: SweepScene) -> str:  # noqa: ARG001
    return (
        f"median reach of {found.runs} runs: {number(found.value)} steps"
        f"<br>lowest to highest: {reach_span(found)}"
    )


def _reach_shades(found: Sequence[Estimate], scene: SweepScene) -> Shades:  # noqa: ARG001
    most = max([each.value for each in found if each.runs], default=0.0) or 1.0
    return Shades("median reach, in steps", 0.0, most, "0", number(most))


def score_of(rows: Sequence[Row]) -> Estimate:
    """Return the median of the final scores, with the lowest and the highest."""
    return sweep_cells.median_of(rows, "score")


def score_span(found: Estimate, scene: SweepScene) -> str:
    """Write the lowest and the highest score."""
    return span(_score(found.low, scene), _score(found.high, scene))


def _score(value: float, scene: SweepScene) -> str:
    return score_text(value, "accuracy" if scene.measure == "accuracy" else "error")


def _score_cell(found: Estimate, scene: SweepScene) -> str:
    return f"{_score(found.value, scene)}<br>{score_span(found, scene)}"


def _score_words(found: Estimate, scene: SweepScene) -> str:
    return (
        f"median of {found.runs} runs: {_score_name(scene)} {_score(found.value, scene)}"
        f"<br>lowest to highest: {score_span(found, scene)}"
    )


def _score_name(scene: SweepScene) -> str:
    return "accuracy" if scene.measure == "accuracy" else "squared error"


def _score_shades(found: Sequence[Estimate], scene: SweepScene) -> Shades:
    label = f"median final {_score_name(scene)}"
    if scene.measure == "accuracy":
        return Shades(label, 0.0, 1.0, percent(0), percent(1))
    most = max([each.value for each in found if each.runs], default=0.0) or 1.0
    return Shades(label, 0.0, most, "0", number(most))


_RANGE = "below it the lowest and the highest of all seeds"

#: What can be shown, by the word of its control.
MEASURES: dict[str, Measure] = {
    "Solved": Measure(
        sweep_cells.share_solved,
        _solved_cell,
        _solved_words,
        _solved_shades,
        "In each cell: how many runs solved the task, and below it the 95 % interval of that share "
        "by Wilson. With few seeds it is wide.",
    ),
    "Iterations": Measure(
        sweep_cells.iterations_to_solve,
        _iterations_cell,
        _iterations_words,
        _iterations_shades,
        "In each cell: the median iteration at which the task was solved, and below it the first "
        "and the last of all seeds. A run that did not solve it counts as longer than all.",
    ),
    "Reach": Measure(
        sweep_cells.reach,
        _reach_cell,
        _reach_words,
        _reach_shades,
        "In each cell: the median reach at the end, which is how many steps back the gradient of "
        "the last output with respect to the state that carries the memory (the cell state of an "
        "LSTM, the hidden state of other cells) stays above "
        f"{REACHED} of its largest value; {_RANGE}.",
    ),
    "Final score": Measure(
        score_of,
        _score_cell,
        _score_words,
        _score_shades,
        f"In each cell: the median score at the end, on the evaluation sequences; {_RANGE}.",
    ),
}
