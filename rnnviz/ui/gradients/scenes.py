"""What each view of the gradient laboratory shows: charts with sentences, numbers, tables.

Measured while the turn is held, and drawn afterwards by `gradient_views`.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnnviz import figures
from rnnviz.analysis.gradient_check import check_sentence, check_table
from rnnviz.analysis.gradient_course import Course, course, course_sentence, map_sentence
from rnnviz.analysis.gradients import (
    Which,
    backward_norms,
    backward_sentence,
    factor_per_step,
    last_scored_step,
    reach,
    reach_sentence,
    steps_text,
)
from rnnviz.analysis.jacobians import (
    shares,
    slopes_sentence,
    spectra,
    step_values,
    values_sentence,
)
from rnnviz.analysis.side_by_side import (
    contenders,
    peaks_sentence,
    side_by_side_sentence,
    table,
)
from rnnviz.analysis.theory import JACOBIANS, Letter, WayBack, way_back, way_back_sentence
from rnnviz.analysis.triangle import row_sentence, triangle, triangle_sentence
from rnnviz.analysis.updates import clipping_sentence, updates, updates_sentence
from rnnviz.engine import Network
from rnnviz.figures.chart import Chart
from rnnviz.figures.palette import QUANTITIES
from rnnviz.figures.update_charts import group_labels
from rnnviz.numbers import factor as factor_text
from rnnviz.recording import Trace
from rnnviz.training import Mark, Trainer
from rnnviz.training.side_by_side import SideBySide
from rnnviz.ui.shell.inspection import Pace
from rnnviz.ui.shell.session import Visit

_BARS = "▁▂▃▄▅▆▇█"

LAST, ALL = "last prediction alone", "all predictions"
#: Seconds between two looks at runs side by side: their charts and the table change together.
COMPARED_S = 1.0
#: The views of what goes back through time.
THROUGH_TIME = ("Over the lag", "Itemised", "Jacobians")


@dataclass(frozen=True)
class Wanted:
    """What the controls of the page ask for.

    Parameters
    ----------
    view
        Which of `VIEWS`.
    layer
        From the input up.
    by
        Gradient w.r.t. the hidden state `h`, or w.r.t. the cell state `c`.
    of
        Of which loss: `LAST` or `ALL`.
    prediction
        Time step of the prediction whose row is shown.
    at
        Iteration at which runs side by side are looked at; None means as they are now.
    """

    view: str
    layer: int
    by: Letter
    of: str = LAST
    prediction: int | None = None
    at: int | None = None

    @property
    def which(self) -> Which:
        """The letter of that gradient in a trace."""
        if self.of == LAST:
            return "last_d_c" if self.by == "c" else "last_d_h"
        return "d_c" if self.by == "c" else "d_h"


@dataclass(frozen=True)
class Reading:
    """A large number: what it is called and means, its text, and its course over training."""

    label: str
    text: str
    means: str
    course: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True)
class Shown:
    """What is drawn: a sentence, charts left and right, a table, a note on it.

    Parameters
    ----------
    progress
        Share that is done, 0..1; None is all.
    done
        What is added to it in words.
    """

    left: tuple[Chart, ...] = ()
    right: tuple[Chart, ...] = ()
    table: pd.DataFrame | None = None
    says: str = ""
    note: str = ""
    progress: float | None = None
    done: str = ""


@dataclass(frozen=True)
class Scene:
    """The run as one view looks at it, at one iteration. Its turn must be held."""

    visit: Visit
    trace: Trace
    wanted: Wanted

    @property
    def trainer(self) -> Trainer:
        """Of the run."""
        return self.visit.trainer

    @cached_property
    def network(self) -> Network:
        """With the weights of the trace."""
        return self.trainer.network_of(self.trace)

    @cached_property
    def traces(self) -> Sequence[Trace]:
        """The kept traces, and the newest one."""
        kept, newest = self.trainer.recording.traces, self.trainer.trace()
        return kept if kept and kept[-1].iteration == newest.iteration else (*kept, newest)

    @cached_property
    def way(self) -> WayBack:
        """The way back of the last prediction's gradient."""
        return way_back(self.trace, self.network, self.wanted.layer)

    @cached_property
    def course(self) -> Course:
        """The way back of the gradient that is wanted, over training."""
        return course(self.traces, self.wanted.which, self.wanted.layer)

    @property
    def line(self) -> int | None:
        """Iteration that is marked on time axes; None where it is the newest."""
        return self.trace.iteration if self.visit.shown_iteration is not None else None


