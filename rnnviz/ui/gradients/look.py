"""The choices made in the laboratory, and its measurement, paced while the run trains."""

from __future__ import annotations

from dataclasses import dataclass

from rnnviz.analysis.theory import Letter
from rnnviz.ui.shell.inspection import Pace
from rnnviz.views import gradients
from rnnviz.views.gradients import LAST, GradientScene, Reading, looked_at
from rnnviz.views.panel import Panel
from rnnviz.visit import Visit

SIDE_BY_SIDE = "Side by side"
#: Seconds between two measurements of runs side by side: charts and table change together.
COMPARED_S = 1.0

#: The large numbers, and what a view shows.
Seen = tuple[list[Reading], Panel]


@dataclass(frozen=True)
class Wanted:
    """What the controls of the page ask for.

    Parameters
    ----------
    view
        Title of the view.
    layer
        From the input up.
    by, of, prediction
        As of a `GradientScene`.
    at
        Iteration at which runs side by side are shown; None means their current state.
    """

    view: str
    layer: int
    by: Letter
    of: str = LAST
    prediction: int | None = None
    at: int | None = None


def scene_of(visit: Visit, wanted: Wanted) -> GradientScene:
    """Measure the run at the iteration that the page shows; the newest unless the user has rewound.

    If runs side by side are shown at an earlier iteration, so is this one. The turn must be held.
    """
    runs = visit.side_by_side if wanted.view == SIDE_BY_SIDE else None
    at = wanted.at if runs is None else looked_at(runs, wanted.at)
    trainer = visit.trainer
    return GradientScene(
        trainer,
        visit.shown_trace() if at is None else trainer.recording.at(at),
        wanted.layer,
        by=wanted.by,
        of=wanted.of,
        prediction=wanted.prediction,
        runs=runs,
        runs_at=wanted.at,
        checked=visit.gradient_check,
    )


def look(visit: Visit, wanted: Wanted, pace: Pace[Seen]) -> Seen:
    """Measure what is asked for, or return a recent measurement; the turn must be held."""
    interval_s = COMPARED_S if wanted.view == SIDE_BY_SIDE else 0.0
    rewound_to = visit.looked_at.shown_iteration if visit.training else None

    def measure() -> Seen:
        scene = scene_of(visit, wanted)
        return gradients.readings(scene), gradients.view(wanted.view, scene)

    return pace.look((wanted, rewound_to), visit.busy, measure, interval_s)
