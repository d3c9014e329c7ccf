"""One sentence for who sees a run for the first time: what is seen, and what to do next."""

from __future__ import annotations

from typing import Any

from rnnviz.training import Trainer
from rnnviz.training.config import CHOICE_LABELS

_NEXT: dict[str, str] = {
    "lstm": "Hold the forget gate at 0 under Intervene, and see what it was worth.",
    "gru": "Hold a gate under Intervene, and see what it was worth.",
}
_OTHERWISE = "Choose another cell, and see how it learns the same."


def guide(trainer: Trainer, playing: bool) -> str:
    """Say what is seen and what to do; "" where the run has diverged, which is told elsewhere.

    Parameters
    ----------
    trainer
    playing
        Whether it trains at this moment.
    """
    cell: Any = trainer.config.cell
    name = CHOICE_LABELS[cell]
    if trainer.diverged is not None:
        return ""
    if trainer.solved_at is not None:
        return f"Solved: from iteration {trainer.solved_at:,} on. {_NEXT.get(cell, _OTHERWISE)}"
    if playing:
        return "It trains: colours change as the weights do. Pause, and step through time below."
    if trainer.iteration:
        return "Paused. Step through time below the picture, click a unit, or train on."
    article = "a" if cell in ("gru", "relu") else "an"
    return (
        f"Press Train: {article} {name} learns “{trainer.task.title}”. Each column is a time step, "
        "each row a quantity."
    )