def compared_at(visit: Visit, wanted: Wanted) -> int | None:
    """Return the iteration at which runs side by side are looked at; None is as they are now.

    While they train, were stopped, or one went on by itself, they are not all equally far: it is
    one of all, even so.
    """
    runs = visit.side_by_side
    if wanted.view != "Side by side" or runs is None or wanted.at is not None:
        return wanted.at
    common = runs.common_iterations()
    return common[-1] if common and not (runs.done and runs.are_level) else None


def has_nothing_to_show(view: str, cell: str) -> bool:
    """Tell whether a view is of what goes back through time, and the cell sends nothing there."""
    return cell == "mlp" and view in THROUGH_TIME


def scene_of(visit: Visit, wanted: Wanted) -> Scene:
    """Look at the run at the iteration that the page shows; the newest unless one has rewound.

    Where runs are looked at side by side at an earlier one, so is this one.
    """
    at = compared_at(visit, wanted)
    if at is not None:
        return Scene(visit, visit.trainer.recording.at(at), wanted)
    if visit.shown_iteration is None:
        return Scene(visit, visit.trainer.trace(), wanted)
    return Scene(visit, visit.trainer.recording.at(visit.shown_iteration), wanted)


def readings(scene: Scene) -> list[Reading]:
    """Return the large numbers: of the last prediction's gradient, whatever else is shown."""
    if scene.trace.cell == "mlp":
        return []
    letter = scene.wanted.by
    back = scene.way.by(letter)
    found = course(scene.traces, "last_d_c" if letter == "c" else "last_d_h", scene.wanted.layer)
    steps, lags = reach(back), max(back.size - 1, 0)
    state = "cell state" if letter == "c" else "hidden state"
    numbers = [
        Reading(
            f"Factor per step, {state}",
            factor_text(factor_per_step(back)),
            "By how much the gradient of the last prediction's loss changes with each step further "
            "back, on geometric average. Below 1 it shrinks, above 1 it grows: the further from 1 "
            "and the more steps, the sooner it vanishes or explodes.",
            np.log(np.where(found.factors > 0, found.factors, np.nan)),
        ),
        Reading(
            "Reach",
            "–" if steps is None else f"{steps} of {steps_text(lags)}",
            "How many steps back that gradient stays above 1 % of its largest value. Where it "
            "grows, that is counted from where it is largest.",
            found.reaches,
        ),
    ]
    numbers += [
        Reading(
            "Jacobians, at most" if line.source == JACOBIANS else line.source.capitalize(),
            factor_text(line.factor),
            "What the steps together can leave of any gradient at most: the norm of the product of "
            "their Jacobians, per step on average over all steps. The measured factor is never "
            "above it."
            if line.source == JACOBIANS
            else "What would be left per step, on average, if the gradient took this path alone. "
            "Other paths may add to it or cancel some of it.",
        )
        for line in scene.way.estimates
        if line.letter == letter
    ]
    return numbers


def over_lag(scene: Scene) -> Shown:
    """Show the way back now and over training."""
    wanted, found, marks = scene.wanted, scene.course, scene.trainer.marks
    if wanted.of == LAST:
        way = scene.way
        says = f"{way_back_sentence(way, wanted.by)} {reach_sentence(way.by(wanted.by))}"
    else:
        layer = wanted.layer
        way = WayBack(
            backward_norms(scene.trace, "d_h", layer), backward_norms(scene.trace, "d_c", layer), ()
        )
        says = (
            f"Of the whole loss: {backward_sentence(way.by(wanted.by))} Every prediction on the "
            "way adds a gradient of its own, so this one does not show what vanishes."
        )
    return Shown(
        left=(
            Chart(figures.way_back_spec(way), says, "Gradient norm over lag."),
            Chart(
                figures.lag_map_spec(found, marks, scene.line, height=300),
                map_sentence(found),
                "Gradient norm over lag and iterations.",
            ),
        ),
        right=(
            Chart(figures.course_spec(found, "factor", marks, scene.line, 250, wanted.by)),
            Chart(
                figures.course_spec(found, "reach", marks, scene.line, 250, wanted.by),
                course_sentence(found),
                "Factor per step and reach over iterations.",
            ),
        ),
        note="Lag: steps back from the last prediction. Reach: the largest lag up to which the "
        "gradient stays above 1 % of its largest value.",
    )


