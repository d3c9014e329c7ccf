"""One sentence for a first look at a run: what it shows, and what to do next."""

from __future__ import annotations

from rnnviz.engine import CellSpec, gate_label, spec_of
from rnnviz.training import Trainer


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
    if trainer.solved_at is not None:
        return f"Solved at iteration {trainer.solved_at:,}. {_next(spec)}"
    if playing:
        return "Training: the colours change as the weights do. Pause, and step through time below."
    if trainer.iteration:
        return "Paused. Step through time below the picture, click a unit, or train on."
    return (
        f"Press Train: {spec.article} {spec.label} trains on “{trainer.task.title}”. Each column "
        "is a time step, each row a quantity."
    )


def _next(spec: CellSpec) -> str:
    """Suggest what to do with a network that has learned its task."""
    if not spec.gates:
        return "Choose another cell, and see how it does on the same task."
    held = f"the {gate_label(spec.forget_gate)} at 0" if spec.forget_gate else "a gate"
    return f"Hold {held} under Intervene: how much does this network rely on it?"
