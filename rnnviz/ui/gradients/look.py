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
Measured = tuple[list[Reading], Panel]


@dataclass(frozen=True)
class GradientChoices:
    """What was chosen in the controls of the page.

    Parameters
    ----------
    view
        Title of the view.
    layer
        Counted from the input up.
    by, of, prediction
        As in `GradientScene`.
    at
        Iteration at which runs side by side are shown; None means their current state.
    """

    view: str
    layer: int
    by: Letter
    of: str = LAST
    prediction: int | None = None
    at: int | None = None


def scene_of(visit: Visit, choices: GradientChoices) -> GradientScene:
    """Measure the run at the iteration that the page shows; the newest unless the user has rewound.

    If runs side by side are shown at an earlier iteration, so is this one. The turn must be held.
    """
    runs = visit.side_by_side if choices.view == SIDE_BY_SIDE else None
    at = choices.at if runs is None else looked_at(runs, choices.at)
    trainer = visit.trainer
    return GradientScene(
        trainer,
        visit.shown_trace() if at is None else trainer.recording.at(at),
        choices.layer,
        by=choices.by,
        of=choices.of,
        prediction=choices.prediction,
        runs=runs,
        runs_at=choices.at,
        checked=visit.gradient_check,
    )


def look(visit: Visit, choices: GradientChoices, pace: Pace[Measured]) -> Measured:
    """Measure what was chosen, or return a recent measurement; the turn must be held."""
    interval_s = COMPARED_S if choices.view == SIDE_BY_SIDE else 0.0
    rewound_to = visit.looked_at.shown_iteration if visit.training else None

    def measure() -> Measured:
        scene = scene_of(visit, choices)
        return gradients.readings(scene), gradients.view(choices.view, scene)

    return pace.look((choices, rewound_to), visit.busy, measure, interval_s)