def itemised(scene: Scene) -> Shown:
    """Show what each prediction sends back, and one of them by itself."""
    trace, wanted = scene.trace, scene.wanted
    if last_scored_step(trace) is None:
        return Shown(says="No step of this example is scored: there is no prediction to follow.")
    found = triangle(trace, scene.network, wanted.layer, wanted.by)
    chosen = found.steps[-1] if wanted.prediction is None else wanted.prediction
    row = found.nearest_row(int(chosen))
    left_out = (
        f" Shown are {found.steps.size} predictions, evenly spread; {found.left_out} more are "
        "scored."
        if found.left_out
        else ""
    )
    colour = QUANTITIES["lstm"][f"d_{wanted.by}"]
    return Shown(
        left=(
            Chart(
                figures.triangle_spec(found, row),
                triangle_sentence(found) + left_out,
                "Gradient norm of each prediction by each time step.",
            ),
        ),
        right=(
            Chart(
                figures.triangle_row_spec(found, row, trace.input_labels, colour),
                row_sentence(found, row, trace.input_labels, wanted.by),
                "One row of the matrix.",
            ),
        ),
        note="Itemised: the loss is the mean over all scored predictions. Each row is what one "
        "prediction's share of it sends back by itself; the gradients (not their norms) of all "
        "rows add up to that of the whole loss.",
    )


def jacobians(scene: Scene) -> Shown:
    """Show what single steps do: singular values, slopes, and what is left behind each."""
    trace, layer = scene.trace, scene.wanted.layer
    found, sizes = step_values(trace, scene.network, layer), spectra(scene.network, layer)
    radius = sizes[0].spectral_radius if len(sizes) == 1 else None
    return Shown(
        left=(
            Chart(
                figures.step_values_spec(found, radius),
                values_sentence(found, sizes, trace.cell),
                "Singular values of the Jacobian of each step.",
            ),
        ),
        right=(
            Chart(figures.slope_map_spec(trace, layer)),
            Chart(
                figures.step_shares_spec(shares(trace, layer), trace.cell),
                slopes_sentence(trace, layer),
                "Slope of the nonlinearity by unit and step; what is left of the gradient.",
            ),
        ),
        note="A unit is saturated where it is at the flat end of its nonlinearity: the slope there "
        "is near 0, and next to nothing of the gradient passes it.",
    )


def norm_and_updates(scene: Scene) -> Shown:
    """Show the gradient as a whole, clipping, and the size of the updates."""
    trainer, cell = scene.trainer, scene.trace.cell
    history, config = trainer.history, trainer.config
    iterations, norms, clipped = (
        history.column(name) for name in ("iteration", "gradient_norm", "clipped")
    )
    found = updates(trainer.recording.traces, trainer.network, scene.wanted.layer)
    return Shown(
        left=(
            Chart(
                figures.gradient_norm_spec(
                    iterations, norms, clipped, config.clip_norm, trainer.marks, height=360
                ),
                clipping_sentence(norms, clipped, config.clip_norm, config.clip_value),
                "Gradient norm over iterations.",
            ),
        ),
        right=(
            Chart(
                figures.updates_spec(found, cell, trainer.marks, height=360),
                updates_sentence(found, group_labels(cell)),
                "Size of updates against weights, over iterations.",
            ),
        ),
    )


