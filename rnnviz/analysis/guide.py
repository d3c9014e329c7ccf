"""One sentence for a first look at a run: what it shows, and what to do next."""

from __future__ import annotations

from rnnviz.analysis.history import score_text
from rnnviz.engine import CellSpec, gate_label, spec_of
from rnnviz.tasks import is_solved
from rnnviz.training import Trainer
from rnnviz.training.marks import describe

#: Most characters of an intervention that is named in a sentence of one line.
_LONGEST = 40


def guide(trainer: Trainer, playing: bool) -> str:
    """Say what is shown and what to do; "" if the run has diverged, which is reported elsewhere.

    Parameters
    ----------
    trainer
    playing
        Whether it is training at this moment.
    """
    spec = spec_of(trainer.config.cell)
    if trainer.diverged is not None:
        return ""
    if not trainer.can_learn:
        return "Step through time below the picture, or click a unit. Nothing can be trained here."
    if trainer.solved_at is not None:
        if trainer.network.interventions:
            return _of_interventions(trainer)
        return f"Solved at iteration {trainer.solved_at:,}. {_next(spec)}"
    if playing:
        return "Training: the colours change as the weights do. Pause, and step through time below."
    if trainer.iteration:
        return "Paused. Step through time below the picture, click a unit, or train on."
    return (
        f"Press Train: {spec.article} {spec.label} trains on “{trainer.task.title}”. Each column "
        "is a time step, each row a quantity."
    )


def _of_interventions(trainer: Trainer) -> str:
    """Say how well a network that had learned its task does under its interventions.

    This score is what this network loses, not what a gate is worth: another one, trained with the
    gate held from the start, may solve the task without it.
    """
    items, task, score = trainer.network.interventions, trainer.task, trainer.score().value
    what = describe(items[0], trainer.config.two_ways).capitalize()
    if len(items) > 1 or len(what) > _LONGEST:
        what = f"{len(items)} interventions" if len(items) > 1 else "With this intervention"
    it = "them" if len(items) > 1 else "it"
    name = "accuracy" if task.measure == "accuracy" else "error"
    measured = f"{what}: {name} {score_text(score, task.measure)}"
    if is_solved(task, score):
        return f"{measured}, so the task is solved. Release {it} under Intervene."
    return f"{measured}. Train on: does it recover? Or release {it} under Intervene."


def _next(spec: CellSpec) -> str:
    """Suggest what to do with a network that has learned its task."""
    if not spec.gates:
        return "Choose another cell, and see how it does on the same task."
    held = f"the {gate_label(spec.forget_gate)} at 0" if spec.forget_gate else "a gate"
    return f"Hold {held} under Intervene: how much does this network rely on it?"
