"""Views of the whole gradient: its norm, the updates it causes, and whether it is right."""

from __future__ import annotations

from rnnviz import figures
from rnnviz.analysis.gradient_check import check_sentence, check_table
from rnnviz.analysis.updates import clipping_sentence, updates, updates_sentence
from rnnviz.figures.chart import Chart
from rnnviz.figures.update_charts import group_labels
from rnnviz.views.gradients.scene import GradientScene
from rnnviz.views.panel import Panel, Table


def norm_and_updates(scene: GradientScene) -> Panel:
    """Show the norm of the gradient, clipping, and the size of the updates."""
    trainer, cell = scene.trainer, scene.trace.cell
    history, config = trainer.history, trainer.config
    iterations, norms, clipped = (
        history.column(name) for name in ("iteration", "gradient_norm", "clipped")
    )
    found = updates(trainer.recording.traces, trainer.network, scene.layer)
    return Panel(
        charts=(
            Chart(
                figures.gradient_norm_spec(
                    iterations, norms, clipped, config.clip_norm, trainer.marks, height=360
                ),
                clipping_sentence(norms, clipped, config.clip_norm, config.clip_value),
                "Gradient norm over iterations.",
            ),
        ),
        beside=(
            Chart(
                figures.updates_spec(found, cell, trainer.marks, height=360),
                updates_sentence(found, group_labels(cell)),
                "Size of updates against weights, over iterations.",
            ),
        ),
    )


def check(scene: GradientScene) -> Panel:
    """Show the present results of the gradient check."""
    checked = scene.checked
    if checked is None:
        return Panel(
            sentence="The formulas of all gradients here are written by hand. This check compares "
            "them with central differences: each weight is moved up and down by 1e−5, and the "
            "slope of the loss is compared with the gradient."
        )
    where = f"Example of the run, weights of iteration {checked.trace.iteration:,}."
    return Panel(
        table=Table(check_table(checked)),
        sentence=f"{check_sentence(checked)} {where}",
        progress=None if checked.done else checked.progress,
    )