def side_by_side(scene: Scene) -> Shown:
    """Show the runs of the comparison, on one scale."""
    runs = scene.visit.side_by_side
    if runs is None:
        return Shown(
            says="One click trains the same run, from the same seed, with each of the four cells, "
            "and draws what is left of their gradients on one scale."
        )
    found = contenders(runs.trainers, compared_at(scene.visit, scene.wanted))
    marks = [
        Mark(mark.iteration, f"{name}: {mark.text}")
        for name, trainer in runs.trainers.items()
        for mark in trainer.marks
    ]
    measure = next(iter(runs.trainers.values())).task.measure
    return Shown(
        left=(
            Chart(
                figures.contenders_spec(found),
                side_by_side_sentence(found),
                "Share of the gradient that is left over lag, of each run.",
            ),
        ),
        right=(
            Chart(
                figures.runs_spec(_courses(runs, "loss"), "batch loss", marks, scene.wanted.at),
                label="Loss of each run over iterations.",
            ),
            Chart(
                figures.runs_spec(
                    _courses(runs, "gradient_norm"), "gradient norm", marks, scene.wanted.at
                ),
                peaks_sentence(runs.trainers),
                "Gradient norm of each run over iterations, before clipping.",
            ),
        ),
        table=table(found, measure),
        progress=None if runs.done else runs.progress,
        done=f": iteration {runs.slowest:,} of {runs.iterations:,}",
        note="Measured on the same example, in the top layer: w.r.t. the cell state of an LSTM, "
        "w.r.t. the hidden state of every other cell.",
    )


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


def check(scene: Scene) -> Shown:
    """Show the gradient check as far as it got."""
    checked = scene.visit.gradient_check
    if checked is None:
        return Shown(
            says="Every gradient here is written by hand. Central differences are a test of it: "
            "each weight is moved up and down by 1e−5, and the slope of the loss compared with the "
            "gradient."
        )
    where = f"Example of the run, weights of iteration {checked.trace.iteration:,}."
    return Shown(
        table=check_table(checked),
        says=f"{check_sentence(checked)} {where}",
        progress=None if checked.done else checked.progress,
    )


#: The views by their titles, in the order of the menu.
VIEWS: dict[str, Callable[[Scene], Shown]] = {
    "Over the lag": over_lag,
    "Itemised": itemised,
    "Jacobians": jacobians,
    "Norm and updates": norm_and_updates,
    "Side by side": side_by_side,
    "Check": check,
}


def view_of(scene: Scene) -> Shown:
    """Show what is wanted of the scene, or say why there is nothing of it."""
    view = scene.wanted.view
    if not has_nothing_to_show(view, scene.trace.cell):
        return VIEWS[view](scene)
    seen = scene.trainer.config.window
    return Shown(
        says="An MLP has no recurrence, so no gradient goes back through time. Each answer is "
        f"learned from {'its own time step' if seen == 1 else f'the last {seen} time steps'} "
        "alone; how large its gradient is stands in “Norm and updates”."
    )


#: The large numbers, and what a view shows.
Seen = tuple[list[Reading], Shown]


def look(scene: Scene, pace: Pace[Seen]) -> Seen:
    """Look at a scene, or return what was seen a moment ago."""
    rest_s = COMPARED_S if scene.wanted.view == "Side by side" else 0.0
    rewound_to = scene.visit.shown_iteration if scene.visit.training else None
    asked = scene.wanted, rewound_to
    return pace.look(asked, scene.visit.busy, lambda: (readings(scene), view_of(scene)), rest_s)


def as_html(numbers: Sequence[Reading]) -> str:
    """Write large numbers, each with its course over training as a small line."""
    rows = "".join(
        f'<div title="{html.escape(number.means)}"><dt>{html.escape(number.label)}</dt>'
        f"<dd>{html.escape(number.text)}{_spark(number.course)}</dd></div>"
        for number in numbers
    )
    return f'<dl class="readings large">{rows}</dl>'


def _spark(values: NDArray[np.float64], most: int = 12) -> str:
    """Write the course of a number as a row of small bars: where it went is all that it tells."""
    shown = values[np.isfinite(values)]
    if shown.size < 2:
        return ""
    shown = shown[np.linspace(0, shown.size - 1, min(most, shown.size)).astype(int)]
    span = float(np.ptp(shown)) or 1.0
    heights = np.round((shown - shown.min()) / span * (len(_BARS) - 1)).astype(int)
    return f'<span class="spark" aria-hidden="true">{"".join(_BARS[at] for at in heights)}</span>'
