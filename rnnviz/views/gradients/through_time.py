"""Views of the gradient through time: over the lag, by prediction, through single steps."""

from __future__ import annotations

from rnnviz import figures
from rnnviz.analysis.gradient_course import course_sentence, map_sentence
from rnnviz.analysis.gradients import (
    REACHED,
    backward_norms,
    backward_sentence,
    last_scored_step,
    reach_sentence,
)
from rnnviz.analysis.jacobians import (
    shares,
    slopes_sentence,
    spectra,
    step_values,
    values_sentence,
)
from rnnviz.analysis.theory import WayBack, way_back_sentence
from rnnviz.analysis.triangle import (
    BOTH_WAYS,
    can_be_itemised,
    row_sentence,
    triangle,
    triangle_sentence,
)
from rnnviz.figures.chart import Chart
from rnnviz.figures.palette import GRADIENTS
from rnnviz.views.gradients.scene import LAST, GradientScene
from rnnviz.views.panel import Panel


def over_lag(scene: GradientScene) -> Panel:
    """Show the gradient over the lag, now and during training."""
    found, marks = scene.course, scene.marks
    if scene.of == LAST:
        way = scene.way
        caption = f"{way_back_sentence(way, scene.by)} {reach_sentence(way.by(scene.by))}"
    else:
        layer = scene.layer
        way = WayBack(
            backward_norms(scene.trace, "d_h", layer), backward_norms(scene.trace, "d_c", layer), ()
        )
        caption = (
            f"This is the gradient of the whole loss. {backward_sentence(way.by(scene.by))} Every "
            "scored step adds a gradient of its own, so this one does not show what vanishes."
        )
    return Panel(
        charts=(
            Chart(figures.way_back_spec(way), caption, "Gradient norm over lag."),
            Chart(
                figures.lag_map_spec(found, marks, scene.rewound_to, height=300),
                map_sentence(found),
                "Gradient norm over lag and iterations.",
            ),
        ),
        beside=(
            Chart(figures.course_spec(found, "factor", marks, scene.rewound_to, 250, scene.by)),
            Chart(
                figures.course_spec(found, "reach", marks, scene.rewound_to, 250, scene.by),
                course_sentence(found),
                "Factor per step and reach over iterations.",
            ),
        ),
        note="Lag: steps back from the last prediction. Reach: the largest lag up to which the "
        f"gradient stays above {REACHED} of its largest value.{_both_ways(scene)}"
        f"{_own_time(scene)}",
    )


def _both_ways(scene: GradientScene) -> str:
    """Say which ways are measured together, where there are two."""
    if scene.trace.attending is None:
        return ""
    return " Measured are both ways back together: over the recurrence, and over attention."


def _own_time(scene: GradientScene) -> str:
    """Say what differs in two directions: what is last, and what comes from above; or "" if not."""
    return f"{_last_of(scene)}{_from_above(scene)}"


def _from_above(scene: GradientScene) -> str:
    """Say what steps back mean below a layer that reads in both directions; "" elsewhere."""
    if not scene.trace.bidirectional or scene.trace.is_top(scene.layer):
        return ""
    return (
        " The layer above reads in both directions, so the gradient of one prediction comes down "
        "at many steps: what is left at a lag has not all come back over that many steps here."
    )


def _last_of(scene: GradientScene) -> str:
    """Say what the last prediction is for a layer that reads from the end; "" for others."""
    if not scene.trace.is_backward(scene.layer):
        return ""
    return (
        " This layer reads the sequence from its end and counts in its own time: its last "
        "prediction is the first of the sequence."
    )


def itemised(scene: GradientScene) -> Panel:
    """Show the gradient of each prediction, and one of them in detail."""
    trace = scene.trace
    if last_scored_step(trace) is None:
        return Panel(
            sentence="No step of this example is scored: there is no prediction to follow."
        )
    if not can_be_itemised(trace, scene.layer):
        return Panel(sentence=BOTH_WAYS)
    found = triangle(trace, scene.network, scene.layer, scene.by)
    chosen = found.steps[-1] if scene.prediction is None else scene.prediction
    if scene.prediction is not None and trace.is_backward(scene.layer):
        chosen = trace.steps - 1 - scene.prediction
    row = found.nearest_row(int(chosen))
    labels = trace.in_time_of(scene.layer, trace.input_labels)
    left_out = (
        f" Shown are {found.steps.size} predictions, evenly spread; {found.left_out} more are "
        "scored."
        if found.left_out
        else ""
    )
    colour = GRADIENTS[scene.by]
    return Panel(
        charts=(
            Chart(
                figures.triangle_spec(found, row),
                triangle_sentence(found) + left_out,
                "Gradient norm of each prediction by each time step.",
            ),
        ),
        beside=(
            Chart(
                figures.triangle_row_spec(found, row, labels, colour),
                row_sentence(found, row, labels, scene.by),
                "One row of the matrix.",
            ),
        ),
        note="Itemised: the gradient, prediction by prediction. The loss is the mean over all "
        "scored predictions, and each row is the gradient of one prediction's share of it. The "
        "rows add up to the gradient of the whole loss (the gradients do, not their norms)."
        f"{_both_ways(scene)}{_own_time(scene)}",
    )


def jacobians(scene: GradientScene) -> Panel:
    """Show single steps: singular values, slopes, and the share of the gradient that is left."""
    trace, layer = scene.trace, scene.layer
    found, sizes = step_values(trace, scene.network, layer), spectra(scene.network, layer)
    radius = sizes[0].spectral_radius if len(sizes) == 1 else None
    return Panel(
        charts=(
            Chart(
                figures.step_values_spec(found, radius),
                values_sentence(found, sizes, trace.cell, trace.attending is not None),
                "Singular values of the Jacobian of each step.",
            ),
        ),
        beside=(
            Chart(figures.slope_map_spec(trace, layer)),
            Chart(
                figures.step_shares_spec(shares(trace, layer), trace.cell),
                slopes_sentence(trace, layer),
                "Slope of the nonlinearity by unit and step; what is left of the gradient.",
            ),
        ),
        note="Jacobian: the derivatives of the state at one step w.r.t. the state one step before. "
        "Its singular values are the factors by which it stretches or shrinks a gradient. "
        "Saturated: at the flat end of the nonlinearity. The slope there is near 0, and almost "
        "nothing of the gradient passes.",
    )
