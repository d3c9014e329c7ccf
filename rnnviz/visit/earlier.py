"""Earlier runs of a visitor: how many are kept for Undo, and which are dropped first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from rnnviz.training import Score, Trainer

#: Undo can return to this many earlier runs, or to fewer if their recordings take more bytes.
MOST_EARLIER, MOST_EARLIER_BYTES = 20, 48_000_000


@dataclass(frozen=True)
class Earlier:
    """A run that was replaced by a new one, exactly as it was.

    Parameters
    ----------
    trainer
    left_for
        Why the new one was started, in words.
    score
        Score of the run when it was replaced.
    """

    trainer: Trainer
    left_for: str
    score: Score


def kept(earlier: Iterable[Earlier]) -> tuple[Earlier, ...]:
    """Drop the oldest runs beyond the limits; those in which nothing was done go first."""
    runs = list(earlier)
    while len(runs) > 1 and (len(runs) > MOST_EARLIER or nbytes(runs) > MOST_EARLIER_BYTES):
        runs.remove(next((one for one in runs if is_untouched(one.trainer)), runs[0]))
    return tuple(runs)


def nbytes(earlier: Iterable[Earlier]) -> int:
    """Return the size of their recordings in bytes."""
    return sum(one.trainer.recording.nbytes for one in earlier)


def is_untouched(trainer: Trainer) -> bool:
    """Tell whether a run has no iteration and no changed setting."""
    return trainer.iteration == 0 and trainer.undoable is None


def is_the_same_untouched(left: Trainer, trainer: Trainer) -> bool:
    """Tell whether two runs are the same, and nothing was done in either.

    Of the same settings they may still have begun from other weights: one of them from a file.
    """
    same = (left.config, left.task) == (trainer.config, trainer.task)
    if not (same and is_untouched(left) and is_untouched(trainer)):
        return False
    return np.array_equal(left.network.flat, trainer.network.flat)
